"""Odnoklassniki answers become topics and comments."""

import json

from otklik.intake.readers import ok

from .social_delivery import load, reasons, rows

TOPICS = {
    "media_topics": [
        {
            "id": "501",
            "created_ms": 1788350400000,
            "author_ref": "user:31",
            "owner_ref": "group:9",
            "media": [
                {"type": "text", "text": "Автобус 7 снова"},
                {"type": "photo"},
                {"type": "text", "text": "не пришёл"},
            ],
            "like_summary": {"count": 12},
            "discussion_summary": {"discussion_id": "501", "comments_count": 2},
        }
    ],
    "entities": {"users": [{"uid": "31"}]},
}
STREAM = {
    "anchor": "z",
    "feeds": [{"pattern": "POST"}],
    "entities": {
        "users": [{"uid": "31"}],
        "media_topics": [{"id": "502", "created_ms": 1788350500000, "author_ref": "group:9", "media": []}],
    },
}
COMMENTS = {
    "discussionId": "501",
    "discussionType": "GROUP_TOPIC",
    "comments": [
        {"id": "a1", "text": "Ждали час", "date": "2026-09-02 15:10:00", "author_id": "32", "like_count": 1},
        {
            "id": "a2",
            "text": "Мы тоже",
            "date": "2026-09-02 15:20:00",
            "author_id": "31",
            "reply_to_comment_id": "a1",
            "type": "DELETED_MESSAGE",
        },
    ],
}


def test_topics_and_comments_know_parent_thread_and_author(tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name, content in (("topics", TOPICS), ("stream", STREAM), ("comments", COMMENTS)):
        (inbox / f"{name}.json").write_text(json.dumps(content))
    assert sum(one.rows_loaded for one in load(tmp_path, "ok")) == 4
    assert rows(
        tmp_path, "source_post_id, posted_at::varchar, parent_post_id, thread_id, is_deleted, reactions, text"
    ) == [
        ("501", "2026-09-02 12:00:00+00", None, "501", None, 12, "Автобус 7 снова\nне пришёл"),
        ("502", "2026-09-02 12:01:40+00", None, "502", None, None, None),
        # a time without a zone is read in the source's, Moscow
        ("a1", "2026-09-02 12:10:00+00", "501", "501", None, 1, "Ждали час"),
        ("a2", "2026-09-02 12:20:00+00", "a1", "501", True, None, "Мы тоже"),
    ]
    # `user:31` of the topic and `31` of the comment are one account
    assert len(rows(tmp_path, "distinct author_subject_id")) == 3


def test_an_error_answer_is_quarantined_without_its_session(tmp_path):
    (tmp_path / "inbox").mkdir()
    error = {"error_code": 102, "error_msg": "PARAM_SESSION_EXPIRED : sesame"}
    (tmp_path / "inbox" / "a.json").write_text(json.dumps(error))
    (one,) = load(tmp_path, "ok")
    assert (one.rows_read, one.rows_quarantined) == (1, 1)
    assert reasons(tmp_path) == ["Odnoklassniki answered with an error instead of posts"]
    assert "sesame" not in str(list(ok.read(tmp_path / "inbox" / "a.json")))
