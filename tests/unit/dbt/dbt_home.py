"""A home folder of a few invented posts, and dbt run over it.

Writing the Parquet files that dbt reads, and building, belongs here; what must come out belongs in the tests.
"""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.sources.parameters import Parameters
from otklik.run_context import SETTINGS_SCHEMA, SOURCE_SCHEMA
from otklik.stages.preparation import prepare_datasets
from otklik.warehouse.dbt_args import build_args
from otklik.warehouse.dbt_project import dbt_manifest, invoke_dbt
from tests.unit.dbt.dbt_files import PROJECT

_SETTINGS = {"as_of": datetime(2026, 3, 10, tzinfo=UTC), "run_key": "test", **Parameters().model_dump()}
_SOURCE = {
    "source": "vk",
    "title": "ВК",
    "region": "Самарская область",
    "time_zone": "Europe/Samara",
    "is_joining_cases": True,
}


class DbtHome:
    """A home folder under a temporary one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        home = Home(path)
        prepare_datasets(home)
        for name, row, schema in (("settings", _SETTINGS, SETTINGS_SCHEMA), ("source", _SOURCE, SOURCE_SCHEMA)):
            lake.write_table(home.lake / "run" / f"{name}.parquet", pa.Table.from_pylist([row], schema=schema))

    def load_posts(self, load: str, posts: list[dict]) -> None:
        """Store a load of posts of the source `vk`."""
        rows = []
        for number, post in enumerate(posts):
            text = post.get("text")
            keys = {"row_hash": _md5(repr(sorted(post.items()))), "origin_row": number, "channel": "vk"}
            rows.append({**post, **keys, "post_id": _md5(post["source_post_id"]), "text_hash": text and _md5(text)})
        self._write("lake/raw/post/source=_none/load=_empty", self._load_path(load), rows)
        read = {row["text_hash"] for row in rows if row["text_hash"]}
        unmasked = [{"text_hash": text_hash, "n_masked": 0, "model_version": "s1"} for text_hash in sorted(read)]
        self._write("lake/enriched/text_redaction/_empty", f"lake/enriched/text_redaction/{load}.parquet", unmasked)

    def retire_load(self, load: str) -> None:
        """Take a load of posts away."""
        (self.path / self._load_path(load)).unlink()

    def label_texts(self, version: str, labels: dict[str, str]) -> None:
        """Label texts with an intent and the topic of potholes, as model version `version`."""
        rows = [
            {"text_hash": _md5(text), "intent": intent, "intent_probability": 0.9, "model_version": version}
            for text, intent in labels.items()
        ]
        self._write("lake/enriched/post_label/_empty", f"lake/enriched/post_label/{version}.parquet", rows)

    def build(self, *models: str, is_full_refresh: bool = False) -> None:
        """Run some models, `+` for what leads to one too; by default those that make incidents of posts."""
        home, asked = Home(self.path), models or ("+fct_post", "+fct_incident", "+bridge_incident_post")
        manifest, chosen = dbt_manifest(home), {name.removeprefix("+") for name in asked}
        ids = {node["name"]: id_ for id_, node in manifest["nodes"].items() if node["resource_type"] != "test"}
        waiting = [ids[name.removeprefix("+")] for name in asked if name.startswith("+")]
        while waiting:
            for parent in manifest["parent_map"][waiting.pop()]:
                if parent in manifest["nodes"] and manifest["nodes"][parent]["name"] not in chosen:
                    chosen.add(manifest["nodes"][parent]["name"])
                    waiting.append(parent)
        invoke_dbt(home, build_args(PROJECT, home.dbt_target, is_full_refresh=is_full_refresh), chosen)

    def rows(self, query: str) -> list[tuple]:
        """The rows of a query over the warehouse."""
        with duckdb.connect(str(self.path / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def tables(self) -> dict[str, list[str]]:
        """Every table's rows, as sorted text."""
        names = [name for (name,) in self.rows("select table_name from duckdb_tables() order by all")]
        return {name: sorted(map(repr, self.rows(f'from "{name}"'))) for name in names}

    @staticmethod
    def _load_path(load: str) -> str:
        return f"lake/raw/post/source=vk/load={load}.parquet"

    def _write(self, empty: str, path: str, rows: list[dict]) -> None:
        """Store rows with the columns of an empty file."""
        with duckdb.connect() as connection:
            columns = f"from read_parquet('{self.path}/{empty}.parquet', hive_partitioning = false)"
            connection.execute(f"create table rows as {columns}")
            for row in rows:
                named = ", ".join(f"? as {name}" for name in row)
                connection.execute(f"insert into rows by name select {named}", list(row.values()))
            target = self.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy (from rows) to '{target}' (format parquet)")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
