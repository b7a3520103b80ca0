"""Second look at what a leak pattern matched: check digits, and what tells a secret from a word.

Functions named by `check` in nlp/lexicons/leak_patterns.toml. Each sees the match and the cleaned text it lies in. The
arithmetic of check digits belongs to `nlp.check_digits`; words that say what a number is belong to `nlp.leak_labels`.
"""

import re
from collections.abc import Callable

from nlp import check_digits

Check = Callable[[re.Match[str]], bool]

_NOT_DIGITS = re.compile(r"[^0-9]+")
_BANK_CODE = re.compile(r"(?:бик|bik)[^0-9]{0,12}(0[0-9]{8})(?![0-9])", re.IGNORECASE)
# How far from an account its bank's code may stand, characters.
_BANK_CODE_REACH = 250
_MONEY = re.compile(r" ?(?:руб|₽|коп|тыс|млн|млрд|р\.|шт|кг|км|м2|%)", re.IGNORECASE)
_MASK = re.compile(r"^[*•.xх_#?0—-]+$|^(.)\1+$", re.IGNORECASE)
_DATE_OR_TIME = re.compile(r"^[0-9]{1,4}(?:[./:-][0-9]{1,4}){1,2}$")
_UNITS = frozenset(("км", "см", "мм", "мс", "км", "kм", "km", "cm", "mm"))
_FILE_ENDINGS = frozenset(
    ("png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "doc", "docx", "xls", "xlsx", "css", "js")
)
# What stands after "password:" when no password does.
_PLACEHOLDERS = frozenset(
    (
        "example", "required", "optional", "none", "null", "true", "false", "empty", "changed", "expired", "reset",
        "forgot", "forgotten", "missing", "string", "text", "value", "hidden", "secret", "removed", "redacted",
        "masked", "invalid", "incorrect", "wrong", "unknown", "undefined", "should", "please", "cannot", "policy",
        "protected", "default", "generated", "temporary", "unchanged", "confirm", "confirmation", "password",
    )
)  # fmt: skip
_PLACEHOLDER_PARTS = (
    "your_", "your-", "yourp", "парол", "passw", "placeholder", "environ", "getenv", "process.env", "changeme", "xxxx",
    "****", "пример", "скрыт", "[mask]", "[phone]", "[email]", "[link]", "[name]", "<", ">",
)  # fmt: skip
MIN_SECRET_CHARS = 4
MIN_TOKEN_CHARS = 8
_UNLABELLED_TOKEN_CHARS = 16


def digits_of(text: str) -> str:
    """The digits of a match."""
    return _NOT_DIGITS.sub("", text)


def _over_digits(check: Callable[[str], bool]) -> Check:
    return lambda match: check(digits_of(match[0]))


def is_account(match: re.Match[str]) -> bool:
    """An account that exists in the plan of accounts and, when a БИК stands near, whose control key fits one."""
    account = digits_of(match[0])
    if not check_digits.is_bank_account(account):
        return False
    near = match.string[max(0, match.start() - _BANK_CODE_REACH) : match.end() + _BANK_CODE_REACH]
    codes = _BANK_CODE.findall(near)
    return not codes or any(check_digits.has_account_key(account, code) for code in codes)


def is_phone(match: re.Match[str]) -> bool:
    """Not an amount of money, and not one digit repeated."""
    return check_digits.is_not_uniform(digits_of(match[0])) and not _is_amount(match)


def is_local_phone(match: re.Match[str]) -> bool:
    """A subscriber's number of five to seven digits that is no date («12-05-26»), no time and no amount."""
    parts = re.split(r"[ -]", match[0])
    is_date = len(parts) == 3 and len(parts[0]) == 2 and 1 <= int(parts[0]) <= 31 and 1 <= int(parts[1]) <= 12
    return not is_date and not _is_amount(match)


def is_foreign_phone(match: re.Match[str]) -> bool:
    """Ten to fourteen digits after the plus, grouped or bare, and no amount."""
    return 10 <= len(digits_of(match[0])) <= 14 and is_phone(match)


def _is_amount(match: re.Match[str]) -> bool:
    return _MONEY.match(match.string, match.end()) is not None


def is_email(match: re.Match[str]) -> bool:
    """An address, not a file name such as picture@2x.png."""
    domain = match[0].rpartition("@")[2]
    return len(match[0]) <= 254 and domain.rpartition(".")[2].lower() not in _FILE_ENDINGS


def is_plate_number(match: re.Match[str]) -> bool:
    """Digits not all 0 and a region that exists, if one is named."""
    groups = match.groupdict()
    number = groups["n"] or groups.get("n2") or ""
    region = groups.get("region") or groups.get("region2")
    return bool(number.strip("0")) and (region is None or _is_region(region))


def is_plate(match: re.Match[str]) -> bool:
    """A plate that needs no word beside it: in one piece, or in capitals and no measure («в 100 км 20»)."""
    groups = match.groupdict()
    letters = groups["b"] or groups.get("b2") or ""
    core_end = max(match.end(name) for name, value in groups.items() if value and not name.startswith("region"))
    has_gap = " " in match[0][: core_end - match.start()]
    is_long_region = len(groups.get("region") or "") == 3
    if has_gap and (not letters.isupper() or (letters.lower() in _UNITS and not is_long_region)):
        return False
    return is_plate_number(match)


def _is_region(region: str) -> bool:
    """Two digits but 00, or three that begin as issued ones do."""
    return region != "00" and (len(region) == 2 or (region[0] in "12357" and region[1:] != "00") or region == "977")


def is_secret(match: re.Match[str]) -> bool:
    """What follows "password:" is a password and no word of a sentence about passwords."""
    value = match["value"].rstrip(".,;:)]}\"'")
    if not _is_filled_in(value):
        return False
    kinds = _character_kinds(value)
    if "digit" in kinds:
        return len(kinds) > 1 or len(value) >= MIN_SECRET_CHARS
    if "cyrillic" in kinds:
        return False
    return len(value.rstrip("!?")) >= 6 or ("sign" in kinds and "latin" in kinds and value[-1] != "-")


def is_mixed_secret(match: re.Match[str]) -> bool:
    """A password named without a colon: letters with digits, or a long run of digits."""
    value = match["value"].rstrip(".,;:)]}\"'!?»")
    if not _is_filled_in(value) or ("@" in value[1:-4] and "." in value):
        return False
    kinds = _character_kinds(value)
    return ("digit" in kinds and "latin" in kinds and len(value) >= 6) or (value.isdigit() and len(value) >= 5)


def is_url_secret(match: re.Match[str]) -> bool:
    """A password in an address, not a port and not a placeholder."""
    return _is_filled_in(match["value"]) and not match["value"].isdigit()


def is_token(match: re.Match[str]) -> bool:
    """A labelled token: letters and digits together, or very long."""
    value = match["value"].strip("\"'.,;")
    if len(value) < MIN_TOKEN_CHARS or not _is_filled_in(value):
        return False
    kinds = _character_kinds(value)
    if {"digit", "latin"} <= kinds:
        return True
    return kinds == {"digit"} or (len(value) >= _UNLABELLED_TOKEN_CHARS and any(c.isupper() for c in value))


def is_random_like(match: re.Match[str]) -> bool:
    """A vendor's key: more than a handful of different characters after its prefix, and no placeholder."""
    return len(set(match[0])) >= 8 and _is_filled_in(match[0])


def _is_filled_in(value: str) -> bool:
    lower = value.lower()
    return not (
        len(value) < MIN_SECRET_CHARS
        or value[0] in "<{$%[("
        or lower.startswith(("http", "www.", "//"))
        or _MASK.match(lower)
        or _DATE_OR_TIME.match(value)
        or lower.strip("!?.") in _PLACEHOLDERS
        or any(part in lower for part in _PLACEHOLDER_PARTS)
    )


def _character_kinds(value: str) -> set[str]:
    kinds = set()
    for character in value:
        if character.isdigit():
            kinds.add("digit")
        elif character.isalpha():
            kinds.add("latin" if character.isascii() else "cyrillic")
        else:
            kinds.add("sign")
    return kinds


CHECKS: dict[str, Check] = {
    "is_account": is_account,
    "is_bank_card": _over_digits(check_digits.is_bank_card),
    "is_email": is_email,
    "is_foreign_phone": is_foreign_phone,
    "is_inn_org": _over_digits(check_digits.is_inn_org),
    "is_inn_person": _over_digits(check_digits.is_inn_person),
    "is_local_phone": is_local_phone,
    "is_luhn": _over_digits(check_digits.is_luhn),
    "is_mixed_secret": is_mixed_secret,
    "is_not_uniform": _over_digits(check_digits.is_not_uniform),
    "is_ogrn": _over_digits(check_digits.is_ogrn),
    "is_ogrnip": _over_digits(check_digits.is_ogrnip),
    "is_oms_policy": _over_digits(check_digits.is_oms_policy),
    "is_passport": _over_digits(check_digits.is_passport),
    "is_phone": is_phone,
    "is_plate": is_plate,
    "is_plate_number": is_plate_number,
    "is_random_like": is_random_like,
    "is_secret": is_secret,
    "is_snils": _over_digits(check_digits.is_snils),
    "is_token": is_token,
    "is_url_secret": is_url_secret,
}
"""Checks that a pattern may name."""

CHECKS_OF_PARTS = frozenset(
    ("is_mixed_secret", "is_plate", "is_plate_number", "is_secret", "is_token", "is_url_secret")
)
"""Those that look at named groups of the shape, which a user's shape does not keep."""
