"""`sources.yaml`: every problem names file, line, key and what is accepted."""

import json
from pathlib import Path

import pytest

from otklik.home.errors import ConfigurationError
from otklik.intake.sources.configuration import json_schema, load_configuration
from otklik.intake.sources.one_run import on_failure_for_one_run

GOOD = """\
version: 1
time_zone: Europe/Samara
region: Приволье край
sources:
  wall:
    title: Стена
    path: inbox/*.csv
    format: csv
    entities:
      post:
        select: select 1
"""


@pytest.fixture
def load(tmp_path):
    def load_text(*texts, environment=None):
        paths = []
        for number, text in enumerate(texts):
            path = tmp_path / f"{number}.yaml"
            path.write_text(text, encoding="utf-8")
            paths.append(path)
        return load_configuration(paths, environment or {})

    return load_text


def test_defaults_of_the_file_reach_its_sources_and_paths_become_absolute(load, tmp_path):
    source = load(GOOD).sources["wall"]
    assert (source.time_zone, source.region) == ("Europe/Samara", "Приволье край")
    assert source.path == str(tmp_path / "inbox/*.csv")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "format: csv",
            "format: xls",
            r"0\.yaml, line 8: sources\.wall\.format: .*'csv', 'jsonl', 'json'.*'xls'",
        ),
        ("Europe/Samara", "Europe/Samarra", r"line 2: time_zone: unknown time zone.*IANA.*'Europe/Samarra'"),
        (
            "      post:",
            "      tweet:",
            r"line 9: sources\.wall\.entities: unknown entity tweet; accepted are post, case_event",
        ),
        ("    title: Стена", "    name: Стена", r"line 6: sources\.wall\.name: unknown key; accepted are title, path"),
        ("version: 1", "version: 2", r"line 1: version: input should be 1 \(found '2'\)"),
        ("    path: inbox/*.csv\n", "", r"sources\.wall\.path: required, and not there"),
        ("version: 1", "version: [", r"line \d+: not YAML"),
        ("  wall:", "  Wall Posts:", r"sources\.Wall Posts: string should match pattern"),
    ],
)
def test_a_problem_names_file_line_key_and_what_is_accepted(load, old, new, message):
    with pytest.raises(ConfigurationError, match=message):
        load(GOOD.replace(old, new))


def test_every_problem_is_named_at_once(load):
    with pytest.raises(ConfigurationError) as caught:
        load(GOOD.replace("csv", "xls").replace("title", "name"))
    assert len(str(caught.value).splitlines()) >= 3


def test_a_missing_file_says_how_to_begin(tmp_path):
    with pytest.raises(ConfigurationError, match=r"no such sources file.*otklik demo"):
        load_configuration([tmp_path / "none.yaml"], {})


def test_files_merge_and_must_not_name_a_source_twice(load):
    assert sorted(load(GOOD, GOOD.replace("wall", "forum")).sources) == ["forum", "wall"]
    with pytest.raises(ConfigurationError, match="'wall' is defined in two files"):
        load(GOOD, GOOD)


def test_instants_that_files_pin_are_kept_apart(load):
    pinned = "as_of: 2026-09-30T00:00:00Z\n" + GOOD
    other = "as_of: 2026-09-29T00:00:00Z\n" + GOOD.replace("wall", "forum")
    assert load(GOOD).pinned == ()
    assert [at.isoformat() for at in load(pinned, other).pinned] == [
        "2026-09-29T00:00:00+00:00",
        "2026-09-30T00:00:00+00:00",
    ]


def test_parameters_must_agree(load):
    one = GOOD + "parameters: {min_group_size: 5}\n"
    two = GOOD.replace("wall", "forum") + "parameters: {min_group_size: 8}\n"
    assert load(one, two.replace("8", "5")).parameters.min_group_size == 5
    with pytest.raises(ConfigurationError, match=r"parameters: .* disagree"):
        load(one, two)


def test_variables_are_filled_in_or_asked_for(load):
    text = GOOD.replace("inbox/*.csv", "${INBOX}/a.csv")
    assert load(text, environment={"INBOX": "/data"}).sources["wall"].path == "/data/a.csv"
    assert load(text.replace("INBOX", "INBOX:-/spare")).sources["wall"].path == "/spare/a.csv"
    with pytest.raises(ConfigurationError, match=r"sources\.wall\.path: the environment variable INBOX is not set"):
        load(text)


def test_the_schema_for_editors_is_the_one_in_the_repository():
    committed = Path(__file__).parents[3] / "docs" / "sources.schema.json"
    assert json.loads(committed.read_text(encoding="utf-8")) == json_schema(), "run: make accept"


def test_one_run_may_answer_a_failed_gate_otherwise(load):
    configuration = load(GOOD.replace("format: csv", "format: csv\n    on_failure: publish_without"))
    assert configuration.sources["wall"].on_failure == "publish_without"
    for_all = on_failure_for_one_run(configuration, ["accept"])
    assert for_all.sources["wall"].on_failure == "accept"
    assert on_failure_for_one_run(for_all, ["accept", "wall=stop"]).sources["wall"].on_failure == "stop"


@pytest.mark.parametrize("answer", ["go on", "wal=stop", "wall=never"])
def test_an_answer_nobody_knows_is_refused_with_those_that_are(load, answer):
    with pytest.raises(
        ConfigurationError, match=r"accepted are stop, publish_without, accept, alone or behind one of wall="
    ):
        on_failure_for_one_run(load(GOOD), [answer])
