"""A spaCy component that carries the version of its lexicons when it is saved.

Only saving and loading belong here. The lexicons ship with the code, so a saved pipeline holds their version, not
their content; loading it beside other lexicons would label texts differently in silence, and is refused instead.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.lexicon import lexicon_version

if TYPE_CHECKING:
    from spacy.tokens import Doc

_FILE_NAME = "lexicon_version"


class LexiconVersionError(ValueError):
    """A saved pipeline was made with other lexicon files than those installed."""


class Stamped:
    """Wraps a function over docs with spaCy's four serialisation methods.

    Args:
        work: the component proper, reachable as `.work`.
    """

    def __init__(self, work: "Callable[[Doc], Doc]") -> None:
        self.work = work

    def __call__(self, doc: "Doc") -> "Doc":
        """Apply the component."""
        return self.work(doc)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The version of the lexicons, as bytes."""
        return lexicon_version().encode()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "Stamped":
        """Accept the bytes of a component made with the same lexicons.

        Raises:
            LexiconVersionError: made with others.
        """
        if data.decode() != lexicon_version():
            raise LexiconVersionError(
                f"the saved pipeline was made with lexicons {data.decode()!r}, installed are {lexicon_version()!r}; "
                "build it again with nlp.pipeline.build_pipeline()"
            )
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the version of the lexicons into the folder `path`."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / _FILE_NAME).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "Stamped":
        """Accept a folder written by `to_disk` with the same lexicons."""
        return self.from_bytes((Path(path) / _FILE_NAME).read_bytes())
