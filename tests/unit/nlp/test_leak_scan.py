"""What the leak scanner finds and lets pass: a table a kind of positives and near-misses, then generated messages."""

# ruff: noqa: E501 the tables below are read row by row
import collections
import importlib.util
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp import leak_spans, leaks
from nlp.leak_patterns import KINDS, LONG_NUMBER, REVIEW, built_in_patterns
from nlp.leaks import FINDING_SCHEMA, SCAN_SCHEMA, scan, scan_text


def _samples():
    """The generator beside this file; tests are no package, so it is loaded by its path."""
    spec = importlib.util.spec_from_file_location("leak_samples", Path(__file__).with_name("leak_samples.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


messages = _samples().messages


def kinds(text):
    return [finding.kind for finding in scan_text(text)]


POSITIVES = {
    "passport_ru": [
        "паспорт серия 45 12 № 345678", "Паспорт 4512 345678", "паспорт 4512345678", "серия 4512 номер 345678",
        "паспорт: серия 4512, № 345678", "Документ, удостоверяющий личность: 4512 345678", "45 12 345678 выдан УВД",
        "паспорт 345678 серия 4512", "Паспортные данные: Иванов И. И., 45 12 345678",
    ],
    "inn_person": ["ИНН 500100732259", "инн: 5001 0073 2259", "ИНН и СНИЛС: 500100732259", "ИНН физлица — 500100732259"],
    "inn_org": ["ИНН 7707083893", "ИНН/КПП 7707083893/770701001", "7707083893 (ИНН)", "ИНН поставщика по договору: 7707083893"],
    "snils": ["СНИЛС 112-233-445 95", "снилс 11223344595", "112-233-445 95", "Мой СНИЛС: 112 233 445 95"],
    "ogrn": ["ОГРН 1027700132195", "огрн: 1027700132195."],
    "ogrnip": ["ОГРНИП 304500116000157"],
    "bank_card": ["карта 4111 1111 1111 1111", "4111-1111-1111-1111", "переведите на 5555555555554444", "Visa 4111111111111111"],
    "bank_account": ["счёт № 40817810099910004312", "р/с 40817 810 0 9991 0004312", "к/с 30101810400000000225, БИК 044525225"],
    "oms_policy": ["полис ОМС 4111111111111111", "ЕНП: 4111 1111 1111 1111"],
    "phone": [
        "+7 (912) 345-67-89", "8 912 345 67 89", "89123456789", "тел. 9123456789", "8(342)2123456", "тел. 212-34-56",
        "звоните 2-34-56", "https://wa.me/79123456789", "+375 29 123-45-67", "8 (3412) 45-67-89", "т. 8-912-345-67-89",
    ],
    "email": ["ivan.petrov@mail.ru", "Почта: IVAN@MAIL.RU.", "иван@почта.рф", "mailto:a+b@adm.gorod.ru"],
    "vehicle_plate": ["А123ВС 77", "a123bc177", "А 123 ВС 799 RUS", "машина а 123 вс 59", "госномер А123ВС", "такси АВ 123 77"],
    "credential": [
        "пароль: Vesna1234!", "Логин demo, пароль - zima2024", "password=hunter2", "DB_PASSWORD='Qw12345'", "пароль qwerty123",
        "логин/пароль: admin/admin123", "AKIAIOSFODNN7EXAMPLE", "-----BEGIN OPENSSH PRIVATE KEY-----",
        "postgres://user:P@ss1234@db.local/base", "Authorization: Bearer abcDEF123456", "API-ключ: 9f8e7d6c5b4a3928",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789", "пароль от почты: Солнце2024", "токен: a1b2c3d4e5f6",
    ],
}  # fmt: skip
NEAR_MISSES = {
    "passport_ru": [
        "паспорт получен 12.05.2024", "4512 345678", "паспорт счётчика 4512 345678", "технический паспорт 4512 345678",
        "водительское удостоверение 99 12 345678", "паспорт 4512 34567", "договор 4512345678",
    ],
    "inn_person": ["ИНН 500100732258", "трек 500100732259", "договор № 500100732259", "500100732259"],
    "inn_org": ["ИНН 7707083894", "заказ 7707083893", "ИНН нет, договор 7707083893", "лицевой счёт 7707083893", "7707083893"],
    "snils": ["СНИЛС 112-233-445 96", "протокол 112-233-445 95", "11223344595"],
    "ogrn": ["ОГРН 1027700132196", "штрихкод 1027700132195", "1027700132195"],
    "ogrnip": ["ОГРНИП 304500116000158", "IMEI 304500116000157"],
    "bank_card": ["карта 4111 1111 1111 1112", "трек-номер 4111111111111111", "транспортная карта 4111111111111111", "1234 5678 9012 3456"],
    "bank_account": ["счёт 40817810099910004312, БИК 044525225", "КБК 18210102010011000110", "счёт 12345678901234567890"],
    "oms_policy": ["полис ОМС 4111111111111112", "полис ОСАГО ХХХ 0123456789"],
    "phone": [
        "обращение 89123456789", "ИНН 89123456789", "телефон 112", "+7 912 345-67-8", "+7 912 345-67-890", "сумма 8 912 345 678 руб.",
        "тел. 12-05-26", "http://site.example/?id=89123456789", "версия 8.12.345.67.89",
    ],
    "email": ["ivan@mail", "@ivan_petrov", "logo@2x.png", "ivan@mail..ru", "собака@"],
    "vehicle_plate": ["Б123ГД 77", "А000ВС 77", "в 100 км 20", "В 100 КМ 10", "к 120 см 50", "дом 15А 123 кв 77", "артикул А123ВС77"],
    "credential": [
        "забыл пароль", "пароль: не помню", "Пароль: ********", "password: <your password>", "Password: required", "password reset",
        "пароль должен содержать 8 символов", "-----BEGIN PUBLIC KEY-----", "токен не приходит", "password = os.environ['X']",
        "pass the salt", "спас: вчера котёнка", "ключ от подвала у дворника",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in POSITIVES.items() for text in texts])
def test_a_leak_is_found_as_its_kind_alone(kind, text):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in NEAR_MISSES.items() for text in texts])
def test_a_look_alike_passes(kind, text):
    assert kind not in kinds(text)


def test_every_kind_has_a_table():
    assert set(POSITIVES) == set(NEAR_MISSES) == set(KINDS) == {pattern.kind for pattern in built_in_patterns()}


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_messages_keep_precision_and_recall_of_every_kind(seed):
    rows = list(messages(seed, 25))
    right, found, true = collections.Counter(), collections.Counter(), collections.Counter()
    for batch in scan((str(index), text) for index, (text, _, _) in enumerate(rows)):
        pairs = set(zip(batch.findings["text_hash"].to_pylist(), batch.findings["kind"].to_pylist(), strict=True))
        found.update(kind for _, kind in pairs)
        right.update(kind for index, kind in pairs if kind in rows[int(index)][1])
    true.update(kind for _, expected, _ in rows for kind in expected)
    for kind in KINDS:
        assert right[kind] / found[kind] >= 0.98, kind
        assert right[kind] / true[kind] >= 0.98, kind


def test_a_prefilter_matches_wherever_its_guarded_shape_does():
    texts = [text for text, _, _ in messages(4, 25)] + [text for table in POSITIVES.values() for text in table]
    texts = [text.replace("—", "-") for text in texts]
    for pattern in built_in_patterns():
        shaped = pa.array([pattern.finder.search(text) is not None for text in texts])
        passed = pc.match_substring_regex(pa.array(texts), pattern.prefilter, ignore_case=True)
        assert not pc.any(pc.and_not(shaped, passed)).as_py(), pattern.name


def _numbered(texts):
    return [(str(index), text) for index, text in enumerate(texts)]


def _unfiltered(texts):
    """Findings of texts that each met every pattern: one short text a batch passes no prefilter."""
    assert max(map(len, texts)) < 1_000
    return pa.concat_tables(batch.findings for batch in scan(_numbered(texts), batch_size=1))


def test_prefilters_lose_no_finding_of_generated_messages():
    texts = [text for text, _, _ in messages(3, 60)] + [text for table in POSITIVES.values() for text in table]
    texts += [text for table in NEAR_MISSES.values() for text in table]
    (batch,) = scan(_numbered(texts))
    assert batch.findings.num_rows > 500
    assert batch.findings == _unfiltered(texts)


_PIECES = [
    "паспорт", "Пасп. ", "серия ", "ИНН ", "снилс", "счёт ", "счет № ", "звонить ", "р/с", "полис", "для связи", "машина ", "г/н ",
    "лицевой счёт ПФР", "страховой\nномер ", "идентификационный номер", "ОГРН", "карта ", "заказ № ", " выдан", "пароль: ", "pass=",
    "4512 345678", "345678", "7707083893", "112 233 445 95", "11223344595", "1027700132195", "4111 1111 1111 1111", "8 (912) 345-67-89",
    "9123456789", "2-34-56", "212-34-56", "А123ВС 77", "АВ 1234 56", "1234 АВ 56", "40817810099910004312", "Qw12345!", "a@b.ru",
    " ", ", ", ": ", ". ", "-", "\n", "1", "x", "я", "_",
]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join), min_size=1, max_size=5))
@settings(max_examples=400)
def test_prefilters_lose_no_finding(texts):
    # what fills the batch up is clean, and too long for the batch to be met by every pattern at once
    (batch,) = scan(_numbered([*texts, "снег " * 300]))
    assert batch.findings == _unfiltered(texts)


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_a_long_number_matches_only_where_it_is_looked_for(text):
    for pattern in built_in_patterns():
        if pattern.sieve == LONG_NUMBER:
            found = [match.span() for match in leak_spans.matches(pattern, text, leak_spans.long_numbers(text))]
            assert found == [match.span() for match in pattern.finder.finditer(text)], pattern.name


def test_evidence_is_masked_and_says_where():
    text = "Мой СНИЛС: 112-233-445 95, спасибо"
    (finding,) = scan_text(text)
    assert finding == ("snils", 11, 25, "95", "snils_in_groups")
    assert text[finding.start : finding.end] == "112-233-445 95"


def test_typography_does_not_hide_a_number_and_offsets_are_the_originals():
    text = "тел. 8\u00a0912\u2011345\u201167\u201189, карта 4111\u200b1111\u200b1111\u200b1111"
    found = [(f.kind, text[f.start : f.end]) for f in scan_text(text)]
    assert found == [
        ("phone", "8\u00a0912\u2011345\u201167\u201189"),
        ("bank_card", "4111\u200b1111\u200b1111\u200b1111"),
    ]


def test_tables_have_the_declared_columns_and_one_row_a_text():
    (batch,) = scan([("a", "всё хорошо"), ("b", "тел. +7 912 345-67-89"), ("c", "1 " * 200_000)])
    assert batch.findings.schema == FINDING_SCHEMA
    assert batch.texts.schema == SCAN_SCHEMA
    assert batch.texts["status"].to_pylist() == ["clean", "leak", "review"]
    assert batch.texts["n_findings"].to_pylist() == [0, 1, 0]


def test_batches_do_not_change_findings():
    rows = [(str(index), text) for index, (text, _, _) in enumerate(messages(5, 3))]
    whole = pa.concat_tables(batch.findings for batch in scan(rows))
    assert pa.concat_tables(batch.findings for batch in scan(rows, batch_size=7)) == whole


# what was not scanned is not clean
def test_the_tail_of_a_long_text_is_left_to_a_person():
    text = "Снег. " * leaks.MAX_SCAN_CHARS + "паспорт 4512 345678"
    assert [(f.kind, f.pattern_name) for f in scan_text(text)][-1] == (REVIEW, leaks.TOO_LONG)


def test_a_long_text_without_anything_suspicious_is_clean():
    assert scan_text("Снег не убирают. " * 20_000) == []


def test_a_text_of_nothing_but_numbers_is_left_to_a_person():
    found = scan_text("тел. +7 912 345-67-89 " * 1_000)
    assert [(f.kind, f.pattern_name) for f in found] == [(REVIEW, leaks.TOO_MANY)]


def test_what_is_no_text_is_left_to_a_person():
    (batch,) = scan([("a", None)])
    assert batch.texts["status"].to_pylist() == ["review"]
    assert batch.findings["pattern_name"].to_pylist() == [leaks.NOT_TEXT]


def test_a_failing_check_leaves_the_text_to_a_person(monkeypatch):
    def fail(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(leaks, "find_spans", fail)
    assert [(f.kind, f.pattern_name) for f in scan_text("тел. +7 912 345-67-89")] == [(REVIEW, leaks.FAILED)]


@given(st.text(max_size=200))
def test_no_text_breaks_the_scanner(text):
    for finding in scan_text(text):
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.pattern_name != leaks.FAILED


@given(
    st.lists(
        st.sampled_from(["+7 912 345-67-89", "паспорт ", "4512 345678", "@", "\ud800", "İ", "\u200b", "a@b.ru", "\x01"])
    )
)
def test_odd_characters_break_nothing(parts):
    text = "".join(parts)
    for finding in scan_text(text):
        assert finding.pattern_name != leaks.FAILED
        assert 0 <= finding.start < finding.end <= len(text)
