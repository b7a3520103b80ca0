"""A year of posts, and one more day on top of it: what dbt and the stages behind it cost, and how the cost grows.

Run by `make benchmark` with -s to see the tables; half an hour, 5 GB. What stands before dbt is made by
`amplified_region.py`. Times are CPU seconds of this one process over all cores: on a shared machine the clock on the
wall measures the neighbours. Scores of the graph are absent; test_graph_speed.py measures them.
"""

import math
import resource
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from data_quality.gate import evaluate_gate
from data_quality.suites import gate_named
from lab.demo import generate
from otklik.home.settings import DBT_PROJECT_DIR, Home, Settings
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.sources.configuration import load_configuration
from otklik.publishing.mart_contracts import mart_contracts, suppressions
from otklik.publishing.snapshots import publish_snapshot
from otklik.run_context import decide
from otklik.stages.annotation import annotate_posts
from otklik.stages.incident_joining import fit_joining_weights, join_incidents
from otklik.stages.incident_statistics import find_bursts, judge_replies, rank_municipalities
from otklik.stages.leak_scanning import redact_published
from otklik.stages.near_duplicates import find_near_duplicates
from otklik.stages.preparation import prepare_home
from otklik.stages.public_cells import find_incident_cells, find_post_cells
from otklik.warehouse.dbt_args import build_args
from otklik.warehouse.dbt_project import dbt_manifest, invoke_dbt
from otklik.warehouse.steps import checks_of_step, models_of_step

from .amplified_region import amplify, append_day

pytestmark = pytest.mark.benchmark

END = datetime(2026, 9, 29, 21, tzinfo=UTC)
LAST_DAY = (END - timedelta(hours=21)).date().isoformat()
SMALL, COPIES, CORES = 10_000, (1, 10, 100), 2
BUILDS = ("facts", "weights", "scores", "members", "incidents", "bursts", "replies", "ranks", "inferences")
"""The stages that make tables; the gate and publishing follow."""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A home with the posts of a year, taken in and annotated; no messages of staff."""
    folder = tmp_path_factory.mktemp("small")
    generate(folder / "demo", posts=SMALL, messages=0, days=365, seed=31, end=END)
    sources = folder / "demo" / "sources.yaml"
    home = Home(folder / "home")
    configuration = load_configuration((sources,))
    context = decide(Settings(home, (sources,)), configuration, END)
    prepare_home(context)
    for source in configuration.sources.values():
        for entity in source.entities:
            ingest(home, source, entity, received_at=context.received_at)
    annotate_posts(home)
    find_near_duplicates(home)
    redact_published(home, ())
    return home.root


def _models(home: Home, step: str) -> dict[str, float]:
    manifest = dbt_manifest(home)
    models = models_of_step(manifest, step)
    tests = checks_of_step(manifest, step, models)
    events = invoke_dbt(home, build_args(DBT_PROJECT_DIR, home.dbt_target, is_full_refresh=False), [*models, *tests])
    built = [event["data"] for event in events if event["info"]["name"] == "LogModelResult"]
    return {one["node_info"]["node_name"]: one["execution_time"] for one in built}


def _gate(home: Home) -> None:
    asked = {"run_key": "benchmark", "as_of": END, "min_group_size": 5}
    gate = gate_named("marts", suppressions=suppressions(dbt_manifest(home)))
    evaluate_gate(gate, database=home.warehouse, search_path=home.root, parameters=asked)


def _publish(home: Home) -> None:
    marts = mart_contracts(dbt_manifest(home))
    publish_snapshot(warehouse=home.warehouse, published=home.published, marts=marts, as_of=END, gate_verdicts=[])


def _run(home: Home) -> tuple[dict[str, float], dict[str, float]]:
    """CPU seconds of every stage, and what the slowest models took by dbt's own clock."""
    models: dict[str, float] = {}
    stages: dict[str, Callable[[], object]] = {
        "facts": lambda: models.update(_models(home, "dbt_facts")),
        "weights": lambda: fit_joining_weights(home, END),
        "scores": lambda: models.update(_models(home, "dbt_scores")),
        "members": lambda: join_incidents(home, END),
        "incidents": lambda: models.update(_models(home, "dbt_incidents")),
        "bursts": lambda: find_bursts(home),
        "replies": lambda: judge_replies(home),
        "ranks": lambda: rank_municipalities(home),
        "public cells of incidents": lambda: find_incident_cells(home),
        "public cells of posts": lambda: find_post_cells(home),
        "inferences": lambda: models.update(_models(home, "dbt_inferences")),
        "gate": lambda: _gate(home),
        "publish": lambda: _publish(home),
    }
    seconds = {}
    for name, work in stages.items():
        started = time.process_time()
        work()
        seconds[name] = time.process_time() - started
    return seconds, models


def _say(title: str, seconds: dict[str, float]) -> None:
    built = sum(seconds[name] for name in BUILDS)
    parts = "  ".join(f"{name} {value:.1f}" for name, value in seconds.items())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{title:<38} tables {built:6.1f}  all {sum(seconds.values()):6.1f} CPU s   {parts}   peak {peak:.1f} GB")


def _exponent(small: float, big: float, times: float) -> float:
    return math.log(big / small) / math.log(times)


def test_a_year_of_a_million_posts_is_built_in_three_minutes_and_cost_grows_with_the_posts(small, tmp_path, capsys):
    tables, by_model = [], []
    for copies in COPIES:
        home = Home(tmp_path / str(copies))
        n_posts = amplify(small, home.root, copies=copies, before=LAST_DAY)
        seconds, models = _run(home)
        tables.append(sum(seconds[name] for name in BUILDS))
        by_model.append(models)
        n_day = append_day(small, home.root, copies=copies, day=LAST_DAY) - n_posts
        more, _ = _run(home)
        with capsys.disabled():
            print()
            _say(f"{n_posts:,} posts", seconds)
            _say(f"  and a day of {n_day:,} on top", more)
        shutil.rmtree(home.root)
    slow = {
        name: _exponent(by_model[1][name], took, COPIES[2] / COPIES[1])
        for name, took in by_model[2].items()
        if took > 2
    }
    with capsys.disabled():
        for few, many in ((0, 1), (1, 2)):
            exponent = _exponent(tables[few], tables[many], COPIES[many] / COPIES[few])
            print(f"tables, {COPIES[few] * SMALL:,} to {COPIES[many] * SMALL:,} posts: exponent {exponent:.2f}")
        for name, exponent in sorted(slow.items(), key=lambda item: -by_model[2][item[0]]):
            print(f"  {name:<34} {by_model[2][name]:6.1f} s  exponent {exponent:.2f}")
    assert _exponent(*tables[1:], 10) < 1.1
    # One model that compares everything with everything has the exponent 2.
    assert {name: exponent for name, exponent in slow.items() if exponent > 1.4} == {}
    assert tables[2] / CORES < 180
