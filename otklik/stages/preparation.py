"""Makes a home ready for a run: the empty typed file of every dataset, and the run's settings where SQL reads them."""

from data_quality.gate import GATE_RESULT_SCHEMA
from orchestration import lake
from orchestration.run_context import RunContext, write_run_settings
from orchestration.stages.annotation import ENRICHED_TEXT_SCHEMAS
from orchestration.stages.graph_tables import ENRICHED_GRAPH_SCHEMAS
from orchestration.stages.leak_scanning import ENRICHED_LEAK_SCHEMAS
from orchestration.stages.near_duplicates import NEAR_DUPLICATE, NEAR_DUPLICATE_SCHEMA
from orchestration.statistics.tables import ENRICHED_STATISTICS_SCHEMAS


def prepare_home(context: RunContext) -> None:
    """Create the home's folders and datasets where they are missing, and write the run's settings."""
    schemas = ENRICHED_TEXT_SCHEMAS | ENRICHED_LEAK_SCHEMAS | ENRICHED_GRAPH_SCHEMAS | ENRICHED_STATISTICS_SCHEMAS
    lake.prepare_lake(context.home, schemas | {NEAR_DUPLICATE: NEAR_DUPLICATE_SCHEMA}, GATE_RESULT_SCHEMA)
    write_run_settings(context)
