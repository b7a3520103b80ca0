"""What changed between two snapshots, and why: every difference of a figure is shared out among causes (definition 27).

Reads the analysts' surface alone, so that whoever may read it of both snapshots may compare them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from otklik.home.engine import connect, text_literal
from otklik.home.errors import ConfigurationError
from otklik.publishing.comparison_causes import CAUSES, CHANGED, FIGURES
from otklik.publishing.manifests import MANIFEST_NAME
from otklik.publishing.mart_contracts import Surface

_READ = ("fct_incident", "fct_incident_event", "fct_incident_change", "fct_post", "bridge_incident_post")


@dataclass(frozen=True)
class Side:
    """One of the two snapshots: its folder and manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def marts(self) -> Mapping[str, Mapping[str, Any]]:
        """Table → its entry in the manifest."""
        marts: Mapping[str, Mapping[str, Any]] = self.manifest["surfaces"][Surface.ANALYST]
        return marts

    def file(self, table: str) -> str:
        """The table's file as SQL text.

        Raises:
            ConfigurationError: the snapshot has no such table.
        """
        if table not in self.marts:
            raise ConfigurationError(
                f"{self.folder.name} has no table {table}: an older platform published it. Compare later ones."
            )
        return text_literal(self.folder / Surface.ANALYST / self.marts[table]["file"])


def snapshot_folder(published: Path, name: str) -> Path:
    """A kept snapshot by its id, or `current`.

    Raises:
        ConfigurationError: nothing is kept by that name; the message lists what is.
    """
    folder = published / "current" if name == "current" else published / "snapshots" / name
    if not (folder / MANIFEST_NAME).is_file():
        kept = ", ".join(sorted(path.name for path in (published / "snapshots").glob("2*")))
        raise ConfigurationError(
            f"{name!r} is no snapshot of {published}. Accepted: current; {kept or 'none is kept'}."
        )
    return folder.resolve()


def compare(before: Path, after: Path) -> dict[str, Any]:
    """What the later of two snapshots says otherwise.

    Args:
        before: folder of the earlier one.
        after: folder of the later one.

    Returns:
        `before`, `after`: `snapshot_id` and `as_of` of each. `figures`: name → `before`, `after`. `causes`: cause →
        `n_incidents_changed` and, by name, what it adds to every figure; over causes these add up to the difference of
        the figures. `method`: what was computed otherwise, as sentences. `tables`: name → rows `before` and `after`, of
        those whose number differs.

    Raises:
        ConfigurationError: a table that is compared is missing, or the two share no post although both have some.
    """
    sides = [
        Side(folder, json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))) for folder in (before, after)
    ]
    earlier, later = sides
    with connect() as connection:
        connection.execute(
            f"create view instant as select timestamptz {text_literal(earlier.manifest['as_of'])} as then_at"
        )
        for name, side in (("a", earlier), ("b", later)):
            _open(connection, name, side)
        _require_common_ids(connection)
        connection.execute(f"create table changed as {CHANGED}")
        return {
            "before": {key: earlier.manifest[key] for key in ("snapshot_id", "as_of")},
            "after": {key: later.manifest[key] for key in ("snapshot_id", "as_of")},
            "figures": _figures(connection),
            "causes": _causes(connection),
            "method": _method(connection, earlier, later),
            "tables": _tables(earlier, later),
        }


def _open(connection: duckdb.DuckDBPyConnection, name: str, side: Side) -> None:
    for table in _READ:
        connection.execute(f"create view {name}_{table} as from read_parquet({side.file(table)})")
    figures = ", ".join(f"{sql} as {figure}" for figure, sql in FIGURES.items())
    connection.execute(
        f"create view {name}_incident as select *, {figures} from ("
        f"select incidents.*, states.is_awaiting_authority as is_open from {name}_fct_incident as incidents "
        f"inner join read_parquet({side.file('dim_incident_state')}) as states using (state))"
    )


def _require_common_ids(connection: duckdb.DuckDBPyConnection) -> None:
    counted = connection.execute(
        "select (select count(*) from a_fct_post), (select count(*) from b_fct_post), "
        "(select count(*) from a_fct_post semi join b_fct_post using (post_id))"
    ).fetchone()
    if counted and counted[0] and counted[1] and not counted[2]:
        raise ConfigurationError(
            "The two snapshots share no post: they are of two homes, or their ids were made with different keys. "
            "Compare their counts: meta_published_figure holds what each said."
        )


def _figures(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float | None]]:
    sums = ", ".join(f"coalesce(sum({name}), 0)::bigint as {name}" for name in FIGURES)
    rows = connection.execute(f"select {sums} from a_incident union all select {sums} from b_incident").fetchall()
    found: dict[str, dict[str, float | None]] = {
        name: {"before": rows[0][at], "after": rows[1][at]} for at, name in enumerate(FIGURES)
    }
    ripe, on_time = found["n_ripe"], found["n_on_time"]
    found["on_time_share"] = {side: (on_time[side] or 0) / n if (n := ripe[side]) else None for side in ripe}
    return found


def _causes(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    sums = ", ".join(f"sum({name})::bigint" for name in FIGURES)
    rows = connection.execute(f"select cause, count(*), {sums} from changed group by cause").fetchall()
    names = ("n_incidents_changed", *FIGURES)
    by_cause = {str(cause): dict(zip(names, counts, strict=True)) for cause, *counts in rows}
    return {cause: by_cause[cause] for cause in CAUSES if cause in by_cause}


def _method(connection: duckdb.DuckDBPyConnection, earlier: Side, later: Side) -> list[str]:
    """What was computed otherwise: contracts of tables, and versions of the model of texts."""
    told = []
    for name in sorted(earlier.marts.keys() & later.marts.keys()):
        versions = (earlier.marts[name]["version"], later.marts[name]["version"])
        columns = [{column["name"] for column in side.marts[name]["columns"]} for side in (earlier, later)]
        if versions[0] != versions[1] or columns[0] != columns[1]:
            apart = sorted(columns[0] ^ columns[1])
            told.append(f"{name}: version {versions[0]} → {versions[1]}" + (f"; columns {apart}" if apart else ""))
    for name in sorted(earlier.marts.keys() ^ later.marts.keys()):
        told.append(f"{name}: {'new' if name in later.marts else 'gone'}")
    models = [
        sorted(
            row[0]
            for row in connection.execute(f"select distinct model_version from {side}_fct_post").fetchall()
            if row[0]
        )
        for side in ("a", "b")
    ]
    if models[0] != models[1]:
        told.append(f"model of texts: {', '.join(models[0]) or 'none'} → {', '.join(models[1]) or 'none'}")
    return told


def _tables(earlier: Side, later: Side) -> dict[str, dict[str, int]]:
    return {
        name: {"before": earlier.marts[name]["row_count"], "after": later.marts[name]["row_count"]}
        for name in sorted(earlier.marts.keys() & later.marts.keys())
        if earlier.marts[name]["row_count"] != later.marts[name]["row_count"]
    }
