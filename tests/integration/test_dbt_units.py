"""dbt in a home: its own unit tests, and its manifest, which is one file that dbt writes in place."""

import threading

from otklik.home.lock import held_file
from otklik.home.settings import DBT_PROJECT_DIR, Home
from otklik.warehouse.dbt_args import unit_test_args
from otklik.warehouse.dbt_project import dbt_manifest, invoke_dbt


def test_every_dbt_unit_test_passes(published, tmp_path):
    home = published.copy(tmp_path).home
    # raises with the failing tests' names
    invoke_dbt(Home(home), unit_test_args(DBT_PROJECT_DIR, tmp_path / "dbt"))
    assert len(dbt_manifest(Home(home))["unit_tests"]) >= 10


def test_nobody_reads_the_manifest_while_another_process_may_be_writing_it(published):
    home = Home(published.home)
    found = []
    reader = threading.Thread(target=lambda: found.append(dbt_manifest(home)))
    with held_file(home.dbt_target / "lock", refusal=TimeoutError):
        reader.start()
        reader.join(1.5)
        assert reader.is_alive()
        assert not found
    reader.join(60)
    assert found[0]["metadata"]["project_name"] == "otklik"
