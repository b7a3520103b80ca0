"""Every documented question is answered by the published tables of the invented region."""

import csv
import json
import re
from collections import Counter

import pytest

from lab.evaluation.planted_joining import joining_scores
from otklik.home.settings import Home
from otklik.warehouse.metrics import metrics
from tests.forked import ROOT
from tests.integration.canaries import NAMED, PLANTED

TEXT = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
QUESTIONS = dict(re.findall(r"### (.+?)\n.*?```sql\n(.+?)```", TEXT, re.DOTALL))
FOR_ANYBODY = "for anybody)"
# Filled where something is written about more than usual, which a small region may have none of.
MAY_BE_EMPTY = {
    "11. What is written about more than usual, where, and why do we say so? (9)",
    # The region was published once.
    "18. What did we say then, and what is known of that day now? (27)",
    # People's decisions agree with what their own weights join, but for a few.
    "Which posts did a person, or newly fitted weights, move to another incident? (3)",
}


def test_no_question_is_without_its_query():
    assert len(QUESTIONS) == TEXT.count("### ") == TEXT.count("```sql")


@pytest.mark.parametrize("question", QUESTIONS)
def test_question_is_answered(published, question):
    surface = "public" if question.endswith(FOR_ANYBODY) else "analyst"
    rows = published.query(QUESTIONS[question], surface)
    assert rows or question in MAY_BE_EMPTY


def test_a_question_computes_a_metric_as_it_is_defined():
    """What is called by a metric's code is its expression, or a sum of the column that has it."""
    n_found, others = 0, []
    for question, sql in QUESTIONS.items():
        plain = re.sub(r"\s+", " ", re.sub(r"\b[a-z_]+\.(?=[a-z])", "", sql))
        for metric in metrics():
            for before in re.split(rf" as {metric.metric_code}\b", plain)[:-1]:
                n_found += 1
                if not before.endswith((metric.sql_expression, f" sum({metric.metric_code})")):
                    others.append(f"{question}: {metric.metric_code}")
    assert not others, "write the expression of docs/metrics.md, or call it something else:\n" + "\n".join(others)
    assert n_found >= 20


def test_no_question_computes_an_interval():
    assert [question for question, sql in QUESTIONS.items() if "sqrt" in sql or "1.96" in sql] == []


def answer(published, beginning):
    return published.query(next(sql for question, sql in QUESTIONS.items() if question.startswith(beginning)))


def test_shares_on_time_are_of_the_ripe_ones(published):
    rows = answer(published, "What share was answered in time")
    total, *parts = rows
    assert total[0] is None
    assert (total[1], total[2]) == (sum(row[1] for row in parts), sum(row[2] for row in parts))
    assert all(row[2] <= row[1] for row in rows)


def test_instructions_equal_a_count_of_the_delivery(published):
    path = published.sources.parent / "decisions" / "instructions.csv"
    with path.open(encoding="utf-8") as file:
        results = Counter(row["Итог"] for row in csv.DictReader(file, delimiter=";"))
    ((n, positive, negative, *_),) = answer(published, "How many personal instructions")
    # the planted ones are open
    n_planted = len(PLANTED | NAMED)  # all of them done
    assert (n, positive) == (results.total() + n_planted, results["исполнено"] + n_planted)
    assert negative == results["не исполнено"]


def test_outcome_without_a_comparator_has_no_value(published):
    rows = answer(published, "How many socially active citizens")
    assert [(row[2], row[-1]) for row in rows] == [(None, "no_comparator")]


def test_labels_of_the_region_make_its_incidents_the_planted_problems(published):
    scores = joining_scores(published.sources.parent / "truth" / "incidents.csv", Home(published.home))
    assert scores["precision"] >= 0.95
    assert scores["recall"] >= 0.85


def test_weights_of_the_region_are_fitted_in_its_first_run_and_join_more_than_the_cold_start(published):
    ((is_used, n_labels, n_same, recall, cold_start_recall, n_told),) = published.query(
        "select is_used, n_labels, n_same, recall_share, cold_start_recall, "
        "(select count(link_score) from bridge_incident_post where link_reason is not null) from meta_joining"
    )
    assert is_used
    assert n_labels > n_same > 100
    assert recall > 2 * cold_start_recall
    assert n_told > 100


def test_what_if_replay_changes_no_table(published):
    before = (published.home / "warehouse.duckdb").stat().st_mtime_ns
    result = published.otklik("replay", "--sla", "8h", "--calendar", "working", "--pause", "none")
    assert result.returncode == 0, result.stderr
    shown = json.loads(result.stdout)
    assert shown["what_if"]["rule"] == {"term_hours": 8.0, "calendar": "working", "pause": "none"}
    assert 0 < shown["what_if"]["result"]["on_time_share"] < 1
    assert (published.home / "warehouse.duckdb").stat().st_mtime_ns == before


def test_overdue_list_names_who_is_told_next(published):
    result = published.otklik("status", "--overdue")
    assert result.returncode == 0, result.stderr
    assert "next:" in result.stdout
