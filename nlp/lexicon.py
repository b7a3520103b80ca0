"""Reading of the lexicon files in `nlp/lexicons/`, and the version they add up to.

Only files and their shape belong here. What the rows mean belongs to the component that uses them.
"""

import csv
import functools
import hashlib
from pathlib import Path

LEXICON_FOLDER = Path(__file__).parent / "lexicons"

# Raised by hand when code changes what a text is labelled; the lexicon files speak for themselves.
RULES_VERSION = "3"

INTENTS = ("complaint", "question", "review", "thanks", "negative", "other")

LEXICON_FILES = {
    "intent_cues.csv": ("family", *INTENTS, "cues"),
    "intent_examples.csv": ("author", "intent", "text"),
    "intent_sense.csv": ("number", *INTENTS),
    "intent_words.csv": ("word", *INTENTS),
    "place_cues.csv": ("kind", "canonical", "gender", "position", "forms"),
    "place_words.csv": ("list", "words"),
    "sentiment.csv": ("label", "weight", "cues"),
    "topics.csv": ("topic_code", "weight", "cues"),
    "word_classes.csv": ("class", "words"),
}


class LexiconError(ValueError):
    """A lexicon file that is missing, unknown, or not of the expected shape."""


def read_lexicon(name: str, folder: Path = LEXICON_FOLDER) -> list[dict[str, str]]:
    """Rows of one lexicon file.

    Args:
        name: a key of `LEXICON_FILES`.
        folder: where the files lie.

    Returns:
        One dict a row, all values text.

    Raises:
        LexiconError: the name is unknown, or the header differs from the expected one.
    """
    if name not in LEXICON_FILES:
        raise LexiconError(f"no lexicon {name!r}; known: {', '.join(sorted(LEXICON_FILES))}")
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != LEXICON_FILES[name]:
            raise LexiconError(f"{name} has columns {reader.fieldnames}; expected {list(LEXICON_FILES[name])}")
        return list(reader)


def lexicon_version(folder: Path = LEXICON_FOLDER) -> str:
    """Twelve hex digits over the content of every lexicon file and `RULES_VERSION`.

    Line endings do not count, so the same files checked out on another system keep their version.
    """
    digest = hashlib.sha256(RULES_VERSION.encode())
    for name in sorted(LEXICON_FILES):
        content = (folder / name).read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


@functools.cache
def word_classes() -> dict[str, tuple[str, ...]]:
    """Words of each class that cues may name as `@class`."""
    return {row["class"]: tuple(row["words"].split()) for row in read_lexicon("word_classes.csv")}


def split_cues(cell: str) -> list[str]:
    """Patterns of one cell, which are separated by `|`."""
    return [cue.strip() for cue in cell.split("|") if cue.strip()]
