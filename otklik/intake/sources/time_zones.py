"""Names of time zones in a sources file."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError


def _known_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise PydanticCustomError("time_zone", "unknown time zone; accepted are IANA names such as Europe/Moscow")
    return name


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
