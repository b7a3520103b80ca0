"""Rows of reference tables: those of the files as they lie now, those refused at the door, the built-in ones.

A reference table is what its files say now, and not what they ever said: a row taken out of its file, a file taken away
and a source taken out of `sources.yaml` hold no longer. What one row says of another belongs to `contradictions.py`.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from otklik.home import lake
from otklik.home.engine import text_literal
from otklik.home.errors import ConfigurationError
from otklik.home.settings import DBT_PROJECT_DIR, Home
from otklik.intake.entity import Entity
from otklik.intake.ingestion.ingest import present_loads
from otklik.intake.ingestion.ledger import Ledger
from otklik.intake.reference_entities import REFERENCE_ENTITIES
from otklik.intake.sources.configuration import Configuration


@dataclass(frozen=True)
class Row:
    """One row of a reference table and where it stands; a field of the entity is read as `row["name"]`."""

    entity: str
    source: str
    file_name: str
    origin_row: int
    values: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.values[field]

    @property
    def place(self) -> str:
        """Where to find it."""
        return _place(self.source, self.file_name, self.origin_row)


def _place(source: str, file_name: str, origin_row: int) -> str:
    return f"source {source!r}, {file_name}, row {origin_row}"


@dataclass(frozen=True)
class Problem:
    """Something a person has to correct: where it stands, what is there (of no field: the row), what is accepted."""

    source: str
    place: str
    entity: str
    field: str | None
    found: Any
    reason: str

    def __str__(self) -> str:
        what = self.entity if self.field is None else f"{self.entity}.{self.field}"
        shown = ", ".join(self.found) if isinstance(self.found, list) else str(self.found)
        found = "nothing" if self.found in (None, "", []) else repr(shown)
        return f"{self.place}: {what}: {'' if self.field is None else f'found {found}: '}{self.reason}."


@cache
def built_in(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of a dbt seed, all values text, in the order of the file."""
    with (DBT_PROJECT_DIR / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def built_in_csv(name: str) -> str:
    """The built-in rows of a reference table as CSV with the columns that a deployment can bring.

    Raises:
        ConfigurationError: no such table, or none is built in.
    """
    entity = {entity.name: entity for entity in REFERENCE_ENTITIES if entity.name != "authority"}.get(name)
    if entity is None:
        accepted = ", ".join(sorted(one.name for one in REFERENCE_ENTITIES if one.name != "authority"))
        raise ConfigurationError(f"No rows of {name!r} are built in; accepted are {accepted}.")
    rows = built_in(name)
    text = io.StringIO()
    columns = [field.name for field in entity.fields if field.name in rows[0]]
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def standing_rows(
    connection: duckdb.DuckDBPyConnection, home: Home, configuration: Configuration, entity: Entity
) -> list[Row]:
    """Rows that a deployment's files say now, in the order of source, file and row.

    Within one source the row delivered last counts of those with one key. Also leaves them in the connection as the
    table `standing_<entity>`, with the entity's fields alone.

    Raises:
        ConfigurationError: a file has not been taken in yet, or a pattern finds none where it once did.
    """
    names = [field.name for field in entity.fields]
    fields = ", ".join(names)
    columns = entity.stored_columns | {"source": "VARCHAR"}
    # first nothing of the right types: there may be no file, or one of before a field was added
    loads = f"select {', '.join(f'null::{kind} as {name}' for name, kind in columns.items())} where false"
    if files := [text_literal(path) for _, path in _standing_files(home, configuration, entity)]:
        loads += f"""
            union all by name
            from read_parquet([{", ".join(files)}], hive_partitioning = true, hive_types_autocast = false,
                union_by_name = true)
        """
    connection.execute(
        f"""
        create or replace temp table standing as
        select {fields}, source, file_name, origin_row
        from ({loads})
        qualify row_number() over (
            partition by source, {", ".join(entity.key)} order by loaded_at desc, file_name desc, row_hash desc
        ) = 1
        order by source, file_name, origin_row;
        create or replace temp table standing_{entity.name} as select distinct {fields} from standing order by all
        """
    )
    standing = connection.execute("select * from standing").to_arrow_table().to_pylist()
    return [
        Row(
            entity.name,
            row["source"],
            row["file_name"],
            row["origin_row"],
            values={name: row[name] for name in names},
        )
        for row in standing
    ]


def refused_rows(
    connection: duckdb.DuckDBPyConnection, home: Home, configuration: Configuration, entity: Entity
) -> Iterator[Problem]:
    """What the door refused of the files that lie there now: rows that break the contract, unreadable files."""
    for name, rows in _standing_files(home, configuration, entity):
        path = lake.quarantine_path(home, entity.name, name, rows.stem.removeprefix("load="))
        if not path.exists():
            continue
        refused = connection.execute(
            f"select file_name, origin_row, field, reason, raw from read_parquet({text_literal(path)}, "
            "hive_partitioning = false) order by origin_row, reason, raw"
        )
        for file_name, origin_row, field, reason, raw in refused.fetchall():
            found = _value(raw, field) if field else None
            yield Problem(name, _place(name, file_name, origin_row), entity.name, field, found, reason)


def _value(raw: str, field: str) -> Any:
    """A field of a row that was kept as JSON; rows in conflict name several."""
    row = json.loads(raw)
    return ", ".join(str(row.get(name)) for name in field.split(", ")) if "," in field else row.get(field)


def _standing_files(home: Home, configuration: Configuration, entity: Entity) -> list[tuple[str, Path]]:
    """Source and rows of every load whose file lies at its source's path now."""
    found = []
    for name in configuration.feeding(entity.name):
        source = configuration.sources[name]
        ledger = Ledger(home, name, entity.name)
        present = present_loads(home, source, entity)
        if not present and ledger.has_loads():
            raise ConfigurationError(
                f"source {name!r}: no file at {source.path}, where rows of {entity.name} came from before. Bring the "
                "file back, or take the source out of sources.yaml: then the built-in rows hold again."
            )
        for path, load_id in present:
            if not ledger.has(load_id):
                raise ConfigurationError(
                    f"source {name!r}: {path.name} has not been taken in as {entity.name}; run without --select."
                )
            found.append((name, lake.load_path(home, entity.name, name, load_id)))
    return found
