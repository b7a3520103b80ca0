"""Patterns that a user brings as a file: found, checked, bounded, and refused when they are not right."""

import time

import pytest

from nlp.leak_checks import CHECKS, CHECKS_OF_PARTS
from nlp.leak_patterns import REVIEW, load_patterns
from nlp.leaks import scan_text
from nlp.lexicon import LexiconError
from nlp.redaction import redact, redact_texts

OWN = r"""
[[pattern]]
name = "case number"
kind = "case_number"
shape = 'дело № ?[0-9]{2}-[0-9]{4}'

[[pattern]]
name = "member card"
kind = "member_card"
shape = 'М[0-9]{10}'
check = "is_luhn"
placeholder = "[билет]"
"""


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return load_patterns(path)


def test_own_patterns_are_found_beside_the_built_in_ones(own):
    text = "Дело № 12-3456 и ДЕЛО №13-0000, тел. +7 912 345-67-89"
    assert [(f.kind, text[f.start : f.end]) for f in scan_text(text, extra_patterns=own)] == [
        ("case_number", "Дело № 12-3456"),
        ("case_number", "ДЕЛО №13-0000"),
        ("phone", "+7 912 345-67-89"),
    ]


def test_own_kinds_are_masked_under_their_names(own):
    text = "Дело № 12-3456, билет М1234567897, тел. +7 912 345-67-89"
    assert redact(text, extra_patterns=own) == "[case_number], билет [билет], тел. [телефон]"
    (table,) = redact_texts([("a", text)], extra_patterns=own)
    assert table["redacted_text"].to_pylist() == ["[case_number], билет [билет], тел. [телефон]"]


def test_an_own_pattern_may_ask_for_a_check_digit(own):
    assert [f.kind for f in scan_text("М1234567897", extra_patterns=own)] == ["member_card"]
    assert scan_text("М1234567890", extra_patterns=own) == []


def test_a_pattern_that_hangs_other_engines_does_not_hang_this_one(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("[[pattern]]\nname = 'a'\nkind = 'aaa'\nshape = '(a+)+b'\n", encoding="utf-8")
    start = time.process_time()
    assert [f.kind for f in scan_text("a" * 20_000, extra_patterns=load_patterns(path))] == []
    assert time.process_time() - start < 1


def test_every_check_that_is_accepted_reads_a_match_without_parts(tmp_path):
    for check in sorted(set(CHECKS) - CHECKS_OF_PARTS):
        path = tmp_path / f"{check}.toml"
        path.write_text(
            f"[[pattern]]\nname = 'a'\nkind = 'b'\nshape = 'дело [0-9@.a-z]+'\ncheck = '{check}'\n", encoding="utf-8"
        )
        found = scan_text("Смотрите дело 12345 и дело a@b.ru", extra_patterns=load_patterns(path))
        assert REVIEW not in {finding.kind for finding in found}, check


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no"),
        ("[[pattern]]\nname = 'a'\nkind = 'b'\n", "needed are name, kind, shape"),
        ("[[pattern]]\nname = 'a'\nkind = 'phone'\nshape = 'x'\n", "built-in kind"),
        ("[[pattern]]\nname = 'a'\nkind = 'b'\nshape = '(?=x)x'\n", "not RE2 syntax"),
        ("[[pattern]]\nname = 'a'\nkind = 'b'\nshape = 'x*'\n", "empty string"),
        ("[[pattern]]\nname = 'a'\nkind = 'b'\nshape = 'x'\ncheck = 'is_magic'\n", "accepted are is_account"),
        # it looks at a part of the shape that has a name
        ("[[pattern]]\nname = 'a'\nkind = 'b'\nshape = 'x(?P<value>y)'\ncheck = 'is_secret'\n", "no check 'is_secret'"),
        ("[[pattern]]\nname = 'a'\nkind = 'b'\nshape = 'x'\n" * 2, "used twice"),
        ("[[pattern]\n", "cannot be read"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LexiconError, match=message):
        load_patterns(path)
