"""What a word can be in the name of a place: its role, looked up once a distinct word.

Roles and word lists belong here; reading a row of roles belongs to `nlp.place_rules`.
"""

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlp.lemmas import MAX_WORDS, Word, fold, morphology
from nlp.lexicon import LexiconError, read_lexicon

KINDS = ("municipality", "settlement", "street", "institution")
GENDERS = ("masc", "femn", "neut", "plur")
POSITIONS = ("after", "before", "both")
LISTS = (
    "street_names",
    "street_names_lowercase",
    "units",
    "house_words",
    "house_parts",
    "prepositions_place",
    "prepositions_inside",
    "modifiers",
    "ordinals",
    "not_places",
    "name_words",
)

_STREET_ENDING = re.compile(r"(?:ова|ева|ёва|ина|ына|ого|его|ской|ская|скую|цкой|цкая|ных|ской|ская|ых)$")
_ADJECTIVE_SK = re.compile(r"(?:ск|цк)(?:ая|ой|ую|ий|ого|ому|ом|им|ое)$")


class PlaceCue(NamedTuple):
    """A cue word: kind of place, canonical noun, its gender, and on which side of it the name stands.

    `is_short` tells an abbreviation, after which a full stop is no end of sentence; `needs_dot` one that is a place
    only with it («с. Ивановка», but «с работы»).
    """

    kind: str
    canonical: str
    gender: str
    position: str
    is_short: bool
    needs_dot: bool


class ListedName(NamedTuple):
    """A name of the gazetteer: its key, and for each of its words every case form."""

    key: str
    forms: tuple[frozenset[str], ...]


class Role(NamedTuple):
    """What one word can be in the name of a place.

    Attributes:
        cue: the cue it is, if any. starts: whether a place can begin at this word at all.
        unknown: not in the dictionary, so perhaps a name. geo: name of a settlement.
        street: a well-known street name. street_like: has the shape of a street name.
        adjective: can be an adjective. is_sk: an adjective in -ский/-цкий. lists: word lists it is in.
    """

    cue: PlaceCue | None
    starts: bool
    unknown: bool
    geo: bool
    street: bool
    street_like: bool
    adjective: bool
    is_sk: bool
    lists: frozenset[str]


class PlaceLexicon:
    """Roles of words for one gazetteer.

    Args:
        gazetteer: names of settlements and municipalities in the nominative; names of several words are found by all
            their words, in any case form.
    """

    def __init__(self, gazetteer: Iterable[str]) -> None:
        self._cues, self.lists = place_words()
        self._names: dict[str, list[ListedName]] = {}
        for key in sorted({fold(" ".join(name.split())) for name in gazetteer if name.strip()}):
            name = ListedName(key, tuple(_case_forms(part) for part in key.replace("-", " - ").split()))
            for form in sorted(name.forms[0]):
                self._names.setdefault(form, []).append(name)
        for names in self._names.values():
            names.sort(key=lambda name: (-len(name.forms), name.key))
        self._roles: dict[Word, Role] = {}

    def names_from(self, form: str) -> list[ListedName]:
        """Names of the gazetteer whose first word has this form, the longest first."""
        return self._names.get(form, [])

    def roles(self, words: Sequence[Word]) -> list[Role]:
        """Roles of the words of a text."""
        known = self._roles
        try:
            return [known[word] for word in words]
        except KeyError:
            if len(known) >= MAX_WORDS:
                known.clear()
            for word in words:
                if word not in known:
                    known[word] = self._role(word)
            return [known[word] for word in words]

    def _role(self, word: Word) -> Role:
        cue = self._cues.get("=" + word.lower)
        for lemma in sorted(word.lemmas):
            cue = cue or self._cues.get(lemma)
        lists = frozenset(name for name in LISTS if word.lower in self.lists[name] or (word.lemma in self.lists[name]))
        geo = "not_places" not in lists and word.is_known and "Geox" in word.tags and "Name" not in word.tags
        street = word.lower in self.lists["street_names"] or word.lower in self.lists["street_names_lowercase"]
        shaped = word.is_word and len(word.lower) > 3 and _STREET_ENDING.search(word.lower) is not None
        street_like = "not_places" not in lists and (street or shaped or ("Surn" in word.tags and "gent" in word.tags))
        adjective = "ADJF" in word.tags and "Apro" not in word.tags and "not_places" not in lists
        is_sk = _ADJECTIVE_SK.search(word.lower) is not None
        starts = (
            cue is not None
            or word.is_number
            or geo
            or street
            or (word.is_title and (street_like or adjective))
            or not lists.isdisjoint(("house_words", "ordinals", "modifiers"))
            or (adjective and is_sk)
            or (word.is_title and (len(word.lower) == 1 or not word.is_known or "name_words" in lists))
            or word.lower in self._names
        )
        return Role(
            cue,
            starts,
            word.is_word and not word.is_known and "not_places" not in lists,
            geo,
            street,
            street_like,
            adjective,
            is_sk,
            lists,
        )


@functools.cache
def place_words() -> tuple[dict[str, PlaceCue], dict[str, frozenset[str]]]:
    """Cue words by lemma (or by `=exact form`), and the word lists.

    Raises:
        LexiconError: a kind, gender, position or list is unknown.
    """
    cues: dict[str, PlaceCue] = {}
    for row in read_lexicon("place_cues.csv"):
        for value, accepted in ((row["kind"], KINDS), (row["gender"], GENDERS), (row["position"], POSITIONS)):
            if value not in accepted:
                raise LexiconError(f"place_cues.csv holds {value!r}; accepted: {', '.join(accepted)}")
        for form in row["forms"].split():
            cues[form.rstrip(".")] = PlaceCue(
                row["kind"], row["canonical"], row["gender"], row["position"], form[0] == "=", form[-1] == "."
            )
    lists = {row["list"]: frozenset(row["words"].split()) for row in read_lexicon("place_words.csv")}
    if set(lists) != set(LISTS):
        raise LexiconError(f"place_words.csv holds lists {sorted(lists)}; expected {sorted(LISTS)}")
    return cues, lists


@functools.cache
def words_before_a_name() -> frozenset[str]:
    """Words, as lemmas or abbreviations, beside which any word is the name of a place: of a street, a town, a stop."""
    cues, _ = place_words()
    words = {
        form.lstrip("=")
        for form, cue in cues.items()
        if (cue.kind != "institution" or cue.canonical == "остановка") and not cue.needs_dot
    }
    return frozenset(word for word in words if len(word) > 1)


def street_words(*canonical: str) -> list[str]:
    """Nouns and abbreviations of streets, those of the nouns given or all, as the lexicon has them.

    dbt reads addresses by the same words: the variable `street_words` of its project repeats the list.
    """
    cues, _ = place_words()
    return [
        form.lstrip("=")
        for form, cue in cues.items()
        if cue.kind == "street" and (not canonical or cue.canonical in canonical)
    ]


def noun_pattern(noun: str) -> str:
    """Pattern of a noun in any case, lowercase: what its forms begin with, and whatever letters follow."""
    forms = [fold(form.word) for form in morphology().parse(noun)[0].lexeme]
    shared = itertools.takewhile(lambda letters: letters[0] == letters[1], zip(min(forms), max(forms), strict=False))
    return "".join(letter for letter, _ in shared) + r"\w*"


def _case_forms(part: str) -> frozenset[str]:
    """Case forms of one word of a name given in the nominative; gender and number stay as given.

    Inflecting the name beats lemmatising the text: of a name that no dictionary knows, the nominative can be
    inflected with some certainty, while «в Яйве» could come from «Яйв», «Яйва» or «Яйво».
    """
    parses = [parse for parse in morphology().parse(part) if "nomn" in parse.tag and parse.tag.POS in ("NOUN", "ADJF")]
    places = [parse for parse in parses if "Geox" in parse.tag] or parses
    forms = {part}
    for parse in places:
        kept = {grammeme for grammeme in (parse.tag.number, parse.tag.gender) if grammeme and parse.tag.POS == "ADJF"}
        kept |= {"sing"} if parse.tag.number == "sing" else {"plur"}
        if parse.tag.number == "plur":
            kept -= {"masc", "femn", "neut"}
        forms |= {fold(form.word) for form in parse.lexeme if kept <= form.tag.grammemes}
    return frozenset(forms)
