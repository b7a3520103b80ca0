"""Words around a number that say what it is: «ИНН», «карта», «заказ №».

A number is claimed by the nearest label before it that can be a label of that many digits; failing that, by one right
after it («… — мой телефон»). Which patterns need a claim is said in nlp/lexicons/leak_patterns.toml.
"""

import functools
import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from nlp.lexicon import LEXICON_FOLDER

OTHER = "other"
# How far before a number its label may begin, and how far after it one may stand, characters.
DEFAULT_WINDOW = 60
_AFTER_WINDOW = 24
# A label this near claims a number whatever its length.
_ADJACENT_CHARS = 5
# Read from right to left: the nearest label is met first and the rest is not read.
_WORD_BACKWARDS = re.compile(r"(?:(?<![а-яa-z])[а-яa-z]{1,2}/)?[а-яa-z]+")
# A full stop after a short word ends an abbreviation («исх.», «тел.»), and a long number has taken its label.
_CLAUSE_END = re.compile(r"[,;!?\n]|(?:[а-яa-z]{5}|[0-9])[.] |[0-9]{4}")
_AFTER = re.compile(
    r"[ )(,:-]{0,4}(?:это |мой |моя |наш |ваш |его |её |их |номер )?([а-яa-z]+(?:/[а-я]{1,2})?)(?![^.,;!)]{0,12}[0-9])"
)


class Label(NamedTuple):
    """A label: its name, the numbers of digits it claims, its words as (stem, is_stem) of one or two words."""

    name: str
    digits: frozenset[int]


class Claim(NamedTuple):
    """Name of the label that claims a number, and whether nothing but words of one clause lies between them."""

    name: str
    is_same_clause: bool


class Labels:
    """Look-up of labels by word and by pair of words.

    Attributes:
        version_text: what the labels were read from, for a version.
    """

    def __init__(self, tables: dict[str, dict[str, list[str]]]) -> None:
        self._single: list[tuple[str, bool, Label]] = []
        self._pairs: list[tuple[str, bool, str, bool, Label]] = []
        self._after: list[tuple[str, bool, str]] = []
        for name, table in tables.items():
            label = Label(name, frozenset(int(value) for value in table["digits"]))
            for phrase in table["words"]:
                self._add(phrase.split(), label)
            self._after += [(*_stem(word), name) for word in table.get("after", [])]
        # Bounded: texts are full of words, and a forgotten one is looked up again.
        self.of_word = functools.lru_cache(maxsize=50_000)(self._of_word)
        self.of_pair = functools.lru_cache(maxsize=50_000)(self._of_pair)
        self._names = frozenset(tables)

    def _add(self, words: list[str], label: Label) -> None:
        if len(words) == 1:
            self._single.append((*_stem(words[0]), label))
        else:
            # of a longer phrase its last two words decide
            self._pairs.append((*_stem(words[-2]), *_stem(words[-1]), label))

    @property
    def names(self) -> frozenset[str]:
        """Names that a pattern's `labels` may hold."""
        return self._names

    def expression(self, own: frozenset[str]) -> str:
        """RE2, case ignored: matches wherever one of these labels can claim a number."""
        words = [_spelled(stem) for stem, _, label in self._single if label.name in own]
        words += [_spelled(stem) for stem, _, name in self._after if name in own]
        words += [
            f"{_spelled(stem1)}[а-яёa-z]*[^а-яёa-z]+{_spelled(stem2)}"
            for stem1, _, stem2, _, label in self._pairs
            if label.name in own
        ]
        return "|".join(sorted(set(words)))

    def _of_word(self, word: str) -> Label | None:
        return next((label for stem, is_stem, label in self._single if _fits(word, stem, is_stem)), None)

    def _of_pair(self, first: str, second: str) -> Label | None:
        for stem1, is_stem1, stem2, is_stem2, label in self._pairs:
            if _fits(first, stem1, is_stem1) and _fits(second, stem2, is_stem2):
                return label
        return None

    def claim(self, text: str, start: int, end: int, n_digits: int, own: frozenset[str], window: int) -> Claim | None:
        """The label that claims text[start:end], or None.

        Args:
            text: lowercase with «ё» as «е», as long as the text that was matched.
            start: first character of the number.
            end: one past its last.
            n_digits: how many digits it has.
            own: labels of the pattern. One in the number's own clause wins over a nearer foreign word
                («ИНН по договору 77…»); across a comma it does not («ИНН нет, договор 77…»).
            window: characters before the number to look at.
        """
        nearest: Claim | None = None
        is_sure = True
        for label, label_end in self._labels_before(text, start, max(0, start - window)):
            if label.name not in own and (
                nearest is not None or not self._competes(label, start - label_end, n_digits)
            ):
                continue
            is_same_clause = _CLAUSE_END.search(text, label_end, start) is None
            if label.name not in own:
                nearest = Claim(label.name, is_same_clause)
                is_sure = n_digits in label.digits or "№" in text[label_end:start]
            elif nearest is None or (is_same_clause and not is_sure):
                return Claim(label.name, is_same_clause)
            else:
                return nearest
        return nearest or self._claim_after(text, end, own)

    @staticmethod
    def _competes(label: Label, gap: int, n_digits: int) -> bool:
        """Can a label that a pattern does not own claim a number of so many digits from so far away?"""
        return label.name == OTHER or n_digits in label.digits or (bool(label.digits) and gap <= _ADJACENT_CHARS)

    def _labels_before(self, text: str, start: int, begin: int) -> Iterator[tuple[Label, int]]:
        """Labels in text[begin:start] and where each ends, nearest first; of a phrase, the phrase alone."""
        words = ((match[0][::-1], start - match.start()) for match in _WORD_BACKWARDS.finditer(text[begin:start][::-1]))
        current = next(words, None)
        while current is not None:
            word, word_end = current
            current = next(words, None)
            label = self.of_pair(current[0], word) if current is not None else None
            if label is not None:
                current = next(words, None)  # the first word of a phrase says nothing alone («паспорт счётчика»)
            else:
                label = self.of_word(word)
            if label is not None:
                yield label, word_end

    def _claim_after(self, text: str, end: int, own: frozenset[str]) -> Claim | None:
        match = _AFTER.match(text, end, end + _AFTER_WINDOW)
        if match is None:
            return None
        for stem, is_stem, name in self._after:
            if name in own and _fits(match[1], stem, is_stem):
                return Claim(name, True)
        label = self.of_word(match[1])
        return Claim(label.name, True) if label is not None and label.name in own else None


def _stem(word: str) -> tuple[str, bool]:
    return (word[:-1], True) if word.endswith("*") else (word, False)


def _spelled(stem: str) -> str:
    return stem.replace("е", "[её]")


def _fits(word: str, stem: str, is_stem: bool) -> bool:
    return word.startswith(stem) if is_stem else word == stem


@functools.cache
def built_in_labels() -> Labels:
    """The labels of nlp/lexicons/leak_labels.toml."""
    return Labels(tomllib.loads((LEXICON_FOLDER / "leak_labels.toml").read_text(encoding="utf-8")))
