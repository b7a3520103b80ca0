"""One polite GET: spaced out, bounded, tried again when that may help, and silent about secrets.

Standard library only: no answer is worth more trust than the next, so redirects are not followed, nothing is unpacked,
and every limit stands here where it can be read (docs/decisions/0010-http-ingestion.md). What answers mean is
`otklik/intake/harvesting/harvest.py`.
"""

import email.utils
import http.client
import random
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, NoReturn, TypeVar
from urllib.parse import urlencode, urlsplit

from otklik.home.errors import OtklikError

T = TypeVar("T")

_CHUNK_BYTES = 1 << 16
_MAY_MEND = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_LONGEST_ASKED_WAIT_SECONDS = 900.0
# headers or a body that trickle in byte by byte never trip the time-out between bytes
_LONGEST_ANSWER_TIMEOUTS = 10


class HarvestError(OtklikError):
    """An API did not give what was asked for; nothing of the day was kept."""


class BrokenAnswerError(Exception):
    """An answer that is cut off, or no answer at all: worth another try. Its text holds nothing of the answer."""


@dataclass(frozen=True)
class Limits:
    """How hard an API may be asked, and how much it may send back."""

    requests_per_second: float
    timeout_seconds: float
    max_body_bytes: int
    attempts: int


@dataclass
class Client:
    """Asks one API. Waiting is injected, so that a test need not wait.

    Args:
        limits: how hard.
        sleep: waits some seconds.
        clock: seconds that only grow.
        wall_clock: the time of day, for a `Retry-After` that is a date.
        seed: of the jitter; two harvests of one source wait alike.
    """

    limits: Limits
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    seed: int = 0
    n_requests: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Prepare what does not change between requests."""
        # jitter, not cryptography
        self._chance = random.Random(self.seed)  # noqa: S311
        self._next_at = 0.0
        self._opener = _opener()

    def get(
        self, url: str, parameters: Mapping[str, str], headers: Mapping[str, str], parse: Callable[[bytes], T]
    ) -> T:
        """Ask until there is an answer that can be parsed.

        Args:
            url: address without parameters; the only part of a request that messages repeat.
            parameters: sent in the address.
            headers: sent beside it.
            parse: makes something of the body; raises BrokenAnswerError where it is cut off.

        Raises:
            HarvestError: refused, or still broken after the last attempt.
        """
        place = f"GET {urlsplit(url).scheme}://{urlsplit(url).netloc}{urlsplit(url).path}"
        problem = ""
        for attempt in range(self.limits.attempts):
            asked_wait = None
            try:
                return parse(self._once(url, parameters, headers))
            except urllib.error.HTTPError as error:
                with error:
                    problem = f"the server answered {error.code}"
                    if error.code not in _MAY_MEND:
                        _refuse(place, problem, error)
                    asked_wait = self._asked_wait(error.headers.get("Retry-After"))
            except BrokenAnswerError as error:
                problem = str(error)
            except (OSError, http.client.HTTPException) as error:
                # their texts may repeat the address with its parameters
                problem = f"no whole answer ({type(getattr(error, 'reason', error)).__name__})"
            if attempt + 1 < self.limits.attempts:
                self._wait(place, attempt, asked_wait)
        raise HarvestError(f"{place}: {problem}, {self.limits.attempts} times in a row. Nothing of the day was kept.")

    def _once(self, url: str, parameters: Mapping[str, str], headers: Mapping[str, str]) -> bytes:
        pause = self._next_at - self.clock()
        if pause > 0:
            self.sleep(pause)
        self._next_at = self.clock() + 1 / self.limits.requests_per_second
        self.n_requests += 1
        query = f"?{urlencode(parameters)}" if parameters else ""
        # the scheme was checked when the configuration was read; the opener knows no other
        request = _Request(url + query, headers={"User-Agent": "otklik", **headers})
        seconds = self.limits.timeout_seconds
        with (
            deadline(request.sockets, seconds * _LONGEST_ANSWER_TIMEOUTS),
            self._opener.open(request, timeout=seconds) as answer,
        ):
            return self._body(answer)

    def _body(self, answer: IO[bytes]) -> bytes:
        """The whole body, and not a byte less: a connection that breaks off looks like an end."""
        announced = answer.headers.get("Content-Length")  # type: ignore[attr-defined]
        body = bytearray()
        while chunk := answer.read(_CHUNK_BYTES):
            body += chunk
            if len(body) > self.limits.max_body_bytes:
                raise HarvestError(
                    f"an answer of more than {self.limits.max_body_bytes >> 20} MB was refused. "
                    "Ask for smaller pages (`page_size`), or raise `max_page_mb`."
                )
        if announced and announced.isdecimal() and len(body) < int(announced):
            raise BrokenAnswerError("the answer broke off")
        return bytes(body)

    def _asked_wait(self, header: str | None) -> float | None:
        """Seconds that `Retry-After` asks for, written as a number or as a date."""
        if header is None:
            return None
        if header.strip().isdecimal():
            return float(header[:9])
        try:
            asked = email.utils.parsedate_to_datetime(header)
        except ValueError:
            return None
        asked = asked if asked.tzinfo else asked.replace(tzinfo=UTC)
        return max(0.0, (asked - datetime.fromtimestamp(self.wall_clock(), UTC)).total_seconds())

    def _wait(self, place: str, attempt: int, asked: float | None) -> None:
        """Wait min(60, 2^attempt) × U(0.5, 1) seconds, and never less than the server asked for."""
        if asked is not None and asked > _LONGEST_ASKED_WAIT_SECONDS:
            raise HarvestError(f"{place}: the server asks to wait {asked:.0f} seconds. Start the day again after that.")
        wait = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**attempt) * self._chance.uniform(0.5, 1)
        self.sleep(max(wait, asked or 0.0))


class _Request(urllib.request.Request):
    """A request that knows the sockets it is sent through."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        super().__init__(url, headers=headers)
        self.sockets: list[socket.socket] = []


@contextmanager
def deadline(sockets: list[socket.socket], seconds: float) -> Iterator[None]:
    """One time for all of a request: handshake, headers and body.

    Args:
        sockets: those it opens meanwhile; they are shut when the time is over, and closed at the end.
        seconds: how long it may take.

    Raises:
        BrokenAnswerError: the time was over, whatever the shut sockets looked like to the reader.
    """
    is_over = threading.Event()

    def shut() -> None:
        is_over.set()
        for one in list(sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, BrokenAnswerError):
        if not is_over.is_set():
            raise
    finally:
        timer.cancel()
        timer.join()
        for one in sockets:
            one.close()
    if is_over.is_set():
        raise BrokenAnswerError(f"no whole answer within {seconds:g} seconds")


def _noting(connection: type[http.client.HTTPConnection], request: urllib.request.Request) -> Any:
    """A maker of connections that notes each socket in its request, by a second handle that TLS does not take away."""

    def connected(*args: Any, **kwargs: Any) -> socket.socket:
        made = socket.create_connection(*args, **kwargs)
        if isinstance(request, _Request):
            request.sockets.append(made.dup())
        return made

    def make(*args: Any, **kwargs: Any) -> http.client.HTTPConnection:
        made = connection(*args, **kwargs)
        made._create_connection = connected  # type: ignore[attr-defined]
        return made

    return make


class _HTTPHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_noting(http.client.HTTPConnection, req), req)


class _HTTPSHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_noting(http.client.HTTPSConnection, req), req)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry headers, and so secrets, to whoever it names."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Never another request: the answer stays the redirect itself, which is refused."""
        del args, kwargs


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS through the system's proxies; no files, no FTP, no redirects."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        _HTTPHandler(),
        _HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _NoRedirect(),
    ):
        opener.add_handler(handler)
    return opener


def _refuse(place: str, problem: str, error: urllib.error.HTTPError) -> NoReturn:
    advice = {
        401: "Check the environment variables that `parameters` and `headers` name.",
        403: "Check the environment variables that `parameters` and `headers` name.",
        404: "Check `url`.",
    }.get(error.code, "Check `url` and `parameters`.")
    if 300 <= error.code < 400:
        target = urlsplit(error.headers.get("Location", "")).hostname or "another address"
        advice = f"It points to {target}; redirects are not followed. If that is right, put the new address into `url`."
    raise HarvestError(f"{place}: {problem}. {advice}") from None
