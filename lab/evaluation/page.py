"""Every task on the data sets of `OTKLIK_REAL_DATA` and on generated truth → `docs/evaluation.md`: scores, no text.

Here is only how a data set becomes truth and training files, and what is written of the scores. `make evaluate`.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from lab.evaluation import EvaluationRequest, evaluate
from lab.evaluation.report import markdown, print_scores, score_tables
from lab.evaluation.truth import read_truth
from otklik.home.errors import ConfigurationError

SPLIT_SEED = 20_261
TEST_SHARE = 0.2
# of generated truth; thresholds of duplicates and leaks were chosen on others
DEMO_SEED, LEAK_SEED = 9_047, 9_047
_DEMO_POSTS, _DEMO_MESSAGES, _DEMO_DAYS = 6_000, 100, 60

# Scored against a home and pairs that somebody read in it, so by hand: docs/decisions/0015 tells.
NEEDS_A_HOME = frozenset({"joining"})

# What depends on the machine, or names a model, says nothing of quality.
_LEFT_OUT = ("texts_per_second", "texts_per_second_with_lemmas", "messages_per_second", "train_seconds", "seconds")

_INTRODUCTION = """# Evaluation

Scores of the platform's own functions, written by `make evaluate` on {date}. Intervals are two-sided 95 %, seeded; how
each is made is said by the task's module in `lab/evaluation/`. The data sets are people's words and are not
part of the project. What a score means, and what falls short, is told in [text.md](text.md),
[duplicates.md](duplicates.md), [leaks.md](leaks.md) and [responsible-use.md](responsible-use.md).
`otklik evaluate TASK --truth FILE` scores your own; with `--seen FILE`, rows that you looked at, it prints the gap.

A score flatters as often as its rows were looked at, so each table says how often that was. No text of a file that
teaches or chooses stands in the file that scores it: texts are compared by hash.
"""


class Measure(NamedTuple):
    """One task on one data set.

    Attributes:
        task: of `lab.evaluation.TASKS`.
        measured_on: a sentence about the data; invented data are called so.
        looked_at: how often the rows that score were looked at before: what a reader may take off the score.
        prepare: (folder of the data sets, a working folder) → the request.
    """

    task: str
    measured_on: str
    looked_at: str
    prepare: Callable[[Path, Path], EvaluationRequest]


def _labelled_by_hand(data: Path, work: Path) -> EvaluationRequest:
    return EvaluationRequest(truth=data / "intents" / "texts.csv")


def _topics(data: Path, work: Path) -> EvaluationRequest:
    path = data / "perm_incidents" / "incidents.csv"
    frame = pd.read_csv(_existing(path), sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    names = {"Текст инцидента": "text", "Исполнитель": "authority", "Группа тем": "group", "Тема": "topic"}
    frame = frame.rename(columns=names)[list(names.values())]
    frame["text"] = frame["text"].str.removeprefix("'").str.replace("<br>", "\n", regex=False)
    return _split(frame, work, "topics")


def _sentiment(data: Path, work: Path) -> EvaluationRequest:
    from nlp.sentiment import SENTIMENTS

    frame = read_truth(data / "tweets_sentiment" / "tweets.csv", ("text", "label"))
    return _split(frame[frame["label"].isin(SENTIMENTS)], work, "sentiment")


def _split(frame: pd.DataFrame, work: Path, name: str) -> EvaluationRequest:
    """A seeded split by text: no text stands on both sides."""
    texts = np.sort(frame["text"].unique())
    np.random.default_rng(SPLIT_SEED).shuffle(texts)
    is_test = frame["text"].isin(texts[: round(TEST_SHARE * len(texts))])
    truth, train = work / f"{name}_truth.csv", work / f"{name}_train.csv"
    frame[is_test].to_csv(truth, index=False)
    frame[~is_test].to_csv(train, index=False)
    return EvaluationRequest(truth=truth, train=train)


def _duplicates(data: Path, work: Path) -> EvaluationRequest:
    from lab.demo import generate

    end = datetime.combine(date(2026, 9, 30), time(), UTC)
    generate(work / "demo", posts=_DEMO_POSTS, messages=_DEMO_MESSAGES, days=_DEMO_DAYS, seed=DEMO_SEED, end=end)
    return EvaluationRequest(truth=work / "demo" / "truth" / "duplicates.csv")


def _leaks(data: Path, work: Path) -> EvaluationRequest:
    from lab.evaluation.leak_cases import write_leak_truth

    write_leak_truth(work / "leaks.csv", seed=LEAK_SEED, n_per_template=40)
    return EvaluationRequest(truth=work / "leaks.csv")


def _leaders(data: Path, work: Path) -> EvaluationRequest:
    staff = read_truth(data / "enron_mail" / "employees.csv", ("employee", "seniority"))
    truth = pd.DataFrame({"subject": staff["employee"], "truth": (staff["seniority"] == "Senior").astype(int)})
    truth.to_csv(work / "leaders.csv", index=False)
    return EvaluationRequest(truth=work / "leaders.csv", messages=data / "enron_mail" / "messages.csv")


def _groups(data: Path, work: Path) -> EvaluationRequest:
    staff = read_truth(data / "enron_mail" / "employees.csv", ("employee", "department"))
    staff.set_axis(["subject", "group"], axis=1).to_csv(work / "groups.csv", index=False)
    return EvaluationRequest(truth=work / "groups.csv", messages=data / "enron_mail" / "messages.csv")


MEASURES = (
    Measure(
        "intents",
        "400 posts and tweets labelled by hand; weights were learned from invented texts alone.",
        "Looked at: half of them were read while rules were written, and all were scored at every change of rules "
        "since. What rows that nobody had looked at say is in [text.md](text.md#intent).",
        _labelled_by_hand,
    ),
    Measure(
        "topics",
        "Messages of Perm region; a fifth of the texts, by a seeded split, was held back.",
        "Looked at: this split was scored at every release, and chose nothing; other splits of the same messages chose "
        "the learners.",
        _topics,
    ),
    Measure(
        "sentiment",
        "Tweets of three labels; a fifth of the texts, by a seeded split, was held back.",
        "Looked at: this split was scored at every release, and chose nothing; other splits of the same tweets chose "
        "the features.",
        _sentiment,
    ),
    Measure(
        "places",
        "The same 400 texts; what locates the matter was marked by hand.",
        "Looked at: rules were written from 200 of them; all were scored at every change of rules since.",
        _labelled_by_hand,
    ),
    Measure(
        "duplicates",
        "Copies planted in an invented region of 6,000 posts: a figure of the generator as much as of the "
        "platform, and none of any real region.",
        "Looked at: never read; its seed chose nothing, but thresholds were chosen on regions of the same generator.",
        _duplicates,
    ),
    Measure(
        "leaks",
        "Generated messages, invented: identifiers that hold together, and near-misses that are clean. A figure of the "
        "generator as much as of the scanner, and none of any real mailbox.",
        "Looked at: never read; its seed chose nothing, but patterns were written beside the same templates.",
        _leaks,
    ),
    Measure(
        "leaders",
        "Mail of 156 Enron staff; senior titles are the truth.",
        "Looked at: titles of random halves of these people confirmed the score's components on the other halves; all "
        "were scored at every change of it.",
        _leaders,
    ),
    Measure(
        "groups",
        "The same mail; departments are the truth.",
        "Looked at: scored whenever the method of groups changed.",
        _groups,
    ),
)


def measure(data: Path, *, on_scores: Callable[[Measure, dict[str, Any]], None]) -> dict[str, dict[str, Any]]:
    """Scores of every task.

    Args:
        data: folder of the data sets.
        on_scores: called after each task.

    Raises:
        ConfigurationError: the folder or a data set is not there, or is not as expected.
    """
    if not data.is_dir():
        raise ConfigurationError(f"{data}: no such folder; set OTKLIK_REAL_DATA to the folder of the data sets.")
    found = {}
    for item in MEASURES:
        with tempfile.TemporaryDirectory() as work:
            found[item.task] = evaluate(item.task, item.prepare(data, Path(work)))
        on_scores(item, found[item.task])
    return found


def page(scores: dict[str, dict[str, Any]], on: date) -> str:
    """The page in Markdown; speeds, which are the machine's, are left out."""
    parts = [_INTRODUCTION.format(date=on.isoformat())]
    for item in MEASURES:
        if item.task in scores:
            tables = markdown(score_tables(_kept(scores[item.task])))
            parts.append(f"## {item.task.capitalize()}\n\n{item.measured_on}\n\n{item.looked_at}\n\n{tables}\n")
    return "\n".join(parts)


def _kept(scores: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _kept(value) if isinstance(value, dict) else value
        for name, value in scores.items()
        if name not in (*_LEFT_OUT, "model_version")
    }


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file.")
    return path


def main() -> None:
    """Score everything, print it, write the page and the scores beside it as JSON if asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="day written into the page")
    parser.add_argument("--out", type=Path, required=True, help="page to write")
    parser.add_argument("--json", type=Path, help="file for all scores")
    arguments = parser.parse_args()
    try:
        scores = measure(arguments.data, on_scores=lambda item, found: print_scores(item.task, found))
    except ConfigurationError as error:
        sys.exit(f"evaluation: {error}")
    arguments.out.write_text(page(scores, arguments.date), encoding="utf-8")
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(scores, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
