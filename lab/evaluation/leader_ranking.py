"""By what people should be ranked, where a network is sparse: `python -m lab.evaluation.leader_ranking --data FOLDER`.

Three orders by authority are compared, in networks of several densities: the score itself, the lower bound of its
interval, and the chance of a place among the first k. The rule is chosen on generated networks of some seeds and scored
on others of other seeds, and on the mail of Enron, thinned. docs/decisions/0019-ranks-by-what-is-supported.md has the
figures.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from graph.bootstrap import leader_intervals
from graph.leaders import leader_scores
from graph.weekly import sum_weeks
from lab.evaluation.communication import read_messages, weeks_of
from lab.evaluation.ranking_statistics import auc, precision_at

N_PEOPLE, N_LEADERS, N_WEEKS = 150, 15, 12
PULLS = {"chosen on": (3.0, 6.0), "scored on": (2.0, 4.0, 8.0)}
DENSITIES = (0.5, 1.0, 2.0, 5.0, 20.0)
SEEDS = {"chosen on": range(6), "scored on": range(100, 106)}
THINNED = (0.01, 0.03, 0.1, 0.3)
N_THINNINGS, N_REPLICATES, FEWEST_SENDERS = 5, 100, (1, 2, 3, 5)


def generated(pull: float, density: float, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """Messages of an invented office, and who its leaders are.

    Everybody writes to a few colleagues in bursts, and leaders are written to `pull` times as readily.

    Args:
        pull: how much more readily, > 1.
        density: messages a person, in all of the weeks.
        seed: of the draws.
    """
    rng = np.random.default_rng([seed, int(pull * 10), int(density * 10)])
    people = np.array([f"s_{number:03}" for number in range(N_PEOPLE)])
    is_leader = np.arange(N_PEOPLE) < N_LEADERS
    activity = rng.pareto(1.5, N_PEOPLE) + 0.2
    appeal = np.where(is_leader, pull, 1.0) * rng.lognormal(0, 0.5, N_PEOPLE)
    activity, appeal = activity / activity.sum(), appeal / appeal.sum()
    rows: list[tuple[str, str, int]] = []
    while len(rows) < density * N_PEOPLE:
        sender, recipient = rng.choice(N_PEOPLE, p=activity), rng.choice(N_PEOPLE, p=appeal)
        week = int(rng.integers(N_WEEKS))
        # a thread goes on, in one week, between the same two
        rows += [(people[sender], people[recipient], week)] * int(rng.geometric(0.5)) if sender != recipient else []
    messages = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id", "week"]).assign(
        network="staff",
        organisation="office",
        n_recipients=1,
        sent_at=lambda frame: pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(frame["week"] * 7, unit="D"),
    )
    return messages, pd.Series(is_leader, index=people)


def ranked(messages: pd.DataFrame, truth: pd.Series, k: int) -> Iterator[dict[str, object]]:
    """Precision at k and AUC of every order and every least number of senders.

    Args:
        messages: see `graph.weekly.weekly_edges`.
        truth: subject → whether they are a leader.
        k: places.
    """
    weekly = weeks_of(messages)
    scores = leader_scores(sum_weeks(weekly)).set_index("subject_id")
    bounds = leader_intervals(weekly, k=k, n_replicates=N_REPLICATES).set_index("subject_id")
    orders = {
        "score": scores["authority_score"],
        "lower bound": bounds["authority_low"],
        "P(top k)": bounds["authority_top_k_probability"] + scores["authority_score"] * 1e-6,
    }
    for fewest in FEWEST_SENDERS:
        enough = scores.index[scores["distinct_senders_count"] >= fewest]
        for name, order in orders.items():
            value = order.reindex(enough).reindex(truth.index).fillna(-1.0).to_numpy(float)
            yield {
                "order": name,
                "fewest": fewest,
                "precision": precision_at(truth.to_numpy(bool), value, k),
                "auc": auc(truth.to_numpy(bool), value),
                "leaders_left_out": float((~truth.index[truth].isin(enough)).mean()),
            }


def of_generated(part: str) -> pd.DataFrame:
    """The measures on generated networks of one part."""
    rows = [
        row | {"density": density}
        for pull in PULLS[part]
        for density in DENSITIES
        for seed in SEEDS[part]
        for row in ranked(*generated(pull, density, seed), k=N_LEADERS)
    ]
    return pd.DataFrame(rows)


def of_enron(data: Path) -> pd.DataFrame:
    """The measures on the mail of Enron, where senior titles are the truth, with a share of its messages alone."""
    staff = pd.read_csv(data / "enron_mail" / "employees.csv")
    truth = (staff.set_index("employee")["seniority"] == "Senior").sort_index()
    messages = read_messages(data / "enron_mail" / "messages.csv")
    numbers = messages["message_number"].unique()
    rows = []
    for share in THINNED:
        for seed in range(N_THINNINGS):
            kept = np.random.default_rng(seed).choice(numbers, int(share * len(numbers)), replace=False)
            some = messages[messages["message_number"].isin(kept)]
            rows += [row | {"density": share} for row in ranked(some, truth, k=20)]
    return pd.DataFrame(rows)


def main() -> None:
    """Print the means, by density."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    data = parser.parse_args().data
    tables = {part: of_generated(part) for part in PULLS} | ({"Enron": of_enron(data)} if data else {})
    for name, table in tables.items():
        print(f"\n## {name}")  # noqa: T201
        for measure in ("precision", "auc"):
            means = table.pivot_table(measure, ["fewest", "order"], "density")
            print(f"\n{measure}\n{means.round(3)}")  # noqa: T201
        print(table.groupby("fewest")["leaders_left_out"].mean().round(3))  # noqa: T201


if __name__ == "__main__":
    main()
