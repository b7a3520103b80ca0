"""Speed of annotation, leak detection and near-duplicates; run by `make benchmark` with -s to see the numbers.

CPU seconds of this one process: on a shared machine the clock on the wall measures the neighbours.
"""

import csv
import random
import time
from datetime import UTC, datetime

import pytest
import spacy

from nlp.annotate import annotate
from nlp.duplicate_index import DuplicateIndex
from nlp.duplicates import read_words
from nlp.leaks import scan, scan_text
from orchestration.demo import generate

pytestmark = pytest.mark.benchmark

_SYLLABLES = ("ба", "ве", "го", "ду", "жи", "зо", "ка", "ле", "мо", "ну", "пи", "ро", "са", "ту", "хо", "це")


def invented_texts(n: int, seed: int = 0) -> list[tuple[str, str]]:
    """Texts of 12 invented words, each with a house number; every tenth repeats an earlier one with a remark."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(_SYLLABLES, k=3)) for _ in range(4_000)]
    texts: list[str] = []
    for index in range(n):
        if index % 10 == 9:
            texts.append(f"{rng.choice(texts[-2_000:])} примите меры")
        else:
            texts.append(f"{' '.join(rng.choices(words, k=12))} {rng.randint(1, 200)}")
    return [(f"{seed}-{index:08d}", text) for index, text in enumerate(texts)]


def test_annotation_against_bare_spacy(tmp_path):
    generate(tmp_path / "demo", posts=6_000, messages=10, days=60, seed=3, end=datetime(2026, 9, 30, tzinfo=UTC))
    with (tmp_path / "demo" / "truth" / "intents.csv").open(encoding="utf-8", newline="") as file:
        texts = sorted({row["text"] for row in csv.DictReader(file)})
    pairs = [(str(number), text) for number, text in enumerate(texts)]
    list(annotate(pairs[:5]))
    bare = spacy.blank("ru")

    def seconds(work):
        start = time.process_time()
        for _ in work:
            pass
        return time.process_time() - start

    first = seconds(bare.pipe(texts)) / seconds(annotate(pairs))
    again = seconds(bare.pipe(texts)) / seconds(annotate(pairs))
    print(f"\nannotation / bare spaCy, {len(texts):,} texts: {first:.2f} words unknown, {again:.2f} words known")
    assert first >= 0.2
    assert again >= 0.2


def test_messages_a_second():
    rng = random.Random(1)
    bodies = (
        "Коллеги, согласуйте проект ответа жителям дома 14.",
        "Принято, сделаем до вечера.",
        "Совещание 12.05 в 10:30.",
    )
    leaks = ("Телефон заявителя +7 999 000-12-34.", "ИНН 7707083893, заказ № 1234567890")
    texts = [(str(index), rng.choice(leaks if index % 25 == 0 else bodies)) for index in range(100_000)]
    list(scan(texts[:10]))
    start = time.process_time()
    for _ in scan(texts):
        pass
    rate = len(texts) / (time.process_time() - start)
    print(f"\nleaks: {rate:,.0f} messages/s")
    assert rate >= 50_000


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "+7 ",
        "a@",
        "a.",
        "пароль ",
        "пароль от а ",
        "-eyJ",
        "1234 ",
        "а123вс ",
        "инн 7707083893 ",
        "bearer ",
        "a://b:",
        "api key ",
        "1\u200b",
    ],
)
def test_a_megabyte_of_malice(unit):
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    scan_text("тел.")
    start = time.process_time()
    scan_text(text)
    seconds = time.process_time() - start
    print(f"\n{unit!r}: {seconds * 1000:.0f} ms")
    assert seconds < 0.1


def test_near_duplicates_grow_linearly_and_a_day_does_not_read_history(tmp_path):
    index = DuplicateIndex(tmp_path)
    seconds = []
    for day in range(8):
        texts = invented_texts(5_000, seed=day)
        for _, text in texts:
            read_words(text)  # lemmas are cached from here on; they are paid for by the annotate stage too
        start = time.process_time()
        links = index.add(texts)
        seconds.append(time.process_time() - start)
        assert links.num_rows >= 450
    rates = [5_000 / value for value in seconds]
    print("\nnear-duplicates, texts/s by day: " + ", ".join(f"{rate:,.0f}" for rate in rates))
    assert max(seconds[4:]) < 3 * min(seconds[:4])
    assert max(rates) >= 10_000
