"""`evaluate leaders`: promised fields, quality on an invented office, refusals; the real mail where it is."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lab.evaluation import EvaluationRequest, evaluate
from lab.evaluation.ranking_statistics import auc, paired_resamples, precision_at
from otklik.home.errors import ConfigurationError


@pytest.fixture
def office(tmp_path: Path) -> EvaluationRequest:
    """30 people; everybody writes to the three heads, and p00 sends by far the most messages."""
    rng = np.random.default_rng(0)
    rows = [(f"p{i:02}", f"h{head}") for i in range(27) for head in range(3) if rng.random() < 0.8]
    rows += [("p00", f"p{i:02}") for i in range(1, 27) for _ in range(3)]
    frame = pd.DataFrame(rows, columns=["sender", "recipients"])
    sent_at = pd.Timestamp("2026-03-02T09:00:00Z") + pd.to_timedelta(np.arange(len(frame)) * 7, unit="h")
    frame.assign(sent_at=sent_at).to_csv(tmp_path / "messages.csv", index=False)
    people = [*(f"p{i:02}" for i in range(27)), "h0", "h1", "h2", "absent"]
    truth = pd.DataFrame({"subject": people, "truth": [int(person[0] == "h") for person in people]})
    truth.to_csv(tmp_path / "truth.csv", index=False)
    return EvaluationRequest(truth=tmp_path / "truth.csv", messages=tmp_path / "messages.csv")


def test_planted_heads_are_found_and_the_baselines_stand_beside(office):
    scores = evaluate("leaders", office)
    assert (scores["n"], scores["n_positive"], scores["n_without_messages"]) == (31, 3, 1)
    assert scores["auc"] == 1.0
    assert scores["precision_at_20"] == 3 / 20
    assert scores["message_count"]["auc"] < 1
    for name in ("message_count", "distinct_senders", "spread"):
        low, high = scores[name]["auc_interval"]
        assert low <= scores[name]["auc"] <= high
    assert scores["auc_gain"]["message_count"]["difference"] == pytest.approx(1 - scores["message_count"]["auc"])
    assert scores["seconds"] > 0


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("truth.csv", "subject,truth\nh0,yes\n", r"truth holds \['yes'\]"),
        ("truth.csv", "subject,truth\nh0,1\n", "needed are both"),
        ("truth.csv", "person,truth\nh0,1\n", "lacks subject"),
        ("messages.csv", "sent_at,sender,recipients\nyesterday,a,b\n", "sent_at in row 2 is 'yesterday'"),
        ("messages.csv", "sent_at,sender,recipients\n2026-03-02,a,a;\n", "no message from one person to another"),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused(office, file, content, message):
    (office.truth.parent / file).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        evaluate("leaders", office)


def test_messages_are_needed(office):
    with pytest.raises(ConfigurationError, match="needs --messages"):
        evaluate("leaders", EvaluationRequest(truth=office.truth))


def test_auc_and_precision_are_literal_with_ties():
    truth = np.array([True, False, True, False])
    assert auc(truth, np.array([3.0, 3.0, 1.0, 0.0])) == (0.5 + 1 + 0 + 1) / 4
    assert precision_at(truth, np.array([3.0, 3.0, 1.0, 0.0]), 1) == 0.5
    assert precision_at(truth, np.array([3.0, 3.0, 1.0, 0.0]), 20) == 0.5


def test_a_score_gains_nothing_over_itself():
    truth = np.arange(20) < 8
    score = np.random.default_rng(1).random(20)
    resamples = paired_resamples(truth, {"one": score, "same": score * 2})
    assert resamples.gain_interval("one", "same") == [0.0, 0.0]


@pytest.mark.real
def test_authority_finds_senior_staff_and_beats_both_baselines(tmp_path):
    mail = Path(os.environ.get("OTKLIK_REAL_DATA", "../shared/data")) / "enron_mail"
    if not mail.is_dir():
        pytest.skip(f"{mail} is not there")
    staff = pd.read_csv(mail / "employees.csv")
    truth = staff.assign(subject=staff["employee"], truth=(staff["seniority"] == "Senior").astype(int))
    truth[["subject", "truth"]].to_csv(tmp_path / "truth.csv", index=False)
    request = EvaluationRequest(truth=tmp_path / "truth.csv", messages=mail / "messages.csv")
    scores = evaluate("leaders", request)
    assert scores["auc"] >= 0.82
    assert scores["precision_at_20"] >= 0.9
    assert scores["auc_gain"]["message_count"]["interval"][0] > 0
    assert scores["auc_gain"]["distinct_senders"]["interval"][0] > 0
