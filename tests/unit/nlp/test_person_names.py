"""Names of people in texts: found where they stand, in whatever form, and streets that bear one left alone."""

import pytest

from nlp.person_names import find_names
from nlp.redaction import redact
from tests.unit.nlp.name_samples import HELD_OUT


def names(text):
    (spans,) = find_names([text])
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Меня зовут Петров Сергей Иванович, живу на улице Ленина, 5.", ["Петров Сергей Иванович"]),
        ("Врач Кузнецова Анна нахамила мне в поликлинике №3", ["Кузнецова Анна"]),
        ("директор школы Марья Петровна не отвечает", ["Марья Петровна"]),
        ("сосед вася пупкин курит в подъезде", ["вася пупкин"]),
        ("Прошу ответить. С уважением, И. И. Сидоров", ["И. И. Сидоров"]),
        ("Акт подписал Щеглов К. В.", ["Щеглов К. В."]),
        ("Спасибо Айгуль Рашитовне за помощь!", ["Айгуль Рашитовне"]),
        ("МАМА МОЯ, ИВАНОВА ЛЮДМИЛА, не может получить лекарство", ["ИВАНОВА ЛЮДМИЛА"]),
        ("мария ивановна из 45 квартиры затопила нас", ["мария ивановна"]),
        ("Прошу принять меры к Оганесяну Ашоту Вазгеновичу", ["Оганесяну Ашоту Вазгеновичу"]),
        ("Яма на проспекте Кирова, у дома 10, Самара", []),
        ("ул. Александра Матросова, 17: не работает лифт", []),
        ("Школа имени Зои Космодемьянской закрыта на ремонт", []),
        ("Автобус до Безымянки не ходит, остановка Гагарина пустая", []),
        ("Вера в справедливость потеряна, надежда умирает последней", []),
        ("Бригада выехала на место: Ясноград, ул. Медуничная, д. 7", []),
        ("Свет в Ясноград провели без толку", []),
        ("БЕЗ ТОЛКУ ЗВОНИТЬ", []),
        ("", []),
    ],
)
def test_names_are_found_and_places_are_not(text, found):
    assert names(text) == found


def test_a_string_that_is_no_sentence_is_judged_by_its_words_alone():
    towns = ["Светлодольск", "Ясноград", "Жалоба Ивановой Марии"]
    found = find_names(towns, is_read_in_context=False)
    assert [[text[span.start : span.end] for span in spans] for text, spans in zip(towns, found, strict=True)] == [
        [],
        [],
        ["Ивановой Марии"],
    ]


def test_a_name_far_into_a_long_text_is_found_where_it_stands():
    text = "Яма во дворе, просим засыпать. " * 200 + "С уважением, Алексей Дроздов."
    assert names(text) == ["Алексей Дроздов"]


def test_names_are_masked_beside_identifiers_and_once():
    text = "Иванова Мария Петровна, тел. +7 912 345-67-89, прошу помочь"
    assert redact(text) == "[имя], тел. [телефон], прошу помочь"
    assert redact(redact(text)) == redact(text)


def test_of_names_in_texts_that_chose_no_rule_nine_in_ten_are_masked_and_nothing_else_nearly():
    n_found = n_names = n_wrong = 0
    for (text, wanted), spans in zip(HELD_OUT, find_names([text for text, _ in HELD_OUT]), strict=True):
        masked = {place for span in spans for place in range(span.start, span.end)}
        letters = set()
        for name in wanted:
            start = text.index(name)
            of_name = {place for place in range(start, start + len(name)) if text[place].isalpha()}
            letters |= of_name
            n_names += 1
            n_found += of_name <= masked
        n_wrong += sum(letters.isdisjoint(range(span.start, span.end)) for span in spans)
    assert (n_found, n_names) == (47, 52)
    assert n_wrong == 3
    assert sum(not wanted for _, wanted in HELD_OUT) == 50
