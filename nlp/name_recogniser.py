"""natasha's recogniser of names, slovnet: its weights, and the pieces of texts that it is given.

What counts as a name in the end, and the rules beside it, are `nlp/person_names.py`.
"""

import functools
import importlib.util
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_LETTERS = re.compile(r"[А-ЯЁа-яё]")
# A piece of a long text ends at a blank; a name across the cut is left to the rules.
_PIECE_CHARS = 1_500


class Span(NamedTuple):
    """A name: first character, and one past the last."""

    start: int
    end: int


def pieces_of(row: int, text: str) -> Iterator[tuple[int, int, str]]:
    """Row, offset and words for the recogniser; in capitals it sees none, so they are made small but for the first."""
    start = 0
    while start < len(text):
        end = start + _PIECE_CHARS
        if end < len(text):
            blank = text.rfind(" ", start, end)
            end = blank + 1 if blank > start else end
        piece = text[start:end]
        yield row, start, _in_small_letters(piece)
        start = end


def _in_small_letters(piece: str) -> str:
    letters = _LETTERS.findall(piece)
    if not letters or sum(letter.isupper() for letter in letters) < 0.7 * len(letters):
        return piece
    return re.sub(r"[А-ЯЁа-яё]+", lambda word: word[0].capitalize(), piece)


def recognised(texts: Sequence[str]) -> Iterator[list[Span]]:
    """Spans that the recogniser takes for names of people, of each text in order."""
    if not texts:
        return
    # of like length together: a batch costs as much as its longest
    order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
    found: list[list[Span]] = [[] for _ in texts]
    for number, markup in zip(order, _recogniser().map([texts[number] for number in order]), strict=True):
        found[number] = [Span(span.start, span.stop) for span in markup.spans if span.type == "PER"]
    yield from found


@functools.cache
def _recogniser() -> Any:
    """The recogniser with its weights; natasha is only where these lie, and is not imported: it brings half a dozen."""
    from navec import Navec
    from slovnet import NER

    (folder,) = importlib.util.find_spec("natasha").submodule_search_locations  # type: ignore[union-attr,misc]
    data = Path(folder) / "data"
    recogniser = NER.load(str(data / "model" / "slovnet_ner_news_v1.tar"))
    recogniser.navec(Navec.load(str(data / "emb" / "navec_news_v1_1B_250K_300d_100q.tar")))
    return recogniser
