"""Files longer than one batch: what is found late counts as much as what is found early, and order is kept."""

import json

import pytest

from otklik.intake.ingestion import staging

from .conftest import POSTS_SELECT, counts

N_ROWS = 60_000
"""More than DuckDB's sample of 20,480 objects, and more than one batch."""


def _jsonl(**changed):
    """Lines by number, those named in `changed` replaced."""
    lines = [
        json.dumps({"id": n, "posted": "2026-09-01T10:00:00Z", "author": f"a{n % 7}", "words": f"w{n}"})
        for n in range(1, N_ROWS + 1)
    ]
    for number, line in changed.items():
        lines[int(number.removeprefix("line_")) - 1] = line
    return "\n".join(lines) + "\n"


def test_a_line_that_breaks_off_behind_the_first_batch_is_one_quarantined_row(deployment):
    deployment.deliver("a.jsonl", _jsonl(line_59000='{"id": 59000, "posted": '))
    (load,) = deployment.load(deployment.source(format="jsonl"))
    assert counts(load) == (N_ROWS, N_ROWS - 1, 0, 1)
    assert deployment.quarantined() == [(59_000, None, "broken record: not JSON")]


def test_a_value_of_another_type_behind_the_sample_loses_no_row(deployment):
    line = json.dumps({"id": "x-59000", "posted": "2026-09-01T10:00:00Z", "author": "a", "words": "w"})
    deployment.deliver("a.jsonl", _jsonl(line_59000=line))
    (load,) = deployment.load(deployment.source(format="jsonl"))
    assert counts(load) == (N_ROWS, N_ROWS, 0, 0)
    assert deployment.rows("count(*) filter (source_post_id = 'x-59000')") == [(1,)]


def test_rows_keep_the_files_order_and_number_where_the_mapping_gives_none(deployment):
    deployment.deliver("a.jsonl", _jsonl(line_30000=json.dumps({"id": 30_000, "posted": "never", "author": "a"})))
    select = POSTS_SELECT.replace(", source_row as origin_row", "")
    (load,) = deployment.load(deployment.source(format="jsonl", select=select))
    assert counts(load) == (N_ROWS, N_ROWS - 1, 0, 1)
    assert deployment.quarantined() == [(30_000, "posted_at", "not a date and time")]
    assert deployment.rows("count(*) filter (source_post_id::bigint <> origin_row)") == [(0,)]


@pytest.mark.parametrize("batch_rows", [1, 2_048, 50_000])
def test_the_size_of_a_batch_leaves_no_trace(deployment, monkeypatch, batch_rows):
    monkeypatch.setattr(staging, "_BATCH_ROWS", batch_rows)
    content = "id,posted,author,words\n" + "".join(
        f"{n % 4_000},2026-09-01,{'' if n % 5 == 0 else f'a{n % 3}'},{'w' if n % 7 else ''}\n" for n in range(5_000)
    )
    deployment.deliver("a.csv", content)
    (load,) = deployment.load()
    # 4,000 ids once; of the thousand that come again, a fifth has equal authors (none), and five in seven equal words
    assert counts(load) == (5_000, 4_000, 143, 857)
    assert deployment.rows("count(distinct author_subject_id), count(*) filter (author_subject_id is null)") == [
        (3, 800)
    ]


def test_recipients_become_distinct_sorted_subjects_and_missing_ones_are_refused(deployment):
    lines = [
        {"n": 1, "to": ["b", "a", "b"]},
        {"n": 2, "to": ["a"]},
        {"n": 3, "to": []},
        {"n": 4, "to": None},
        {"n": 5, "to": ["", "a ", "c"]},
    ]
    deployment.deliver("a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    select = (
        "select n as source_message_id, timestamptz '2026-09-01' as sent_at, 'a' as sender, \"to\" as recipients, "
        "'chat' as kind from source"
    )
    (load,) = deployment.load(deployment.source(entity="message", format="jsonl", select=select), "message")
    assert counts(load) == (5, 3, 0, 2)
    assert deployment.quarantined("origin_row, field", "message") == [(3, "recipients"), (4, "recipients")]
    rows = deployment.rows("source_message_id, recipient_subject_ids, sender_subject_id", "message")
    sizes = {number: len(recipients) for number, recipients, _ in rows}
    assert sizes == {"1": 2, "2": 1, "5": 2}
    assert all(recipients == sorted(recipients) for _, recipients, _ in rows)
    # one account, one subject, in whichever field it stands
    assert rows[1][1] == [rows[1][2]]


def test_values_of_several_json_types_are_taken_without_their_quotes(deployment):
    lines = [
        {"n": 1, "to": ["a", 7], "at": "2026-09-01"},
        {"n": "x", "to": "b", "at": 5},
        {"n": 3, "to": ["c"], "at": {"no": "time"}},
    ]
    deployment.deliver("a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    select = (
        "select n as source_message_id, timestamptz '2026-09-01' as sent_at, 'a' as sender, \"to\" as recipients, "
        "'chat' as kind from source"
    )
    deployment.load(deployment.source(entity="message", format="jsonl", select=select), "message")
    rows = deployment.rows("source_message_id, len(recipient_subject_ids)", "message")
    assert rows == [("1", 2), ("3", 1), ("x", 1)]
    posts = deployment.source(
        format="jsonl", select="select n as source_post_id, \"at\" as posted_at, 'vk' as channel from source"
    )
    deployment.load(posts)
    assert deployment.rows("source_post_id, posted_at::date::varchar") == [("1", "2026-08-31")]
    assert deployment.quarantined("origin_row, field") == [(2, "posted_at"), (3, "posted_at")]
