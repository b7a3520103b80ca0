"""Files of messages or edges → frames for `graph/`, for the two tasks on communication."""

from pathlib import Path

import pandas as pd

from graph.weekly import PAIR_COLUMNS, weekly_edges
from lab.evaluation.truth import read_truth
from otklik.home.errors import ConfigurationError

ORGANISATION = "evaluated"
# The platform's defaults (run settings); an archive is looked at as of its last message.
HALF_LIFE_DAYS = 90.0
MAX_RECIPIENTS = 25


def read_messages(path: Path) -> pd.DataFrame:
    """One row per message and recipient.

    A message to oneself has no recipient; one person named twice is one recipient.

    Args:
        path: CSV with sent_at, sender, recipients (joined by `;`).

    Returns:
        message_number, network, organisation, source_subject_id, target_subject_id, sent_at, n_recipients.

    Raises:
        ConfigurationError: the file, a column, or a readable time is missing.
    """
    frame = read_truth(path, ("sent_at", "sender", "recipients"))
    sent_at = pd.to_datetime(frame["sent_at"], utc=True, errors="coerce", format="ISO8601")
    unread = sent_at.isna()
    if unread.any():
        row = int(unread.to_numpy().argmax())
        raise ConfigurationError(
            f"{path}: sent_at in row {row + 2} is {frame['sent_at'].iloc[row]!r}; needed is ISO 8601, such as "
            "2026-03-02T09:00:00+03:00."
        )
    rows = pd.DataFrame(
        {
            "message_number": range(len(frame)),
            "network": "staff",
            "organisation": ORGANISATION,
            "source_subject_id": frame["sender"].str.strip(),
            "target_subject_id": frame["recipients"].str.split(";"),
            "sent_at": sent_at,
        }
    ).explode("target_subject_id")
    rows["target_subject_id"] = rows["target_subject_id"].str.strip()
    is_real = (rows["target_subject_id"] != "") & (rows["target_subject_id"] != rows["source_subject_id"])
    rows = rows[is_real & (rows["source_subject_id"] != "")].drop_duplicates(["message_number", "target_subject_id"])
    if rows.empty:
        raise ConfigurationError(f"{path}: no message from one person to another.")
    rows["n_recipients"] = rows.groupby("message_number")["target_subject_id"].transform("size")
    return rows.reset_index(drop=True)


def weeks_of(messages: pd.DataFrame) -> pd.DataFrame:
    """Weekly edges at the platform's defaults; see `graph.weekly.weekly_edges`."""
    return weekly_edges(messages, half_life_days=HALF_LIFE_DAYS, max_recipients=MAX_RECIPIENTS)


def read_edges(path: Path) -> pd.DataFrame:
    """Edges with the columns that `graph/` needs.

    Args:
        path: CSV with source, target, weight (a number > 0; 1 where empty).

    Raises:
        ConfigurationError: the file or a column is missing, or a weight is no number above 0.
    """
    frame = read_truth(path, ("source", "target"), ("weight",))
    given = frame["weight"] if "weight" in frame.columns else pd.Series("", index=frame.index)
    weight = pd.to_numeric(given.where(given.str.strip() != "", "1"), errors="coerce")
    is_bad = ~(weight > 0) | (weight == float("inf"))
    if is_bad.any():
        row = int(is_bad.to_numpy().argmax())
        raise ConfigurationError(f"{path}: weight in row {row + 2} is {given.iloc[row]!r}; needed is a number above 0.")
    edges = pd.DataFrame(
        {
            "network": "staff",
            "organisation": ORGANISATION,
            "source_subject_id": frame["source"].str.strip(),
            "target_subject_id": frame["target"].str.strip(),
        }
    )[PAIR_COLUMNS]
    # Weights that are whole numbers are counts of messages, whatever the column is called.
    return edges.assign(weight=weight, n_messages=weight.round().clip(lower=1).astype("int64"))
