"""The `api:` block of a source: where an HTTP API is, how it pages, how hard it may be asked.

Only the words of `sources.yaml`; asking is `otklik/intake/harvesting/`. Secrets stand
here as `${NAME}` and are filled in when a request is made, so that no configuration, hash or log ever holds one.
"""

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from otklik.home.errors import ConfigurationError

PAGES_PATTERN = "/day=*/*.jsonl.gz"
"""How the path of an API's source ends; `otklik/intake/harvesting/harvest.py` writes there."""

_KINDS = ("open311", "http_json", "vk")
_SECRET = re.compile(r"token|secret|passw|authori[sz]ation|api_?key|cookie|session", re.IGNORECASE)
_REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


class Paging(StrEnum):
    """How an API goes on after a page."""

    PAGE = "page"
    """A page number that grows by one."""
    CURSOR = "cursor"
    """Every answer says where the next one begins."""
    SINCE = "since"
    """The time of the newest item seen is asked for again; what comes twice is dropped."""
    NONE = "none"
    """One answer is all."""


class TimeFormat(StrEnum):
    """How an API writes times in its parameters."""

    ISO = "iso"
    UNIX = "unix"
    DATE = "date"


def _plain_http(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PydanticCustomError("url", "not an address of an HTTP API; accepted is https://host/path")
    if parts.username or parts.password:
        raise PydanticCustomError("url", "holds a password; put it into `headers` as ${{NAME}}")
    return url


def _no_secrets(given: dict[str, str]) -> dict[str, str]:
    bare = sorted(name for name, value in given.items() if _SECRET.search(name) and not _REFERENCE.search(value))
    if bare:
        # the value is never repeated here
        raise PydanticCustomError(
            "secret",
            "{names} must come from the environment; accepted is a value such as ${{NAME}}",
            {"names": ", ".join(bare)},
        )
    return given


_Texts = Annotated[dict[str, str], AfterValidator(_no_secrets)]


class ApiOptions(BaseModel):
    """Where an API is and how it is asked. What a format such as Open311 fixes need not be said again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_plain_http)] = Field(description="Address without parameters.")
    first_day: date = Field(description="The first day there is anything to fetch for.")
    parameters: _Texts = Field(default={}, description="Sent with every request; secrets only as ${NAME}.")
    headers: _Texts = Field(default={}, description="Sent with every request; secrets only as ${NAME}.")
    items: str | None = Field(default=None, description="Dotted path to the list of items; empty if an answer is one.")
    id: list[str] | None = Field(default=None, description="Dotted paths that together identify an item.")
    time: str | None = Field(default=None, description="Dotted path to an item's time; outside the day it is dropped.")
    changed: str | None = Field(default=None, description="Dotted path that grows when an item changes.")
    paging: Paging | None = Field(default=None, description="How to go on after a page.")
    page_parameter: str | None = Field(default=None, description="Name of the parameter of a page, cursor or time.")
    first_page: int = Field(default=1, ge=0, description="Number of the first page.")
    cursor: str | None = Field(default=None, description="Dotted path to the next cursor in an answer.")
    size_parameter: str | None = Field(default=None, description="Name of the parameter that holds the page size.")
    page_size: int | None = Field(default=None, ge=1, le=10_000, description="Items asked for at once.")
    start_parameter: str | None = Field(default=None, description="Name of the parameter of the day's first instant.")
    end_parameter: str | None = Field(default=None, description="Name of the parameter of the day's last instant.")
    time_format: TimeFormat | None = Field(default=None, description="How times are written in parameters.")
    overlap_minutes: int = Field(default=60, ge=0, le=10_080, description="Asked for again before each day's start.")
    requests_per_second: float = Field(default=2, gt=0, le=100, description="No more than this.")
    timeout_seconds: float = Field(default=30, gt=0, le=600, description="Wait for an answer's next bytes.")
    max_page_mb: int = Field(default=32, ge=1, le=512, description="A larger answer is refused.")
    max_pages: int = Field(default=10_000, ge=1, description="A day of more pages is refused.")
    attempts: int = Field(default=6, ge=1, le=20, description="How often a request is tried.")


def checked_api(api: ApiOptions | None, *, name: str, kind: str, pages: str, file: Path) -> ApiOptions | None:
    """The options, once they are known to fit the rest of their source's entry.

    Args:
        api: None passes.
        name: the source's.
        kind: its format.
        pages: its path, as written.
        file: the sources file, for messages.

    Raises:
        ConfigurationError: the format has no API, or the path is not where pages are kept.
    """
    if api is None:
        return None
    if kind not in _KINDS:
        raise ConfigurationError(
            f"{file}: sources.{name}.api: {kind} is no format of an API; accepted are {', '.join(_KINDS)}."
        )
    if not pages.endswith(PAGES_PATTERN):
        raise ConfigurationError(
            f"{file}: sources.{name}.path: pages of an API are kept one folder a day; accepted is a path that ends in "
            f"{PAGES_PATTERN}, such as inbox/{name}{PAGES_PATTERN}."
        )
    return api
