"""The event log with kept connections is Dagster's own in files and content, and its connections follow the files."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from orchestration.event_log import KEPT_CONNECTIONS, KeptSqliteEventLogStorage
from orchestration.instance import open_instance
from otklik.home.settings import Home


@dg.asset
def fine() -> None:
    """Nothing."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def _run(instance: dg.DagsterInstance) -> str:
    return dg.materialize([fine], instance=instance).run_id


def test_dagsters_own_storage_reads_every_event_that_was_written(home: Home) -> None:
    with open_instance(home) as instance:
        run = _run(instance)
        written = [record.event_log_entry.message for record in instance.get_records_for_run(run).records]
    with dg.DagsterInstance.from_config(str(home.dagster)) as plain:
        assert type(plain.event_log_storage) is SqliteEventLogStorage
        assert [record.event_log_entry.message for record in plain.get_records_for_run(run).records] == written
        assert plain.get_latest_materialization_event(dg.AssetKey("fine")).run_id == run
    assert len(written) > 5


def test_connections_are_kept_for_the_last_files_alone_and_closed_in_the_end(home: Home) -> None:
    with open_instance(home) as instance:
        runs = [_run(instance) for _ in range(KEPT_CONNECTIONS + 1)]
        storage = instance.event_log_storage
        assert isinstance(storage, KeptSqliteEventLogStorage)
        assert len(storage.kept) == KEPT_CONNECTIONS
        assert runs[-1] in storage.kept
        assert runs[0] not in storage.kept
        assert instance.get_records_for_run(runs[0]).records
    assert not storage.kept


def test_a_file_that_was_put_in_the_place_of_another_is_opened_anew(home: Home, tmp_path: Path) -> None:
    with open_instance(home) as instance:
        run = _run(instance)
        shard = Path(instance.event_log_storage.path_for_shard(run))
        for file in shard.parent.glob(f"{run}.db*"):
            file.rename(tmp_path / file.name)
        assert instance.get_records_for_run(run).records == []


def test_an_instance_that_the_operator_points_elsewhere_is_left_alone(home: Home, tmp_path: Path) -> None:
    home.dagster.mkdir(parents=True)
    (home.dagster / "dagster.yaml").write_text(
        "event_log_storage:\n  module: dagster._core.storage.event_log\n  class: ConsolidatedSqliteEventLogStorage\n"
        f"  config: {{base_dir: {tmp_path / 'log'}}}\n"
        "run_storage:\n  module: dagster._core.storage.runs\n  class: SqliteRunStorage\n"
        f"  config: {{base_dir: {tmp_path / 'runs'}}}\n"
        "schedule_storage:\n  module: dagster._core.storage.schedules\n  class: SqliteScheduleStorage\n"
        f"  config: {{base_dir: {tmp_path / 'schedules'}}}\n",
        encoding="utf-8",
    )
    with open_instance(home) as instance:
        assert type(instance.event_log_storage).__name__ == "ConsolidatedSqliteEventLogStorage"
