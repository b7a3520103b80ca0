"""`sources.yaml`: which files come in, and how their rows become rows of our entities.

Holds the pydantic models, the loader that turns a validation problem into file, line, key and accepted values, and
the merge of several files into one configuration. Reading the files themselves is `otklik/intake/ingestion/ingest.py`.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from otklik.home.errors import ConfigurationError
from otklik.intake.entities import entities
from otklik.intake.sources.alert_options import AlertOptions, accepted_alert_keys
from otklik.intake.sources.api_options import ApiOptions, checked_api
from otklik.intake.sources.naming_reasons import NAMING_REASONS, NamingReasons
from otklik.intake.sources.on_failure import OnFailure
from otklik.intake.sources.own_patterns import own_patterns
from otklik.intake.sources.parameters import Parameters
from otklik.intake.sources.placeholders import fill_from_environment
from otklik.intake.sources.table_options import TableOptions
from otklik.intake.sources.time_zones import TimeZone


class Format(StrEnum):
    """Formats of deliveries. Tables are mapped by SQL; the others have a reader of their own, and a mapping with it."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"
    # internal communication
    MBOX = "mbox"
    MAILDIR = "maildir"
    EML = "eml"
    SLACK = "slack"
    MATTERMOST = "mattermost"
    TELEGRAM = "telegram"
    EXCHANGE_TRACKING = "exchange_tracking"
    PURVIEW = "purview"
    WHATSAPP = "whatsapp"
    ZULIP = "zulip"
    ROCKETCHAT = "rocketchat"
    GRAPH = "graph"
    # citizens' posts
    VK = "vk"
    OK = "ok"
    X_ARCHIVE = "x_archive"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    # what API clients wrote down
    OPEN311 = "open311"
    SEECLICKFIX = "seeclickfix"
    FEED = "feed"
    HTTP_JSON = "http_json"

    @property
    def is_table(self) -> bool:
        """Whether rows and columns are all there is to it, so that the mapping must come from `sources.yaml`."""
        return self in _TABLES


_TABLES = (Format.CSV, Format.JSONL, Format.JSON, Format.PARQUET, Format.XLSX, Format.HTTP_JSON)

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntityMapping(_Model):
    """How a file's rows become rows of one entity."""

    select: str | None = Field(
        default=None,
        description="A SELECT over the view `source`; its columns are fields of the entity. Formats with a reader of "
        "their own bring one.",
    )
    is_undated: bool = Field(
        default=False, description="The source has no dates at all: rows without the event time are taken."
    )


def _known_entities(mappings: dict[str, EntityMapping]) -> dict[str, EntityMapping]:
    unknown = sorted(set(mappings) - set(entities()))
    if unknown:
        raise PydanticCustomError(
            "entity",
            "unknown entity {unknown}; accepted are {accepted}",
            {"unknown": ", ".join(unknown), "accepted": ", ".join(entities())},
        )
    return mappings


class SourceEntry(_Model):
    """One source as it is written in the file."""

    title: str = Field(description="What people call it.")
    path: str = Field(description="File or glob, relative to this file; ${NAME} and ${NAME:-default} are filled in.")
    format: Format
    entities: Annotated[dict[str, EntityMapping], AfterValidator(_known_entities), Field(min_length=1)]
    time_zone: TimeZone | None = Field(default=None, description="Zone of times that carry none.")
    region: str | None = Field(default=None, description="Region the source speaks of; the prior for place names.")
    organisation: str | None = Field(default=None, description="Whose internal messages these are.")
    account_namespace: Identifier | None = Field(
        default=None,
        description="Sources of one namespace share accounts; by default a source's own, and `staff` for staff.",
    )
    is_joining_cases: bool = Field(
        default=False,
        description="Cases of this source about one matter are one incident, as posts are; by default each stands "
        "alone, as where the portal joins reports itself.",
    )
    on_failure: OnFailure = Field(default=OnFailure.STOP, description="Where the gate on its new deliveries fails.")
    mapping_minutes: float = Field(default=60, gt=0, description="A `select` that takes longer on one file is stopped.")
    columns: dict[str, str] | None = Field(default=None, description="DuckDB types of the fields of JSON.")
    options: TableOptions = Field(default=TableOptions(), description="How a table is written down.")
    api: ApiOptions | None = Field(
        default=None, description="An HTTP API whose pages are kept under `path`, which ends in day=*/*.jsonl.gz."
    )


class SourcesFile(_Model):
    """The whole of one `sources.yaml`."""

    version: Literal[1]
    as_of: AwareDatetime | None = Field(default=None, description="Look from this instant: for archives and demos.")
    time_zone: TimeZone = "UTC"
    region: str | None = None
    organisation: str | None = None
    parameters: Parameters | None = None
    leak_patterns: str | None = Field(
        default=None, description="TOML file of your own leak patterns, relative to this file (docs/leaks.md)."
    )
    alerts: AlertOptions | None = Field(default=None, description="Who is told about overdue incidents.")
    postgres: str | None = Field(
        default=None, description="Second target of publishing, as libpq reads it; ${NAME} works."
    )
    naming_reasons: NamingReasons | None = Field(
        default=None, description="Reasons for which a subject may be named: code → what it means (docs/privacy.md)."
    )
    sources: Annotated[dict[Identifier, SourceEntry], Field(min_length=1)]


class Source(_Model):
    """One source ready for use: defaults of its file filled in, its path absolute."""

    name: str
    title: str
    path: str
    format: Format
    entities: dict[str, EntityMapping]
    time_zone: str
    region: str | None
    organisation: str | None
    account_namespace: str | None
    is_joining_cases: bool = False
    on_failure: OnFailure = OnFailure.STOP
    mapping_minutes: float = 60
    columns: dict[str, str] | None
    options: TableOptions
    api: ApiOptions | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times that carry none."""
        return ZoneInfo(self.time_zone)


class Configuration(_Model):
    """What the deployment is asked to do: the merge of its sources files.

    Attributes:
        pinned: the instants that files pin with `as_of`, sorted; more than one means that a run must say which.
        parameters: numbers that definitions leave to the deployment.
        leak_patterns: the deployment's own, in the order of its sources files.
        alerts: who is told about overdue incidents; None if nobody is.
        time_zone: of the first of its files: by it schedules start.
        postgres: how to connect to the second target of publishing, with ${NAME} left in; None for none.
        naming_reasons: reasons for which a subject may be named, code → what it means.
        sources: by name, sorted.
    """

    pinned: tuple[datetime, ...]
    time_zone: str = "UTC"
    parameters: Parameters
    leak_patterns: tuple[Path, ...] = ()
    alerts: AlertOptions | None = None
    naming_reasons: dict[str, str] = NAMING_REASONS
    postgres: str | None = None
    sources: dict[str, Source]

    def feeding(self, entity: str) -> list[str]:
        """Names of the sources that deliver `entity`, sorted."""
        return sorted(name for name, source in self.sources.items() if entity in source.entities)


def load_configuration(files: Sequence[Path], environment: Mapping[str, str] = os.environ) -> Configuration:
    """Read, validate and merge sources files.

    Raises:
        ConfigurationError: a file is missing or not valid (with file, line, key and what is accepted), two files name
            one source or disagree on another key, or a pattern file does not hold.
    """
    parsed = [(path, _read(path)) for path in files]
    sources: dict[str, Source] = {}
    for path, content in parsed:
        for name, entry in content.sources.items():
            if name in sources:
                raise ConfigurationError(f"{path}: source {name!r} is defined in two files; rename one of them.")
            sources[name] = _resolve(name, entry, content, path, environment)
    patterns = tuple(
        Path(os.path.normpath(path.parent / file.leak_patterns)) for path, file in parsed if file.leak_patterns
    )
    # a mistake in them is told before anything runs
    own_patterns(patterns)
    return Configuration(
        pinned=tuple(sorted({content.as_of.astimezone(UTC) for _, content in parsed if content.as_of})),
        time_zone=next((content.time_zone for _, content in parsed), "UTC"),
        parameters=_agreed(parsed, "parameters") or Parameters(),
        leak_patterns=patterns,
        alerts=_agreed(parsed, "alerts"),
        postgres=_agreed(parsed, "postgres"),
        naming_reasons=_agreed(parsed, "naming_reasons") or NAMING_REASONS,
        sources=dict(sorted(sources.items())),
    )


def _agreed(parsed: Sequence[tuple[Path, SourcesFile]], key: str) -> Any:
    """What the files that hold a key say there; None if no file does."""
    given = {path: getattr(content, key) for path, content in parsed if getattr(content, key) is not None}
    first = next(iter(given.values()), None)
    if any(value != first for value in given.values()):
        raise ConfigurationError(f"{key}: {', '.join(map(str, given))} disagree. Keep them in one of the files.")
    return first


def _resolve(name: str, entry: SourceEntry, file: SourcesFile, path: Path, environment: Mapping[str, str]) -> Source:
    location = Path(fill_from_environment(entry.path, f"{path}: sources.{name}.path", environment))
    return Source(
        name=name,
        title=entry.title,
        path=os.path.normpath(path.parent / location),
        format=entry.format,
        entities=entry.entities,
        time_zone=entry.time_zone or file.time_zone,
        region=entry.region or file.region,
        organisation=entry.organisation or file.organisation,
        account_namespace=entry.account_namespace,
        is_joining_cases=entry.is_joining_cases,
        on_failure=entry.on_failure,
        mapping_minutes=entry.mapping_minutes,
        columns=entry.columns,
        options=entry.options,
        api=checked_api(entry.api, name=name, kind=entry.format.value, pages=entry.path, file=path),
    )


def _read(path: Path) -> SourcesFile:
    if not path.is_file():
        raise ConfigurationError(
            f"{path}: no such sources file. Write one (docs/sources.md), name it with --sources, "
            "or try an invented region: otklik demo --out demo, then otklik run --sources demo/sources.yaml."
        )
    try:
        content = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigurationError(f"{path}, line {line}: not YAML: {error.problem}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8.") from error
    if not isinstance(content, dict):
        raise ConfigurationError(f"{path}: found no mapping; a sources file begins with `version: 1`.")
    try:
        return SourcesFile.model_validate(content)
    except ValidationError as error:
        problems = [_explain(path, content, problem) for problem in error.errors()]
        raise ConfigurationError("\n".join(problems)) from error


def _explain(path: Path, content: Any, problem: Any) -> str:
    """One line for one problem: file, line, key, what was found, what is accepted."""
    location = [part for part in problem["loc"] if part != "[key]"]
    line = 1
    node: Any = content
    for part in location:
        if not hasattr(node, "lc") or _missing(node, part):
            break
        line = (node.lc.key(part) if isinstance(part, str) else node.lc.item(part))[0] + 1
        node = node[part]
    key = ".".join(str(part) for part in location) or "(file)"
    if problem["type"] == "missing":
        return f"{path}, line {line}: {key}: required, and not there."
    if problem["type"] == "extra_forbidden":
        accepted = ", ".join(_accepted_keys(location[:-1]))
        return f"{path}, line {line}: {key}: unknown key; accepted are {accepted}."
    found = "" if isinstance(node, Mapping | list) else f" (found {str(node)[:80]!r})"
    return f"{path}, line {line}: {key}: {problem['msg'][0].lower()}{problem['msg'][1:]}{found}."


def _missing(node: Any, part: Any) -> bool:
    return part not in node if isinstance(node, Mapping) else not (isinstance(part, int) and part < len(node))


def _accepted_keys(location: Sequence[Any]) -> list[str]:
    """The keys accepted at a place of the file: the fields of the model that stands there."""
    if location and location[0] == "alerts":
        return accepted_alert_keys(list(location[1:]))
    if len(location) == 3 and location[2] == "api":
        return list(ApiOptions.model_fields)
    models: list[type[BaseModel]] = [SourcesFile, Parameters, SourceEntry, TableOptions, EntityMapping]
    return list(models[len(location)].model_fields)


def json_schema() -> dict[str, Any]:
    """JSON Schema of `sources.yaml`, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **SourcesFile.model_json_schema()}
