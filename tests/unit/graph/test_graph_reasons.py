"""Reasons: removal sets that really remove, and are minimal; sentences that say what the numbers say."""

import pandas as pd
import pyarrow as pa
import pytest

from graph.leaders import leader_scores
from graph.reasons import LEADER_REASON_SCHEMA, leader_reasons


@pytest.fixture(scope="module")
def office(make_edges) -> pd.DataFrame:
    """Two heads with overlapping senders, some of whom are asked themselves."""
    rows = [(f"p{i}", "head") for i in range(8)] + [(f"p{i}", "deputy") for i in range(5)]
    rows += [(f"p{i}", f"p{(i + 1) % 8}") for i in range(8)] + [("head", "deputy"), ("deputy", "head")]
    return make_edges(rows)


def ranks(edges: pd.DataFrame) -> pd.Series:
    return leader_scores(edges).set_index("subject_id")["authority_rank"]


def test_removal_set_drops_the_subject_and_none_of_it_is_superfluous(office):
    reasons = leader_reasons(office, k=2).set_index("subject_id")
    assert reasons.index.tolist() == ["deputy", "head"]
    for subject, reason in reasons.iterrows():
        removed = list(reason["removal_sender_ids"])
        assert len(removed) == reason["removal_edge_count"] > 0

        def rank_without(senders, subject=subject):
            gone = (office["target_subject_id"] == subject) & office["source_subject_id"].isin(senders)
            return ranks(office[~gone])[subject]

        assert rank_without(removed) > 2
        for sender in removed:
            assert rank_without([other for other in removed if other != sender]) <= 2


def test_rank_without_a_component_is_the_rank_of_the_other_three(office):
    scores = leader_scores(office).set_index("subject_id")
    others = ["hits_authority", "hits_authority_weighted", "h_index"]
    expected = scores[others].rank().sum(axis=1).round(6).rank(method="min", ascending=False)
    reasons = leader_reasons(office, k=2).set_index("subject_id")
    for subject in reasons.index:
        assert reasons.loc[subject, "rank_without_distinct_senders_count"] == expected[subject]


def test_sentence_names_place_senders_and_what_would_undo_it(office):
    reason = leader_reasons(office, k=2).set_index("subject_id").loc["head"]
    assert reason["reason_en"].startswith("Place 1 of 10 by authority. Different senders: 9, more than all the others")
    assert f"Without {reason['removal_edge_count']} of these senders" in reason["reason_en"]
    assert reason["reason_ru"].startswith("Место 1 из 10 по обращаемости. Разных отправителей: 9, больше, чем у всех")


def test_nobody_can_leave_a_top_that_holds_everybody(star):
    reasons = leader_reasons(star, k=5)
    assert reasons["removal_edge_count"].isna().all()
    assert reasons["reason_en"].str.contains("No absence of senders").all()


def test_frame_fits_the_schema_with_and_without_people(office, empty_edges):
    for edges in (office, empty_edges):
        frame = leader_reasons(edges, k=2)
        assert frame.columns.tolist() == LEADER_REASON_SCHEMA.names
        pa.Table.from_pandas(frame, schema=LEADER_REASON_SCHEMA, preserve_index=False)


def test_row_order_changes_nothing(office):
    shuffled = leader_reasons(office.sample(frac=1, random_state=4), k=2)
    pd.testing.assert_frame_equal(leader_reasons(office, k=2), shuffled)


def test_no_place_at_all_is_refused(star):
    with pytest.raises(ValueError, match="k is 0"):
        leader_reasons(star, k=0)
