"""Whole runs over a source that went wrong: a run stops, or goes on without the source and says what is missing."""

import json
from dataclasses import dataclass
from datetime import date
from io import StringIO
from subprocess import CompletedProcess

import pytest
from ruamel.yaml import YAML

from tests.faults.corruptions import each
from tests.faults.daily_region import Deliveries, deliveries_of, evening, name_of
from tests.integration.conftest import Deployment

# Six whole runs over three weeks of deliveries.
pytestmark = pytest.mark.soak


@dataclass(frozen=True)
class Story:
    """What each run of one home came to, in their order."""

    deployment: Deployment
    last: date
    n_last: int
    runs: dict[str, tuple[CompletedProcess[str], str]]
    seen: dict[str, list[tuple]]


def _sources(deliveries: Deliveries) -> str:
    content = YAML(typ="rt").load(deliveries.sources.replace("${INBOX}", "inbox"))
    del content["as_of"]
    content["sources"] = {name: content["sources"][name] for name in ("portal", "directory")}
    text = StringIO()
    YAML(typ="rt").dump(content, text)
    return text.getvalue()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three weeks are published; the next day's posts come without authors, and five runs look at them."""
    folder = tmp_path_factory.mktemp("days")
    deliveries = deliveries_of(folder, 4, posts=6_000, messages=300)
    one = Deployment(folder / "home", folder / "sources.yaml")
    one.sources.write_text(_sources(deliveries), encoding="utf-8")
    days = sorted(deliveries.rows["portal"])[:22]
    for source in ("portal", "directory"):
        inbox = folder / "inbox" / source
        inbox.mkdir(parents=True)
        for day, rows in deliveries.rows[source].items():
            if day < days[-1]:
                (inbox / name_of(source, day)).write_bytes(deliveries.content(source, rows))
    assert one.otklik("run", "--as-of", evening(days[-2]).isoformat()).returncode == 0
    rows = deliveries.rows["portal"][days[-1]]
    wrong = deliveries.content("portal", each(reporter=lambda _: None)(rows))
    (folder / "inbox" / "portal" / name_of("portal", days[-1])).write_bytes(wrong)

    story = Story(one, days[-1], len(rows), {}, {})
    for name, options in (
        ("stopped", ()),
        ("stopped again", ()),
        ("without", ("--on-failure", "portal=publish_without")),
        ("stopped after", ()),
        ("accepted", ("--on-failure", "accept")),
    ):
        result = one.otklik("run", "--json", "--as-of", evening(days[-1]).isoformat(), *options)
        story.runs[name] = result, one.current.name
        if result.returncode == 0:
            story.seen[name] = one.query(
                "select is_missing, missing_since::date, n_deliveries_missing, n_rows_missing, missing_reason "
                "from meta_freshness where source = 'portal' and entity = 'post'"
            )
            story.seen[f"{name} posts"] = one.query(
                f"select count(*) from fct_post where posted_at >= timestamptz '{days[-1]} 00:00:00+04'"
            )
            story.seen[f"{name} status"] = [(one.otklik("status").stdout,)]
    return story


def test_a_bad_delivery_stops_the_run_and_is_named(story: Story):
    result, snapshot = story.runs["stopped"]
    assert result.returncode == 3
    assert "arriving_post.empty_author: expected empty_author ≤ 0.15, found 1." in result.stderr
    again, same = story.runs["stopped again"]
    assert (again.returncode, same) == (3, snapshot)


def test_one_run_goes_on_without_the_source_and_says_what_is_missing_since_when(story: Story):
    result, snapshot = story.runs["without"]
    assert result.returncode == 0, result.stderr
    assert snapshot != story.runs["stopped"][1]
    (told,) = json.loads(result.stdout)["missing"]
    assert (told["source"], told["entity"], told["n_deliveries"], told["n_rows"]) == ("portal", "post", 1, story.n_last)
    assert told["missing_since"] < str(story.last)
    ((is_missing, since, n_deliveries, n_rows, reason),) = story.seen["without"]
    assert (is_missing, n_deliveries, n_rows) == (True, 1, story.n_last)
    assert since < story.last
    assert reason.startswith("arriving_post.empty_author: expected empty_author ≤ 0.15, found 1.")
    assert story.seen["without posts"] == [(0,)]
    assert f"Missing: post of portal since {told['missing_since']}" in story.seen["without status"][0][0]


def test_the_next_run_does_not_call_it_nothing_new(story: Story):
    result, snapshot = story.runs["stopped after"]
    assert result.returncode == 3
    assert snapshot == story.runs["without"][1]


def test_a_delivery_that_is_right_after_all_is_accepted_for_one_run(story: Story):
    result, snapshot = story.runs["accepted"]
    assert result.returncode == 0, result.stderr
    assert snapshot not in (story.runs["without"][1], story.runs["stopped"][1])
    assert json.loads(result.stdout)["missing"] == []
    assert story.seen["accepted"] == [(False, None, None, None, None)]
    assert story.seen["accepted posts"] == [(story.n_last,)]
    warned = story.deployment.query(
        "select severity, count(*) from meta_gate_result "
        "where column_name = 'empty_author' and not is_passed group by all"
    )
    assert warned == [("warning", 1)]
