"""Invariants of loading: the ledger balances, and how a delivery is cut leaves no trace."""

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import Deployment, counts

# `make properties` asks for more
N_CASES = int(os.environ.get("OTKLIK_PROPERTY_CASES", "25"))
HEADER = "id,posted,author,words\n"
FIELDS = st.text(alphabet=st.sampled_from('aя1 "\n;,\t\\\x00'), max_size=6)
ROWS = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3", ""]), st.sampled_from(["2026-09-01", "x", "2099-01-01", ""]), FIELDS),
    max_size=8,
)


def _csv(rows: list[tuple[str, str, str]]) -> str:
    return HEADER + "".join(f'{i},{at},anna,"{words.replace(chr(34), chr(34) * 2)}"\n' for i, at, words in rows)


@settings(max_examples=N_CASES, deadline=None)
@given(rows=ROWS)
def test_read_is_loaded_plus_duplicate_plus_quarantined(rows):
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(Path(folder))
        deployment.deliver("a.csv", _csv(rows))
        (load,) = deployment.load()
        read, loaded, duplicate, quarantined = counts(load)
        assert read == loaded + duplicate + quarantined
        assert loaded == len(deployment.rows())
        assert quarantined == len(deployment.quarantined())


@settings(max_examples=N_CASES, deadline=None)
@given(
    words=st.lists(st.text(alphabet="абв", min_size=1, max_size=4), min_size=1, max_size=8, unique=True),
    order=st.randoms(use_true_random=False),
    cut=st.integers(0, 8),
)
def test_splitting_and_shuffling_a_delivery_loads_the_same_rows(words, order, cut):
    rows = [(str(number), "2026-09-01", word) for number, word in enumerate(words)]
    shuffled = order.sample(rows, len(rows))
    with tempfile.TemporaryDirectory() as folder:
        whole, parts = Deployment(Path(folder) / "whole"), Deployment(Path(folder) / "parts")
        whole.deliver("a.csv", _csv(rows))
        whole.load()
        parts.deliver("1.csv", _csv(shuffled[cut:]))
        parts.deliver("2.csv", _csv(shuffled[:cut]) + _csv(shuffled[cut:])[len(HEADER) :])
        parts.load()
        columns = "source_post_id, posted_at, text, text_hash"
        assert parts.rows(columns) == whole.rows(columns)
