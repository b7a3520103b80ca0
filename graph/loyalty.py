"""Loyalty to a discussion group: who keeps a group as their main place from one period to the next.

Belongs here: preferred, loyal and vagrant, after Hamilton et al. (2017). Does not belong here: the rate of a group (the
marts count it), loyalty to an authority, a party or a person; nothing in this platform measures that.
"""

import numpy as np
import pandas as pd

KEY = ["network", "organisation", "subject_id"]
COLUMNS = [*KEY, "group_id", "period", "n_messages"]
MAX_VAGRANT_MESSAGES = 3


def loyalty(activity: pd.DataFrame) -> pd.DataFrame:
    """Loyalty of every subject to every group it was active in.

    A subject *prefers* a group in period t if more than half of its messages of t are in it. It is *loyal* in t if
    it prefers the group in t and in t + 1. It is *vagrant* in t if it has 1 to 3 messages in the group in t, is
    active elsewhere in t + 1, and has none in the group then.

    Args:
        activity: network, organisation, subject_id, group_id, period (consecutive integers), n_messages (>= 1). Rows
            of the same keys are added.

    Returns:
        One row per network, organisation, subject, group and period, ordered by period first: those columns,
        n_messages, share (of the subject's messages of the period), is_preferred, is_loyal, is_vagrant (nullable
        booleans: null in the last period of the organisation, which has no following one).

    Raises:
        ValueError: a column is missing.

    References:
        Hamilton, Zhang, Danescu-Niculescu-Mizil, Jurafsky & Leskovec (2017), Loyalty in online communities, ICWSM,
        arXiv:1703.03386.

    Examples:
        >>> rows = [("c_a", "g_1", 1, 3), ("c_a", "g_2", 1, 1), ("c_a", "g_1", 2, 2)]
        >>> activity = pd.DataFrame(rows, columns=["subject_id", "group_id", "period", "n_messages"])
        >>> found = loyalty(activity.assign(network="citizens", organisation="region"))
        >>> found[["group_id", "period", "is_loyal", "is_vagrant"]].values.tolist()[:2]
        [['g_1', 1, True, False], ['g_2', 1, False, True]]
    """
    missing = [column for column in COLUMNS if column not in activity.columns]
    if missing:
        raise ValueError(f"The activity frame lacks {missing}; needed are {COLUMNS}.")
    by_group = [*KEY, "group_id", "period"]
    rows = activity.groupby(by_group, as_index=False, sort=True)["n_messages"].sum()
    total = rows.groupby([*KEY, "period"])["n_messages"].transform("sum")
    rows["share"] = rows["n_messages"] / total
    rows["is_preferred"] = 2 * rows["n_messages"] > total
    later = rows[[*by_group, "is_preferred"]].assign(period=rows["period"] - 1)
    joined = rows.merge(later.rename(columns={"is_preferred": "later_preferred"}), on=by_group, how="left")
    active = later[[*KEY, "period"]].drop_duplicates().assign(is_active_later=True)
    joined = joined.merge(active, on=[*KEY, "period"], how="left")
    is_last = joined["period"] == joined.groupby(["network", "organisation"])["period"].transform("max")
    prefers_later = joined["later_preferred"].eq(True).to_numpy(dtype=bool)
    is_gone = joined["later_preferred"].isna().to_numpy(dtype=bool)
    is_elsewhere = joined["is_active_later"].eq(True).to_numpy(dtype=bool) & is_gone
    is_passing = (joined["n_messages"] <= MAX_VAGRANT_MESSAGES).to_numpy(dtype=bool)
    preferred = rows["is_preferred"].to_numpy(dtype=bool)
    result: pd.DataFrame = rows.assign(
        is_loyal=_known(preferred & prefers_later, is_last), is_vagrant=_known(is_passing & is_elsewhere, is_last)
    )
    return result.sort_values(["period", *by_group[:-1]], ignore_index=True)


def _known(value: np.ndarray, is_unknown: pd.Series) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(value.astype(bool), is_unknown.to_numpy(dtype=bool))
