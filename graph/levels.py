"""Level of communication: volume, reciprocity, response times and openness of departments.

Belongs here: measures of messages and ties by department, ties by closeness. Does not belong here: scores of people
(`leaders`, `roles`), suppression of small cells (the marts do that).
"""

import numpy as np
import pandas as pd

MESSAGE_COLUMNS = ["sender_subject_id", "recipient_subject_id", "sent_at"]


def response_times(messages: pd.DataFrame, *, max_hours: float = 168.0) -> pd.DataFrame:
    """How long each turn of a pair of people waited for the other's answer.

    The messages of a pair are read in order of time. Consecutive ones by the same person are one turn, and the
    answer is the other's next message: the wait is counted from the *first* message of the turn. It is a clock on
    mail, not on work: an answer by telephone is not seen, and a message may need none.

    Args:
        messages: sender_subject_id, recipient_subject_id, sent_at (TIMESTAMPTZ); one row per message and recipient.
        max_hours: a later message is no answer any more.

    Returns:
        One row per turn: asker_id, responder_id, asked_at, response_hours (null = no answer in time); ordered by
        asked_at, asker, responder.

    Raises:
        ValueError: a column is missing.

    Examples:
        >>> sent = pd.to_datetime(["2026-03-02T09:00Z", "2026-03-02T10:00Z", "2026-03-02T12:00Z"])
        >>> messages = pd.DataFrame({"sender_subject_id": ["s_a", "s_a", "s_b"],
        ...     "recipient_subject_id": ["s_b", "s_b", "s_a"], "sent_at": sent})
        >>> response_times(messages)["response_hours"].tolist()
        [3.0, nan]
    """
    rows = _checked(messages)
    rows = rows.sort_values(["first", "second", "sent_at", "sender_subject_id"], ignore_index=True)
    pair = rows[["first", "second"]]
    is_new_pair = (pair != pair.shift()).any(axis=1)
    is_turn = is_new_pair | (rows["sender_subject_id"] != rows["sender_subject_id"].shift())
    turns = rows[is_turn].reset_index(drop=True)
    following = turns.shift(-1)
    is_same_pair = (following["first"] == turns["first"]) & (following["second"] == turns["second"])
    hours = (following["sent_at"] - turns["sent_at"]).dt.total_seconds() / 3_600
    result = pd.DataFrame(
        {
            "asker_id": turns["sender_subject_id"],
            "responder_id": turns["recipient_subject_id"],
            "asked_at": turns["sent_at"],
            "response_hours": hours.where(is_same_pair & (hours <= max_hours)),
        }
    )
    return result.sort_values(["asked_at", "asker_id", "responder_id"], ignore_index=True)


def department_levels(messages: pd.DataFrame, departments: pd.Series, *, max_hours: float = 168.0) -> pd.DataFrame:
    """Level of communication from each department to each department.

    Args:
        messages: see `response_times`.
        departments: subject_id → department; messages of people without a department are left out.
        max_hours: see `response_times`.

    Returns:
        One row per source_unit and target_unit with at least one message, ordered by the two: n_messages, n_senders,
        n_recipients, top_person_messages (of whoever sends or receives most of them), n_ties (ordered pairs of
        people), reciprocity (share of these ties with a message in the other direction, 0 to 1), n_turns,
        answered_share, response_hours_median (of the answered turns, that is how quickly the *target* department
        answers; null without any).
    """
    rows = _checked(messages)
    rows = rows.assign(
        source_unit=rows["sender_subject_id"].map(departments),
        target_unit=rows["recipient_subject_id"].map(departments),
    ).dropna(subset=["source_unit", "target_unit"])
    between = ["source_unit", "target_unit"]
    volume = rows.groupby(between, sort=True).agg(
        n_messages=("sent_at", "size"),
        n_senders=("sender_subject_id", "nunique"),
        n_recipients=("recipient_subject_id", "nunique"),
    )
    ends = [rows.groupby([*between, end]).size() for end in ("sender_subject_id", "recipient_subject_id")]
    volume["top_person_messages"] = pd.concat(ends).groupby(level=[0, 1]).max()
    ties = rows.drop_duplicates(["sender_subject_id", "recipient_subject_id"])
    ties = ties.assign(is_mutual=is_mutual(ties["sender_subject_id"], ties["recipient_subject_id"]))
    mutual = ties.groupby(between)["is_mutual"].agg(n_ties="size", reciprocity="mean")
    turns = response_times(rows, max_hours=max_hours)
    turns = turns.assign(
        source_unit=turns["asker_id"].map(departments), target_unit=turns["responder_id"].map(departments)
    )
    answers = turns.groupby(between)["response_hours"].agg(
        n_turns="size", n_answered="count", response_hours_median="median"
    )
    answers["answered_share"] = answers["n_answered"] / answers["n_turns"]
    answers = answers[["n_turns", "answered_share", "response_hours_median"]]
    return volume.join(mutual).join(answers).reset_index()


def department_openness(messages: pd.DataFrame, departments: pd.Series) -> pd.DataFrame:
    r"""Krackhardt and Stern's E-I index of every department.

    .. math:: EI = \frac{E - I}{E + I}

    over unordered pairs of people who exchanged a message, E with one end in the department, I with both. −1 = only
    among themselves, +1 = only with others. It depends on the size: a department of three among three hundred is nearly
    bound to be positive, so compare departments of like size, or one department over time.

    Args:
        messages: see `response_times`.
        departments: subject_id → department; people without a department are left out.

    Returns:
        department, n_people (with a tie), n_external_ties, n_internal_ties, top_person_ties (of whoever of it has
        most), ei_index (null without a tie); ordered by department.

    References:
        Krackhardt & Stern (1988), Informal networks and organizational crises, doi:10.2307/2786835.

    Examples:
        >>> messages = pd.DataFrame({"sender_subject_id": ["s_a", "s_a", "s_b"],
        ...     "recipient_subject_id": ["s_b", "s_c", "s_a"], "sent_at": pd.Timestamp("2026-03-02T09:00Z")})
        >>> departments = pd.Series({"s_a": "legal", "s_b": "legal", "s_c": "roads"})
        >>> department_openness(messages, departments)[["department", "ei_index"]].values.tolist()
        [['legal', 0.0], ['roads', 1.0]]
    """
    pairs = _checked(messages)[["first", "second"]].drop_duplicates()
    pairs = pairs.assign(
        first_department=pairs["first"].map(departments), second_department=pairs["second"].map(departments)
    ).dropna()
    is_inside = pairs["first_department"] == pairs["second_department"]
    internal = pairs[is_inside]["first_department"].value_counts()
    crossing = pairs[~is_inside]
    external = pd.concat([crossing["first_department"], crossing["second_department"]]).value_counts()
    by_person = pd.concat([pairs["first"], pairs["second"]]).value_counts()
    department_of = pd.Series(by_person.index.map(departments), index=by_person.index)
    counts = pd.DataFrame(
        {
            "n_people": department_of.value_counts(),
            "n_external_ties": external,
            "n_internal_ties": internal,
            "top_person_ties": by_person.groupby(department_of).max(),
        }
    )
    counts = counts.fillna(0).astype("int64").sort_index().rename_axis("department").reset_index()
    external_count, internal_count = counts["n_external_ties"], counts["n_internal_ties"]
    return counts.assign(ei_index=(external_count - internal_count) / (external_count + internal_count))


def is_mutual(source: pd.Series, target: pd.Series) -> np.ndarray:
    """For each ordered pair, whether the pair in the other direction is there too.

    Examples:
        >>> is_mutual(pd.Series(["a", "b", "a"]), pd.Series(["b", "a", "c"])).tolist()
        [True, True, False]
    """
    forward = pd.MultiIndex.from_arrays([source, target])
    return pd.MultiIndex.from_arrays([target, source]).isin(forward)


def _checked(messages: pd.DataFrame) -> pd.DataFrame:
    """The message columns and the two ends of the pair in ascending order; without messages to oneself."""
    missing = [column for column in MESSAGE_COLUMNS if column not in messages.columns]
    if missing:
        raise ValueError(f"The message frame lacks {missing}; needed are {MESSAGE_COLUMNS}.")
    rows = messages.loc[messages["sender_subject_id"] != messages["recipient_subject_id"], MESSAGE_COLUMNS]
    is_ordered = rows["sender_subject_id"] < rows["recipient_subject_id"]
    return rows.assign(
        first=rows["sender_subject_id"].where(is_ordered, rows["recipient_subject_id"]),
        second=rows["recipient_subject_id"].where(is_ordered, rows["sender_subject_id"]),
    )
