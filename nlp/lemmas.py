"""Words of a text: cached Russian lemmas and grammar, and the spaCy component that writes `token.lemma_`.

What a word *is* belongs here (lemma, part of speech, capital, number). What a word *means* for a label belongs to
`nlp.cues`, `nlp.intent`, `nlp.topics` and `nlp.places`.
"""

import functools
import re
from typing import TYPE_CHECKING

import numpy as np
from spacy.attrs import LEMMA, ORTH
from spacy.strings import hash_string  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

# Parses less likely than this are noise of the dictionary («дорог» as a short form of «дорогой» stays, at 0.11).
MIN_PARSE_SCORE = 0.04
# Distinct word forms kept. A word takes about 1 kB; the table is emptied when it is full, which changes no result.
MAX_WORDS = 400_000

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"^[.!?…;]+$|\n")
_LINK = re.compile(r"https?:|\[?link\]?$|www\.", re.IGNORECASE)
_CHATTER = re.compile(
    r"^[)(]{2,}$|^:[)(]+$|(?:ах|ха|хи|пх){2}|[\U0001f600-\U0001f64f\U0001f970-\U0001f97a]", re.IGNORECASE
)
_ANGRY = re.compile(r"[😠😡😢😤😩😫😭🤬👎🤦🤮🤢💩]")


class Word:
    """One distinct word form, seen without its context.

    Attributes:
        text: the form as written. lower: lowercase with «ё» as «е», without a final full stop.
        lemma: most probable dictionary form, lowercase, «ё» as «е». lemma_hash: its spaCy string hash.
        lemmas: every plausible dictionary form. tags: pymorphy grammemes of every plausible parse.
        is_word, is_number, is_title, is_end, is_skipped: letter word, starts with a digit, starts with a capital,
            ends a sentence, punctuation within a sentence.
        is_known: in the dictionary (else lemma and tags are guesses from the ending). has_cyrillic: obvious.
        is_link, is_chatter, is_angry: a link; a laugh or a smiley; an angry or crying one instead.
        n_marks: how many «?» and «!» it holds. is_asked: holds a «?».
    """

    __slots__ = (
        "has_cyrillic",
        "is_angry",
        "is_asked",
        "is_chatter",
        "is_end",
        "is_known",
        "is_link",
        "is_number",
        "is_skipped",
        "is_title",
        "is_word",
        "lemma",
        "lemma_hash",
        "lemmas",
        "lower",
        "n_marks",
        "tags",
        "text",
    )

    def __init__(self, text: str, analyzer: "MorphAnalyzer") -> None:
        self.text = text
        self.lower = fold(text)
        if len(self.lower) > 1 and self.lower[-1] == ".":
            self.lower = self.lower.rstrip(".") or "."
        self.is_number = text[0].isdigit()
        self.is_title = text[0].isupper()
        self.is_word = text[0].isalpha()
        self.is_end = _SENTENCE_END.search(text) is not None
        self.is_skipped = not (self.is_word or self.is_number or self.is_end)
        self.has_cyrillic = _CYRILLIC.search(text) is not None
        self.is_link = _LINK.match(text) is not None
        self.is_angry = _ANGRY.search(text) is not None
        self.is_chatter = not self.is_angry and _CHATTER.search(text) is not None
        self.n_marks = text.count("?") + text.count("!")
        self.is_asked = "?" in text
        self.is_known = False
        self.lemma = self.lower
        self.lemmas = frozenset((self.lower,))
        self.tags: frozenset[str] = frozenset()
        if self.is_word and self.has_cyrillic:
            self.is_known = analyzer.word_is_known(self.lower)
            parses = analyzer.parse(self.lower)
            likely = [parse for parse in parses if parse.score >= MIN_PARSE_SCORE] or parses[:1]
            self.lemma = fold(parses[0].normal_form)
            self.lemmas = frozenset(fold(parse.normal_form) for parse in likely)
            self.tags = frozenset(grammeme for parse in likely for grammeme in parse.tag.grammemes)
        self.lemma_hash = hash_string(self.lemma)


class WordTable(dict[int, Word]):
    """Word forms by spaCy string hash; a form is parsed once, whatever the number of texts that hold it.

    String hashes do not depend on the vocabulary, so one table serves every pipeline of a process.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[Doc, list[Word]] | None = None

    def of(self, doc: "Doc") -> list[Word]:
        """Words of a text, one a token, in order. The list is shared between components: do not change it."""
        # The components of a pipeline ask for the same text one after the other.
        if self._last is None or self._last[0] is not doc or len(doc) != len(self._last[1]):
            self._last = (doc, self._look_up(doc))
        return self._last[1]

    def _look_up(self, doc: "Doc") -> list[Word]:
        orths = doc.to_array(ORTH).tolist()
        try:
            return [self[orth] for orth in orths]
        except KeyError:
            self._learn(orths, doc.vocab)
            return [self[orth] for orth in orths]

    def _learn(self, orths: list[int], vocab: "Vocab") -> None:
        if len(self) >= MAX_WORDS:
            self.clear()
        analyzer = morphology()
        for orth in orths:
            if orth not in self:
                self[orth] = Word(vocab.strings[orth], analyzer)


class LemmaWriter:
    """spaCy component: writes `token.lemma_` from the word table."""

    def __call__(self, doc: "Doc") -> "Doc":
        """Set the lemma of every token."""
        words = word_table().of(doc)
        strings = doc.vocab.strings
        hashes = [word.lemma_hash for word in words]
        for word, lemma_hash in zip(words, hashes, strict=True):
            if lemma_hash not in strings:
                strings.add(word.lemma)
        # spaCy's stub asks for signed integers; lemma hashes are unsigned
        return doc.from_array([LEMMA], np.array(hashes, dtype=np.uint64).reshape(-1, 1))  # type: ignore[arg-type]


def fold(text: str) -> str:
    """Lowercase with «ё» as «е», the spelling in which words are compared."""
    return text.lower().replace("ё", "е")


@functools.cache
def morphology() -> "MorphAnalyzer":
    """The Russian morphological dictionary of pymorphy3 (shipped in its wheel), loaded on first use."""
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer()


@functools.cache
def word_table() -> WordTable:
    """The word table of this process."""
    return WordTable()
