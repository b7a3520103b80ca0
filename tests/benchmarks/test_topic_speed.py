"""Speed of the trained topic model; run by `make benchmark` with -s to see the numbers.

CPU seconds of this one process: on a shared machine the clock on the wall measures the neighbours.
"""

import random
import time

import pytest

from nlp.topic_model import fit

pytestmark = pytest.mark.benchmark

N_TEXTS, N_TOPICS, N_GROUPS, N_AUTHORITIES = 18_500, 195, 26, 10
_SYLLABLES = ("ба", "ве", "го", "ду", "жи", "зо", "ка", "ле", "мо", "ну", "пи", "ро", "са", "ту", "хо", "це")


def labelled_texts(n: int) -> tuple[list[str], list[str], list[str], list[str]]:
    """Texts of 30 invented words, five of them of their topic; sizes of topics fall like one over their rank."""
    rng = random.Random(0)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.choice((2, 3, 4)))) for _ in range(20_000)]
    topics = rng.choices(range(N_TOPICS), weights=[1 / (rank + 1) for rank in range(N_TOPICS)], k=n)
    texts = [
        " ".join([*rng.choices(words[topic * 20 : topic * 20 + 20], k=5), *rng.choices(words, k=25)])
        for topic in topics
    ]
    return (
        texts,
        [f"a{topic % N_AUTHORITIES}" for topic in topics],
        [f"g{topic % N_GROUPS}" for topic in topics],
        [f"t{topic}" for topic in topics],
    )


def test_training_and_naming():
    texts, *labels = labelled_texts(N_TEXTS)
    start = time.process_time()
    model = fit(texts, *labels)
    trained = time.process_time()
    unread = labelled_texts(N_TEXTS + 4_000)[0][N_TEXTS:]
    model.predict(unread[:500])
    start_naming = time.process_time()
    named = model.predict(unread[500:])
    rate = len(named) / (time.process_time() - start_naming)
    print(f"\ntraining on {N_TEXTS} texts: {trained - start:.0f} CPU s; naming: {rate:,.0f} texts/s")
    assert trained - start < 180
    assert rate >= 2_000
