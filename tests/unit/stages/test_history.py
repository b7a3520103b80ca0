"""What a snapshot said is kept: once an instant, and for as long as the deployment says."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.sources.parameters import Parameters
from otklik.run_context import SETTINGS_SCHEMA, SOURCE_SCHEMA
from otklik.stages.history import note_published_figures
from otklik.stages.preparation import prepare_datasets


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two incidents of one authority on the last of February, one answered the next day, on which a third one came."""
    home = Home(tmp_path)
    prepare_datasets(home)
    source = dict.fromkeys(SOURCE_SCHEMA.names) | {"source": "vk", "time_zone": "Europe/Samara"}
    lake.write_table(home.lake / "run" / "source.parquet", pa.Table.from_pylist([source], schema=SOURCE_SCHEMA))
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("""
            create table int_incident_daily_change as
            select 'a' as authority_id, 'm' as municipality_id, 'roads' as group_code, 0 as n_overdue_change,
                0 as n_confirmed, 0 as n_ripe, 0 as n_on_time, *
            from (values (date '2026-02-28', 2, 2, 0), (date '2026-03-01', 0, 1, 1))
                as v (change_date, n_open_change, n_received, n_answered)
        """)
    return home


def note(home: Home, as_of: datetime) -> list[str]:
    row = {"as_of": as_of, "run_key": "run", **Parameters(history_days=30).model_dump()}
    lake.write_table(home.lake / "run" / "settings.parquet", pa.Table.from_pylist([row], schema=SETTINGS_SCHEMA))
    note_published_figures(home)
    return sorted(path.name for path in (home.lake / "history" / "published_figure").glob("as_of=*"))


def test_figures_are_kept_as_they_were_published_of_the_last_whole_day(home: Home) -> None:
    # Two hours after midnight in Samara.
    (name,) = note(home, datetime(2026, 2, 28, 22, tzinfo=UTC))

    assert name == "as_of=20260228T220000Z.parquet"
    assert pq.read_table(home.lake / "history" / "published_figure" / name).to_pylist() == [
        {
            "as_of": datetime(2026, 2, 28, 22, tzinfo=UTC),
            "history_date": date(2026, 2, 28),
            "authority_id": "a",
            "municipality_id": "m",
            "group_code": "roads",
            "n_open": 2,
            "n_overdue": 0,
            "n_received": 2,
            "n_answered": 0,
            "n_confirmed": 0,
            "n_ripe": 0,
            "n_on_time": 0,
        }
    ]


def test_the_same_instant_published_again_is_said_once(home: Home) -> None:
    note(home, datetime(2026, 3, 1, tzinfo=UTC))

    assert note(home, datetime(2026, 3, 1, tzinfo=UTC)) == ["as_of=20260301T000000Z.parquet"]


def test_what_was_said_is_forgotten_when_its_days_are_over(home: Home) -> None:
    note(home, datetime(2026, 3, 1, tzinfo=UTC))
    note(home, datetime(2026, 3, 2, tzinfo=UTC))

    assert note(home, datetime(2026, 4, 1, tzinfo=UTC)) == [
        "as_of=20260302T000000Z.parquet",
        "as_of=20260401T000000Z.parquet",
    ]
