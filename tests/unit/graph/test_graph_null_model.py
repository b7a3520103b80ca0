"""Degree-preserving rewiring: what it keeps, and what the p-values say of planted authority."""

import numpy as np
import pandas as pd
import pytest

from graph.null_model import authority_p_values, rewire


def test_rewiring_keeps_degrees_and_makes_no_loop_or_double_tie():
    rng = np.random.default_rng(0)
    pairs = np.unique(rng.integers(0, 900, 260))
    source, target = pairs // 30, pairs % 30
    source, target = source[source != target], target[source != target]
    swapped = rewire(source, target, 30, n_rounds=10, rng=rng)
    assert np.bincount(swapped, minlength=30).tolist() == np.bincount(target, minlength=30).tolist()
    assert len(np.unique(source * 30 + swapped)) == len(source)
    assert (source != swapped).all()
    assert (swapped != target).mean() > 0.5


def test_whom_the_sought_seek_stands_out_from_equally_many_senders(make_edges):
    core = [(f"core{i}", f"core{j}") for i in range(8) for j in range(8) if i != j]
    crowd = [(f"out{i:02}", f"out{(i + step) % 40:02}") for i in range(40) for step in (1, 2, 3, 4, 5, 6, 7)]
    chief = [(f"core{i}", "chief") for i in range(8)]
    edges = make_edges([*core, *crowd, *chief])
    p = authority_p_values(edges, n_rewirings=39).set_index("subject_id")["authority_null_p_value"]
    # Eight people who seek each other, where chance would scatter their ties.
    assert p["core0"] <= 0.1
    assert p.filter(like="out").median() > 0.5


def test_too_few_ties_have_no_p_value(make_edges):
    assert authority_p_values(make_edges([("a", "b"), ("b", "a")]))["authority_null_p_value"].isna().all()


def test_row_order_changes_nothing(two_cliques):
    first = authority_p_values(two_cliques, n_rewirings=9)
    shuffled = authority_p_values(two_cliques.sample(frac=1, random_state=2), n_rewirings=9)
    pd.testing.assert_frame_equal(first, shuffled, check_exact=True)


def test_zero_rewirings_are_refused(star):
    with pytest.raises(ValueError, match="at least 1"):
        authority_p_values(star, n_rewirings=0)
