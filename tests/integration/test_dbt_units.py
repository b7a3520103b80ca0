"""dbt's own unit tests: clocks, states, joins, each on a few invented rows."""

from orchestration.dbt_args import unit_test_args
from orchestration.dbt_bridge import dbt_manifest, invoke_dbt
from orchestration.settings import DBT_PROJECT_DIR, Home


def test_every_dbt_unit_test_passes(published, tmp_path):
    home = published.copy(tmp_path).home
    # raises with the failing tests' names
    invoke_dbt(Home(home), unit_test_args(DBT_PROJECT_DIR, tmp_path / "dbt"))
    assert len(dbt_manifest()["unit_tests"]) >= 10
