"""A home folder of a few invented posts, and dbt run over it.

Writing the Parquet files that dbt reads, and building, belongs here; what must come out belongs in the tests.
"""

import hashlib
from pathlib import Path

import duckdb

from otklik.intake.entities import entities
from tests.unit.dbt.dbt_files import PROJECT

_LABEL = (
    "text_hash varchar, intent varchar, intent_probability double, topic varchar, topic_probability double, "
    "model_version varchar"
)
_ENRICHED = {
    "post_label": _LABEL,
    "post_place": (
        "text_hash varchar, place_ordinal integer, kind varchar, surface varchar, start_char integer, "
        "end_char integer, place_key varchar, house varchar, model_version varchar"
    ),
    "leader_score": (
        "network varchar, organisation varchar, subject_id varchar, hits_authority double, "
        "hits_authority_weighted double, distinct_senders_count bigint, h_index bigint, authority_score double, "
        "authority_rank bigint, spread_score double, spread_rank bigint, method_version varchar"
    ),
    "interest_group": (
        "network varchar, organisation varchar, group_id varchar, subject_id varchar, n_members bigint, "
        "stability_score double, resolution double, method_version varchar"
    ),
}
_ENRICHED |= {
    "near_duplicate": (
        "text_hash varchar, other_text_hash varchar, jaccard double, is_elsewhere boolean, model_version varchar"
    ),
    "post_route": (
        "text_hash varchar, predicted_authority varchar, predicted_group varchar, predicted_topic varchar, "
        "predicted_authority_probability double, predicted_group_probability double, "
        "predicted_topic_probability double, model_version varchar"
    ),
    "text_redaction": "text_hash varchar, redacted_text varchar, n_masked integer, model_version varchar",
    "burst": (
        "topic_code varchar, municipality_id varchar, first_date date, last_date date, n_posts bigint, "
        "expected_count double, kleinberg_weight double, p_value double, q_value double, method_version varchar"
    ),
    "formal_reply": (
        "reply_id varchar, max_jaccard_score double, has_action boolean, has_date boolean, has_place boolean, "
        "has_responsible boolean, formal_reply_score double, method_version varchar"
    ),
}
_SETTINGS = {
    "as_of": "timestamptz '2026-03-10 00:00:00+00'",
    "run_key": "'test'",
    "min_group_size": "5",
    "default_sla_hours": "24",
    "incident_window_days": "14",
    "tie_half_life_days": "90.0::double",
    "max_recipients": "25",
    "leader_top_k": "20",
}


class DbtHome:
    """A home folder under a temporary one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for entity in entities().values():
            self._write(f"lake/raw/{entity.name}/source=_none/load=_empty.parquet", _ddl(entity.stored_columns), [])
        for table, ddl in _ENRICHED.items():
            self._write(f"lake/enriched/{table}/_empty.parquet", ddl, [])
        settings = ", ".join(f"{value} as {name}" for name, value in _SETTINGS.items())
        self._copy("lake/run/settings.parquet", f"select {settings}")
        source = "'vk' as source, 'ВК' as title, 'Самарская область' as region, null::varchar as organisation"
        self._copy(
            "lake/run/source.parquet", f"select {source}, 'Europe/Samara' as time_zone, true as is_joining_cases"
        )

    def load_posts(self, load: str, posts: list[dict]) -> None:
        """Store a load of posts of the source `vk`."""
        rows = []
        for number, post in enumerate(posts):
            text = post.get("text")
            keys = {"row_hash": _md5(repr(sorted(post.items()))), "origin_row": number, "channel": "vk"}
            rows.append({**post, **keys, "text_hash": text and _md5(text)})
        self._write(self._load_path(load), _ddl(entities()["post"].stored_columns), rows)
        read = {row["text_hash"] for row in rows if row["text_hash"]}
        self._write(
            f"lake/enriched/text_redaction/{load}.parquet",
            _ENRICHED["text_redaction"],
            [{"text_hash": text_hash, "n_masked": 0, "model_version": "s1"} for text_hash in sorted(read)],
        )

    def retire_load(self, load: str) -> None:
        """Take a load of posts away."""
        (self.path / self._load_path(load)).unlink()

    def label_texts(self, version: str, labels: dict[str, str]) -> None:
        """Label texts with an intent and the topic of potholes, as model version `version`."""
        rows = [
            {"text_hash": _md5(text), "intent": intent, "intent_probability": 0.9, "model_version": version}
            for text, intent in labels.items()
        ]
        self._write(f"lake/enriched/post_label/{version}.parquet", _LABEL, rows)

    def build(self, *, is_full_refresh: bool = False) -> None:
        """Run the models that make incidents of posts, in this process."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        arguments = ["build", "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        arguments += ["--target-path", str(self.path / "target"), "--log-path", str(self.path / "logs")]
        arguments += ["--select", "+fct_post", "+fct_incident", "+bridge_incident_post"]
        arguments += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        outcome = dbtRunner().invoke(arguments + ["--full-refresh"] * is_full_refresh)
        # dbt keeps the file open for its next command, and nobody else may open it while it does.
        DuckDBConnectionManager.close_all_connections()
        if not outcome.success:
            raise AssertionError(f"dbt build failed: {outcome.exception or outcome.result}")

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

    def _write(self, path: str, ddl: str, rows: list[dict]) -> None:
        with duckdb.connect() as connection:
            connection.execute(f"create table rows ({ddl})")
            for row in rows:
                named = ", ".join(f"? as {name}" for name in row)
                connection.execute(f"insert into rows by name select {named}", list(row.values()))
            self._copy(path, "from rows", connection)

    def _copy(self, path: str, query: str, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (connection or duckdb.connect()).execute(f"copy ({query}) to '{target}' (format parquet)")


def _ddl(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
