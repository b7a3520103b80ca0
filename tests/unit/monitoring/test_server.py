import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from otklik.monitoring.server import Answer, health, metrics, server


@contextmanager
def serving(pages: dict[str, Callable[[], Answer]]) -> Iterator[int]:
    with server(0, pages) as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        try:
            yield one.server_port
        finally:
            one.shutdown()
            thread.join()


def asked(port: int, path: str) -> tuple[int, str | None, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read().decode()
    finally:
        connection.close()


def test_metrics_are_served_as_prometheus_reads_them():
    with serving({"/metrics": lambda: metrics("otklik_runs 1\n")}) as port:
        assert asked(port, "/metrics") == (200, "text/plain; version=0.0.4; charset=utf-8", "otklik_runs 1\n")


def test_what_is_not_well_is_told_with_503_and_in_words():
    with serving({"/healthz": lambda: health(["Daemon SENSOR gives no sign; is it running?"])}) as port:
        status, _, body = asked(port, "/healthz")
    assert status == 503
    assert '"unhealthy"' in body
    assert "SENSOR" in body
    with serving({"/healthz": lambda: health([])}) as port:
        assert asked(port, "/healthz")[::2] == (200, '{"status": "healthy", "problems": []}')


def test_an_error_tells_its_class_alone_and_the_next_request_is_answered():
    def broken() -> Answer:
        raise ValueError("a secret")

    with serving({"/metrics": broken, "/healthz": lambda: health([])}) as port:
        assert asked(port, "/metrics")[::2] == (500, "ValueError\n")
        assert asked(port, "/healthz")[0] == 200


def test_another_path_is_told_which_there_are():
    with serving({"/healthz": lambda: health([])}) as port:
        assert asked(port, "/")[::2] == (404, "/healthz\n")


def test_it_listens_on_loopback_alone():
    with server(0, {}) as one:
        assert one.server_address[0] == "127.0.0.1"
