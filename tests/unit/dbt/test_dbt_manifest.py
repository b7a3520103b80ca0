"""The manifest is one file of a home, and dbt writes it in place."""

import threading

from otklik.home.lock import held_file
from otklik.home.settings import Home
from otklik.warehouse.dbt_project import dbt_manifest


def test_nobody_reads_the_manifest_while_another_process_may_be_writing_it(tmp_path):
    home = Home(tmp_path)
    dbt_manifest(home)
    found = []
    reader = threading.Thread(target=lambda: found.append(dbt_manifest(home)))
    with held_file(home.dbt_target / "lock"):
        reader.start()
        reader.join(1.5)
        assert reader.is_alive()
        assert not found
    reader.join(60)
    assert found[0]["metadata"]["project_name"] == "otklik"
