"""Authority against titles, nominations or planted leaders.

Beside it the baselines that it must beat, with paired intervals: number of messages, number of distinct senders.
"""

import time
from typing import Any

import pandas as pd

from graph.leaders import leader_scores
from graph.weekly import sum_weeks
from lab.evaluation import EvaluationRequest
from lab.evaluation.communication import read_messages, weeks_of
from lab.evaluation.ranking_statistics import auc, paired_resamples, precision_at
from lab.evaluation.truth import read_truth
from otklik.home.errors import ConfigurationError

BASELINES = ("message_count", "distinct_senders")


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score authority and spread.

    People of the truth file without any message score lowest and are counted in `n_without_messages`. `seconds` is
    the time of reading, weighting and scoring, without the intervals.

    Args:
        request: truth with subject, truth (0/1); messages.

    Returns:
        n, n_positive, n_without_messages; auc, auc_interval, precision_at_20 of authority; the same under
        `message_count` (messages sent or received), `distinct_senders` and `spread`; `auc_gain` over each baseline
        with its paired interval; seconds.

    Raises:
        ConfigurationError: a file or column is missing, truth is not 0/1, or has only one of the two.
    """
    if request.messages is None:
        raise ConfigurationError("evaluate leaders needs --messages: a CSV with sent_at, sender, recipients.")
    truth = _read_truth(request)
    started = time.perf_counter()
    messages = read_messages(request.messages)
    scored = leader_scores(sum_weeks(weeks_of(messages))).set_index("subject_id")
    seconds = time.perf_counter() - started
    # 0 is below every score of somebody who has messages, or ties with the lowest.
    scores = {
        "authority": scored["authority_score"],
        "spread": scored["spread_score"],
        "message_count": _message_count(messages),
        "distinct_senders": messages.groupby("target_subject_id")["source_subject_id"].nunique(),
    }
    values = {name: score.reindex(truth.index).fillna(0).to_numpy(float) for name, score in scores.items()}
    is_leader = truth.to_numpy(dtype=bool)
    resamples = paired_resamples(is_leader, values)

    def quality(name: str) -> dict[str, Any]:
        return {
            "auc": auc(is_leader, values[name]),
            "auc_interval": resamples.interval(name),
            "precision_at_20": precision_at(is_leader, values[name], 20),
        }

    authority = quality("authority")
    gain = {
        name: {
            "difference": authority["auc"] - auc(is_leader, values[name]),
            "interval": resamples.gain_interval("authority", name),
        }
        for name in BASELINES
    }
    return {
        "n": len(truth),
        "n_positive": int(is_leader.sum()),
        "n_without_messages": int((~truth.index.isin(_people(messages))).sum()),
        **authority,
        **{name: quality(name) for name in (*BASELINES, "spread")},
        "auc_gain": gain,
        "seconds": seconds,
    }


def _read_truth(request: EvaluationRequest) -> pd.Series:
    frame = read_truth(request.truth, ("subject", "truth"))
    unknown = sorted(set(frame["truth"].str.strip()) - {"0", "1"})
    if unknown:
        raise ConfigurationError(f"{request.truth}: truth holds {unknown}; accepted are 0 and 1.")
    truth = frame.assign(truth=frame["truth"].str.strip() == "1").groupby("subject")["truth"].max()
    if truth.nunique() < 2:
        only = int(truth.iloc[0])
        raise ConfigurationError(f"{request.truth}: truth is {only} for everybody; needed are both 0 and 1.")
    return truth


def _people(messages: pd.DataFrame) -> pd.Series:
    both: pd.Series = pd.concat([messages["source_subject_id"], messages["target_subject_id"]])
    return both.drop_duplicates()


def _message_count(messages: pd.DataFrame) -> pd.Series:
    sent = messages.drop_duplicates("message_number")["source_subject_id"].value_counts()
    return sent.add(messages["target_subject_id"].value_counts(), fill_value=0)
