"""Cue phrases: a small pattern language over lemmas, and a matcher fast enough to run over every post.

A cue is a row of atoms separated by spaces. An atom is
    `слово`      any form of the word (the cue itself may use any form)
    `=слово`     exactly this form
    `слов*`      any word that begins so
    `а/б/в`      one of several atoms
    `@name`      a word of the class `name` (lexicons/word_classes.csv)
    `#impr`      a word with this pymorphy grammeme (here: an imperative)
    `~`, `~6`    up to 3 (6) words in between, within one sentence
Commas, quotes and brackets between words are not looked at; the end of a sentence ends a cue.
What a matched cue means belongs to `nlp.intent` and `nlp.topics`; which cues exist belongs to the lexicon files.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nlp.lemmas import MAX_WORDS, Word, fold, morphology

DEFAULT_GAP = 3
MIN_PREFIX = 2

_END: frozenset[int] = frozenset()

# A cue that may begin at a word: its number, the (gap, atom) steps after the first atom, and the atoms they need.
_Candidate = tuple[int, tuple[tuple[int, int], ...], frozenset[int]]
# What a word is to a matcher: the atoms it satisfies and the cues it may begin.
_Resolved = tuple[frozenset[int], tuple[_Candidate, ...]]


class Hit(NamedTuple):
    """A cue found in a text: number of the cue, and the half-open range of tokens it covers."""

    cue: int
    start: int
    end: int


class CueError(ValueError):
    """A cue that does not follow the pattern language."""


class CueMatcher:
    """Finds cues in a row of words.

    Every distinct word is resolved once to the set of atoms it satisfies; a text then costs one dictionary look-up a
    word and a short comparison only where a word can begin a cue.

    Args:
        cues: patterns; a hit names a cue by its place in this sequence.
        classes: words of each class usable as `@name`.

    Raises:
        CueError: a pattern is empty, begins or ends with a gap, or names an unknown class.
    """

    def __init__(self, cues: Sequence[str], classes: Mapping[str, Sequence[str]]) -> None:
        self._exact: dict[str, set[int]] = {}
        self._prefix: dict[str, set[int]] = {}
        self._classes = classes
        self._atoms: dict[str, int] = {}
        self._by_head: dict[int, list[_Candidate]] = {}
        for number, cue in enumerate(cues):
            head, rest = self._compile(cue)
            self._by_head.setdefault(head, []).append((number, rest, frozenset(atom for _, atom in rest)))
        self._resolved: dict[Word, _Resolved] = {}

    def find(self, words: Sequence[Word]) -> list[Hit]:
        """Every cue that begins at every word, in order of its first word."""
        resolved = self._resolved
        try:
            entries = [resolved[word] for word in words if not word.is_skipped]
        except KeyError:
            self._resolve(words)
            entries = [resolved[word] for word in words if not word.is_skipped]
        starts = [(place, entry[1]) for place, entry in enumerate(entries) if entry[1]]
        if not starts:
            return []
        sets = [entry[0] for entry in entries]
        tokens: list[int] = []
        hits = []
        # Most candidates fail because a word they need is nowhere in the text: one set comparison tells.
        present = frozenset().union(*sets)
        for place, candidates in starts:
            for number, rest, needed in candidates:
                if not needed <= present:
                    continue
                end = _match(rest, sets, place + 1) if rest else place + 1
                if end:
                    tokens = tokens or [index for index, word in enumerate(words) if not word.is_skipped]
                    hits.append(Hit(number, tokens[place], tokens[end - 1] + 1))
        return hits

    def _compile(self, cue: str) -> tuple[int, tuple[tuple[int, int], ...]]:
        steps: list[tuple[int, int]] = []
        gap = 0
        for part in cue.split():
            if part[0] == "~":
                gap = int(part[1:] or DEFAULT_GAP)
                continue
            steps.append((gap, self._atom(part, cue)))
            gap = 0
        if not steps or steps[0][0] or gap:
            raise CueError(f"cue {cue!r} is empty or begins or ends with a gap; write at least one word at each end")
        return steps[0][1], tuple(steps[1:])

    def _atom(self, part: str, cue: str) -> int:
        if part in self._atoms:
            return self._atoms[part]
        number = self._atoms[part] = len(self._atoms)
        for option in part.split("/"):
            if option[:1] == "@":
                if option[1:] not in self._classes:
                    raise CueError(f"cue {cue!r} names class {option!r}; known: {', '.join(sorted(self._classes))}")
                for member in self._classes[option[1:]]:
                    self._register(member, number)
            else:
                self._register(option, number)
        return number

    def _register(self, option: str, number: int) -> None:
        if option[0] in "=#":
            self._exact.setdefault(option[0] + fold(option[1:]) if option[0] == "=" else option, set()).add(number)
        elif option[-1] == "*":
            self._prefix.setdefault(fold(option[:-1]), set()).add(number)
        else:
            self._exact.setdefault(lemma_of(fold(option)), set()).add(number)

    def _resolve(self, words: Sequence[Word]) -> None:
        if len(self._resolved) >= MAX_WORDS:
            self._resolved.clear()
        for word in words:
            if word not in self._resolved:
                self._resolved[word] = (_END, ()) if word.is_end else self._resolve_one(word)

    def _resolve_one(self, word: Word) -> _Resolved:
        atoms: set[int] = set()
        for key in (*word.lemmas, "=" + word.lower, *("#" + tag for tag in word.tags)):
            atoms |= self._exact.get(key, _END)
        for length in range(MIN_PREFIX, len(word.lower) + 1):
            atoms |= self._prefix.get(word.lower[:length], _END)
        heads = [candidate for atom in sorted(atoms) for candidate in self._by_head.get(atom, ())]
        heads.sort(key=lambda candidate: candidate[0])
        # A word that matches nothing must stay apart from the end of a sentence, hence the impossible atom.
        return frozenset(atoms) or frozenset((-1,)), tuple(heads)


def _match(rest: tuple[tuple[int, int], ...], sets: list[frozenset[int]], place: int) -> int:
    """Place after the last atom when `rest` follows at `place`, else 0."""
    n = len(sets)
    for gap, atom in rest:
        for candidate in range(place, min(n, place + gap + 1)):
            atoms = sets[candidate]
            if atom in atoms:
                place = candidate + 1
                break
            if not atoms:
                return 0
        else:
            return 0
    return place


@functools.cache
def lemma_of(word: str) -> str:
    """Dictionary form in which a cue's word is compared, lowercase, «ё» as «е»."""
    return fold(morphology().parse(word)[0].normal_form)
