"""Names of places in the nominative: from the form in a text to the key by which places are compared.

A key is lowercase with «ё» as «е»: «г. Перми» → «пермь», «Студенческую 32» → «студенческая», «ул. Ленина» → «ленина»,
«в Волжском районе» → «волжский район», «школы № 5» → «школа 5». Finding the name belongs to `nlp.place_rules`.
"""

import functools
import re
from typing import TYPE_CHECKING

from nlp.lemmas import fold, morphology

if TYPE_CHECKING:
    from pymorphy3.analyzer import Parse

_ORDINAL = re.compile(r"^(\d+)-?(?:й|я|е|м|го|му|ю|ой|ая|ый|ую|х)$")
_ORDINAL_SUFFIX = {"masc": "й", "femn": "я", "neut": "е", "plur": "е"}
# A street is named after somebody: «улица Ленина» stays in the genitive.
_GENITIVE = frozenset(("gent",))


@functools.cache
def adjective(word: str, gender: str) -> str | None:
    """Nominative of an adjective in the gender of the noun it stands for; None when the word is no adjective.

    A word that is that nominative already stays as it is: «Заводской район» is no district of «заводский».
    """
    wanted = {"nomn", "plur"} if gender == "plur" else {"nomn", "sing", gender}
    parses = [parse for parse in morphology().parse(word) if "ADJF" in parse.tag and "Poss" not in parse.tag]
    if any(wanted <= parse.tag.grammemes for parse in parses):
        return fold(word)
    form = parses[0].inflect(wanted) if parses else None
    return fold(form.word) if form else None


@functools.cache
def noun(word: str) -> str:
    """Nominative of a noun, best as the name of a settlement."""
    parses = morphology().parse(word)
    best = _first(parses, "Geox") or _first(parses, "NOUN") or parses[0]
    if "NOUN" not in best.tag or "Geox" in best.tag:
        return fold(best.normal_form)
    form = best.inflect({"nomn"})
    return fold(form.word) if form else fold(best.normal_form)


@functools.cache
def ordinal(word: str, gender: str) -> str:
    """«4-м» → «4-й» in the given gender; other words unchanged."""
    match = _ORDINAL.match(word)
    return f"{match[1]}-{_ORDINAL_SUFFIX[gender]}" if match else word


def settlement_name(parts: list[str], gender: str, *, is_district: bool = False) -> str:
    """Key of a settlement or municipality from the words of its name.

    Args:
        parts: lowercase words; «-» stands between the halves of a hyphenated name.
        gender: gender of the kind of place («деревня» femn), for names that are adjectives.
        is_district: a district's name is an adjective even where a town has the same («Волжском», of Волжск).
    """
    named = [
        ordinal(part, gender) if part[0].isdigit() else _adjective_or_noun(part, gender, is_district) for part in parts
    ]
    return _join(named)


def street_name(parts: list[str], gender: str) -> str:
    """Key of a street: adjectives in the nominative of `gender`, names in the genitive as they are."""
    named = []
    for part in parts:
        if part[0].isdigit():
            named.append(ordinal(part, gender))
        else:
            named.append(_street_part(part, gender))
    return _join(named)


def institution_name(modifiers: list[str], noun_canonical: str, gender: str, name: list[str]) -> str:
    """Key of an institution: adjectives, the canonical noun, number or proper name as written."""
    return _join([*(adjective(word, gender) or word for word in modifiers), noun_canonical, *name])


@functools.cache
def _street_part(part: str, gender: str) -> str:
    parses = morphology().parse(part)
    if any(parse.tag.grammemes >= _GENITIVE and "NOUN" in parse.tag and parse.score > 0.2 for parse in parses):
        return fold(part)
    return adjective(part, gender) or fold(part)


@functools.cache
def _adjective_or_noun(part: str, gender: str, is_district: bool) -> str:
    parses = morphology().parse(part)
    if (is_district or not _first(parses, "Geox")) and (found := adjective(part, gender)):
        return found
    return noun(part)


def _first(parses: "list[Parse]", grammeme: str) -> "Parse | None":
    return next((parse for parse in parses if grammeme in parse.tag), None)


def _join(parts: list[str]) -> str:
    return re.sub(r"\s*-\s*(?=\D)", "-", " ".join(parts)) if "-" in parts else " ".join(parts)
