"""Check digits of Russian identifiers, of bank cards and of bank accounts: does a run of digits hold together?

Pure arithmetic over digit strings. Where such runs are looked for in a text, and which words must stand near them,
belongs to `nlp.leaks` and its lexicon.

References:
    ИНН, ОГРН, ОГРНИП: orders of the Federal Tax Service (ММВ-7-6/435@, 165н). СНИЛС: appendix of resolution 192п of
    the Pension Fund. Account key: Bank of Russia, regulation 515 of 8 September 1997. ОМС policy: order 29н of the
    Ministry of Health, which describes Luhn's sum in other words. Cards: ISO/IEC 7812-1.
"""

_INN_WEIGHTS = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_ACCOUNT_WEIGHTS = (7, 1, 3) * 7 + (7, 1)
# The oldest СНИЛС numbers carry no check digits.
_LAST_UNCHECKED_SNILS = 1_001_998
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

# Balance accounts that clients hold (and correspondent accounts), currencies seen in Russian account numbers.
_BALANCE_ACCOUNTS = frozenset(
    (*range(301, 305), 306, *range(401, 409), *range(410, 427), *range(440, 455), *range(520, 524))
)
_CURRENCIES = frozenset(("810", "643", "840", "978", "156", "826", "756", "392", "398", "933", "949", "784", "356"))
# Payment offices of the Bank of Russia: their clients' accounts are keyed like correspondent accounts.
_PAYMENT_OFFICES = frozenset(("000", "001", "002"))


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def is_inn_org(digits: str) -> bool:
    """Tax number of an organisation: 10 digits, d₁₀ = (Σ dᵢwᵢ mod 11) mod 10, w = 2 4 10 3 5 9 4 6 8."""
    return (
        len(digits) == 10 and digits[:2] != "00" and int(digits[9]) == _weighted(digits[:9], _INN_WEIGHTS[2:]) % 11 % 10
    )


def is_inn_person(digits: str) -> bool:
    """Tax number of a person: 12 digits, the last two of them check digits over the 10 and 11 before."""
    return (
        len(digits) == 12
        and digits[:2] != "00"
        and int(digits[10]) == _weighted(digits[:10], _INN_WEIGHTS[1:]) % 11 % 10
        and int(digits[11]) == _weighted(digits[:11], _INN_WEIGHTS) % 11 % 10
    )


def is_snils(digits: str) -> bool:
    """Insurance number: 11 digits, the last two = (Σ dᵢ(10 − i) mod 101) mod 100."""
    if len(digits) != 11 or int(digits[:9]) <= _LAST_UNCHECKED_SNILS:
        return False
    return int(digits[9:]) == _weighted(digits[:9], (9, 8, 7, 6, 5, 4, 3, 2, 1)) % 101 % 100


def is_ogrn(digits: str) -> bool:
    """State number of an organisation: 13 digits beginning with 1 or 5, d₁₃ = (first 12 mod 11) mod 10."""
    return len(digits) == 13 and digits[0] in "15" and int(digits[12]) == int(digits[:12]) % 11 % 10


def is_ogrnip(digits: str) -> bool:
    """State number of a sole trader: 15 digits beginning with 3, d₁₅ = (first 14 mod 13) mod 10."""
    return len(digits) == 15 and digits[0] == "3" and int(digits[14]) == int(digits[:14]) % 13 % 10


def is_luhn(digits: str) -> bool:
    """Luhn's sum: every second digit from the right doubled (9 off above 9); the total ends in 0."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        total += _DOUBLED[int(digit)] if position % 2 else int(digit)
    return total % 10 == 0


def is_bank_card(digits: str) -> bool:
    """Card number: a length and a first digits that a payment system issues, and Luhn's sum."""
    return _is_issued_prefix(digits) and is_luhn(digits)


def _is_issued_prefix(digits: str) -> bool:
    first2, first4, length = int(digits[:2]), int(digits[:4]), len(digits)
    if 2200 <= first4 <= 2204:  # Мир
        return 16 <= length <= 19
    if digits[0] == "4":  # Visa
        return length in (13, 16, 18, 19)
    if 51 <= first2 <= 55 or 2221 <= first4 <= 2720:  # Mastercard
        return length == 16
    if first2 in (34, 37):  # American Express
        return length == 15
    if first2 == 35 or first2 == 62:  # JCB, UnionPay
        return 16 <= length <= 19
    # Maestro
    return first2 in (50, 56, 57, 58, 63, 67) and 16 <= length <= 19


def is_oms_policy(digits: str) -> bool:
    """Medical policy of the present kind: 16 digits, not all alike, the last one by Luhn's sum."""
    return len(digits) == 16 and len(set(digits)) > 1 and is_luhn(digits)


def is_bank_account(digits: str) -> bool:
    """Account of 20 digits whose balance account and currency exist; the key needs the bank's code, see below."""
    return len(digits) == 20 and int(digits[:3]) in _BALANCE_ACCOUNTS and digits[5:8] in _CURRENCIES


def has_account_key(account: str, bank_code: str) -> bool:
    """Does the account's control key fit this БИК: Σ dᵢwᵢ ≡ 0 (mod 10), w = 7 1 3 repeated, code digits first?

    The code digits are the last three of the БИК, or 0 and its digits five and six for correspondent accounts and for
    clients of a payment office of the Bank of Russia.
    """
    is_office = account.startswith("301") or bank_code[-3:] in _PAYMENT_OFFICES
    head = "0" + bank_code[4:6] if is_office else bank_code[-3:]
    return _weighted(head + account, _ACCOUNT_WEIGHTS) % 10 == 0


def is_passport(digits: str) -> bool:
    """Passport: there is no check digit; only numbers that cannot have been issued are refused."""
    return len(digits) == 10 and digits[:2] != "00" and int(digits[4:]) > 100


def is_not_uniform(digits: str) -> bool:
    """Not the same digit throughout, as in a number made up to fill a form."""
    return len(set(digits[1:])) > 1
