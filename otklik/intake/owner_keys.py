"""Keys of a home: 32 random bytes each, in the vault's folder, for its owner alone; digests that are made under one.

What a key is for belongs to its user: accounts to `vault.py`, published ids to `keyed_ids.py`.
"""

import secrets
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa
from duckdb.func import ARROW, SPECIAL

from otklik.home.errors import OtklikError
from otklik.home.files import move_into_place

KEY_BYTES = 32
_DIGEST_BYTES = 16


class VaultError(OtklikError):
    """The vault or one of its keys cannot be opened as it should be."""


def read_key(path: Path, *, may_create: bool, without_it: str) -> bytes:
    """The key in a file, made where it may be.

    Args:
        path: in the vault's folder, which this makes owner-only.
        may_create: whether nothing was made with the key yet.
        without_it: ends the sentence «without it …» for whoever lost the key.

    Raises:
        VaultError: the key is missing and may not be made, others may read it, or it is not of 32 bytes.
    """
    if may_create and not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(KEY_BYTES))
        move_into_place(temporary, path)
    if not path.exists():
        raise VaultError(f"{path}: this key is gone. Restore it from your backup: without it {without_it}.")
    if path.stat().st_mode & 0o077:
        raise VaultError(f"{path}: other users may read it; run: chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise VaultError(f"{path}: found {len(key)} bytes, a key has {KEY_BYTES}. Restore it from your backup.")
    return key


@dataclass(frozen=True)
class KeyedDigests:
    """Digests under one key: keyed BLAKE2b of several words, as 32 hexadecimal digits.

    Without the key nobody can compute one, nor tell what it was made of by trying.
    """

    key: bytes

    @classmethod
    def passing(cls) -> Self:
        """Under a key that is forgotten with the process, for dry runs."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def of(self, *words: str) -> str:
        """The digest of some words in their order; the separator, 1F, may stand in none but the last."""
        message = "\x1f".join(words).encode("utf-8", "surrogatepass")
        return blake2b(message, key=self.key, digest_size=_DIGEST_BYTES).hexdigest()

    def register(self, connection: duckdb.DuckDBPyConnection, function: str) -> None:
        """Make an SQL function of three strings; null where any of them is."""

        def digests(first: pa.Array, second: pa.Array, third: pa.Array) -> pa.Array:
            rows = zip(first.to_pylist(), second.to_pylist(), third.to_pylist(), strict=True)
            return pa.array([None if None in row else self.of(*row) for row in rows], pa.string())

        connection.create_function(
            function, digests, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR", type=ARROW, null_handling=SPECIAL
        )
