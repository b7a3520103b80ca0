"""Brings Great Expectations to read DuckDB, quietly and in memory: everything that leans on its insides is here.

Great Expectations costs seconds to import, so only functions import it. What is checked stands elsewhere.
"""

import itertools
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource


class _Dialect(StrEnum):
    """Looks like a member of Great Expectations' own enumeration of dialects, which has no DuckDB."""

    DUCKDB = "duckdb"


@cache
def gx_context() -> "EphemeralDataContext":
    """The process's one Great Expectations context: in memory, quiet, silent on the network."""
    # Read by versions that send usage statistics; it has to be set before the import.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine_module

    # Great Expectations reads a result after giving its connection back, which DuckDB does not survive, except for
    # dialects on this private list. `test_gate_engine.py` fails when the patch stops working or is no longer needed.
    engine_module._PERSISTED_CONNECTION_DIALECTS = (  # type: ignore[assignment]  # its tuple has a fixed length
        *engine_module._PERSISTED_CONNECTION_DIALECTS,
        _Dialect.DUCKDB,
    )
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


_serial = itertools.count()


@contextmanager
def open_datasource() -> "Iterator[SQLDatasource]":
    """A datasource over a fresh in-memory DuckDB, dropped afterwards."""
    context = gx_context()
    # Great Expectations opens two engines on one address; only a named database is one database for both.
    name = f"gate_{next(_serial)}"
    with warnings.catch_warnings():
        # duckdb-engine warns of reflection it lacks and nobody asked for.
        warnings.filterwarnings("ignore", module=r"duckdb_engine|great_expectations")
        datasource = context.data_sources.add_sql(name, connection_string=f"duckdb:///:memory:{name}")
        try:
            yield datasource
        finally:
            if (execution_engine := datasource._execution_engine) is not None:
                execution_engine.close()
                execution_engine.engine.dispose()
            datasource.get_engine().dispose()
            context.data_sources.delete(name)
