"""Check digits: published examples, and that one wrong digit is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import check_digits

VALID = [
    (check_digits.is_inn_org, "7707083893"),
    (check_digits.is_inn_person, "500100732259"),
    (check_digits.is_snils, "11223344595"),
    (check_digits.is_ogrn, "1027700132195"),
    (check_digits.is_ogrnip, "304500116000157"),
    (check_digits.is_bank_card, "4111111111111111"),
    (check_digits.is_bank_card, "5555555555554444"),
    (check_digits.is_bank_card, "378282246310005"),
    (check_digits.is_oms_policy, "4111111111111111"),
    (check_digits.is_bank_account, "40817810099910004312"),
]


@pytest.mark.parametrize(("check", "number"), VALID)
def test_a_published_number_holds_together(check, number):
    assert check(number)


@pytest.mark.parametrize(("check", "number"), [row for row in VALID if row[0] is not check_digits.is_bank_account])
@pytest.mark.parametrize("change", range(1, 10))
def test_a_wrong_last_digit_is_noticed(check, number, change):
    assert not check(number[:-1] + str((int(number[-1]) + change) % 10))


@pytest.mark.parametrize(("check", "number"), VALID)
def test_a_digit_too_many_is_noticed(check, number):
    assert not check(number + "0") or check is check_digits.is_bank_card


def test_prefixes_that_nobody_issues_are_no_cards():
    assert check_digits.is_luhn("1234567812345670")
    assert not check_digits.is_bank_card("1234567812345670")


def test_the_key_ties_an_account_to_its_bank():
    keyed = [key for key in range(10) if check_digits.has_account_key(f"40817810{key}99910004312", "044525225")]
    assert len(keyed) == 1
    other = [key for key in range(10) if check_digits.has_account_key(f"40817810{key}99910004312", "044525226")]
    assert keyed != other


def test_a_correspondent_account_is_keyed_by_the_region():
    assert check_digits.has_account_key("30101810400000000225", "044525225")


def test_old_snils_numbers_carry_no_check_digits():
    assert not check_digits.is_snils("00100199864")


def test_zeros_are_no_passport():
    assert check_digits.is_passport("4512345678")
    assert not check_digits.is_passport("4512000000")
    assert not check_digits.is_passport("0012345678")


@given(st.text("0123456789", min_size=2, max_size=20))
def test_luhn_agrees_with_its_definition(digits):
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    assert check_digits.is_luhn(digits) == (sum(value // 10 + value % 10 for value in doubled) % 10 == 0)
