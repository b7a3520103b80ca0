"""`otklik source check` says beforehand what the gate would say of the day's files; exits with 3 where a run would."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from otklik.cli import app
from otklik.home.errors import GateFailedError
from tests.faults.corruptions import CASE, EVENT, each
from tests.faults.daily_region import Region, deliveries_of, evening, name_of, with_history


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("region")
    deliveries = deliveries_of(folder, 4)
    return with_history(folder / "base", deliveries, [CASE, EVENT], sorted(deliveries.rows["portal"])[36])


@pytest.fixture
def day(region: Region):
    return sorted(region.deliveries.rows["portal"])[36]


def check(region: Region, day, *, on_failure: str = "stop", home: Path | None = None):
    content = YAML(typ="rt").load(region.deliveries.sources.replace("${INBOX}", str(region.folder / "inbox")))
    content["sources"] = {"portal": content["sources"]["portal"] | {"on_failure": on_failure}}
    path = region.folder / "checked.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="rt").dump(content, file)
    options = ["--as-of", evening(day).isoformat(), "--home", str(home or region.home.root)]
    return CliRunner().invoke(app, ["source", "check", str(path), *options])


@pytest.fixture
def wrong(region: Region, day):
    rows = each(reporter=lambda _: None)(region.deliveries.rows["portal"][day])
    region.deliver("portal", {name_of("portal", day): region.deliveries.content("portal", rows)})


def test_a_bad_file_is_told_with_the_words_of_the_gate_and_exits_with_3(region: Region, day, wrong):
    before = sorted(path for path in region.home.root.rglob("*"))
    told = check(region, day)

    assert isinstance(told.exception, GateFailedError)  # the command line exits with 3
    assert "stops a run: arriving_post.empty_author: expected empty_author ≤ 0.15, found 1." in told.output
    assert sorted(path for path in region.home.root.rglob("*")) == before


def test_a_source_that_others_go_on_without_stops_nobody(region: Region, day, wrong):
    told = check(region, day, on_failure="publish_without")

    assert told.exit_code == 0
    assert "would stay out: arriving_post.empty_author" in told.output


def test_a_deployment_without_a_past_is_told_only_what_always_holds(region: Region, day, wrong, tmp_path: Path):
    told = check(region, day, home=tmp_path / "no home")

    assert told.exit_code == 0
    assert "empty_author" not in told.output


def test_the_same_file_as_it_should_be_would_pass(region: Region, day):
    rows = region.deliveries.rows["portal"][day]
    region.deliver("portal", {name_of("portal", day): region.deliveries.content("portal", rows)})

    told = check(region, day)

    assert "stops a run" not in told.output
    assert told.exit_code == 0
