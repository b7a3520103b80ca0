"""What somebody writes about, or where, more than others do.

Belongs here: shares, lifts and breadth. Does not belong here: the labels (`nlp/`), which topics may be shown of whom.
A preference is about topics and channels; there is no column for an opinion, and none may be inferred.
"""

import numpy as np
import pandas as pd

KEY = ["network", "organisation", "subject_id"]
COLUMNS = [*KEY, "kind", "item", "n_messages"]


def preferences(counts: pd.DataFrame) -> pd.DataFrame:
    r"""Share, lift and breadth.

    .. math:: \pi_u(t) = \frac{n_{ut}}{\sum_s n_{us}},\quad
        \mathrm{lift}_u(t) = \frac{\pi_u(t)}{\pi(t)},\quad
        \mathrm{breadth}_u = \exp\Bigl(-\sum_t \pi_u(t) \ln \pi_u(t)\Bigr)

    π without u is the share of the item in all messages of the organisation, u's own included. Lift 1 = as everybody;
    breadth = the number of equally used items that would be as diverse.

    Args:
        counts: network, organisation, subject_id, kind ('topic', 'channel' …), item, n_messages (integer >= 1). Rows
            of the same keys are added.

    Returns:
        One row per network, organisation, subject, kind and item, ordered by them: those columns, n_messages, share,
        lift, breadth (the last one the same in all rows of a subject and kind).

    Raises:
        ValueError: a column is missing, or a count is below 1.

    Examples:
        Anna writes 3 of 4 messages about roads; in the organisation it is half of 8.

        >>> rows = [("s_anna", "roads", 3), ("s_anna", "parks", 1), ("s_boris", "roads", 1), ("s_boris", "parks", 3)]
        >>> counts = pd.DataFrame(rows, columns=["subject_id", "item", "n_messages"])
        >>> counts = counts.assign(network="citizens", organisation="region", kind="topic")
        >>> preferences(counts).loc[1, ["share", "lift"]].astype(float).to_numpy().tolist()
        [0.75, 1.5]
    """
    missing = [column for column in COLUMNS if column not in counts.columns]
    if missing:
        raise ValueError(f"The counts lack {missing}; needed are {COLUMNS}.")
    if len(counts) and counts["n_messages"].min() < 1:
        raise ValueError(f"n_messages has a value of {counts['n_messages'].min()}; it must be at least 1.")
    rows = counts.groupby([*KEY, "kind", "item"], as_index=False, sort=True)["n_messages"].sum()
    of_subject = [*KEY, "kind"]
    of_organisation = ["network", "organisation", "kind"]
    share = rows["n_messages"] / rows.groupby(of_subject)["n_messages"].transform("sum")
    in_item = rows.groupby([*of_organisation, "item"])["n_messages"].transform("sum")
    base = in_item / rows.groupby(of_organisation)["n_messages"].transform("sum")
    entropy = (-share * np.log(share)).groupby([rows[column] for column in of_subject]).transform("sum")
    return rows.assign(share=share, lift=share / base, breadth=np.exp(entropy))
