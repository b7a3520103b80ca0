"""Items of huge JSON documents: the same as parsing all of it, however the stream is cut, in bounded memory."""

import io
import json
import tracemalloc
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.readers import json_stream
from orchestration.readers.json_stream import BrokenJsonError, array_items, parse

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def items(document: bytes) -> list[object]:
    return [parse(item.raw) for item in array_items(io.BytesIO(document), lambda path: path[-1:] == ("messages",))]


@given(st.lists(values, max_size=6), st.integers(1, 40), st.booleans())
def test_items_are_those_of_the_whole_document_wherever_the_stream_is_cut(messages, chunk, is_ascii):
    document = json.dumps(
        {"id": 7, "chats": {"list": [{"x": [1, {"y": "]"}], "messages": messages}]}}, ensure_ascii=is_ascii
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "CHUNK_BYTES", chunk)
        assert items(document.encode()) == messages


def test_an_item_knows_whose_list_it_is_in():
    document = b'{"chats": {"list": [{"name": "a", "id": 1, "messages": [{}]}, {"id": 2, "messages": [{}, {}]}]}}'
    found = array_items(io.BytesIO(document), lambda path: path == ("chats", "list", "messages"))

    assert [item.owner for item in found] == [{"name": "a", "id": 1}, {"id": 2}, {"id": 2}]


@pytest.mark.parametrize(
    ("document", "n_before", "reason"),
    [
        (b"", 0, "cut off"),
        (b'{"messages": [{"a": 1}, {"a": 2', 1, "cut off"),
        (b'{"messages": [{"a": 1}, {"a": "x', 1, "ends within a string"),
        (b'{"messages": [{"a": 1}]', 1, "cut off"),
        (b'{"messages": [{"a": 1}}', 1, "closes what it did not open"),
        (b'{"messages": [{"a": 1}]} {}', 1, "after the end"),
        (b"[" * 100_000, 0, "nested more than 500 deep"),
    ],
)
def test_a_document_that_breaks_off_gives_what_came_before_and_the_reason(document: bytes, n_before: int, reason: str):
    found = array_items(io.BytesIO(document), lambda path: path[-1:] == ("messages",))
    before = list(islice(found, n_before))
    with pytest.raises(BrokenJsonError, match=reason):
        next(found)
    assert len(before) == n_before


def test_memory_is_that_of_the_biggest_item_and_not_of_the_document():
    class Long:
        """40 MB of one list, made as it is read."""

        pieces = iter([b'{"messages": [1', *[b', {"text": "' + b"x" * 100_000 + b'"}'] * 400, b"]}"])

        def read(self, _: int) -> bytes:
            return next(self.pieces, b"")

    tracemalloc.start()
    n = sum(1 for _ in array_items(Long(), lambda path: path == ("messages",)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert n == 401
    assert peak < 4 << 20
