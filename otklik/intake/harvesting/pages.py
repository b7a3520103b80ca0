"""The pages of one day of an API, in the order the API gives them: how to ask, how to go on, when to stop.

What is kept of them is `harvest.py`; one exchange with the server is `http_client.py`.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from otklik.intake.harvesting.days import Window
from otklik.intake.harvesting.http_client import BrokenAnswerError, Client, HarvestError
from otklik.intake.readers.http_json import NotAPageError, items_at, parse_json, value_at
from otklik.intake.readers.open311 import parse_xml
from otklik.intake.sources.api_options import ApiOptions, Paging, TimeFormat
from otklik.intake.sources.configuration import Format, Source
from otklik.intake.sources.placeholders import fill_from_environment

# VK says "slow down" and "try again" in a whole answer
_VK_MAY_MEND = frozenset({1, 6, 9, 10, 29})

_SPELLINGS: dict[TimeFormat, Callable[[datetime], str]] = {
    TimeFormat.ISO: lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    TimeFormat.UNIX: lambda at: str(int(at.timestamp())),
    TimeFormat.DATE: lambda at: at.date().isoformat(),
}


@dataclass
class ApiPages:
    """The pages of one day of one source.

    Args:
        source: its entry.
        api: its `api` block with the format's own words filled in.
        client: asks the server.
        environment: where `${NAME}` is looked up.
        window: the day.

    Raises:
        ConfigurationError: a variable is not set.
    """

    source: Source
    api: ApiOptions
    client: Client
    environment: Mapping[str, str] = field(repr=False)
    window: Window

    def __post_init__(self) -> None:
        """Fill in secrets, once and only here."""
        self.start = self.window.start - timedelta(minutes=self.api.overlap_minutes)
        self._parameters = self._filled("parameters", self.api.parameters)
        self._headers = self._filled("headers", self.api.headers)

    def walk(self, keep: Callable[[Sequence[Any]], int]) -> None:
        """Ask for page after page.

        Args:
            keep: is given a page's items and says how many of them it had never seen; a page without any is the end.

        Raises:
            HarvestError: the server refused, gave no usable answer, or does not come to an end.
        """
        api, mark = self.api, ""
        for n_pages in itertools.count():
            if n_pages >= api.max_pages:
                self._fail(f"more than {api.max_pages} pages. Ask for larger ones (`page_size`), or raise `max_pages`.")
            page, items = self._ask(api.first_page + n_pages, mark)
            n_new = keep(items)
            following = self._next_mark(page, items, mark, n_new)
            if following is None:
                return
            mark = following

    def time_of(self, item: Any) -> datetime | None:
        """When an item happened; None where it does not say, or the source has no such path."""
        value = value_at(item, self.api.time) if self.api.time else None
        try:
            if isinstance(value, int | float) and not isinstance(value, bool):
                return datetime.fromtimestamp(value, UTC)
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except (OverflowError, OSError, ValueError):
            return None
        return found.replace(tzinfo=self.source.zone) if found is not None and found.tzinfo is None else found

    def _next_mark(self, page: Any, items: Sequence[Any], mark: str, n_new: int) -> str | None:
        """What the next request goes on from; None where this page was the last."""
        match self.api.paging:
            case Paging.PAGE:
                # past the end: an empty page, or the last one once more
                return mark if n_new else None
            case Paging.CURSOR:
                following = str(value_at(page, self.api.cursor or "") or "")
                return following if following and following != mark else None
            case Paging.SINCE:
                return self._next_since(items, mark, n_new)
            case _:
                return None

    def _next_since(self, items: Sequence[Any], mark: str, n_new: int) -> str | None:
        newest = max((at for at in map(self.time_of, items) if at is not None), default=None)
        if newest is None or newest >= self.window.end:
            return None
        since = datetime.fromisoformat(mark) if mark else self.start
        if newest <= since and len(items) >= (self.api.page_size or len(items) + 1):
            self._fail("more items at one instant than a page holds. Ask for larger ones (`page_size`).")
        return newest.isoformat() if n_new else None

    def _ask(self, number: int, mark: str) -> tuple[Any, list[Any]]:
        api = self.api
        since = datetime.fromisoformat(mark) if mark and api.paging is Paging.SINCE else self.start
        times = {api.start_parameter: since, api.end_parameter: self.window.end - timedelta(seconds=1)}
        spell = _SPELLINGS[api.time_format or TimeFormat.ISO]
        asked = self._parameters | {name: spell(instant) for name, instant in times.items() if name}
        if api.size_parameter and api.page_size:
            asked[api.size_parameter] = str(api.page_size)
        if api.page_parameter and api.paging is Paging.PAGE:
            asked[api.page_parameter] = str(number)
        if api.page_parameter and api.paging is Paging.CURSOR and mark:
            asked[api.page_parameter] = mark
        try:
            return self.client.get(api.url, asked, self._headers, self._parse)
        except NotAPageError as error:
            raise HarvestError(f"source {self.source.name!r}, GET {api.url}: {error}.") from error

    def _parse(self, body: bytes) -> tuple[Any, list[Any]]:
        """An answer and its items; what is no JSON or XML may only be cut off, and is asked for again."""
        try:
            if self.source.format is Format.OPEN311 and body.lstrip()[:1] == b"<":
                found = parse_xml(body)
                return found, list(found)
            page = parse_json(body)
        except NotAPageError:
            raise
        except ValueError:
            raise BrokenAnswerError("the answer was no whole JSON or XML") from None
        if self.source.format is Format.VK:
            _raise_vk_error(page)
        return page, items_at(page, self.api.items or "")

    def _filled(self, key: str, given: Mapping[str, str]) -> dict[str, str]:
        where = f"sources.{self.source.name}.api.{key}"
        return {
            name: fill_from_environment(value, f"{where}.{name}", self.environment) for name, value in given.items()
        }

    def _fail(self, problem: str) -> NoReturn:
        raise HarvestError(f"source {self.source.name!r}, {self.window.day}: {problem}")


def _raise_vk_error(page: Any) -> None:
    """VK reports errors in answers of code 200. Only its number is repeated: the rest repeats the request."""
    code = value_at(page, "error.error_code")
    if code in _VK_MAY_MEND:
        raise BrokenAnswerError(f"VK answered with error {code}")
    if code is not None:
        advice = "check the token" if code in (5, 15, 27, 28) else "see VK's list of errors"
        raise HarvestError(f"VK answered with error {code}: {advice}. Nothing of the day was kept.")
