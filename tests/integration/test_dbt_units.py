"""dbt's own unit tests: clocks, states, joins, each on a few invented rows."""

from otklik.home.settings import DBT_PROJECT_DIR, Home
from otklik.warehouse.dbt_args import unit_test_args
from otklik.warehouse.dbt_project import dbt_manifest, invoke_dbt


def test_every_dbt_unit_test_passes(published, tmp_path):
    home = published.copy(tmp_path).home
    # raises with the failing tests' names
    invoke_dbt(Home(home), unit_test_args(DBT_PROJECT_DIR, tmp_path / "dbt"))
    assert len(dbt_manifest(Home(home))["unit_tests"]) >= 10
