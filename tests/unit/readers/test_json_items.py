"""JSON documents item by item: the same as parsing all of it, in bounded memory; a broken one spoils no neighbour."""

import io
import json
import random
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.intake.readers import json_window
from otklik.intake.readers.json_items import Item, Shape, items_of
from otklik.intake.readers.json_window import BrokenJsonError, parse
from otklik.intake.readers.tabular import BrokenRecord

SHAPE = Shape(lists=frozenset({"messages"}), envelopes=frozenset({"chats", "list"}))

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def found(document: bytes, name: str = "x.json") -> list[Item | BrokenRecord]:
    return list(items_of(name, io.BytesIO(document), SHAPE))


def good(document: bytes, name: str = "x.json") -> list[object]:
    return [item.value for item in found(document, name) if isinstance(item, Item)]


def reasons(document: bytes, name: str = "x.json") -> list[str]:
    return [item.reason for item in found(document, name) if isinstance(item, BrokenRecord)]


@given(st.lists(values, max_size=6), st.integers(1, 40), st.booleans(), st.sampled_from([None, 1]))
def test_items_are_those_of_the_whole_document_wherever_the_stream_is_cut(messages, chunk, is_ascii, indent):
    document = {"id": 7, "x": [1, {"y": "]"}], "chats": {"list": [{"id": 1, "messages": messages}]}, "z": 2}
    text = json.dumps(document, ensure_ascii=is_ascii, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_window, "CHUNK_CHARACTERS", chunk)
        items = found(text.encode())
    assert [item.value for item in items] == messages
    assert [parse(item.text.encode()) for item in items] == messages


@given(st.dictionaries(st.sampled_from("abcd"), values, min_size=1))
def test_an_object_without_lists_is_itself_a_thing(thing):
    document = json.dumps(thing, ensure_ascii=False).encode()
    assert good(document) == good(document, "x.jsonl") == [thing]
    assert good(b"[" + document + b"," + document + b"]") == [thing, thing]


def test_an_item_knows_whose_list_it_is_in():
    document = (
        b'{"chats": {"list": [{"name": "a", "id": 1, "more": {"x": 1}, "messages": [{}], "after": 2}, '
        b'{"id": 2, "messages": [{}, {}]}, 5]}}'
    )
    assert [item.owner for item in found(document)] == [{"name": "a", "id": 1}, {"id": 2}, {"id": 2}]


NEIGHBOURS = [{"id": n, "text": f"слово {n}", "likes": {"count": n}} for n in range(20)]
BREAKAGES = {
    "a number that is none": '{"id": 9, "likes": {"count": NaN}}',
    "a word that is none": '{"id": nul, "text": "a"}',
    "a missing value": '{"id": 9, "text": }',
    "an escape that is none": '{"id": 9, "text": "a\\q"}',
    "a line end within a string": '{"id": 9, "text": "a\nb"}',
    "too deep": '{"id": 9, "text": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "a bracket not closed": '{"id": 9, "likes": {"count": 1}',
    "a bracket of the other kind": '{"id": 9, "likes": [1}',
    "a quote not closed": '{"id": 9, "text": "a}',
    "a quote not opened": '{"id": 9, "text": a"}',
    "half a character": b'{"id": 9, "text": "\xff"}'.decode("utf-8", "surrogateescape"),
    "a bracket too many": '{"id": 9}}',
    "a comma too many": "",
    "a comma missing": '{"id": 9, "text": "a"} 5',
}


def _broken_in_the_middle(broken: str) -> bytes:
    members = [json.dumps(one, ensure_ascii=False) for one in NEIGHBOURS]
    return ('{"id": 7, "messages": [' + ", ".join([*members[:10], broken, *members[10:]]) + "]}").encode(
        "utf-8", "surrogateescape"
    )


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_item_is_told_once_and_spoils_no_neighbour(breakage: str):
    document = _broken_in_the_middle(BREAKAGES[breakage])
    kept = [one for one in good(document) if one in NEIGHBOURS]

    assert kept == NEIGHBOURS
    assert len(reasons(document)) == 1
    assert reasons(document)[0].startswith(("broken record: ", "bad encoding: "))


def test_what_is_set_aside_is_the_broken_text_itself():
    (broken,) = (one for one in found(_broken_in_the_middle(BREAKAGES["a missing value"])) if not isinstance(one, Item))
    assert broken.raw == '{"id": 9, "text": }'


def test_one_damaged_byte_hardly_ever_costs_a_neighbour():
    rng = random.Random(1)
    whole = json.dumps(NEIGHBOURS[9], ensure_ascii=False).encode()
    n_lost = 0
    for _ in range(600):
        at = rng.randrange(len(whole))
        damaged = whole[:at] + bytes([rng.randrange(256)]) * rng.randrange(2) + whole[at + 1 :]
        document = _broken_in_the_middle("@").replace(b"@", damaged)
        n_lost += sum(one not in good(document) for one in NEIGHBOURS)
    # 600 × 20 neighbours
    assert n_lost <= 12


@pytest.mark.parametrize(
    ("document", "n_before", "reason"),
    [
        (b'{"messages": [{"a": 1}, {"a": 2', 1, "cut off"),
        (b'{"messages": [{"a": 1}, {"a": "x', 1, "cut off"),
        (b'{"messages": [{"a": 1}]', 1, "cut off"),
        (b'{"messages": [{"a": 1}', 1, "cut off"),
        (b'{"messages": [{"a": 1}}', 1, "something stands between"),
        (b'{"messages": [{"a": 1}]} {}', 1, "something follows the end"),
        (b'{"id": 1, "text": }', 0, "not JSON"),
        (b'{"id" 1}', 0, "not JSON"),
        (b"{1: 2}", 0, "not JSON"),
        (b"true", 0, "not a JSON object or list"),
        (b"[" * 100_000, 0, "nested more than 500 deep"),
        (b'{"chats":' * 100_000, 0, "nested more than 500 deep"),
    ],
)
def test_a_document_that_breaks_off_gives_what_came_before_and_one_reason(document: bytes, n_before: int, reason: str):
    assert len(good(document)) == n_before
    (given_reason,) = reasons(document)
    assert reason in given_reason


def test_a_thing_that_breaks_off_is_set_aside_from_its_beginning():
    (broken,) = found(b'{"id": 1, "text": }')
    assert isinstance(broken, BrokenRecord)
    assert broken.raw == '{"id": 1}'


def test_blank_documents_hold_nothing():
    assert found(b"") == found(b" \n") == found(b"\n\n", "x.jsonl") == []


def test_numbers_of_a_million_digits_stay_text():
    document = b'[{"id": 1}, {"id": ' + b"9" * 1_000_000 + b"}]"
    assert good(document) == [{"id": 1}, {"id": "9" * 1_000_000}]
    assert parse(b"[" + b"9" * 5_000 + b"]") == ["9" * 5_000]


def test_a_line_that_is_too_long_is_one_broken_record():
    line = b'{"text": "' + b"x" * (33 << 20) + b'"}\n'
    assert good(line + b'{"id": 2}\n', "x.jsonl") == [{"id": 2}]
    assert reasons(line + b'{"id": 2}\n', "x.jsonl") == ["broken record: a line of more than 16 MB"]


def test_an_item_that_is_too_big_is_one_broken_record_and_its_neighbours_are_read():
    big = b'{"id": 1, "text": "' + b"x" * (40 << 20) + b'"}'
    document = b'{"messages": [{"id": 0, "text": ""}, ' + big + b', {"id": 2, "text": ""}]}'
    assert [one["id"] for one in good(document)] == [0, 2]
    assert reasons(document) == ["broken record: an item of more than 16 million characters"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff", "bad encoding: bytes that are not UTF-8"),
        (b"[NaN]", "broken record: not JSON"),
        (b"[1] 2", "broken record: not JSON"),
        (b"", "broken record: not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "broken record: JSON nested more than 500 deep"),
    ],
)
def test_one_text_that_is_not_json_says_why(raw: bytes, reason: str):
    with pytest.raises(BrokenJsonError) as caught:
        parse(raw)
    assert str(caught.value) == reason


class Long:
    """Pieces of a document, made as it is read."""

    def __init__(self, first: bytes, piece: bytes, n: int, last: bytes) -> None:
        self._pieces = iter([first, *[piece] * n, last])

    def read(self, _: int) -> bytes:
        return next(self._pieces, b"")


def test_memory_is_that_of_the_biggest_item_and_not_of_the_document():
    document = Long(b'{"messages": [1', b', {"text": "' + b"x" * 100_000 + b'"}', 400, b"]}")
    tracemalloc.start()
    n = sum(1 for _ in items_of("x.json", document, SHAPE))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert n == 401
    assert peak < 4 << 20


# what is doubled; each is damage that a careless search would look at again and again
HOSTILE = {
    "broken items": lambda n: b"[" + b'{"id": nul, "text": "a"},' * n + b"1]",
    "unclosed items": lambda n: b"[" + b'{"id": 1, "text": {"a": 1}, ' * n + b"1]",
    "unclosed lists": lambda n: b'[{"a": 1}, ' + b'{"b": [{}, ' * n,
    "one unclosed quote": lambda n: b'[{"id": "' + b'}, {"id": 1' * n,
    "quotes without end": lambda n: b"[" + b'{"a": "},' * n,
    "boundaries that lead nowhere": lambda n: b'[{"a": 1}, {"b": nul' + b'}, {"c": [1, ' * n,
    "commas": lambda n: b"[" + b"," * n,
    "closing brackets": lambda n: b"[1" + b"}" * n,
    "deep items": lambda n: b"[" + (b"[" * 1_000 + b"]" * 1_000 + b",") * (n // 100) + b"1]",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_time_grows_no_worse_than_linearly_with_hostile_documents(case: str):
    def seconds(n: int) -> float:
        document, times = HOSTILE[case](n), []
        for _ in range(3):
            start = time.process_time()
            for _ in items_of("x.json", io.BytesIO(document), SHAPE):
                pass
            times.append(time.process_time() - start)
        return min(times)

    small, large = seconds(4_000), seconds(32_000)
    # eight times the bytes: a search that starts over at each damage would take sixty-four times as long
    assert large < max(20 * small, 0.1)
