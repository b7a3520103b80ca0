"""What `otklik status --overdue` says of a published escalation list."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from otklik.commands.overdue import overdue_lines
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    home.analyst.mkdir(parents=True)
    with duckdb.connect(str(home.analyst / "otklik.duckdb")) as connection:
        connection.execute("""
            create table escalation (
                clock varchar, authority_name varchar, escalate_to_authority_name varchar, escalation_level bigint,
                hours_late double, due_at timestamptz
            )
        """)
    return home


def _late(home, *rows):
    with duckdb.connect(str(home.analyst / "otklik.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.executemany("insert into escalation values (?, ?, ?, ?, ?, ?)", rows)


def test_the_longest_wait_comes_first_and_one_is_not_many(home):
    _late(
        home,
        ("reply", "Жилищная инспекция", "Правительство", 2, 30.0, "2026-03-01 10:00:00+00"),
        ("confirmed_fix", "Жилищная инспекция", "Правительство", 3, 1234.4, "2026-02-01 10:00:00+00"),
        ("confirmed_fix", "Жилищная инспекция", "Правительство", 3, 50.0, "2026-03-01 10:00:00+00"),
    )
    assert overdue_lines(home) == [
        "Жилищная инспекция: 2 fixes late, the longest by 1,234 h (due 2026-02-01 10:00 UTC); level 3, "
        "next: Правительство",
        "Жилищная инспекция: 1 reply late, the longest by 30 h (due 2026-03-01 10:00 UTC); level 2, "
        "next: Правительство",
    ]


def test_times_are_utc_wherever_the_machine_stands(home):
    _late(home, ("reply", "Жилищная инспекция", "Правительство", 2, 30.0, "2026-03-01 10:00:00+00"))
    command = [Path(sys.executable).with_name("otklik"), "status", "--home", home.root, "--overdue"]
    told = subprocess.run(
        command, env={**os.environ, "TZ": "Asia/Vladivostok"}, capture_output=True, text=True, check=True
    )
    assert "(due 2026-03-01 10:00 UTC)" in told.stdout


def test_nobody_late_is_said(home):
    assert overdue_lines(home) == ["Nothing is overdue."]


def test_a_home_without_a_snapshot_says_what_to_run(tmp_path):
    with pytest.raises(ConfigurationError, match="otklik run --home"):
        overdue_lines(Home(tmp_path))
