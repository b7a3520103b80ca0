"""What a format already says about its API, so that `sources.yaml` need not: Open311 GeoReport v2 and VK."""

from typing import Any

from otklik.home.errors import ConfigurationError
from otklik.intake.sources.api_options import ApiOptions, Paging, TimeFormat
from otklik.intake.sources.configuration import Format

_PRESETS: dict[Format, dict[str, Any]] = {
    Format.OPEN311: {
        "items": "",
        "id": ["service_request_id"],
        "time": "requested_datetime",
        "changed": "updated_datetime",
        "paging": Paging.PAGE,
        "page_parameter": "page",
        "size_parameter": "page_size",
        "page_size": 100,
        "start_parameter": "start_date",
        "end_parameter": "end_date",
        "time_format": TimeFormat.ISO,
    },
    # newsfeed.search; wall.get has neither cursor nor dates and is better read from saved answers
    Format.VK: {
        "items": "response.items",
        "id": ["owner_id", "id"],
        "time": "date",
        "changed": "edited",
        "paging": Paging.CURSOR,
        "page_parameter": "start_from",
        "cursor": "response.next_from",
        "size_parameter": "count",
        "page_size": 200,
        "start_parameter": "start_time",
        "end_parameter": "end_time",
        "time_format": TimeFormat.UNIX,
    },
    Format.HTTP_JSON: {"items": "", "paging": Paging.NONE, "time_format": TimeFormat.ISO},
}


def completed(api: ApiOptions, kind: Format) -> ApiOptions:
    """The options with what the format fixes filled in; what is written in `sources.yaml` stands.

    Raises:
        ConfigurationError: paging lacks what it needs.
    """
    preset = _PRESETS[kind]
    merged = api.model_copy(update={name: value for name, value in preset.items() if getattr(api, name) is None})
    needed = {
        Paging.PAGE: ("page_parameter",),
        Paging.CURSOR: ("page_parameter", "cursor"),
        Paging.SINCE: ("start_parameter", "time", "id"),
        Paging.NONE: (),
    }[merged.paging or Paging.NONE]
    missing = [name for name in needed if not getattr(merged, name)]
    if missing:
        raise ConfigurationError(f"api: `paging: {merged.paging}` needs {', '.join(missing)} as well.")
    return merged
