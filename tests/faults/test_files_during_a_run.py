"""Files that change while a run works start one run after it, however many they are."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from orchestration.sensors import build_sensors
from otklik.home.settings import Home
from otklik.intake.sources.configuration import load_configuration

SOURCES = """
version: 1
sources:
  hotline:
    title: Горячая линия
    path: inbox/*.csv
    format: csv
    entities:
      post: {select: select id as source_post_id from source}
"""
# Dagster queues only what another process could load again.
ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("orchestration.definitions"), "__repository__"), "refresh"
)
STARTED, QUEUED = dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_ENQUEUED


@dg.asset
def table() -> None:
    """Stands for everything that a refresh makes."""


@dataclass
class Inbox:
    """A folder of deliveries, the sensor on it, and the runs that Dagster knows."""

    folder: Path
    sensor: dg.SensorDefinition
    repository: dg.RepositoryDefinition
    instance: dg.DagsterInstance
    cursor: str | None = None

    def change(self, name: str) -> None:
        """A file comes, or changes."""
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write("id\n1\n")

    def tick(self) -> list[str | None]:
        """Let the sensor look; keys of the runs it asks for. One without a key is started whatever was before."""
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, repository_def=self.repository, sensor_name="new_files"
        )
        seen = self.sensor.evaluate_tick(context)
        self.cursor = seen.cursor
        return [request.run_key for request in seen.run_requests or ()]

    def run(self, happened: dg.DagsterEventType) -> str:
        """A refresh to which this happened last."""
        run_id = self.instance.create_run_for_job(self.repository.get_job("refresh"), remote_job_origin=ORIGIN).run_id
        event = dg.DagsterEvent(happened.value, job_name="refresh")
        self.instance.handle_new_event(
            dg.EventLogEntry(None, logging.INFO, "", run_id, time.time(), job_name="refresh", dagster_event=event)
        )
        return run_id


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    """An inbox with one file that the sensor has seen."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    refresh = dg.define_asset_job("refresh", dg.AssetSelection.all())
    configuration = load_configuration((tmp_path / "sources.yaml",))
    sensors = build_sensors(refresh, configuration, Home(tmp_path / "home"))
    repository = dg.Definitions(assets=[table], jobs=[refresh], sensors=sensors).get_repository_def()
    with dg.DagsterInstance.ephemeral() as instance:
        made = Inbox(tmp_path / "inbox", repository.get_sensor_def("new_files"), repository, instance)
        made.change("1.csv")
        assert made.tick() == [None]
        yield made


def test_nothing_new_asks_for_no_run(inbox):
    assert inbox.tick() == []


def test_two_changes_during_a_run_queue_one_run_and_a_third_after_it_began_another(inbox):
    inbox.run(STARTED)
    inbox.change("2.csv")
    assert inbox.tick() == [None]
    queued = inbox.run(QUEUED)
    inbox.change("3.csv")
    assert inbox.tick() == []
    assert inbox.instance.get_run_by_id(queued).status is dg.DagsterRunStatus.QUEUED
    inbox.instance.delete_run(queued)
    inbox.run(STARTED)
    inbox.change("4.csv")
    assert inbox.tick() == [None]


def test_a_file_that_comes_and_goes_again_starts_a_run_each_time(inbox):
    before = inbox.cursor
    inbox.change("2.csv")
    assert inbox.tick() == [None]
    (inbox.folder / "2.csv").unlink()
    assert inbox.tick() == [None]
    assert inbox.cursor == before
