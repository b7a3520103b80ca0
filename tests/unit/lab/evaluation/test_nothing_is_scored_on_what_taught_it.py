"""Files that teach or choose and files that score share no text: compared by hash, on the real data sets."""

import os
from pathlib import Path

import pytest

from lab.evaluation.page import MEASURES
from lab.evaluation.truth import text_hashes
from nlp.intent_training import composed_texts
from nlp.lexicon import LEXICON_FOLDER

DATA = Path(os.environ.get("OTKLIK_REAL_DATA", Path(__file__).parents[5] / "shared" / "data"))

pytestmark = [pytest.mark.real, pytest.mark.skipif(not DATA.is_dir(), reason="the real data sets are not here")]


@pytest.mark.parametrize("task", ["topics", "sentiment"])
def test_no_text_that_a_model_learns_from_stands_in_the_file_that_scores_it(task: str, tmp_path: Path) -> None:
    [measure] = [one for one in MEASURES if one.task == task]
    request = measure.prepare(DATA, tmp_path)
    assert request.train is not None
    truth = text_hashes(request.truth)
    assert len(truth) > 1_000
    assert set(truth).isdisjoint(text_hashes(request.train))


def test_no_invented_example_is_a_text_that_people_labelled() -> None:
    labelled = set(text_hashes(DATA / "intents" / "texts.csv"))
    assert len(labelled) > 350
    assert labelled.isdisjoint(text_hashes(LEXICON_FOLDER / "intent_examples.csv"))
    real = (DATA / "intents" / "texts.csv").read_text(encoding="utf-8").lower()
    long_ones = [example.text for example in composed_texts() if len(example.text) > 40]
    assert [text for text in long_ones if text.lower() in real] == []
