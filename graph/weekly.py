"""From messages to edges, week by week: the same rule as the warehouse's, and the input of the block bootstrap.

Belongs here: tie weights per week and their sum. Does not belong here: the graph (`build`), scores (`leaders`).
"""

import pandas as pd

from graph.build import EDGE_COLUMNS, EdgeFrameError

PAIR_COLUMNS = ["network", "organisation", "source_subject_id", "target_subject_id"]
MESSAGE_COLUMNS = (*PAIR_COLUMNS, "sent_at", "n_recipients")


def weekly_edges(messages: pd.DataFrame, *, half_life_days: float, max_recipients: int) -> pd.DataFrame:
    r"""Ties per week.

    .. math:: w_{uv} = \sum_m \frac{1}{|\mathrm{recipients}(m)|} 2^{-\mathrm{age}(m)/h}

    (definition 14), the age counted from the newest message of the organisation; the sum runs over the messages of
    one week. Messages to more than `max_recipients` people are left out.

    Args:
        messages: one row per message and recipient: network, organisation, source_subject_id (sender),
            target_subject_id (recipient), sent_at (TIMESTAMPTZ), n_recipients (people). For citizens: author of the
            answer, author of the post answered, posted at, 1.
        half_life_days: h, > 0.
        max_recipients: R, >= 1.

    Returns:
        network, organisation, source_subject_id, target_subject_id, week (int64, weeks since Monday 29 December
        1969), n_messages (int64), weight (float64); ordered by all of the first five.

    Raises:
        EdgeFrameError: a column is missing.

    Examples:
        >>> sent = pd.to_datetime(["2026-03-02T09:00Z", "2026-03-09T09:00Z"])
        >>> messages = pd.DataFrame({"network": "staff", "organisation": "city", "source_subject_id": "s_a",
        ...     "target_subject_id": "s_b", "sent_at": sent, "n_recipients": [1, 2]})
        >>> weekly_edges(messages, half_life_days=7, max_recipients=25)[["week", "weight"]].values.tolist()
        [[2931.0, 0.5], [2932.0, 0.5]]
    """
    missing = [column for column in MESSAGE_COLUMNS if column not in messages.columns]
    if missing:
        raise EdgeFrameError(f"The message frame lacks {missing}; it needs the columns {list(MESSAGE_COLUMNS)}.")
    newest = messages.groupby(["network", "organisation"])["sent_at"].transform("max")
    kept = messages["n_recipients"] <= max_recipients
    messages, newest = messages[kept], newest[kept]
    age_days = (newest - messages["sent_at"]).dt.total_seconds() / 86_400
    # 1 January 1970 was a Thursday: three days on, weeks begin on Monday.
    days = (messages["sent_at"] - pd.Timestamp(0, tz="UTC")).dt.days
    rows = messages[PAIR_COLUMNS].assign(
        week=((days + 3) // 7).astype("int64"),
        weight=(0.5 ** (age_days / half_life_days) / messages["n_recipients"]).astype("float64"),
    )
    # Sorted before the sum, so that the order of the rows cannot change its last digits.
    rows = rows.sort_values([*PAIR_COLUMNS, "week", "weight"])
    grouped = rows.groupby([*PAIR_COLUMNS, "week"], as_index=False, sort=True)
    return grouped.agg(n_messages=("weight", "size"), weight=("weight", "sum")).astype({"n_messages": "int64"})


def sum_weeks(weekly: pd.DataFrame) -> pd.DataFrame:
    """Edges over the whole period, with the columns of `graph.build.EDGE_COLUMNS`.

    Args:
        weekly: see `weekly_edges`.
    """
    grouped = weekly.groupby(PAIR_COLUMNS, as_index=False, sort=True)
    return grouped.agg(n_messages=("n_messages", "sum"), weight=("weight", "sum"))[list(EDGE_COLUMNS)]
