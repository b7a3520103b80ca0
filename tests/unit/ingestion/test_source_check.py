"""`otklik source check`: says what a run would do, and does nothing."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from otklik.cli import app
from otklik.home.errors import GateFailedError
from otklik.intake.entity import Realm
from otklik.intake.sources.check import Problem, StandIn, check_sources
from otklik.intake.sources.configuration import load_configuration

RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)
POSTS = """id,posted,author,words
1,2026-09-01,anna@example.org,яма
1,2026-09-01,anna@example.org,яма
2,never,boris,мост
3,2099-01-01,anna,двор
4,never,boris,свет
"""


def _check(deployment):
    return check_sources(load_configuration([deployment.folder / "sources.yaml"], {}), received_at=RECEIVED_AT)


@pytest.fixture
def checked(deployment):
    deployment.deliver("a.csv", POSTS)
    deployment.source()
    return deployment


def test_rows_are_told_apart_as_a_run_would(checked):
    (report,) = _check(checked)
    counts = (report.n_files, report.rows_read, report.rows_loaded, report.rows_duplicate, report.rows_quarantined)
    assert counts == (1, 5, 1, 1, 3)


def test_problems_are_counted_by_field_and_reason_with_the_first_row(checked):
    (report,) = _check(checked)
    assert report.problems == (
        Problem("posted_at", "not a date and time", 2, 3),
        Problem("posted_at", "lies in the future", 1, 4),
    )


def test_the_sample_masks_accounts(checked):
    (report,) = _check(checked)
    (row,) = report.sample
    assert row["author_subject_id"] == "(citizens account 1)"
    assert "anna" not in str(report)


def test_a_second_file_is_compared_with_the_first(checked):
    checked.deliver("b.csv", POSTS.replace("4,never", "4,2026-09-02"))
    (report,) = _check(checked)
    assert (report.n_files, report.rows_read, report.rows_loaded, report.rows_duplicate) == (2, 10, 2, 3)


def test_nothing_is_written(checked):
    before = sorted((path, path.stat().st_mtime_ns) for path in checked.folder.rglob("*"))
    _check(checked)
    assert sorted((path, path.stat().st_mtime_ns) for path in checked.folder.rglob("*")) == before


def test_a_mapping_that_does_not_fit_is_told_and_the_other_entity_is_checked_all_the_same(checked):
    file = checked.folder / "sources.yaml"
    broken = "      case_event:\n        select: select nothing as source_post_id from source\n"
    file.write_text(file.read_text(encoding="utf-8") + "\n" + broken, encoding="utf-8")
    events, posts = _check(checked)
    assert "The file's columns are: id, posted, author, words." in events.error
    assert posts.rows_read == 5


def test_the_command_prints_counts_and_fails_where_a_run_would(checked):
    runner = CliRunner()
    done = runner.invoke(app, ["source", "check", str(checked.folder / "sources.yaml"), "--as-of", "2026-09-30T00:00Z"])
    assert isinstance(done.exception, GateFailedError)
    assert "s → post: 5 rows read from 1 files: 1 would load, 1 duplicate, 3 to quarantine" in done.output
    assert "2 × posted_at: not a date and time (first at row 3)" in done.output
    assert not (checked.folder / "home").exists()


def test_stand_ins_follow_the_account_and_not_its_spelling():
    give = StandIn()
    first = give(Realm.STAFF, "staff", ["Anna@Example.org", " anna@example.org"])
    assert set(first.values()) == {"(staff account 1)"}
    assert give(Realm.CITIZENS, "staff", ["anna@example.org"]) == {"anna@example.org": "(citizens account 2)"}


def test_ids_that_a_spreadsheet_rounded_and_rows_with_one_id_are_told(deployment):
    rows = "1.58283E+18,2026-09-01 10:00,anna,яма\n1.58283E+18,2026-09-01 11:00,boris,свет\n"
    deployment.deliver("a.csv", "id,posted,author,words\n" + rows)
    deployment.source()
    (report,) = _check(deployment)
    assert (report.rows_loaded, len(report.warnings)) == (2, 2)
    versions, rounded = report.warnings
    assert versions.startswith("2 rows would load, of 1 different source_post_id: rows with one are versions")
    assert rounded.startswith("2 rows have a source_post_id such as 1.58283E+18")


def test_posts_without_words_and_without_a_place_on_earth_are_told(deployment):
    deployment.deliver("a.csv", "id,posted\n1,2026-09-01\n2,2026-09-02\n")
    select = "select id as source_post_id, posted as posted_at, 'vk' as channel, 0 as lat, 0 as lon from source"
    deployment.source(select=select)
    (report,) = _check(deployment)
    assert report.warnings == (
        "no row has words: neither intents nor topics can be told from them",
        "2 of 2 rows lie at latitude 0, longitude 0, where a place is mostly not known",
    )


def test_a_date_of_which_day_and_month_could_be_swapped_is_told_as_such(deployment):
    deployment.deliver("a.csv", "id,posted,author,words\n1,09/02/2026 01:10:00 AM,anna,яма\n")
    deployment.source()
    (report,) = _check(deployment)
    told = "day or month first? Such dates are read in the `select`, by try_strptime"
    assert report.problems == (Problem("posted_at", told, 1, 1),)


def test_files_that_the_home_has_loaded_are_told(checked):
    checked.load(load_configuration([checked.folder / "sources.yaml"], {}).sources["s"])
    checked.deliver("b.csv", POSTS.replace("мост", "мостовая"))
    as_of = ["--as-of", "2026-09-30T00:00Z", "--home", str(checked.home.root)]
    told = CliRunner().invoke(app, ["source", "check", str(checked.folder / "sources.yaml"), *as_of])
    assert "of these files the home has loaded 1 already, and a run leaves them be" in told.output
