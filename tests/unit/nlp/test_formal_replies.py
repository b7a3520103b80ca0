"""What a citizen would call a formal reply scores high; a reply with substance scores low."""

import random

import pandas as pd
import pytest

from nlp.formal_reply import formal_replies

WORDS = ["яма", "двор", "дом", "свет", "лифт", "мусор", "срок", "мастер", "улица", "ответ", "меры", "план"]

FORMAL = "Здравствуйте! Ваше обращение рассмотрено. Меры принимаются в рабочем порядке."
GOOD = "Яма засыпана 12.06.2026 по адресу ул. Речная, д. 5, работы принял мастер участка."


def score(*rows):
    frame = formal_replies(pd.DataFrame(rows, columns=["reply_id", "authority_id", "text"]))
    return frame.set_index("reply_id")


def test_repeated_words_without_substance_score_one_and_substance_zero():
    found = score(("1", "x", FORMAL), ("2", "x", FORMAL), ("3", "x", GOOD))
    assert found.loc["1", "formal_reply_score"] == 1.0
    assert found.loc["3", ["has_action", "has_date", "has_place", "has_responsible"]].tolist() == [True] * 4
    assert found.loc["3", "formal_reply_score"] < 0.1


def test_replies_of_another_authority_are_not_compared():
    found = score(("1", "x", FORMAL), ("2", "y", FORMAL))
    assert found["max_jaccard_score"].tolist() == [0.0, 0.0]


def test_similarity_is_the_exact_jaccard_of_three_word_shingles():
    found = score(("1", "x", "один два три четыре пять"), ("2", "x", "один два три четыре шесть"))
    assert found["max_jaccard_score"].tolist() == [pytest.approx(2 / 4)] * 2


def test_similarity_is_that_of_comparing_every_reply_with_every_other():
    """Half are templates with a changed word or two, so that buckets are larger than the neighbours looked at."""
    order = random.Random(3)
    template = [order.choice(WORDS) for _ in range(18)]
    texts = []
    for number in range(300):
        words = list(template) if number % 2 else [order.choice(WORDS) for _ in range(order.randint(2, 14))]
        for _ in range(order.randint(0, 2)):
            words[order.randrange(len(words))] = order.choice(WORDS)
        texts.append(" ".join(words))
    sets = [{tuple(t.split()[i : i + 3]) for i in range(len(t.split()) - 2)} or {tuple(t.split())} for t in texts]
    exact = [
        max(len(one & other) / len(one | other) for j, other in enumerate(sets) if j != i) for i, one in enumerate(sets)
    ]
    found = score(*((f"{number:03}", "x", text) for number, text in enumerate(texts)))["max_jaccard_score"].tolist()
    assert all(one <= best + 1e-9 for one, best in zip(found, exact, strict=True))
    missed = [best for one, best in zip(found, exact, strict=True) if one < best - 1e-9 and best >= 0.43]
    assert len([best for best in exact if best >= 0.43]) > 100
    assert missed == []


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("Мусор вывезен.", "has_action", True),
        ("Надписи удалены.", "has_action", True),
        ("Забор приведён в надлежащее состояние.", "has_action", True),
        ("Объявление снято.", "has_action", True),
        ("Обращение снято с контроля.", "has_action", False),
        ("Проблема решена.", "has_action", False),
        ("Мусор будет вывозиться по графику.", "has_action", False),
        ("Срок до 5 июля.", "has_date", True),
        ("Сроки уточняются.", "has_date", False),
        ("Работы на ул. Садовой.", "has_place", True),
        ("Работы в районе.", "has_place", False),
        ("Ответственный: Петров.", "has_responsible", True),
        ("Спасибо за обращение.", "has_responsible", False),
    ],
)
def test_parts_are_read_from_the_words(text, part, expected):
    assert bool(score(("1", "x", text)).loc["1", part]) is expected


def test_empty_replies_are_left_out_and_none_gives_a_typed_frame():
    assert score(("1", "x", " "), ("2", "x", None)).empty


def test_order_of_rows_does_not_matter():
    rows = [("1", "x", FORMAL), ("2", "x", GOOD), ("3", None, FORMAL)]
    pd.testing.assert_frame_equal(score(*rows), score(*rows[::-1]))
