"""`evaluate groups`: planted groups are found from messages and from edges; plain Leiden stands beside."""

import os
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

from lab.evaluation import EvaluationRequest, evaluate
from otklik.home.errors import ConfigurationError


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """12 groups of 10; the files truth.csv, edges.csv, messages.csv."""
    graph = nx.planted_partition_graph(12, 10, 0.6, 0.02, seed=5, directed=True)
    edges = pd.DataFrame([(f"s{u:03}", f"s{v:03}") for u, v in graph.edges], columns=["source", "target"])
    edges.assign(weight=0.013).to_csv(tmp_path / "edges.csv", index=False)
    messages = edges.rename(columns={"source": "sender", "target": "recipients"})
    messages.assign(sent_at="2026-03-02T09:00:00Z").to_csv(tmp_path / "messages.csv", index=False)
    people = [f"s{i:03}" for i in range(120)] + ["absent"]
    groups = [f"g{i // 10}" for i in range(120)] + ["g0"]
    pd.DataFrame({"subject": people, "group": groups}).to_csv(tmp_path / "truth.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("given", ["edges", "messages"])
def test_planted_groups_are_found_from(planted, given):
    scores = evaluate("groups", EvaluationRequest(truth=planted / "truth.csv", **{given: planted / f"{given}.csv"}))
    assert (scores["n"], scores["n_without_ties"], scores["n_true_groups"]) == (120, 1, 12)
    assert scores["ari"] > 0.95
    assert scores["ami"] > 0.95
    assert scores["nmi"] >= scores["ami"]
    assert scores["n_groups"] in (12, 13)
    assert scores["stability"] > 0.8
    assert scores["plain_leiden"]["resolution"] == 1.0
    assert scores["plain_leiden"]["ari"] <= scores["ari"]
    assert scores["seconds"] > 0


def test_exactly_one_input_is_needed(planted):
    for inputs in ({}, {"edges": planted / "edges.csv", "messages": planted / "messages.csv"}):
        with pytest.raises(ConfigurationError, match="either --messages or --edges"):
            evaluate("groups", EvaluationRequest(truth=planted / "truth.csv", **inputs))


@pytest.mark.parametrize("weight", ["0", "-1", "many", "inf"])
def test_a_weight_that_is_none_is_refused_with_its_row(planted, weight):
    (planted / "edges.csv").write_text(f"source,target,weight\na,b,1\na,c,{weight}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="weight in row 3"):
        evaluate("groups", EvaluationRequest(truth=planted / "truth.csv", edges=planted / "edges.csv"))


def test_truth_about_strangers_is_refused(planted):
    (planted / "truth.csv").write_text("subject,group\nnobody,g\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="none of its 1 subjects has a tie"):
        evaluate("groups", EvaluationRequest(truth=planted / "truth.csv", edges=planted / "edges.csv"))


@pytest.mark.real
def test_groups_of_the_mail_are_closer_to_units_than_plain_leiden(tmp_path):
    mail = Path(os.environ.get("OTKLIK_REAL_DATA", "../shared/data")) / "enron_mail"
    if not mail.is_dir():
        pytest.skip(f"{mail} is not there")
    staff = pd.read_csv(mail / "employees.csv").rename(columns={"employee": "subject", "unit": "group"})
    staff[["subject", "group"]].to_csv(tmp_path / "truth.csv", index=False)
    scores = evaluate("groups", EvaluationRequest(truth=tmp_path / "truth.csv", messages=mail / "messages.csv"))
    assert scores["nmi"] >= 0.75
    assert scores["ari"] >= 0.61
    assert scores["ari"] > scores["plain_leiden"]["ari"] + 0.2
