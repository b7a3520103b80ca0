"""Bytes in the quarantine: whatever they were, they can be had back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.intake.readers.tabular import readable


def original(shown: str) -> bytes:
    """The way back that `readable` promises: an odd number of backslashes before xNN means a byte."""

    def back(match: re.Match[bytes]) -> bytes:
        n = len(match[1])
        byte = bytes([int(match[2], 16)]) if n % 2 else b"x" + match[2]
        return b"\\" * (n // 2) + byte

    return re.sub(rb"(\\+)x([0-9a-f]{2})", back, shown.encode())


@given(st.lists(st.sampled_from([b"\\", b"x", b"ff", b"\xff", b"\xd0", "я".encode(), b"x41", b"a", b"\xed\xa0\x80"])))
def test_every_byte_can_be_had_back(pieces: list[bytes]):
    line = b"".join(pieces)
    assert original(readable(line)) == line


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Яма".encode(), "Яма"),
        (b'{"a": "\\n\\u0041"}', '{"a": "\\n\\u0041"}'),
        (b"a\xffb", "a\\xffb"),
        (b"a\\xffb", "a\\\\xffb"),
        (b"a\\\xffb", "a\\\\\\xffb"),
        (b"a\r\n", "a"),
    ],
)
def test_text_that_is_utf_8_is_shown_as_it_is(line: bytes, shown: str):
    assert readable(line) == shown
