"""Leader scores by organisation and period: computed again only where edges changed, the same bytes from any order."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from otklik.home.settings import Home
from otklik.stages.graph_tables import read_messages
from otklik.stages.scoring import partition_key, partitions, score_leaders

# sender, recipient, local day
JANUARY = [("s_a", "s_b", "2026-01-05"), ("s_c", "s_b", "2026-01-07"), ("s_b", "s_a", "2026-01-12")]
MAY = [("s_a", "s_b", "2026-05-05"), ("s_c", "s_a", "2026-05-20")]
OTHER = [("s_x", "s_y", "2026-01-05")]


def write_home(
    root: Path, city: list[tuple[str, str, str]], works: list[tuple[str, str, str]], half_life: float
) -> Home:
    (root / "lake" / "run").mkdir(parents=True, exist_ok=True)
    (root / "warehouse.duckdb").unlink(missing_ok=True)
    rows = [("city", *row) for row in city] + [("works", *row) for row in works]
    with duckdb.connect(str(root / "warehouse.duckdb")) as connection:
        connection.execute(
            "create table int_staff_message (organisation varchar, sender_subject_id varchar, "
            "recipient_subject_id varchar, sent_date date, sent_at timestamptz, n_recipients bigint)"
        )
        connection.executemany(
            "insert into int_staff_message select $1, $2, $3, $4::date, ($4 || ' 09:00:00+00')::timestamptz, 1", rows
        )
        connection.execute(
            "create table int_citizen_answer as select null::varchar as organisation, null::varchar as "
            "source_subject_id, null::varchar as target_subject_id, null::timestamptz as sent_at, "
            "null::date as sent_date where false"
        )
        connection.execute(
            f"copy (select {half_life}::double as tie_half_life_days, 25 as max_recipients, 2 as leader_top_k) "
            f"to '{root}/lake/run/settings.parquet' (format parquet)"
        )
    return Home(root)


def files(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home.lake / "enriched" / "leader_score").glob("*.parquet")}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return write_home(tmp_path, JANUARY + MAY, OTHER, 90)


def test_every_organisation_is_scored_over_the_record_its_months_and_the_last_ninety_days(home):
    summary = score_leaders(home, read_messages(home))
    table = pd.concat([pd.read_parquet(path) for path in (home.lake / "enriched" / "leader_score").glob("*.parquet")])
    found = table.groupby(["organisation", "period_kind", "period_start", "period_end"]).size()
    assert {(one, kind, str(start), str(end)): n for (one, kind, start, end), n in found.items()} == {
        ("city", "all", "2026-01-05", "2026-05-20"): 3,
        ("city", "month", "2026-01-01", "2026-01-31"): 3,
        ("city", "month", "2026-05-01", "2026-05-31"): 3,
        ("city", "rolling_90d", "2026-02-20", "2026-05-20"): 3,
        ("works", "all", "2026-01-05", "2026-01-05"): 2,
        ("works", "month", "2026-01-01", "2026-01-31"): 2,
        ("works", "rolling_90d", "2025-10-08", "2026-01-05"): 2,
    }
    assert (summary.n_computed, summary.n_reused, summary.n_rows) == (7, 0, 18)


def test_nothing_is_computed_again_when_nothing_changed(home):
    score_leaders(home, read_messages(home))
    before = files(home)
    summary = score_leaders(home, read_messages(home))
    assert (summary.n_computed, summary.n_reused) == (0, 7)
    assert files(home) == before


def test_a_late_message_computes_its_own_periods_again_and_no_others(home, tmp_path):
    score_leaders(home, read_messages(home))
    before = files(home)
    write_home(tmp_path, [*JANUARY, *MAY, ("s_c", "s_b", "2026-05-21")], OTHER, 90)
    summary = score_leaders(home, read_messages(home))
    # Of the city: the whole record, May and the last ninety days; January and the works stay.
    assert (summary.n_computed, summary.n_reused) == (3, 4)
    assert sum(files(home).get(name) == content for name, content in before.items()) == 4
    assert len(files(home)) == 7


def test_a_changed_parameter_computes_everything_again(home, tmp_path):
    score_leaders(home, read_messages(home))
    write_home(tmp_path, JANUARY + MAY, OTHER, 30)
    assert score_leaders(home, read_messages(home)).n_computed == 7


def test_messages_in_any_order_give_the_same_files_and_bytes(home, tmp_path):
    score_leaders(home, read_messages(home))
    other = write_home(tmp_path / "other", (JANUARY + MAY)[::-1], OTHER, 90)
    score_leaders(other, read_messages(other))
    assert files(other) == files(home)


def test_the_key_knows_period_and_parameters(home):
    (period, weekly), (rolling, _), *_ = partitions(read_messages(home), half_life_days=90)
    keys = {
        partition_key(period, weekly, {"k": 1}),
        partition_key(period, weekly, {"k": 2}),
        partition_key(rolling, weekly, {"k": 1}),
        partition_key(period, weekly.assign(weight=weekly["weight"] + 1e-9), {"k": 1}),
    }
    assert len(keys) == 4
