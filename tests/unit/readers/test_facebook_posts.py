"""A Facebook export: posts and comments of its account, with the words mended."""

import json

import pytest

from otklik.intake.readers import facebook
from otklik.intake.readers.social import repaired

from .social_delivery import load, rows


def _broken(text):
    """Text as the export writes it: every UTF-8 byte a character."""
    return text.encode("utf-8").decode("latin-1")


POSTS = [
    {
        "timestamp": 1788350400,
        "data": [{"post": _broken("Фонари на Лесной не горят")}, {"update_timestamp": 1788350460}],
        "title": _broken("Лида Кротова обновила статус."),
        "attachments": [
            {
                "data": [
                    {
                        "place": {
                            "name": _broken("Двор"),
                            "address": _broken("Лесная, 3"),
                            "coordinate": {"latitude": 58.01, "longitude": 56.25},
                        }
                    }
                ]
            }
        ],
    },
    {
        "timestamp": 1788350500,
        "data": [{"update_timestamp": 1788350500}],
        "attachments": [{"data": [{"media": {"uri": "a.jpg", "description": _broken("Подпись к фото")}}]}],
    },
]
COMMENTS = {
    "comments_v2": [
        {
            "timestamp": 1788350600,
            "data": [
                {
                    "comment": {
                        "timestamp": 1788350600,
                        "comment": _broken("Уже неделю"),
                        "author": _broken("Лида Кротова"),
                    }
                }
            ],
            "title": _broken("Лида Кротова прокомментировала публикацию."),
        }
    ]
}
PROFILE = {"profile_v2": {"name": {"full_name": _broken("Лида Кротова")}}}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (_broken("Яма 🕳"), "Яма 🕳"),
        ("already «fine» — Яма", "already «fine» — Яма"),
        ("café", "café"),
        ("plain", "plain"),
        (None, None),
    ],
)
def test_only_broken_text_is_mended(written, meant):
    assert repaired(written) == meant


def test_posts_and_comments_come_with_mended_words_and_one_author(tmp_path):
    root = tmp_path / "inbox" / "facebook-lida"
    files = {
        "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json": POSTS,
        "your_facebook_activity/comments_and_reactions/comments.json": COMMENTS,
        "personal_information/profile_information/profile_information.json": PROFILE,
        "your_facebook_activity/messages/inbox/x/message_1.json": {"messages": [{"content": "private"}]},
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    (one,) = load(tmp_path, "facebook")
    assert (one.rows_read, one.rows_loaded) == (3, 3)
    assert rows(tmp_path, "posted_at::varchar, edited_at::varchar, text, place_text, lat, lon") == [
        ("2026-09-02 12:00:00+00", "2026-09-02 12:01:00+00", "Фонари на Лесной не горят", "Лесная, 3", 58.01, 56.25),
        ("2026-09-02 12:01:40+00", None, "Подпись к фото", None, None, None),
        ("2026-09-02 12:03:20+00", None, "Уже неделю", None, None, None),
    ]
    assert len(rows(tmp_path, "distinct author_subject_id")) == 1


def test_one_post_alone_in_its_file_is_read(tmp_path):
    (tmp_path / "your_posts_1.json").write_text(json.dumps(POSTS[0]))
    (record,) = facebook.read(tmp_path / "your_posts_1.json")
    assert record["text"] == "Фонари на Лесной не горят"
