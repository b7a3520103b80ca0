"""However the same rows are delivered, the lake holds the same rows.

A case costs half a dozen real loads, so `make test` tries 15 and `make properties` 200.
"""

import gzip
import os
import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import POSTS_SELECT, Deployment

HEADER = "id,posted,author,words\n"
CONTENT = "source_post_id, posted_at, channel, text, text_hash"

# few ids, words and days, so that equal rows, edited posts and unreadable dates all come up
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "4"]),
        st.sampled_from(["2026-09-01", "2026-09-02", "never"]),
        st.sampled_from(["anna", "boris", ""]),
        st.sampled_from(["яма", "мост", "двор, темно", ""]),
    ),
    min_size=1,
    max_size=6,
    # two contents of one version in one file are a conflict, and which is kept is then decided file by file
    unique_by=lambda row: row[:2],
)


def _csv(rows):
    return HEADER + "".join(f'{i},{at},{who},"{words}"\n' for i, at, who, words in rows)


def _people(deployment):
    """Which posts have one author: subjects are random, so only who is the same as whom can be compared."""
    posts = {}
    for subject, post in deployment.rows("author_subject_id, source_post_id || text_hash"):
        posts.setdefault(subject, []).append(post)
    return sorted(map(sorted, posts.values()))


def _deliver(deployment, rows, *, times, cut, packed, order):
    """Write the rows as `times` deliveries, each shuffled; one is cut in two, every other is packed if asked."""
    for number in range(times):
        shuffled = order.sample(rows, len(rows))
        parts = [shuffled[:cut], shuffled[cut:]] if number == 0 else [shuffled]
        for part_number, part in enumerate(parts):
            content = _csv(part).encode()
            name = f"{order.randrange(10**6)}_{number}_{part_number}.csv"
            if packed and number % 2 == 0:
                deployment.deliver(f"{name}.gz", gzip.compress(content, mtime=order.randrange(10**6)))
            else:
                deployment.deliver(name, content)


@settings(
    max_examples=int(os.environ.get("OTKLIK_PROPERTY_CASES", "15")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(rows=ROWS, times=st.integers(1, 5), cut=st.integers(0, 6), packed=st.booleans(), seed=st.integers(0, 10**6))
def test_however_often_and_in_whatever_form_rows_come_the_lake_holds_the_same(rows, times, cut, packed, seed):
    with tempfile.TemporaryDirectory() as folder:
        once, again = Deployment(Path(folder) / "once"), Deployment(Path(folder) / "again")
        once.deliver("a.csv", _csv(rows))
        _deliver(again, rows, times=times, cut=cut, packed=packed, order=random.Random(seed))
        once.load()
        loads = again.load()
        assert again.rows(CONTENT) == once.rows(CONTENT)
        assert _people(again) == _people(once)
        for load in loads:
            assert load.rows_read == load.rows_loaded + load.rows_duplicate + load.rows_quarantined
        # a second look at the same inbox finds nothing new
        assert again.load() == []


def test_the_same_file_packed_or_renamed_is_the_same_load(deployment):
    content = _csv([("1", "2026-09-01", "anna", "яма")]).encode()
    deployment.deliver("a.csv", content)
    (first,) = deployment.load()
    deployment.deliver("b.csv", content)
    deployment.deliver("c.csv.gz", gzip.compress(content, mtime=1))
    deployment.deliver("d.csv.gz", gzip.compress(content, compresslevel=1, mtime=2))
    assert deployment.load() == []
    assert first.rows_loaded == 1


def test_a_corrected_mapping_that_gives_equal_rows_loses_none(deployment):
    deployment.deliver("a.csv", _csv([("1", "2026-09-01", "anna", "яма")]))
    deployment.load()
    before = deployment.rows(CONTENT)
    select = POSTS_SELECT.replace("source_row as origin_row", "1 as origin_row")
    (load,) = deployment.load(deployment.source(select=select))
    assert (load.rows_loaded, load.rows_duplicate) == (1, 0)
    assert deployment.rows(CONTENT) == before


def test_a_crash_before_the_old_mapping_is_retired_is_mended_by_the_next_run(deployment, monkeypatch):
    deployment.deliver("a.csv", _csv([("1", "2026-09-01", "anna", "яма")]))
    deployment.load()
    source = deployment.source(select=POSTS_SELECT.replace("words", "upper(words)"))
    with monkeypatch.context() as patch:
        patch.setattr("otklik.intake.ingestion.ledger.Ledger.retire_other_mappings", lambda *_: None)
        deployment.load(source)
    assert deployment.load(source) == []
    assert deployment.rows("text") == [("ЯМА",)]
