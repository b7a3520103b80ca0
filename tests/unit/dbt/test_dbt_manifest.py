"""The manifest is one file for every home of a machine, and dbt writes it in place."""

import fcntl
import threading

from orchestration.dbt_bridge import dbt_manifest
from orchestration.settings import DBT_PROJECT_DIR


def test_nobody_reads_the_manifest_while_another_process_may_be_writing_it():
    dbt_manifest()
    found = []
    reader = threading.Thread(target=lambda: found.append(dbt_manifest()))
    with (DBT_PROJECT_DIR / "target" / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        reader.start()
        reader.join(1.5)
        assert reader.is_alive()
        assert not found
    reader.join(60)
    assert found[0]["metadata"]["project_name"] == "otklik"
