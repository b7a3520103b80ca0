"""Nothing that identifies gets through redaction: canaries of every kind, in short texts and in long ones."""

import importlib.util
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.leak_patterns import KINDS
from nlp.leaks import MAX_SCAN_CHARS, scan_text
from nlp.redaction import PLACEHOLDERS, REDACTION_SCHEMA, WITHHELD, redact, redact_texts

_spec = importlib.util.spec_from_file_location("leak_samples", Path(__file__).with_name("leak_samples.py"))
samples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(samples)

CANARIES = {
    "passport_ru": "паспорт 4512 345678",
    "inn_person": "ИНН 500100732259",
    "inn_org": "ИНН 7707083893",
    "snils": "СНИЛС 112-233-445 95",
    "ogrn": "ОГРН 1027700132195",
    "ogrnip": "ОГРНИП 304500116000157",
    "bank_card": "карта 4111 1111 1111 1111",
    "bank_account": "счёт 40817810099910004312",
    "oms_policy": "полис ОМС 4111111111111111",
    "phone": "телефон +7 (912) 345-67-89",
    "email": "почта sosed@pochta.example",
    "vehicle_plate": "машина А123ВС 77",
    "credential": "пароль: Vesna1234!",
}


def test_each_kind_is_replaced_by_its_name():
    text = "Добрый день! тел. +7 912 345-67-89, почта sosed@pochta.example, СНИЛС 112-233-445 95."
    assert redact(text) == "Добрый день! тел. [телефон], почта [почта], СНИЛС [СНИЛС]."


def test_a_text_without_identifiers_stays_as_it_is():
    text = "На ул. Мельничной, 14 третий день нет воды. Звонили 2 раза, обещали до 15.05."
    assert redact(text) == text


def test_every_kind_has_a_name():
    assert set(PLACEHOLDERS) == set(CANARIES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [0, 30_000])
def test_no_canary_gets_through(kind, length):
    canary = CANARIES[kind]
    secret = canary.split(" ", 1)[1]
    filler = ("Снег не убирают у дома 14, третий день. " * 4_000)[:length]
    for text in (f"{filler} {canary}", f"{canary}; {filler}"):
        assert secret not in redact(text)
        assert PLACEHOLDERS[kind] in redact(text)


def test_no_generated_leak_is_found_again_after_redaction():
    for text, kinds, _ in samples.messages(11, 8):
        assert not {finding.kind for finding in scan_text(redact(text))} & kinds, redact(text)


def test_a_flood_of_numbers_is_masked_and_not_given_up():
    redacted = redact("тел. +7 912 345-67-89, " * 1_200)
    assert "345" not in redacted
    assert redacted.count("[телефон]") == 1_200


def test_a_number_on_a_seam_between_pieces_is_masked():
    for shift in (4, 15):
        filler = "а" * (MAX_SCAN_CHARS // 2 - shift) + " "
        assert "345678" not in redact(filler + "паспорт 4512 345678 " + "1 " * MAX_SCAN_CHARS)


def test_what_cannot_be_scanned_is_withheld(monkeypatch):
    from nlp import leaks

    def fail(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(leaks, "find_spans", fail)
    assert redact("тел. +7 912 345-67-89") == WITHHELD


def test_batches_give_one_row_a_text():
    (table,) = redact_texts([("a", "тел. +7 912 345-67-89"), ("b", "снег"), ("c", None)])
    assert table.schema == REDACTION_SCHEMA
    assert table["redacted_text"].to_pylist() == ["тел. [телефон]", "снег", WITHHELD]
    assert table["n_masked"].to_pylist() == [1, 0, 1]


@given(st.lists(st.sampled_from(sorted(CANARIES.values())), max_size=4), st.integers(0, 10**6))
def test_redaction_is_done_after_one_pass(parts, seed):
    random.Random(seed).shuffle(parts)
    once = redact(". ".join(parts))
    assert redact(once) == once
