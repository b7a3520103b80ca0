"""Retention: words of internal messages go when their time is over, wherever they are."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from otklik.privacy.retention import enforce_retention
from otklik.stages.preparation import prepare_datasets

MAIL = (
    "id,sent,sender,recipients,subject\n"
    "1,2026-08-30T00:00:00Z,a,b,старое\n2,2026-08-31T00:00:00Z,a,b,на границе\n3,2026-09-29T00:00:00Z,b,a,новое\n"
    "4,never,b,a,без даты\n"
)
SELECT = (
    "select id as source_message_id, sent as sent_at, sender, [recipients] as recipients, 'mail' as kind, subject "
    "from source"
)
AT = datetime(2026, 9, 30, tzinfo=UTC)


@pytest.fixture
def home(deployment):
    deployment.deliver("mail.csv", MAIL)
    deployment.load(deployment.source("message", SELECT), "message")
    prepare_datasets(deployment.home)
    return deployment.home


def _words(home):
    return duckdb.execute(
        f"select subject from read_parquet('{home.restricted}/message_text/*/*.parquet') order by 1"
    ).fetchall()


def test_words_older_than_the_days_go_and_a_message_of_the_last_day_stays(home):
    summary = enforce_retention(home, at=AT, days=30)
    assert _words(home) == [("на границе",), ("новое",)]
    assert (summary.rows_dropped, summary.rows_kept) == (1, 2)
    assert summary.limit_at == datetime(2026, 8, 31, tzinfo=UTC)


def test_a_second_sweep_drops_nothing(home):
    enforce_retention(home, at=AT, days=30)
    assert enforce_retention(home, at=AT, days=30).rows_dropped == 0


def test_a_load_without_words_left_is_no_file_and_the_dataset_still_has_its_schema(home):
    enforce_retention(home, at=AT + timedelta(days=60), days=30)
    assert _words(home) == []
    assert [path.name for path in home.restricted.rglob("*.parquet")] == ["load=_empty.parquet"]


def test_refused_rows_go_with_the_age_of_their_load(home):
    assert enforce_retention(home, at=AT + timedelta(days=30), days=30).quarantine_files_dropped == 0
    assert enforce_retention(home, at=AT + timedelta(days=31), days=30).quarantine_files_dropped == 1
    assert not list(home.quarantine.rglob("*.parquet"))


def test_words_of_retired_loads_go_too(home, deployment):
    deployment.load(deployment.source("message", SELECT + " where true"), "message")
    retired = list((home.restricted / "retired").rglob("message_text/*/*.parquet"))
    assert len(retired) == 1
    enforce_retention(home, at=AT + timedelta(days=60), days=30)
    assert not retired[0].exists()


def test_the_metadata_of_the_messages_stays(home, deployment):
    before = deployment.rows(entity="message")
    enforce_retention(home, at=AT + timedelta(days=60), days=30)
    assert deployment.rows(entity="message") == before
