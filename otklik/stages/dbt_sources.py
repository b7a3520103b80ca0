"""What dbt is told of the Parquet it reads: `models/sources.yml`, written from the schemas that Python declares.

`python -m otklik.stages.dbt_sources` writes it (`make accept`); a test holds it equal to the schemas.
"""

from collections.abc import Mapping
from io import StringIO
from typing import Any

import pyarrow as pa
from ruamel.yaml import YAML

from otklik.home.columns import DUCKDB_TYPES, meaning
from otklik.home.lake import GATE_RESULT_SCHEMA
from otklik.home.settings import DBT_PROJECT_DIR
from otklik.intake.arrivals.acceptance import MISSING_SCHEMA
from otklik.intake.entities import entities
from otklik.intake.entity import Entity
from otklik.intake.ingestion.ledger import LEDGER_SCHEMA
from otklik.intake.reference_entities import REFERENCE_ENTITIES
from otklik.run_context import SETTINGS_SCHEMA, SOURCE_SCHEMA
from otklik.stages.history import PUBLISHED_FIGURE, PUBLISHED_FIGURE_SCHEMA
from otklik.stages.preparation import ENRICHED_SCHEMAS

SOURCES_FILE = DBT_PROJECT_DIR / "models" / "sources.yml"

_HEAD = """\
# Written by `make accept` from the schemas that Python declares: add a column there, never here.
"""


def sources_yaml() -> str:
    """The text of `models/sources.yml`."""
    lake = {entity.name: _raw_columns(entity) for entity in entities().values() if not entity.is_reference}
    sources = [
        _source(
            "lake",
            "Raw loads as ingestion stored them. Accounts are subjects already; words of internal messages are absent.",
            "'lake/raw/{name}/*/*.parquet', hive_partitioning = true, hive_types_autocast = false, "
            "union_by_name = true, filename = true",
            lake,
            asset_folder="raw",
        ),
        _source(
            "reference",
            "What the deployment says of its place, as its files are now; empty where it says nothing.",
            "'lake/reference/{name}.parquet'",
            {entity.name: entity.reference_schema for entity in REFERENCE_ENTITIES},
        ),
        _source(
            "ledger",
            "What became of every row of every load.",
            "'lake/ledger/*/*/*.parquet', hive_partitioning = false, union_by_name = true",
            {"load": LEDGER_SCHEMA},
        ),
        _source(
            "arrivals",
            "What the tables lack of what sources delivered or owe.",
            "'lake/{name}/*.parquet', hive_partitioning = false, union_by_name = true",
            {"missing": MISSING_SCHEMA},
        ),
        _source(
            "run",
            "What a run was given: its instant, its thresholds and its sources.",
            "'lake/run/{name}.parquet'",
            {"settings": SETTINGS_SCHEMA, "source": SOURCE_SCHEMA},
        ),
        _source(
            "enriched",
            "What models and graph algorithms inferred; it can be deleted and computed again.",
            "'lake/enriched/{name}/*.parquet', union_by_name = true",
            ENRICHED_SCHEMAS,
        ),
        _source(
            "gates",
            "Verdicts of the gates.",
            "'lake/gates/*/*.parquet', hive_partitioning = false, union_by_name = true",
            {"gate_result": GATE_RESULT_SCHEMA},
        ),
        _source(
            "history",
            "What was published at earlier instants; it cannot be computed again.",
            "'lake/history/{name}/*.parquet', hive_partitioning = false, union_by_name = true",
            {PUBLISHED_FIGURE: PUBLISHED_FIGURE_SCHEMA},
        ),
    ]
    text = StringIO()
    yaml = YAML(typ="safe")
    yaml.default_flow_style = None  # one line a column
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = 1_000
    yaml.dump({"sources": sources}, text)
    return _HEAD + text.getvalue()


def _raw_columns(entity: Entity) -> pa.Schema:
    """Columns of a raw load as DuckDB reads them: with what the names of its folder and file say."""
    beside = {
        "source": "Name of the source, from the folder.",
        "filename": "Path of the file; its name holds the load.",
    }
    added = [pa.field(name, pa.string(), metadata={"doc": doc}) for name, doc in beside.items()]
    return pa.schema([*entity.stored_schema, *added], metadata={"doc": entity.description})


def _source(
    name: str, description: str, files: str, tables: Mapping[str, pa.Schema], asset_folder: str | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "config": {"external_location": f"read_parquet({files})"},
        "tables": [
            {
                "name": table,
                "description": meaning(columns),
                "config": {"meta": {"dagster": {"asset_key": [asset_folder or name, table]}}},
                "columns": [
                    {"name": column.name, "data_type": DUCKDB_TYPES[column.type], "description": meaning(column)}
                    for column in columns
                ],
            }
            for table, columns in tables.items()
        ],
    }


if __name__ == "__main__":
    SOURCES_FILE.write_text(sources_yaml(), encoding="utf-8")
