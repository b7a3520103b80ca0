"""A column of a table of inferences is declared once, beside the code that makes it, and arrives everywhere."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from otklik.home.settings import Home
from otklik.publishing.mart_contracts import mart_contracts
from otklik.stages.dbt_sources import sources_yaml
from otklik.stages.preparation import ENRICHED_SCHEMAS, prepare_datasets
from otklik.warehouse.dbt_project import dbt_manifest
from tests.unit.dbt import dbt_files
from tests.unit.dbt.dbt_home import DbtHome

EMPTY = "lake/enriched/{}/_empty.parquet"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home made before the table `role` got a column more."""
    made = DbtHome(tmp_path_factory.mktemp("home"))
    reach = pa.field("reach", pa.float64(), True, {"doc": "People within two steps."})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENRICHED_SCHEMAS, "role", ENRICHED_SCHEMAS["role"].append(reach))
        yield made


def test_a_column_that_a_table_gets_arrives_in_an_older_home_in_dbts_source_and_in_staging(home):
    untouched = home.path / EMPTY.format("leader_score")
    written = untouched.stat().st_mtime_ns

    prepare_datasets(Home(home.path))
    home.build("stg_role")

    assert pq.read_schema(home.path / EMPTY.format("role")) == ENRICHED_SCHEMAS["role"]
    assert untouched.stat().st_mtime_ns == written
    (enriched,) = (one for one in yaml.safe_load(sources_yaml())["sources"] if one["name"] == "enriched")
    (role,) = (table for table in enriched["tables"] if table["name"] == "role")
    assert role["columns"][-1] == {"name": "reach", "data_type": "DOUBLE", "description": "People within two steps."}
    staged = home.rows("select column_name, data_type from duckdb_columns() where table_name = 'stg_role'")
    assert staged[-1] == ("reach", "DOUBLE")


def test_contracts_read_from_the_files_are_those_that_dbt_hands_on(home):
    assert mart_contracts(dbt_manifest(Home(home.path))) == mart_contracts(dbt_files.manifest())
