"""An incremental build ends where a full one does, whatever happened to the lake in between."""

import pytest

from tests.unit.dbt import dbt_files
from tests.unit.dbt.dbt_home import DbtHome

POTHOLE = "Во дворе дома яма, машины объезжают по газону"
DEEPER = "Во дворе дома яма стала глубже, просим засыпать"
LAMP = "На остановке второй месяц не горит фонарь"
THANKS = "Спасибо, фонарь на остановке починили"


def post(number, at, text=None, **changes):
    return {"source_post_id": f"p{number}", "posted_at": f"2026-03-{at} 10:00:00+00", "text": text} | changes


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home built twice: on two loads, then after everything that may happen to a lake has happened."""
    path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTKLIK_HOME", str(path))
        home = DbtHome(path)
        first = [post(1, "01", POTHOLE), post(2, "02", POTHOLE), post(3, "03", LAMP), post(4, "03", LAMP)]
        home.load_posts("first", first)
        home.load_posts(
            "retired", [post(5, "04", LAMP), post(3, "03", edited_at="2026-03-05 10:00:00+00", text=THANKS)]
        )
        home.label_texts("v1", {POTHOLE: "complaint", LAMP: "complaint", THANKS: "thanks"})
        home.build()
        home.retire_load("retired")
        home.load_posts(
            "second",
            [
                post(1, "01", edited_at="2026-03-06 10:00:00+00", text=DEEPER),
                post(2, "02", edited_at="2026-02-01 10:00:00+00", text=DEEPER),
                post(4, "03", is_deleted=True),
                post(6, "01", LAMP, posted_at="2024-01-01 10:00:00+00"),
            ],
        )
        home.label_texts("v2", {LAMP: "question", DEEPER: "complaint"})
        home.build()
        yield home


@pytest.fixture(scope="module")
def live(home):
    query = "select source_post_id, text, intent, model_version from fct_post"
    return {number: (text, intent, version) for number, text, intent, version in home.rows(query)}


def test_late_edit_replaces_the_words(live):
    assert live["p1"] == (DEEPER, "complaint", "v2")


def test_version_older_than_the_stored_one_changes_nothing(live):
    assert live["p2"] == (POTHOLE, "complaint", "v1")


def test_edit_of_a_retired_load_is_undone(live):
    assert live["p3"][0] == LAMP


def test_text_labelled_by_a_newer_model_is_computed_again(live):
    assert live["p3"] == (LAMP, "question", "v2")


def test_deleted_post_is_gone(live):
    assert "p4" not in live


def test_post_known_only_from_a_retired_load_is_gone(live):
    assert "p5" not in live


def test_post_written_long_ago_and_loaded_late_is_not_missed(live):
    assert live["p6"] == (LAMP, "question", "v2")


def test_equal_words_too_far_apart_are_two_incidents(home):
    query = """
        select list(source_post_id order by source_post_id)
        from bridge_incident_post inner join fct_post using (post_id)
        group by incident_id order by all
    """
    assert home.rows(query) == [(["p1"],), (["p2"],), (["p3"],), (["p6"],)]


def test_incremental_build_equals_a_full_one(home, monkeypatch):
    monkeypatch.setenv("OTKLIK_HOME", str(home.path))
    incremental = home.tables()
    home.build(is_full_refresh=True)
    full = home.tables()
    assert {name for name in full if full[name] != incremental[name]} == set()


def test_every_column_that_was_built_is_described(home):
    built = dict(home.rows("select table_name, list(column_name) from duckdb_columns() group by table_name"))
    for name, model in dbt_files.models().items():
        if name in built:
            listed = {column["name"] for column in model.columns}
            assert listed <= set(built[name]) <= listed | set(dbt_files.passed_on(name)), name
