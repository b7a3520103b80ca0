"""Intervals of leader scores: what must hold of every bootstrap, and what weeks change."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from graph.bootstrap import LEADER_INTERVAL_SCHEMA, leader_intervals
from graph.build import EdgeFrameError
from graph.leaders import leader_scores
from graph.replicates import AuthorityReplicate, descending_rank, doubled_rank
from graph.weekly import sum_weeks


def weekly(n: int = 40, n_ties: int = 300, n_weeks: int = 20, seed: int = 0, network: str = "staff") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    source, target = rng.zipf(1.6, n_ties) % n, rng.zipf(1.6, n_ties) % n
    frame = pd.DataFrame({"source": source, "target": target, "week": rng.integers(0, n_weeks, n_ties)})
    frame = frame[frame["source"] != frame["target"]]
    return pd.DataFrame(
        {
            "network": network,
            "organisation": "city",
            "source_subject_id": [f"s_{i:02}" for i in frame["source"]],
            "target_subject_id": [f"s_{i:02}" for i in frame["target"]],
            "week": frame["week"].to_numpy(),
            "n_messages": 1,
            "weight": rng.random(len(frame)) + 0.1,
        }
    )


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    return leader_intervals(weekly(), k=5)


@pytest.mark.parametrize("network", ["staff", "citizens"])
def test_a_replicate_of_the_whole_period_is_the_published_score(network):
    frame = weekly(network=network)
    scores = leader_scores(sum_weeks(frame))
    found = leader_intervals(frame, k=5, n_replicates=1)
    ties = sum_weeks(frame)
    codes, names = pd.factorize(pd.concat([ties["source_subject_id"], ties["target_subject_id"]]), sort=True)
    source, target = codes[: len(ties)], codes[len(ties) :]
    weight = ties["weight"].to_numpy()
    replicate = AuthorityReplicate(source, target, len(names), weight).score(weight)
    assert replicate == pytest.approx(scores["authority_score"].to_numpy(), abs=1e-9)
    assert (found["spread_low"] <= scores["spread_score"] + 1e-5).all()


def test_intervals_hold_the_score_and_chances_are_shares(found):
    scores = leader_scores(sum_weeks(weekly()))
    assert found["subject_id"].tolist() == scores["subject_id"].tolist()
    for name in ("authority", "spread"):
        assert (found[f"{name}_low"] <= scores[f"{name}_score"] + 1e-5).all()
        assert (found[f"{name}_high"] >= scores[f"{name}_score"] - 1e-5).all()
        assert found[f"{name}_top_k_probability"].between(0, 1).all()
        assert (found[f"{name}_rank_low"] <= found[f"{name}_rank_high"]).all()
    assert found["authority_top_k_probability"].sum() >= 5
    assert 0 < found["authority_rank_agreement"].iloc[0] < 1


def test_frame_fits_the_schema(found):
    table = pa.Table.from_pandas(found, schema=LEADER_INTERVAL_SCHEMA, preserve_index=False)
    assert table.schema.names == found.columns.tolist()


def test_row_order_changes_no_bit_and_the_seed_does(found):
    shuffled = weekly().sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(found, leader_intervals(shuffled, k=5), check_exact=True)
    assert not found.equals(leader_intervals(weekly(), k=5, seed=1))


def test_a_place_owed_to_one_week_is_held_only_where_that_week_was_drawn():
    steady = [(f"s_{i}", "s_steady", week) for week in range(12) for i in range(6)]
    burst = [(f"s_{i}", "s_burst", 5) for i in range(7)]
    frame = pd.DataFrame(steady + burst, columns=["source_subject_id", "target_subject_id", "week"])
    frame = frame.assign(network="staff", organisation="city", n_messages=1, weight=1.0)
    chance = leader_intervals(frame, k=1).set_index("subject_id")["authority_top_k_probability"]
    # A week is drawn at least once with probability 1 - 1/e.
    assert chance["s_burst"] == pytest.approx(1 - np.exp(-1), abs=0.08)
    assert chance["s_steady"] == pytest.approx(1 - chance["s_burst"], abs=0.02)


def test_one_week_alone_leaves_no_doubt_about_ranks():
    frame = weekly(n_weeks=1)
    found = leader_intervals(frame, k=3, n_replicates=20)
    assert set(found["n_weeks"]) == {1}
    assert (found["authority_rank_low"] == found["authority_rank_high"]).all()


def test_nobody_gives_the_typed_empty_frame(found):
    empty = leader_intervals(weekly().iloc[:0], k=3)
    assert empty.empty
    assert empty.dtypes.to_dict() == found.dtypes.to_dict()


@pytest.mark.parametrize("arguments", [{"k": 0}, {"k": 1, "n_replicates": 0}])
def test_impossible_settings_are_refused(arguments):
    with pytest.raises(ValueError, match="at least 1"):
        leader_intervals(weekly(), **arguments)


def test_a_frame_without_weeks_is_refused():
    with pytest.raises(EdgeFrameError, match="week"):
        leader_intervals(weekly().drop(columns="week"), k=1)


def test_ranks_are_those_of_pandas():
    values = np.array([3.0, 1.0, 3.0, 2.0, 1.0, 1.0])
    assert doubled_rank(values).tolist() == (pd.Series(values).rank() * 2).tolist()
    assert descending_rank(values).tolist() == pd.Series(values).rank(method="min", ascending=False).tolist()
