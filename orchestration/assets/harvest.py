"""Pages of APIs: one daily-partitioned asset for each source with an `api` block, before its raw loads."""

import os
from dataclasses import asdict
from datetime import date
from typing import Any

import dagster as dg

from orchestration.assets.asset_types import Materialized
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.intake.harvesting.harvest import harvest, inbox_folder
from otklik.intake.sources.configuration import Configuration, Source

INBOX = "inbox"
"""Group of these assets; the refresh job leaves it out, since a job of days must be told which."""


class FetchConfig(dg.Config):
    """What a run may be asked for.

    Attributes:
        is_again: also fetch days that are there, for posts that came or changed late.
    """

    is_again: bool = False


def inbox_key(source: str) -> dg.AssetKey:
    """Key of the asset that fetches a source's days."""
    return dg.AssetKey([INBOX, source])


def build_inbox_assets(configuration: Configuration) -> list[dg.AssetsDefinition]:
    """An asset per source with an API, in the order of their names."""
    return [_inbox_asset(source) for source in configuration.sources.values() if source.api is not None]


def build_inbox_jobs(configuration: Configuration) -> list[Any]:
    """A job per source with an API, over its days: two sources may begin on other days and in other zones."""
    return [
        dg.define_asset_job(
            f"fetch_{source.name}",
            dg.AssetSelection.assets(inbox_key(source.name)),
            description=f"Fetch days of {source.title}.",
        )
        for source in configuration.sources.values()
        if source.api is not None
    ]


def build_inbox_schedules(jobs: list[Any]) -> list[Any]:
    """Each fetching job once a day, for the day that ended; off until somebody turns it on."""
    return [
        dg.build_schedule_from_partitioned_job(
            job, hour_of_day=3, minute_of_hour=30, default_status=dg.DefaultScheduleStatus.STOPPED
        )
        for job in jobs
    ]


def _days(source: Source) -> dg.DailyPartitionsDefinition:
    """Finished days in the source's zone."""
    assert source.api is not None
    return dg.DailyPartitionsDefinition(start_date=source.api.first_day.isoformat(), timezone=source.time_zone)


def _inbox_asset(source: Source) -> dg.AssetsDefinition:
    @dg.asset(
        key=inbox_key(source.name),
        group_name=INBOX,
        kinds={source.format.value, "http"},
        owners=["team:ingestion"],
        tags={"otklik/source": source.name},
        description=f"{source.title}: pages of the API, a folder a day. One file line per item.",
        metadata={"path": str(inbox_folder(source))},
        partitions_def=_days(source),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    @telling
    def fetch(context: dg.AssetExecutionContext, config: FetchConfig, run: RunResource) -> Materialized:
        del run  # holds the home: no ingestion reads a folder that steps aside
        days = [date.fromisoformat(key) for key in context.partition_keys]
        # the client tries often enough; after an error another run continues behind the last finished day
        harvested = harvest(source, days, os.environ, is_again=config.is_again)
        for one in harvested:
            figures = {name: value for name, value in asdict(one).items() if name != "day"}
            context.add_asset_metadata(figures, partition_key=one.day.isoformat())
        return dg.MaterializeResult()

    return fetch
