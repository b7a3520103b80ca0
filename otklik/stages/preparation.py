"""Makes a home ready for a run: the empty typed file of every dataset, and the run's settings where SQL reads them."""

import pyarrow as pa

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.arrivals.acceptance import MISSING_SCHEMA
from otklik.intake.entities import entities
from otklik.intake.ingestion.ledger import LEDGER_SCHEMA
from otklik.intake.reference_entities import REFERENCE_ENTITIES
from otklik.run_context import RunContext, write_run_settings
from otklik.stages.annotation import ENRICHED_TEXT_SCHEMAS
from otklik.stages.graph_tables import ENRICHED_GRAPH_SCHEMAS
from otklik.stages.history import PUBLISHED_FIGURE_SCHEMA, empty_path
from otklik.stages.incident_joining import ENRICHED_JOINING_SCHEMAS
from otklik.stages.incident_statistics import ENRICHED_STATISTICS_SCHEMAS
from otklik.stages.leak_scanning import ENRICHED_LEAK_SCHEMAS
from otklik.stages.near_duplicates import NEAR_DUPLICATE, NEAR_DUPLICATE_SCHEMA
from otklik.stages.public_cells import ENRICHED_PUBLIC_SCHEMAS

ENRICHED_SCHEMAS: dict[str, pa.Schema] = {
    **ENRICHED_TEXT_SCHEMAS,
    NEAR_DUPLICATE: NEAR_DUPLICATE_SCHEMA,
    **ENRICHED_LEAK_SCHEMAS,
    **ENRICHED_GRAPH_SCHEMAS,
    **ENRICHED_JOINING_SCHEMAS,
    **ENRICHED_STATISTICS_SCHEMAS,
    **ENRICHED_PUBLIC_SCHEMAS,
}
"""Every table under `lake/enriched/` → its columns."""


def prepare_home(context: RunContext) -> None:
    """Create the home's folders and datasets where they are missing, and write the run's settings."""
    prepare_datasets(context.home)
    write_run_settings(context)


def prepare_datasets(home: Home) -> None:
    """Create the home's folders and the empty typed file of every dataset where they are missing."""
    raw = {lake.load_path(home, entity.name, "_none", "_empty"): entity.stored_schema for entity in entities().values()}
    enriched = {
        home.lake / "enriched" / table / "_empty.parquet": columns for table, columns in ENRICHED_SCHEMAS.items()
    }
    others = {
        lake.ledger_path(home, "_none", "_none", "_empty"): LEDGER_SCHEMA,
        lake.message_text_path(home, "_none", "_empty"): lake.MESSAGE_TEXT_SCHEMA,
        home.lake / "missing" / "_empty.parquet": MISSING_SCHEMA,
        home.lake / "gates" / "run=_none" / "gate=_empty.parquet": lake.GATE_RESULT_SCHEMA,
        empty_path(home): PUBLISHED_FIGURE_SCHEMA,
    }
    reference = {lake.reference_path(home, entity.name): entity.reference_schema for entity in REFERENCE_ENTITIES}
    lake.prepare_lake(home, raw | reference | enriched | others)
