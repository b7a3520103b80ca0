"""Parts of a place's name: numbers, quoted and proper names, houses.

Each method reads what stands at a word and tells where it ends. How parts make a place belongs to `nlp.place_rules`.
"""

import re
from collections.abc import Sequence

from nlp.lemmas import Word
from nlp.place_lexicon import PlaceCue, PlaceLexicon, Role

HOUSE = re.compile(r"^[1-9]\d{0,2}(?:[а-яА-Яa-zA-Z]{1,2}\d{0,2})?(?:[/\\]\d{1,3}[а-яА-Яa-zA-Z]?)?$")
_LETTER = re.compile(r"^[а-яА-Яa-zA-Z]$")
ORDINAL = re.compile(r"^\d{1,3}-?(?:й|я|е|м|ой|ая|ую|ю|го|му|ый|ое|ом)$")
_NUMBER = re.compile(r"^\d{1,3}$")
_OPENING, _CLOSING = "«\"„“'", "»\"”“'"
MAX_NAME_WORDS = 3


class PartsReader:
    """Reads one text.

    Args:
        words: the words of the text.
        roles: their roles.
        spaced: for each word, whether white space follows it.
        lexicon: names of the gazetteer and word lists.
    """

    def __init__(
        self, words: Sequence[Word], roles: Sequence[Role], spaced: Sequence[bool], lexicon: PlaceLexicon
    ) -> None:
        self.words, self.roles, self.spaced, self.lexicon, self.n = words, roles, spaced, lexicon, len(words)
        # where the place found last ends, if it is a street
        self.street_end = 0

    def _number(self, j: int) -> tuple[int, list[str]]:
        """«№ 5», «5»: end and the number; a bare number must not count something («школа 5 лет ждёт»)."""
        k, signed = j, False
        if k < self.n and self.words[k].text in ("№", "N", "#", "номер"):
            k, signed = k + 1, True
        if k < self.n and _NUMBER.match(self.words[k].text) and (signed or not self._is_unit(k + 1)):
            return k + 1, [self.words[k].text]
        return j, []

    def _quoted(self, j: int) -> tuple[int, list[str]]:
        """«"Фантазеры"»: end after the closing quote, and the words between."""
        if j < self.n and self.words[j].text in _OPENING:
            for k in range(j + 2, min(self.n, j + 7)):
                if self.words[k].text in _CLOSING:
                    return k + 1, [word.lower for word in self.words[j + 1 : k] if not word.is_skipped]
        return j, []

    def _dedicated(self, j: int, cue: PlaceCue) -> tuple[int, list[str]]:
        """«им. Горького», «Героев Хасана»: a name in capitals after the noun."""
        k = j
        if k < self.n and self.words[k].lower in ("им", "имени"):
            k = self._skip(k + 1, ".")
        end = self._name(k, cue)
        return (end, self._parts(k, end)) if end > k else (j, [])

    def _name(self, j: int, cue: PlaceCue) -> int:
        """End of a proper name that begins at `j`; `j` itself when there is none."""
        k = self._jubilee(j) or j
        if k > j:
            return k
        if k < self.n and (ORDINAL.match(self.words[k].lower)) and k + 1 < self.n and self.words[k + 1].is_title:
            k += 1
        start = k
        while k < self.n and k - start < MAX_NAME_WORDS and self._continues_name(k, start, cue):
            initial = len(self.words[k].lower) == 1
            k = self._skip(k + 1, ".") if initial else self._hyphenated(k + 1)
        return k if k > start else j

    def _continues_name(self, k: int, start: int, cue: PlaceCue) -> bool:
        word, role = self.words[k], self.roles[k]
        if not word.text.isalpha() or "units" in role.lists or "not_places" in role.lists:
            return False
        if role.adjective and k > start and k + 1 < self.n and self.roles[k + 1].cue:
            return False
        if not word.is_title:
            if k > start or cue.kind == "institution":
                return False
            if cue.kind == "street" or cue.canonical == "микрорайон":
                return role.street_like or role.unknown
            return role.geo
        if k == start:
            if cue.canonical == "остановка":
                return True
            if role.geo and cue.kind == "institution":
                return False
            return role.cue is None or role.adjective or role.street
        if role.cue or (not self.spaced[k - 1] and self.words[k - 1].is_end):
            return False
        # «ул. Ленина Пермь»: the settlement after the street is a place of its own.
        return not role.geo and len(word.lower) > 1 and ("name_words" in self.roles[k - 1].lists or self._is_tail(k))

    def _is_tail(self, k: int) -> bool:
        """A further word of a name: after an initial («К. Маркса») or a title, or itself in the genitive."""
        before, word = self.words[k - 1], self.words[k]
        named = "Name" in before.tags and "gent" in before.tags
        adjectival = self.roles[k - 1].adjective and "ADJF" not in word.tags
        return before.text == "." or len(before.lower) <= 2 or named or adjectival

    def _bare_name(self, i: int, role: Role) -> int:
        word = self.words[i]
        if (role.geo and not role.street and not role.is_sk) or not word.text.isalpha():
            return i
        if word.is_title and len(word.lower) <= 2 and i + 2 < self.n and self.words[i + 1].text == ".":
            return i + 3 if self.roles[i + 2].street_like and self.words[i + 2].is_title else i
        if "name_words" in role.lists and word.is_title and i + 1 < self.n and self.words[i + 1].is_title:
            return self._hyphenated(i + 2)
        if not word.is_title and not (role.street or role.is_sk):
            return i
        return self._hyphenated(i + 1) if role.street_like else i

    def _jubilee(self, i: int) -> int:
        """End of «50 лет ВЛКСМ», «1905 года», «8 Марта» at `i`; 0 when there is none."""
        if i + 1 >= self.n or not self.words[i].is_number:
            return 0
        second = self.words[i + 1]
        if second.lower in ("лет", "летия") and i + 2 < self.n and self.words[i + 2].is_title:
            return i + 3
        # in lowercase a date, unless a street's noun stands before it («улица 1 мая», but «приходите 1 мая»)
        titled = second.is_title or (i and (cue := self.roles[i - 1].cue) is not None and cue.kind == "street")
        months = titled and second.lower in ("марта", "мая", "января", "июля", "октября")
        return i + 2 if months and _NUMBER.match(self.words[i].text) else 0

    def _house(self, j: int) -> tuple[int, str] | None:
        """House at `j` («, д. 5к2», «12/3», «45 а»): end and the house in one spelling."""
        k = self._skip(j, ",")
        worded = False
        while k < self.n and "house_words" in self.roles[k].lists:
            worded, k = True, self._skip(k + 1, ".")
        if k < self.n and self.words[k].text == "№":
            worded, k = True, k + 1
        if k >= self.n or not HOUSE.match(self.words[k].text):
            return None
        if not worded and self.words[k].text.isdigit() and self._is_unit(k + 1):
            return None
        house, end = self.words[k].lower, k + 1
        while (part := self._house_part(end)) and len(house) < 12:
            house, end = house + part[1], part[0]
        # «11 и 13», «11-111»: further houses, or a flat, belong to the span but not to the house.
        joined = end + 1 < self.n and self.words[end].text in ("и", "-", "–")
        if joined and HOUSE.match(self.words[end + 1].text) and not self._is_unit(end + 2):
            end += 2
        return end, house

    def _house_part(self, k: int) -> tuple[int, str] | None:
        """«к2», «корп. 2», «/3», «а», «литера А» after a house number."""
        words = self.words
        after_comma = self._skip(k, ",")
        if after_comma < self.n and "house_parts" in self.roles[after_comma].lists:
            value = self._skip(after_comma + 1, ".")
            if value < self.n and (_NUMBER.match(words[value].text) or _LETTER.match(words[value].text)):
                lower = words[after_comma].lower
                return value + 1, ("к" if lower.startswith("к") else "с" if lower[0] == "с" else "") + words[
                    value
                ].lower
        if k + 1 < self.n and words[k].text == "/" and _NUMBER.match(words[k + 1].text):
            return k + 2, "/" + words[k + 1].text
        if (
            k < self.n
            and _LETTER.match(words[k].text)
            and words[k].lower not in "ивскуо"
            and words[k - 1].text.isdigit()
        ):
            return k + 1, words[k].lower
        return None

    def _continues_adjective(self, j: int) -> bool:
        word, role = self.words[j], self.roles[j]
        if role.cue and role.cue.position != "after" and not role.adjective:
            return False
        return "modifiers" in role.lists or (word.is_title and role.adjective)

    def _hyphenated(self, j: int) -> int:
        """End of the rest of a hyphenated word: «Усть» + «-» + «Качка»."""
        while (
            j + 1 < self.n
            and self.words[j].text == "-"
            and not (self.spaced[j - 1] or self.spaced[j])
            and self.words[j + 1].is_word
        ):
            j += 2
        return j

    def _is_unit(self, k: int) -> bool:
        return k < self.n and "units" in self.roles[k].lists

    def _skip(self, k: int, mark: str) -> int:
        return k + 1 if k < self.n and self.words[k].text == mark else k

    def _parts(self, start: int, end: int) -> list[str]:
        return [word.lower for word in self.words[start:end] if word.is_word or word.is_number or word.text == "-"]
