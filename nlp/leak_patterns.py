"""Patterns of leaks as data: reading, checking and compiling of pattern files, the built-in one and a user's.

What is done with a match belongs to `nlp.leaks`. A shape is written in RE2's syntax, which has no backtracking; our
own shapes run in Python's engine too, with their guards, and are written so that both agree. A user's shapes never
meet Python's engine.
"""

import functools
import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from nlp.leak_checks import CHECKS, CHECKS_OF_PARTS, Check
from nlp.leak_labels import DEFAULT_WINDOW, built_in_labels
from nlp.lexicon import LEXICON_FOLDER, LexiconError

# Raised by hand when code changes what a text is found to hold.
LEAK_RULES_VERSION = "2"

KINDS = (
    "passport_ru", "inn_person", "inn_org", "snils", "ogrn", "ogrnip", "bank_card", "bank_account", "oms_policy",
    "phone", "email", "vehicle_plate", "credential",
)  # fmt: skip
"""Kinds that the built-in patterns find."""

REVIEW = "review"
"""Kind of a finding that says: this text was not scanned to its end; a person has to look."""

_NAME = "0-9A-Za-z_"
_WORD = "0-9A-Za-zА-Яа-яЁё_"
# Before and after a match in Python's engine; characters that RE2, which looks at nothing around a match, may demand
# not to stand beside it.
_GUARDS = {
    "number": (rf"(?<![{_NAME}])(?<![0-9][.-])", rf"(?![{_NAME}])(?![.-][0-9])", _NAME, _NAME),
    "digits": (r"(?<![0-9])", r"(?![0-9])(?!-[0-9])", "0-9", "0-9"),
    "word": (rf"(?<![{_WORD}])", rf"(?![{_WORD}])", _WORD, _WORD),
    "start": (rf"(?<![{_WORD}])", "", _WORD, ""),
    "email": (r"(?<![\w.%+&@-])", rf"(?![{_NAME}@])(?!-\w)(?!\.[0-9A-Za-z])", "", ""),
    "none": ("", "", "", ""),
}
NUMBER, LONG_NUMBER = "number", "long_number"
"""Names of expressions of the sieve that look for digits alone."""

_BUILT_IN = LEXICON_FOLDER / "leak_patterns.toml"
_CONTEXTS = ("required", "same_clause", "unless_foreign", "none")
_KEYS = {"name", "kind", "shape", "sieve", "prefilter", "guard", "check", "context", "labels", "window", "placeholder"}
_USER_KEYS = {"name", "kind", "shape", "sieve", "prefilter", "check", "placeholder"}


@dataclass(frozen=True)
class LeakPattern:
    """One pattern.

    Attributes:
        name: unique in its file. kind: what a match is.
        shape: RE2 syntax, case ignored.
        sieve: name of the cheap expression of `sieve()` that a text matches in which the pattern finds anything; empty
            for a user's. prefilter: RE2, and such a text matches it too. label_expression: the same for the words of
            its labels; empty where it needs none.
        finder: the shape with its guard, for Python's engine; None for a user's.
        check: confirms a match; None when the shape is enough.
        context: required, same_clause, unless_foreign or none. labels: label names that may claim a match.
        window: characters before a match in which its label may stand.
        placeholder: what redaction writes instead; None for the kind's own.
    """

    name: str
    kind: str
    shape: str
    sieve: str
    prefilter: str
    label_expression: str
    finder: re.Pattern[str] | None
    check: Check | None
    context: str
    labels: frozenset[str]
    window: int
    placeholder: str | None


@functools.cache
def built_in_patterns() -> tuple[LeakPattern, ...]:
    """The patterns of nlp/lexicons/leak_patterns.toml, in order of precedence."""
    return tuple(_read(_BUILT_IN, is_user=False))


@functools.cache
def sieve() -> dict[str, str]:
    """RE2, case ignored, by name: cheap expressions, of which every text with a built-in leak matches one."""
    expressions: dict[str, str] = tomllib.loads(_BUILT_IN.read_text(encoding="utf-8"))["sieve"]
    return expressions


def load_patterns(path: Path) -> tuple[LeakPattern, ...]:
    """Patterns that a user wrote, to be passed to `nlp.leaks.scan`.

    Args:
        path: TOML with one `[[pattern]]` table a pattern: `name`, `kind` (own words, not a built-in kind), `shape` (RE2
            syntax, matched without regard to case; must not match the empty string) and, if wanted, `check` (a name of
            `nlp.leak_checks.CHECKS`, but none of `CHECKS_OF_PARTS`) and `placeholder` (for redaction).

    Raises:
        LexiconError: the file cannot be read or a pattern is not as described; names file, pattern and what is
            accepted.
    """
    return tuple(_read(path, is_user=True))


@functools.cache
def leak_version(extra_patterns: tuple[LeakPattern, ...] = ()) -> str:
    """Twelve hex digits over the patterns, the labels and the version of the code that applies them.

    Args:
        extra_patterns: a user's own.
    """
    digest = hashlib.sha256(LEAK_RULES_VERSION.encode())
    for name in ("leak_labels.toml", "leak_patterns.toml"):
        digest.update((LEXICON_FOLDER / name).read_bytes().replace(b"\r\n", b"\n"))
    names = {check: name for name, check in CHECKS.items()}
    for own in extra_patterns:
        check = names[own.check] if own.check is not None else None
        digest.update(repr((own.name, own.kind, own.shape, check, own.placeholder)).encode())
    return digest.hexdigest()[:12]


def _read(path: Path, *, is_user: bool) -> list[LeakPattern]:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("pattern", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LexiconError(f"{path}: cannot be read as TOML in UTF-8: {error}") from error
    if not isinstance(rows, list) or not rows:
        raise LexiconError(f"{path}: holds no [[pattern]] table")
    patterns = [_compile(row, path, is_user=is_user) for row in rows]
    names = [pattern.name for pattern in patterns]
    for name in names:
        if names.count(name) > 1:
            raise LexiconError(f"{path}: the name {name!r} is used twice; names must differ")
    return patterns


def _compile(row: dict[str, object], path: Path, *, is_user: bool) -> LeakPattern:
    accepted = _USER_KEYS if is_user else _KEYS
    where = f"{path}: pattern {row.get('name', '(without a name)')!r}"
    if set(row) - accepted or {"name", "kind", "shape"} - set(row):
        raise LexiconError(f"{where} has keys {sorted(row)}; needed are name, kind, shape; accepted {sorted(accepted)}")
    shape, check, kind = str(row["shape"]), row.get("check"), str(row["kind"])
    if is_user and (kind in KINDS or kind == REVIEW):
        raise LexiconError(f"{where}: {kind!r} is a built-in kind; choose another word")
    known_checks = set(CHECKS) - CHECKS_OF_PARTS if is_user else set(CHECKS)
    if check is not None and check not in known_checks:
        raise LexiconError(f"{where}: no check {check!r}; accepted are {', '.join(sorted(known_checks))}")
    context, guard = str(row.get("context", "none")), str(row.get("guard", "none"))
    labels = frozenset(row.get("labels", ()))  # type: ignore[call-overload]
    if context not in _CONTEXTS or guard not in _GUARDS or labels - built_in_labels().names:
        raise LexiconError(f"{where}: unknown guard, context or label")
    left, right, not_before, not_after = _GUARDS[guard]
    before, after = f"(?:^|[^{not_before}])" if not_before else "", f"(?:$|[^{not_after}])" if not_after else ""
    prefilter = str(row.get("prefilter", f"{before}(?:{shape}){after}"))
    for expression in (shape, prefilter):
        _require_re2(expression, where)
    placeholder = row.get("placeholder")
    return LeakPattern(
        name=str(row["name"]),
        kind=kind,
        shape=shape,
        sieve="" if is_user else str(row["sieve"]),
        prefilter=prefilter,
        label_expression=built_in_labels().expression(labels) if context in ("required", "same_clause") else "",
        finder=None if is_user else re.compile(f"{left}(?:{shape}){right}", re.IGNORECASE),
        check=CHECKS[str(check)] if check is not None else None,
        context=context,
        labels=labels,
        window=int(row.get("window", DEFAULT_WINDOW)),  # type: ignore[call-overload]
        placeholder=None if placeholder is None else str(placeholder),
    )


def _require_re2(shape: str, where: str) -> None:
    try:
        matches_nothing = pc.match_substring_regex(pa.array([""]), shape, ignore_case=True)[0].as_py()
    except pa.ArrowInvalid as error:
        raise LexiconError(f"{where}: not RE2 syntax: {error}") from error
    if matches_nothing:
        raise LexiconError(f"{where}: the shape matches the empty string; make at least one character obligatory")
