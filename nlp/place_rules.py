"""Reading a row of words for the place that begins at one of them.

The grammar of places belongs here: one method a construction. Word lists belong to the lexicon files, keys to
`nlp.place_names`, and the walk over a text to `nlp.places`.
"""

from typing import NamedTuple

from nlp.lemmas import Word
from nlp.place_lexicon import PlaceCue, Role
from nlp.place_names import institution_name, settlement_name, street_name
from nlp.place_parts import HOUSE, MAX_NAME_WORDS, ORDINAL, PartsReader

_STREET_PREPOSITIONS = ("на", "по", "вдоль", "от", "до", "возле", "около")
# «Ткачей», «Строителей».
_PEOPLE = frozenset(("NOUN", "anim", "plur", "gent"))
_FEMININE_NOUN = frozenset(("NOUN", "femn"))
# The dictionary guesses that «Марьино» could be an adjective.
_SETTLEMENT_ENDINGS = ("ово", "ево", "ино", "ыно")
# Unknown words after «в» that end so are firms («в Энсктеплоэнерго»), not settlements.
_FIRM_ENDINGS = ("энерго", "энергосбыт", "сервис", "банк", "банке", "сеть", "сети", "строй", "водоканал", "водоканале")


class Found(NamedTuple):
    """A place at a half-open range of words."""

    start: int
    end: int
    kind: str
    key: str
    house: str | None = None


class PlaceReader(PartsReader):
    """Reads the places of one text; see `PartsReader` for its arguments."""

    def at(self, i: int) -> Found | None:
        """The place that begins at word `i`, if any."""
        role = self.roles[i]
        if not role.starts:
            return None
        return (
            self._house_first(i, role)
            or (self._cue_first(i, role.cue) if role.cue else None)
            or self._name_first(i, role)
            or self._listed(i)
            or self._street_without_cue(i, role)
            or self._settlement_without_cue(i, role)
            or self._unknown_settlement(i, role)
        )

    # Constructions -----------------------------------------------------------------------------------------------

    def _house_first(self, i: int, role: Role) -> Found | None:
        """«дом 4 по улице Ленина»."""
        if "house_words" not in role.lists:
            return None
        house = self._house(i)
        if not house or house[0] >= self.n or self.words[house[0]].lower not in ("по", "на"):
            return None
        j = house[0] + 1
        street = self.at(j) if j < self.n else None
        if street and street.kind == "street" and not street.house:
            return street._replace(start=i, house=house[1])
        if j < self.n and self.roles[j].street_like and self.words[j].is_title:
            return Found(i, j + 1, "street", street_name([self.words[j].lower], "femn"), house[1])
        return None

    def _cue_first(self, i: int, cue: PlaceCue) -> Found | None:
        """«ул. Ленина, 5», «г. Пермь», «школа № 5»."""
        if cue.position == "before":
            return None
        dotted = self.words[i].text[-1] == "." or (i + 1 < self.n and self.words[i + 1].text == ".")
        if cue.needs_dot and not dotted:
            return None
        if len(self.words[i].lower) == 1 and self._is_no_abbreviation(i):
            return None
        j = self._skip(i + 1, ".") if cue.is_short else i + 1
        if cue.kind == "institution":
            return self._institution_after(i, cue, [], j)
        if cue.canonical == "деревня" and j < self.n and self.words[j].is_number:
            return None
        end = self._name(j, cue)
        if end == j:
            return None
        parts = self._parts(j, end)
        if cue.kind == "street":
            return self._with_house(i, end, street_name(parts, cue.gender))
        key = settlement_name(parts, cue.gender, is_district=cue.kind == "municipality")
        return Found(i, end, cue.kind, f"{key} {cue.canonical}" if cue.kind == "municipality" else key)

    def _name_first(self, i: int, role: Role) -> Found | None:
        """«Разводная улица», «Пермский край», «вторая городская больница», «13й школы», «Пермь г»."""
        word = self.words[i]
        ordinal = ORDINAL.match(word.lower) is not None or "ordinals" in role.lists
        first = i == 0 or self.words[i - 1].is_end
        named = role.geo or (role.adjective and (role.is_sk or role.unknown or not first or "Qual" not in word.tags))
        title = word.is_title and named
        if not (ordinal or title or role.adjective):
            return None
        j = self._hyphenated(i + 1)
        while j < self.n and j - i < MAX_NAME_WORDS + 2 and self._continues_adjective(j):
            j += 1
        cue = self.roles[j].cue if j < self.n else None
        if cue is None:
            return None
        if cue.kind == "street":
            title = word.is_title and role.adjective
        elif not (ordinal or title or role.is_sk):
            return None
        if cue.position == "after" or (
            role.geo and not role.adjective and cue.kind not in ("settlement", "municipality")
        ):
            return None
        if cue.kind == "institution":
            return self._institution_before(i, cue, j) if ordinal or title else None
        if "ordinals" in role.lists or (not title and cue.kind != "municipality" and not ordinal):
            return None
        parts = self._parts(i, j)
        if cue.kind == "street":
            return self._with_house(i, j + 1, street_name(parts, cue.gender))
        key = settlement_name(parts, cue.gender, is_district=cue.kind == "municipality")
        return Found(i, j + 1, cue.kind, f"{key} {cue.canonical}" if cue.kind == "municipality" else key)

    def _listed(self, i: int) -> Found | None:
        """A name of the gazetteer in any case form; in lowercase only after «в» or «из»."""
        if not (self.words[i].is_title or (i and self.words[i - 1].lower in ("в", "во", "из"))):
            return None
        for name in self.lexicon.names_from(self.words[i].lower):
            end = i + len(name.forms)
            if end <= self.n and all(
                word.lower in forms for word, forms in zip(self.words[i:end], name.forms, strict=True)
            ):
                return Found(i, end, "settlement", name.key)
        return None

    def _settlement_without_cue(self, i: int, role: Role) -> Found | None:
        """«в Тольятти», «Березники»; in lowercase only after a preposition."""
        if not role.geo:
            return None
        word, before = self.words[i], self.words[i - 1] if i else None
        if "Surn" in word.tags and not (before and "prepositions_inside" in self.roles[i - 1].lists):
            return None
        if not word.is_title and not (before and before.lower in ("в", "во", "из")):
            return None
        j = self._hyphenated(i + 1)
        follower = self.words[j] if j < self.n else None
        if follower and follower.is_title and "Patr" in follower.tags:
            return None
        return Found(i, j, "settlement", settlement_name(self._parts(i, j), "masc"))

    def _unknown_settlement(self, i: int, role: Role) -> Found | None:
        """«в Марьино», «в Старой Налимихе», «на Верхней Роще»: capitals after «в» or «на» that name no known thing."""
        if not i or self.words[i - 1].lower not in ("в", "во", "из", "на") or not self.words[i].is_title:
            return None
        if role.adjective and i + 1 < self.n and self._is_titled_noun(i + 1, self.words[i]):
            gender = next(name for name in ("femn", "masc", "neut") if name in self.words[i + 1].tags)
            return Found(i, i + 2, "settlement", settlement_name(self._parts(i, i + 2), gender))
        if self.words[i - 1].lower == "на":
            return None
        j = i
        if role.adjective and i + 1 < self.n and self.words[i + 1].is_title:
            j = i + 1
        word, last = self.words[j], self.roles[j]
        if word.lower.endswith(_FIRM_ENDINGS):
            return None
        is_name = last.unknown and word.text.isalpha() and word.has_cyrillic and not word.text.isupper()
        is_adjective = last.adjective and not word.lower.endswith(_SETTLEMENT_ENDINGS)
        if not is_name or last.cue or (j == i and is_adjective):
            return None
        end = self._hyphenated(j + 1)
        return Found(i, end, "settlement", settlement_name(self._parts(i, end), "femn" if j > i else "masc"))

    def _is_titled_noun(self, j: int, adjective: Word) -> bool:
        """A common noun in capitals that agrees with the adjective before it: «Верхней Роще», «Новых Полян»."""
        word, role = self.words[j], self.roles[j]
        if not word.is_title or word.text.isupper() or "NOUN" not in word.tags:
            return False
        if role.cue or "not_places" in role.lists:
            return False
        genders = {"masc", "femn", "neut"} & word.tags
        return bool(genders & adjective.tags) and bool({"gent", "loct", "accs"} & word.tags & adjective.tags)

    def _street_without_cue(self, i: int, role: Role) -> Found | None:
        """«Дегтярева 18», «на Ленина», «50 лет ВЛКСМ 23А»."""
        word, before = self.words[i], self.words[i - 1] if i else None
        jubilee = self._jubilee(i)
        end = jubilee or self._bare_name(i, role)
        if end == i and self._is_street_before_house(word, role):
            end = i + 1
            if not self._house(end):
                return None
        if end == i:
            return None
        house = self._house(end)
        if house:
            return Found(i, house[0], "street", street_name(self._parts(i, end), "femn"), house[1])
        ranged = self._between_houses(Found(i, end, "street", ""))
        if ranged.end > end and word.is_title:
            return ranged._replace(key=street_name(self._parts(i, end), "femn"))
        joins = before is not None and before.lower in ("и", "-") and self.street_end == i - 1
        if before is None or not (joins or before.lower in _STREET_PREPOSITIONS) or jubilee:
            return None
        named = role.street and (word.is_title or word.lower in self.lexicon.lists["street_names_lowercase"])
        adjectival = word.is_title and role.adjective and "femn" in word.tags and role.street_like
        along = joins or before.lower in ("на", "по", "вдоль")
        surname = word.is_title and "Surn" in word.tags and role.street_like and along
        follower = self.words[end] if end < self.n else None
        # «на Зелёной остановке», but «на Зелёной барак»: an adjective agrees with its noun
        if follower and adjectival and not named and follower.tags >= _FEMININE_NOUN:
            return None
        if follower and follower.is_title and "Name" in follower.tags:
            return None
        if named or adjectival or surname:
            return self._between_houses(Found(i, end, "street", street_name(self._parts(i, end), "femn")))
        return None

    @staticmethod
    def _is_street_before_house(word: Word, role: Role) -> bool:
        """«Полевой 17», «Ткачей, 8»: words that name a street only where a house follows."""
        if not word.is_title or not word.is_known or "not_places" in role.lists or role.cue:
            return False
        adjectival = role.adjective and "femn" in word.tags
        return adjectival or word.tags >= _PEOPLE

    def _is_no_abbreviation(self, i: int) -> bool:
        """«в 2019 г. Вышла», «и т.д. Гора», «г О ж»: a single letter that stands for no kind of place."""
        before = i - 2 if i > 1 and self.words[i - 1].text == "." else i - 1
        if before >= 0 and (self.words[before].is_number or self.words[before].lower in ("т", "и")):
            return True
        j = self._skip(i + 1, ".")
        return j < self.n and (len(self.words[j].lower) == 1 or "VERB" in self.words[j].tags)

    def _institution_before(self, i: int, cue: PlaceCue, j: int) -> Found:
        parts = self._parts(i, j)
        return self._institution_after(i, cue, parts, j + 1) or Found(
            i, j + 1, cue.kind, institution_name(parts, cue.canonical, cue.gender, [])
        )

    def _institution_after(self, i: int, cue: PlaceCue, modifiers: list[str], j: int) -> Found | None:
        end, name = self._number(j)
        if end == j:
            end, name = self._quoted(j)
        if end == j:
            end, name = self._dedicated(j, cue)
        if end == j:
            return None
        return Found(i, end, cue.kind, institution_name(modifiers, cue.canonical, cue.gender, name))

    def _with_house(self, i: int, end: int, key: str) -> Found:
        house = self._house(end)
        if house:
            return Found(i, house[0], "street", key, house[1])
        return self._between_houses(Found(i, end, "street", key))

    def _between_houses(self, found: Found) -> Found:
        """«между домами 96 и 94», «от дома 10 до 50» belong to the street before them; no single house is meant."""
        k = found.end
        if (
            k + 3 < self.n
            and self.words[k].lower in ("между", "от", "с")
            and (self.words[k + 1].lemma == "дом" or HOUSE.match(self.words[k + 1].text))
        ):
            first = k + 2 if self.words[k + 1].lemma == "дом" else k + 1
            last = first + 2
            joined = last < self.n and self.words[first + 1].lower in ("и", "до", "по")
            if joined and HOUSE.match(self.words[first].text) and HOUSE.match(self.words[last].text):
                return found._replace(end=last + 1)
        return found
