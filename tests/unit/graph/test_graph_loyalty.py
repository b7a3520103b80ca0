"""Loyalty: literal cases of Hamilton et al. (2017)."""

import pandas as pd
import pytest

from graph.loyalty import loyalty


def activity(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["subject_id", "group_id", "period", "n_messages"])
    return frame.assign(network="citizens", organisation="region")


def verdict(*rows: tuple[str, str, int, int]) -> tuple[bool, object, object]:
    """Preferred, loyal, vagrant of c_u in g_c in period 1; period 3 exists, so that 2 is not the last."""
    found = loyalty(activity(*rows, ("c_other", "g_z", 3, 1)))
    is_it = (found["subject_id"] == "c_u") & (found["group_id"] == "g_c") & (found["period"] == 1)
    row = found[is_it].iloc[0]
    return bool(row["is_preferred"]), bool(row["is_loyal"]), bool(row["is_vagrant"])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [("c_u", "g_c", 1, 3), ("c_u", "g_x", 1, 2), ("c_u", "g_c", 2, 1)], (True, True, False), id="loyal"
        ),
        pytest.param(
            [("c_u", "g_c", 1, 2), ("c_u", "g_x", 1, 2), ("c_u", "g_c", 2, 1)],
            (False, False, False),
            id="exactly half is not preferred",
        ),
        pytest.param(
            [("c_u", "g_c", 1, 3), ("c_u", "g_c", 2, 1), ("c_u", "g_x", 2, 1)],
            (True, False, False),
            id="preferred once, then only half",
        ),
        pytest.param([("c_u", "g_c", 1, 3), ("c_u", "g_x", 2, 1)], (True, False, True), id="three messages, then gone"),
        pytest.param(
            [("c_u", "g_c", 1, 4), ("c_u", "g_x", 2, 1)], (True, False, False), id="four are no passing visit"
        ),
        pytest.param([("c_u", "g_c", 1, 1)], (True, False, False), id="silent afterwards is not vagrant"),
        pytest.param(
            [("c_u", "g_c", 1, 1), ("c_u", "g_c", 3, 1)], (True, False, False), id="a pause is not consecutive"
        ),
    ],
)
def test_verdict_of_a_literal_case(rows, expected):
    assert verdict(*rows) == expected


def test_the_last_period_is_not_judged():
    found = loyalty(activity(("c_u", "g_c", 1, 1), ("c_u", "g_c", 2, 1)))
    assert found["is_loyal"].isna().tolist() == [False, True]
    assert found["is_vagrant"].isna().tolist() == [False, True]


def test_repeated_rows_are_added_and_order_does_not_matter():
    split = activity(("c_u", "g_x", 1, 2), ("c_u", "g_c", 1, 1), ("c_u", "g_c", 1, 2), ("c_u", "g_c", 2, 1))
    whole = activity(("c_u", "g_c", 1, 3), ("c_u", "g_c", 2, 1), ("c_u", "g_x", 1, 2))
    pd.testing.assert_frame_equal(loyalty(split), loyalty(whole))


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="period"):
        loyalty(activity(("c_u", "g_c", 1, 1)).drop(columns="period"))
