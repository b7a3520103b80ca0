"""Preferences: literal lift and breadth, bounds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.preference import preferences


def counts(*rows: tuple[str, str, int], kind: str = "topic") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["member_id", "item", "n_messages"])
    return frame.assign(network="citizens", organisation="region", kind=kind)


def test_share_lift_and_breadth_are_literal():
    found = preferences(counts(("c_a", "roads", 3), ("c_a", "parks", 1), ("c_b", "roads", 4), ("c_b", "water", 8)))
    roads = found[(found["member_id"] == "c_a") & (found["item"] == "roads")].iloc[0]
    # 3 of 4 messages, against 7 of 16.
    assert roads["share"] == 0.75
    assert roads["lift"] == pytest.approx(0.75 / (7 / 16))
    assert roads["breadth"] == pytest.approx(np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25))))


def test_equal_use_of_four_channels_has_breadth_four_and_one_has_one():
    frame = counts(*[("c_a", f"channel{i}", 2) for i in range(4)], ("c_b", "channel0", 9), kind="channel")
    breadth = preferences(frame).drop_duplicates("member_id").set_index("member_id")["breadth"]
    assert breadth.to_dict() == pytest.approx({"c_a": 4.0, "c_b": 1.0})


def test_kinds_and_organisations_do_not_mix():
    frame = pd.concat([counts(("c_a", "x", 1)), counts(("c_a", "x", 5), kind="channel")])
    frame = pd.concat([frame, counts(("c_a", "y", 7)).assign(organisation="other")])
    assert preferences(frame)["share"].tolist() == [1.0, 1.0, 1.0]


def test_lift_compares_with_the_base_that_is_given():
    group = counts(("g_1", "roads", 3), ("g_1", "parks", 1))
    base = counts(("c_a", "roads", 1), ("c_b", "parks", 9))
    assert preferences(group, base=base).set_index("item")["lift"].to_dict() == pytest.approx(
        {"parks": 0.25 / 0.9, "roads": 0.75 / 0.1}
    )


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(1, 50)), min_size=1, max_size=20))
def test_shares_sum_to_one_and_breadth_is_between_one_and_the_number_of_items(rows):
    found = preferences(counts(*rows))
    assert found.groupby("member_id")["share"].sum().to_numpy() == pytest.approx(1)
    n_items = found.groupby("member_id")["item"].transform("size")
    assert (found["breadth"] >= 1 - 1e-9).all()
    assert (found["breadth"] <= n_items + 1e-9).all()


def test_a_count_of_zero_and_a_missing_column_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        preferences(counts(("c_a", "x", 0)))
    with pytest.raises(ValueError, match="item"):
        preferences(counts(("c_a", "x", 1)).drop(columns="item"))
