"""Between dbt's steps: weights are fitted on the answers of a region, and threads are grouped; what moved is told."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from otklik.home.settings import DBT_PROJECT_DIR, Home
from otklik.stages.incident_joining import fit_joining_weights, join_incidents

MONDAY, TUESDAY = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 9, 29, tzinfo=UTC)
FAR, LINKED = -4.0, 3.0


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def warehouse(home: Home, pairs, labels=(), *, threads="abcd", version="cold_start", lat=63.4) -> None:
    """Tables as dbt leaves them: threads by their letters, pairs (later, earlier, points) and what people said."""
    home.warehouse.unlink(missing_ok=True)
    number = {name: place for place, name in enumerate(threads, start=1)}
    with duckdb.connect(str(home.warehouse)) as connection:
        tables = {
            "int_incident_thread": pd.DataFrame(
                {"thread_number": number.values(), "thread_id": number.keys(), "region": "r", "lat": lat, "lon": 86.6}
            ).assign(town="т", street=None, house=None, building=None),
            "int_incident_sight": pd.DataFrame({"post_id": number.keys(), "thread_id": number.keys()}),
            "int_incident_pair_score": pd.DataFrame(
                [(number[later], number[earlier], points, points >= 0) for later, earlier, points in pairs],
                columns=["thread_number", "other_thread_number", "points", "is_link"],
            ),
            "int_incident_label": pd.DataFrame(
                labels, columns=["post_id", "other_post_id", "decision", "labelled_at"], dtype=object
            ).astype({"labelled_at": "datetime64[us, UTC]"}),
            "int_joining_weight": pd.DataFrame({"region": ["r"], "weights_version": [version]}),
        }
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create table {name} as select * from frame")


def kept(home: Home, table: str) -> list[dict]:
    path = home.lake / "enriched" / table / f"{table}.parquet"
    return pq.read_table(path).to_pylist() if path.exists() else []


def matters(home: Home) -> dict[str, str]:
    return {row["thread_id"]: row["matter_id"] for row in kept(home, "incident_member")}


def test_an_incident_is_named_by_its_first_thread_and_keeps_its_name_when_more_is_said(home: Home) -> None:
    warehouse(home, [("b", "a", LINKED)])
    join_incidents(home, MONDAY)
    assert matters(home) == {"a": "a", "b": "a", "c": "c", "d": "d"}
    warehouse(home, [("b", "a", LINKED), ("e", "b", LINKED)], threads="abcde")
    assert join_incidents(home, TUESDAY)["regrouped"] == 0
    assert matters(home) == {"a": "a", "b": "a", "c": "c", "d": "d", "e": "a"}
    assert kept(home, "incident_regrouping") == []


def test_a_label_has_the_last_word_is_dated_and_is_undone_with_it(home: Home) -> None:
    pairs = [("b", "a", LINKED), ("d", "c", FAR)]
    warehouse(home, pairs, [("a", "b", "different", MONDAY), ("d", "c", "same", MONDAY)])
    assert join_incidents(home, TUESDAY)["decided"] == 2
    members = {row["thread_id"]: row for row in kept(home, "incident_member")}
    assert (members["b"]["matter_id"], members["b"]["evidenced_matter_id"]) == ("b", "a")
    assert (members["d"]["matter_id"], members["d"]["evidenced_matter_id"]) == ("c", "d")
    assert [members[name]["decided_at"] for name in "abcd"] == [None, MONDAY, None, MONDAY]
    warehouse(home, pairs)
    assert join_incidents(home, TUESDAY)["decided"] == 0
    assert matters(home) == {"a": "a", "b": "a", "c": "c", "d": "d"}
    # a person's decision is told of by itself, and is no event of the weights
    assert kept(home, "incident_regrouping") == []


def test_other_weights_that_regroup_history_are_an_event_told_once(home: Home) -> None:
    warehouse(home, [("b", "a", LINKED)])
    join_incidents(home, MONDAY)
    warehouse(home, [("b", "a", FAR), ("c", "b", LINKED)], version="w1")
    assert join_incidents(home, TUESDAY)["regrouped"] == 2
    told = [
        {"thread_id": "b", "from_matter_id": "a", "to_matter_id": "b"},
        {"thread_id": "c", "from_matter_id": "c", "to_matter_id": "b"},
    ]
    events = [row | {"changed_at": TUESDAY, "weights_version": "w1"} for row in told]
    assert kept(home, "incident_regrouping") == events
    assert join_incidents(home, TUESDAY)["regrouped"] == 0
    assert kept(home, "incident_regrouping") == events


def answered(home: Home, n_pairs: int, *, turned: int = 0, apart: float = 0.01) -> None:
    """Answers about pairs of threads of their own, the same where words are equal; the first `turned` say otherwise.

    The two of a pair are at one point, those of the next `apart` degrees farther north.
    """
    names = [f"{side}{number:03}" for number in range(n_pairs) for side in "ab"]
    warehouse(home, [], threads=names, lat=[60 + apart * (place // 2) for place in range(2 * n_pairs)])
    seed = pd.read_csv(DBT_PROJECT_DIR / "seeds" / "joining_weight.csv", keep_default_na=False)
    levels = seed[~seed["feature"].isin(("base", "threshold"))].groupby("feature", sort=False)["level"].first()
    rows = pd.DataFrame([levels.to_dict()] * n_pairs).assign(
        region="r",
        thread_number=range(2, 2 * n_pairs + 1, 2),
        other_thread_number=range(1, 2 * n_pairs, 2),
        words=["equal" if number % 3 == 0 else "none" for number in range(n_pairs)],
        is_vetoed=False,
    )
    labels = pd.DataFrame(
        {
            "post_id": [f"b{number:03}" for number in range(n_pairs)],
            "other_post_id": [f"a{number:03}" for number in range(n_pairs)],
            "decision": [
                "same" if (number % 3 == 0) != (number < turned) else "different" for number in range(n_pairs)
            ],
            "labelled_at": MONDAY,
        }
    )
    with duckdb.connect(str(home.warehouse)) as connection:
        for name, frame in {
            "int_incident_pair_evidence": rows,
            "joining_weight": seed,
            "int_incident_label": labels,
        }.items():
            connection.register("frame", frame)
            connection.execute(f"create or replace table {name} as select * from frame")


def test_under_a_hundred_and_fifty_answers_the_cold_start_stays(home: Home) -> None:
    answered(home, 149)
    assert fit_joining_weights(home, MONDAY).n_labels == 149
    assert kept(home, "joining_weight") == kept(home, "joining_model") == []


def test_answers_about_one_site_leave_the_cold_start_since_none_can_be_kept_back(home: Home) -> None:
    answered(home, 180, apart=0)
    fit_joining_weights(home, MONDAY)
    assert kept(home, "joining_weight") == kept(home, "joining_model") == []


def test_pairs_of_one_site_are_kept_back_together(home: Home) -> None:
    # about 44 m: each second point is within 50 m of the site that the one before it founded
    answered(home, 180, apart=0.0004)
    fit_joining_weights(home, MONDAY)
    (model,) = kept(home, "joining_model")
    assert model["n_sites"] == 90


def test_answers_enough_are_fitted_once_and_again_when_one_changes(home: Home) -> None:
    answered(home, 180)
    fit_joining_weights(home, MONDAY)
    (first,) = kept(home, "joining_model")
    assert (first["n_labels"], first["n_same"], first["is_used"], first["fitted_at"]) == (180, 60, True, MONDAY)
    assert (first["kept_back_precision"], first["recall"]) == (1.0, 1.0)
    points = {(row["feature"], row["level"]): row["points"] for row in kept(home, "joining_weight")}
    assert points["words", "equal"] > points["words", "none"]

    fit_joining_weights(home, TUESDAY)
    assert kept(home, "joining_model") == [first]

    answered(home, 180, turned=1)
    fit_joining_weights(home, TUESDAY)
    models = kept(home, "joining_model")
    assert [row["fitted_at"] for row in models] == [MONDAY, TUESDAY]
    assert {row["weights_version"] for row in kept(home, "joining_weight")} == {models[1]["weights_version"]}


def test_a_lake_that_is_built_anew_joins_by_the_weights_of_before(home: Home) -> None:
    answered(home, 180)
    fit_joining_weights(home, MONDAY)
    before = kept(home, "joining_weight"), kept(home, "joining_model")
    shutil.rmtree(home.lake)
    # what is compared has grown meanwhile, the answers are the same
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(
            "insert into int_incident_pair_evidence "
            "select * replace (thread_number + 1000 as thread_number) from int_incident_pair_evidence limit 40"
        )
    fit_joining_weights(home, TUESDAY)
    assert (kept(home, "joining_weight"), kept(home, "joining_model")) == before
