"""What somebody writes about, or where, more than others do.

Belongs here: shares, lifts and breadth. Does not belong here: the labels (`nlp/`), which topics may be shown of whom.
A preference is about topics and channels; there is no column for an opinion, and none may be inferred.
"""

import numpy as np
import pandas as pd

KEY = ["network", "organisation", "member_id"]
COLUMNS = [*KEY, "kind", "item", "n_messages"]


def preferences(counts: pd.DataFrame, *, base: pd.DataFrame | None = None) -> pd.DataFrame:
    r"""Share, lift and breadth.

    .. math:: \pi_u(t) = \frac{n_{ut}}{\sum_s n_{us}},\quad
        \mathrm{lift}_u(t) = \frac{\pi_u(t)}{\pi(t)},\quad
        \mathrm{breadth}_u = \exp\Bigl(-\sum_t \pi_u(t) \ln \pi_u(t)\Bigr)

    π without u is the share of the item in all messages of the organisation, u's own included. Lift 1 = as everybody;
    breadth = the number of equally used items that would be as diverse. A member u is a person, a group or a unit.

    Args:
        counts: network, organisation, member_id, kind ('topic', 'channel' …), item, n_messages (integer >= 1). Rows
            of the same keys are added.
        base: the counts that π is taken from, with the same columns; by default `counts` itself. Every item of
            `counts` must be in it.

    Returns:
        One row per network, organisation, member, kind and item, ordered by them: those columns, n_messages, share,
        lift, breadth (the last one the same in all rows of a member and kind).

    Raises:
        ValueError: a column is missing, or a count is below 1.

    Examples:
        Anna writes 3 of 4 messages about roads; in the organisation it is half of 8.

        >>> rows = [("s_anna", "roads", 3), ("s_anna", "parks", 1), ("s_boris", "roads", 1), ("s_boris", "parks", 3)]
        >>> counts = pd.DataFrame(rows, columns=["member_id", "item", "n_messages"])
        >>> counts = counts.assign(network="citizens", organisation="region", kind="topic")
        >>> preferences(counts).loc[1, ["share", "lift"]].astype(float).to_numpy().tolist()
        [0.75, 1.5]
    """
    rows, everybody = _added(counts), _added(counts if base is None else base)
    of_organisation = ["network", "organisation", "kind"]
    in_item = everybody.groupby([*of_organisation, "item"])["n_messages"].sum().rename("n_item").reset_index()
    in_item["base"] = in_item["n_item"] / in_item.groupby(of_organisation)["n_item"].transform("sum")
    of_member = [*KEY, "kind"]
    share = rows["n_messages"] / rows.groupby(of_member)["n_messages"].transform("sum")
    entropy = (-share * np.log(share)).groupby([rows[column] for column in of_member]).transform("sum")
    rows = rows.assign(share=share).merge(
        in_item[[*of_organisation, "item", "base"]], on=[*of_organisation, "item"], how="left"
    )
    rows["lift"] = rows["share"] / rows.pop("base")
    return rows.assign(breadth=np.exp(entropy).to_numpy())


def _added(counts: pd.DataFrame) -> pd.DataFrame:
    missing = [column for column in COLUMNS if column not in counts.columns]
    if missing:
        raise ValueError(f"The counts lack {missing}; needed are {COLUMNS}.")
    if len(counts) and counts["n_messages"].min() < 1:
        raise ValueError(f"n_messages has a value of {counts['n_messages'].min()}; it must be at least 1.")
    return counts.groupby([*KEY, "kind", "item"], as_index=False, sort=True).agg(n_messages=("n_messages", "sum"))
