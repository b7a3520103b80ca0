"""The one way to put a file in its place: whole or not at all, and durable before anybody relies on it."""

import os
from pathlib import Path


def move_into_place(temporary: Path, path: Path) -> None:
    """Give a finished file its name, durably. Both must be on one file system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _flush(temporary)
    temporary.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a small file of UTF-8 text, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    move_into_place(temporary, path)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
