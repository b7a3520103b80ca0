"""What became of groups: literal births, deaths, merges, splits; nothing happens without an event."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.group_events import EVENT_KINDS, group_events


def groups(**members: str) -> pd.DataFrame:
    rows = [(person, group) for group, people in members.items() for person in people]
    return pd.DataFrame(rows, columns=["subject_id", "group_id"])


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        pytest.param({"a": "123"}, {"a": "123"}, [("continuation", "a", 3, 3, 1)], id="nothing changes"),
        pytest.param({"a": "1234"}, {"b": "123"}, [("continuation", "b", 3, 4, 1)], id="another name, the same circle"),
        pytest.param({}, {"b": "123"}, [("birth", "b", 3, None, 0)], id="newcomers"),
        pytest.param({"a": "123"}, {}, [("death", "a", None, 3, 0)], id="everybody left"),
        pytest.param({"a": "123", "b": "45"}, {"c": "12345"}, [("merge", "c", 5, None, 2)], id="two become one"),
        pytest.param({"a": "12345"}, {"b": "123", "c": "45"}, [("split", "a", None, 5, 2)], id="one becomes two"),
        pytest.param(
            {"a": "1234"}, {"b": "12xy", "c": "34zw"}, [("split", "a", None, 4, 2)], id="newcomers do not hide a split"
        ),
        pytest.param(
            {"a": "1234", "b": "5678"},
            {"a": "1235", "b": "4678"},
            [("continuation", "a", 4, 4, 1), ("continuation", "b", 4, 4, 1)],
            id="two exchange a member",
        ),
        pytest.param(
            {"a": "12", "b": "34"},
            {"c": "13", "d": "24"},
            [
                ("birth", "c", 2, None, 0),
                ("birth", "d", 2, None, 0),
                ("death", "a", None, 2, 0),
                ("death", "b", None, 2, 0),
            ],
            id="circles that mix in halves are new ones",
        ),
    ],
)
def test_events_are_literal(earlier, later, expected):
    found = group_events(groups(**earlier), groups(**later)).astype(object)
    rows = found.where(found.notna(), None).to_records(index=False).tolist()
    assert rows == expected


partition = st.dictionaries(st.sampled_from("123456789"), st.sampled_from("abc"), max_size=9)


@given(partition, partition)
def test_every_group_has_its_event_whatever_the_order_of_rows(before, after):
    earlier = pd.DataFrame(list(before.items()), columns=["subject_id", "group_id"]).astype(object)
    later = pd.DataFrame([(person, group.upper()) for person, group in after.items()], columns=earlier.columns)
    later = later.astype(object)
    found = group_events(earlier, later)
    assert set(found["event_kind"]) <= set(EVENT_KINDS)
    named = set(found["group_id"])
    n_heirs = found.loc[found["event_kind"].isin(["split", "merge"]), "n_related_groups"].sum()
    assert len(named) + n_heirs >= max(earlier["group_id"].nunique(), later["group_id"].nunique())
    pd.testing.assert_frame_equal(found, group_events(earlier[::-1], later[::-1]))
