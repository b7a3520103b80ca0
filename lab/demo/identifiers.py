"""Invented document numbers with valid check digits, from ranges that are issued to nobody.

They exist so that planted leaks look right to a validator. Finding them in texts is not done here.
Check digits: INN, OGRN and bank account by the orders that define them; SNILS by resolution of the pension fund;
cards and medical policies by Luhn (ISO/IEC 7812-1, order 29n of the medical insurance fund gives the same digit).
"""

import random

_UNISSUED_REGION = "96"
"""No tax office has this code: an INN or OGRN with it belongs to nobody."""

_BIK = "049605999"
_PLATE_LETTERS = "АВЕКМНОРСТУХ"


def digits(rng: random.Random, count: int) -> str:
    """`count` random digits."""
    return "".join(rng.choices("0123456789", k=count))


def luhn_digit(body: str) -> str:
    """The digit that completes `body` to a number valid under Luhn."""
    total = 0
    for position, char in enumerate(reversed(body)):
        value = int(char) * (2 - position % 2)
        total += value - 9 * (value > 9)
    return str(-total % 10)


def weighted_digit(body: str, weights: tuple[int, ...], modulus: int = 11) -> str:
    """Check digit (Σ digit·weight mod modulus) mod 10."""
    return str(sum(int(char) * weight for char, weight in zip(body, weights, strict=True)) % modulus % 10)


def inn_org(rng: random.Random) -> str:
    """Tax number of an organisation, 10 digits."""
    body = _UNISSUED_REGION + digits(rng, 7)
    return body + weighted_digit(body, (2, 4, 10, 3, 5, 9, 4, 6, 8))


def inn_person(rng: random.Random) -> str:
    """Tax number of a person, 12 digits."""
    body = _UNISSUED_REGION + digits(rng, 8)
    body += weighted_digit(body, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    return body + weighted_digit(body, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def snils(rng: random.Random) -> str:
    """Insurance number 9xx-xxx-xxx cc; numbers that begin with 9 have not been issued."""
    body = "9" + digits(rng, 8)
    check = sum(int(char) * weight for char, weight in zip(body, range(9, 0, -1), strict=True)) % 101 % 100
    return f"{body[:3]}-{body[3:6]}-{body[6:]} {check:02d}"


def ogrn(rng: random.Random) -> str:
    """State number of an organisation, 13 digits."""
    body = f"1{rng.randint(5, 25):02d}{_UNISSUED_REGION}" + digits(rng, 7)
    return body + str(int(body) % 11 % 10)


def ogrnip(rng: random.Random) -> str:
    """State number of a sole trader, 15 digits."""
    body = f"3{rng.randint(5, 25):02d}{_UNISSUED_REGION}" + digits(rng, 9)
    return body + str(int(body) % 13 % 10)


def bank_card(rng: random.Random) -> str:
    """Card number, 16 digits in fours, from a prefix kept for testing."""
    body = "22000000" + digits(rng, 7)
    number = body + luhn_digit(body)
    return " ".join(number[start : start + 4] for start in range(0, 16, 4))


def oms_policy(rng: random.Random) -> str:
    """Medical policy number, 16 digits."""
    body = "99" + digits(rng, 13)
    return body + luhn_digit(body)


def bank_account(rng: random.Random) -> tuple[str, str]:
    """(account of 20 digits, bank code) that fit each other.

    The sum of digits × weights 7, 1, 3 over the code's last three digits and the account ends in 0.
    """
    head, tail = "40817810", "0000" + digits(rng, 7)
    weights = (7, 1, 3) * 7 + (7, 1)
    total = sum(int(char) * weight for char, weight in zip(_BIK[-3:] + head + "0" + tail, weights, strict=True))
    return head + str(total * 3 % 10) + tail, _BIK


def passport(rng: random.Random) -> tuple[str, str]:
    """(series, number) of a passport; no region issues series 51."""
    return f"51 {rng.randint(10, 24)}", digits(rng, 6)


def phone(rng: random.Random) -> str:
    """A mobile number whose subscriber part begins with 000."""
    tail = digits(rng, 4)
    return rng.choice(("+7 (999) 000-{}-{}", "8 999 000 {} {}", "8-999-000-{}-{}", "+7999000{}{}")).format(
        tail[:2], tail[2:]
    )


def vehicle_plate(rng: random.Random) -> str:
    """A number plate of region 20, withdrawn in 2000."""
    letters = rng.choices(_PLATE_LETTERS, k=3)
    return f"{letters[0]}{rng.randint(1, 999):03d}{letters[1]}{letters[2]} 20"
