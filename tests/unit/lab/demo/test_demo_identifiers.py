"""Check digits against numbers worked out by hand and against the rules written the other way round."""

import random

from hypothesis import given
from hypothesis import strategies as st

from lab.demo import identifiers as ids


def _luhn_holds(number: str) -> bool:
    doubled = [int(char) * (1 + position % 2) for position, char in enumerate(reversed(number))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def test_luhn_digit_of_the_textbook_number() -> None:
    assert ids.luhn_digit("7992739871") == "3"


def test_weighted_digit_of_a_worked_example() -> None:
    # 1·2 + 2·4 + 3·10 = 40; 40 mod 11 = 7
    assert ids.weighted_digit("123", (2, 4, 10)) == "7"


@given(st.integers(0, 2**32))
def test_numbers_hold_their_check_digits(seed: int) -> None:
    rng = random.Random(seed)
    assert _luhn_holds(ids.bank_card(rng).replace(" ", ""))
    assert _luhn_holds(ids.oms_policy(rng))
    ogrn, ogrnip = ids.ogrn(rng), ids.ogrnip(rng)
    assert (len(ogrn), int(ogrn[:-1]) % 11 % 10) == (13, int(ogrn[-1]))
    assert (len(ogrnip), int(ogrnip[:-1]) % 13 % 10) == (15, int(ogrnip[-1]))
    account, code = ids.bank_account(rng)
    joined = code[-3:] + account
    assert len(account) == 20
    assert sum(int(char) * (7, 1, 3)[place % 3] for place, char in enumerate(joined)) % 10 == 0
    snils = ids.snils(rng)
    body = snils[:11].replace("-", "")
    assert sum(int(char) * (9 - place) for place, char in enumerate(body)) % 101 % 100 == int(snils[-2:])
    assert len(ids.inn_org(rng)) == 10
    assert len(ids.inn_person(rng)) == 12
