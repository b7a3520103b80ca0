"""Reading truth files: CSV in UTF-8, with errors that name file, row and column."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from otklik.home.errors import ConfigurationError


def read_truth(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """A CSV file's columns as text, empty cells as empty strings.

    Args:
        path: the file.
        required: columns that must be there.
        optional: columns taken when there.

    Returns:
        The required columns and the optional ones found, all str, in the file's row order.

    Raises:
        ConfigurationError: no such file, not UTF-8, not CSV, or a required column is missing.
    """
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file.")
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise ConfigurationError(f"{path}: not a CSV file in UTF-8: {error}.") from error
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise ConfigurationError(
            f"{path}: lacks {', '.join(missing)}; found {', '.join(frame.columns)}; "
            f"needed are {', '.join(required)}" + (f", welcome are {', '.join(optional)}." if optional else ".")
        )
    return frame[[*required, *(name for name in optional if name in frame.columns)]]


def text_hashes(path: Path) -> list[str]:
    """MD5 of each row's text without white space at its ends, in the file's order: files are compared without words.

    Raises:
        ConfigurationError: as `read_truth`.
    """
    return [
        hashlib.md5(text.strip().encode(), usedforsecurity=False).hexdigest()
        for text in read_truth(path, ("text",))["text"]
    ]
