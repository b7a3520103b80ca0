"""`/metrics` and `/healthz` over HTTP, on loopback alone: what is in front of the web server lets others in."""

import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer

from otklik.monitoring.exposition import CONTENT_TYPE

Answer = tuple[HTTPStatus, str, str]
"""Status, content type and body."""


def health(problems: list[str]) -> Answer:
    """200 where nothing is wrong, else 503 with a sentence for each thing that is."""
    status = HTTPStatus.SERVICE_UNAVAILABLE if problems else HTTPStatus.OK
    body = json.dumps({"status": "unhealthy" if problems else "healthy", "problems": problems}, ensure_ascii=False)
    return status, "application/json; charset=utf-8", body


def metrics(text: str) -> Answer:
    """What Prometheus reads."""
    return HTTPStatus.OK, CONTENT_TYPE, text


def server(port: int, pages: dict[str, Callable[[], Answer]]) -> HTTPServer:
    """A server on 127.0.0.1 that computes a page when it is asked for; one request after the other.

    Args:
        port: 0 takes a free one, which `server_port` tells.
        pages: path → what answers it.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # a client that says nothing keeps nobody waiting for longer

        def do_GET(self) -> None:
            """Answer one request; an error is told by its class alone and written to the log."""
            page = pages.get(self.path)
            try:
                status, kind, body = page() if page else (HTTPStatus.NOT_FOUND, "text/plain", " ".join(pages) + "\n")
            except Exception as error:  # noqa: BLE001 (whatever it is, whoever watches must see it)
                self.log_error("%s: %r", self.path, error)
                status, kind, body = HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", f"{type(error).__name__}\n"
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Nothing: a line each quarter of a minute tells nobody anything."""

    return HTTPServer(("127.0.0.1", port), Handler)
