"""Makes a home ready for a run: the empty typed file of every dataset, and the run's settings where SQL reads them."""

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.entities import entities
from otklik.run_context import RunContext, write_run_settings
from otklik.stages.annotation import ENRICHED_TEXT_SCHEMAS
from otklik.stages.graph_tables import ENRICHED_GRAPH_SCHEMAS
from otklik.stages.incident_statistics import ENRICHED_STATISTICS_SCHEMAS
from otklik.stages.leak_scanning import ENRICHED_LEAK_SCHEMAS
from otklik.stages.near_duplicates import NEAR_DUPLICATE, NEAR_DUPLICATE_SCHEMA


def prepare_home(context: RunContext) -> None:
    """Create the home's folders and datasets where they are missing, and write the run's settings."""
    prepare_datasets(context.home)
    write_run_settings(context)


def prepare_datasets(home: Home) -> None:
    """Create the empty typed file of every dataset of the lake that has none."""
    schemas = ENRICHED_TEXT_SCHEMAS | ENRICHED_LEAK_SCHEMAS | ENRICHED_GRAPH_SCHEMAS | ENRICHED_STATISTICS_SCHEMAS
    raw = {entity.name: entity.stored_columns for entity in entities().values()}
    lake.prepare_lake(home, raw, schemas | {NEAR_DUPLICATE: NEAR_DUPLICATE_SCHEMA})
