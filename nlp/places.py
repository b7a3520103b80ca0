"""Places named in a text: municipality, settlement, street (with house) and institution.

The spaCy component and the walk over a text belong here; how the words around a cue are read belongs to
`nlp.place_rules`. Which municipality a name stands for is decided by the platform's SQL, not here.

A text is read from left to right and spans never overlap: the place that begins first wins.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from spacy.attrs import SPACY
from spacy.tokens import Span

from nlp.lemmas import Word, word_table
from nlp.place_lexicon import PlaceLexicon
from nlp.place_rules import Found, PlaceReader

if TYPE_CHECKING:
    from spacy.tokens import Doc


class Place(NamedTuple):
    """A place as it stands in a text.

    Attributes:
        kind: municipality, settlement, street or institution. surface: the characters of the text.
        start_char, end_char: where they stand, end exclusive. place_key: name in the nominative, lowercase, «ё» as
        «е». house: house of a street in one spelling («5к2»), else None.
    """

    kind: str
    surface: str
    start_char: int
    end_char: int
    place_key: str
    house: str | None


class PlaceFinder:
    """spaCy component: writes `doc._.places` (a list of `Place`) and `doc.spans["places"]`.

    Args:
        gazetteer: known names of settlements and municipalities in the nominative.
    """

    def __init__(self, gazetteer: Iterable[str]) -> None:
        self.lexicon = PlaceLexicon(gazetteer)

    def __call__(self, doc: "Doc") -> "Doc":
        """Write the places of a text."""
        found = self.find(doc, word_table().of(doc))
        doc._.places = self.told(doc, found)
        if found:
            doc.spans["places"] = [Span(doc, item.start, item.end, label=item.kind) for item in found]
        return doc

    @staticmethod
    def told(doc: "Doc", found: list[Found]) -> list[Place]:
        """Places by characters."""
        places = []
        for item in found:
            span = doc[item.start : item.end]
            places.append(Place(item.kind, span.text, span.start_char, span.end_char, item.key, item.house))
        return places

    def find(self, doc: "Doc", words: Sequence[Word]) -> list[Found]:
        """Places by token range, from left to right; the words are those of the doc."""
        roles = self.lexicon.roles(words)
        starts = [index for index, role in enumerate(roles) if role.starts]
        if not starts:
            return []
        reader = PlaceReader(words, roles, doc.to_array(SPACY).tolist(), self.lexicon)
        found: list[Found] = []
        end = 0
        for index in starts:
            if index >= end and (item := reader.at(index)):
                found.append(item)
                end = item.end
                reader.street_end = end if item.kind == "street" else 0
        return found
