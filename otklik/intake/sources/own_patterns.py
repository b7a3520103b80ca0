"""The deployment's own leak patterns: `leak_patterns` of its sources files, read and checked (docs/leaks.md)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from otklik.home.errors import ConfigurationError

if TYPE_CHECKING:
    from nlp.leak_patterns import LeakPattern


def own_patterns(files: Sequence[Path]) -> "tuple[LeakPattern, ...]":
    """Patterns in order of the files.

    Raises:
        ConfigurationError: a file cannot be read, or a pattern is not as docs/leaks.md describes.
    """
    if not files:
        return ()
    from nlp.leak_patterns import load_patterns
    from nlp.lexicon import LexiconError

    try:
        return tuple(pattern for file in files for pattern in load_patterns(file))
    except LexiconError as error:
        raise ConfigurationError(str(error)) from error
