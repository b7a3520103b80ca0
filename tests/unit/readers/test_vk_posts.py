"""VK answers become posts, comments with their parents, and replies of authorities."""

import json

import pytest

from otklik.intake.readers import vk

from .social_delivery import load, reasons, rows

WALL = {
    "response": {
        "count": 2,
        "items": [
            {
                "id": 5,
                "owner_id": -10,
                "from_id": -10,
                "signer_id": 701,
                "date": 1788000000,
                "edited": 1788000600,
                "text": "На Садовой опять яма",
                "post_type": "post",
                "likes": {"count": 3},
                "geo": {"type": "point", "coordinates": "58.01 56.25"},
                "comments": {"count": 2},
            },
            {
                "id": 6,
                "owner_id": -10,
                "from_id": 702,
                "date": 1788000100,
                "edited": 0,
                "text": "Спасибо за двор",
                "post_type": "post",
            },
        ],
        "profiles": [],
        "groups": [{"id": 10, "name": "Мэрия Привольска"}],
    }
}
COMMENTS = {
    "response": {
        "count": 1,
        "items": [
            {
                "id": 7,
                "owner_id": -10,
                "post_id": 5,
                "from_id": 703,
                "date": 1788000200,
                "text": "И у нас",
                "thread": {
                    "count": 2,
                    "items": [
                        {
                            "id": 8,
                            "owner_id": -10,
                            "post_id": 5,
                            "from_id": -10,
                            "date": 1788000300,
                            "text": "Заделаем в срок",
                            "parents_stack": [7],
                        },
                        {
                            "id": 9,
                            "owner_id": -10,
                            "post_id": 5,
                            "from_id": 0,
                            "date": 1788000400,
                            "text": "",
                            "deleted": True,
                            "parents_stack": [7],
                        },
                    ],
                },
            }
        ],
        "groups": [{"id": 10, "name": "Мэрия Привольска"}],
    }
}


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def test_posts_and_comments_know_parent_and_thread(inbox, tmp_path):
    (inbox / "wall.json").write_text(json.dumps(WALL))
    (inbox / "comments.json").write_text(json.dumps(COMMENTS, ensure_ascii=False))
    loads = load(tmp_path, "vk")
    assert [one.rows_loaded for one in loads] == [2, 2]
    assert rows(tmp_path, "source_post_id, parent_post_id, thread_id, is_deleted, author_subject_id is null, text") == [
        ("wall-10_5", None, "wall-10_5", None, False, "На Садовой опять яма"),
        ("wall-10_5_r7", "wall-10_5", "wall-10_5", None, False, "И у нас"),
        ("wall-10_5_r9", "wall-10_5_r7", "wall-10_5", True, True, ""),
        ("wall-10_6", None, "wall-10_6", None, False, "Спасибо за двор"),
    ]
    assert rows(tmp_path, "posted_at::varchar, edited_at is null, lat, lon, reactions") == [
        ("2026-08-29 10:40:00+00", False, 58.01, 56.25, 3),
        ("2026-08-29 10:41:40+00", True, None, None, None),
        ("2026-08-29 10:43:20+00", True, None, None, None),
        ("2026-08-29 10:46:40+00", True, None, None, None),
    ]


def test_a_communitys_comment_is_a_reply_and_no_citizens_post(inbox, tmp_path):
    (inbox / "comments.json").write_text(json.dumps(COMMENTS))
    load(tmp_path, "vk", "case_event")
    assert rows(tmp_path, "source_post_id, event_kind, authority, text", "case_event") == [
        ("wall-10_5", "reply", "Мэрия Привольска", "Заделаем в срок")
    ]


def test_newsfeed_search_as_json_lines_of_items(inbox, tmp_path):
    comment = {
        "id": 3,
        "owner_id": -4,
        "post_id": 2,
        "post_type": "reply",
        "from_id": 9,
        "date": 1788000500,
        "text": "+",
    }
    lines = [json.dumps(item) for item in [*WALL["response"]["items"], comment]]
    (inbox / "page.jsonl").write_text("\n".join(lines))
    load(tmp_path, "vk")
    assert [row[0] for row in rows(tmp_path, "source_post_id")] == ["wall-10_5", "wall-10_6", "wall-4_2_r3"]


def test_what_is_no_post_goes_to_quarantine_and_an_error_answer_keeps_its_token_to_itself(inbox, tmp_path):
    error = {"error": {"error_code": 5, "request_params": [{"key": "access_token", "value": "sesame"}]}}
    lines = [
        json.dumps(error),
        "[1]",
        '{"id": 4, "owner_id": 1, "date": "soon", "text": "x"}',
        "{",
        '{"type": "friend"}',
    ]
    (inbox / "page.jsonl").write_text("\n".join(lines))
    (one,) = load(tmp_path, "vk")
    assert (one.rows_read, one.rows_quarantined) == (5, 5)
    assert reasons(tmp_path) == [
        "VK answered with an error instead of posts",
        "broken record: not a JSON object",
        "broken record: the JSON document is cut off",
        "not a date and time",
        "not a post or comment: it has no id",
    ]
    assert not any("sesame" in str(record) for record in vk.read(inbox / "page.jsonl"))


def test_bad_bytes_and_half_characters_cost_one_row_each(inbox, tmp_path):
    good = json.dumps(WALL["response"]["items"][1]).encode()
    (inbox / "page.jsonl").write_bytes(
        b'{"id":1,"owner_id":1,"date":1788000000,"text":"\xff"}\n'
        b'{"id":2,"owner_id":1,"date":1788000000,"text":"\\ud83d"}\n' + good
    )
    (one,) = load(tmp_path, "vk")
    assert (one.rows_read, one.rows_loaded, one.rows_quarantined) == (3, 1, 2)
    assert reasons(tmp_path) == ["bad encoding: bytes that are not UTF-8"] * 2


@pytest.mark.parametrize("hostile", ["[" * 100_000, '{"id":' + "9" * 1_000_000 + ',"date":1}', '{"a":' * 100_000])
def test_hostile_documents_are_quarantined(inbox, tmp_path, hostile):
    (inbox / "wall.json").write_text(hostile)
    (one,) = load(tmp_path, "vk")
    assert (one.rows_read, one.rows_quarantined) == (1, 1)


def test_what_precedes_a_cut_is_saved(inbox, tmp_path):
    text = json.dumps(WALL)
    (inbox / "wall.json").write_text(text[: text.index('"id": 6') + 30])
    (one,) = load(tmp_path, "vk")
    assert (one.rows_loaded, one.rows_quarantined) == (1, 1)
