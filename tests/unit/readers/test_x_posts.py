"""An X archive: tweets as posts, deleted ones as tombstones, everything else left alone."""

import json
import zipfile

import pytest

from .social_delivery import load, reasons, rows

TWEETS = [
    {
        "tweet": {
            "id_str": "101",
            "created_at": "Wed Sep 02 07:15:00 +0000 2026",
            "full_text": "Третий день нет воды на Садовой",
            "favorite_count": "4",
            "coordinates": {"type": "Point", "coordinates": ["56.25", "58.01"]},
            "place": {"full_name": "Привольск"},
        }
    },
    {
        "tweet": {
            "id_str": "102",
            "created_at": "Wed Sep 02 10:15:00 +0300 2026",
            "full_text": "@privolsk ну что там?",
            "in_reply_to_status_id_str": "101",
            "favorite_count": "0",
        }
    },
]
DELETED = [
    {
        "tweet": {
            "id_str": "99",
            "created_at": "Tue Sep 01 07:15:00 +0000 2026",
            "full_text": "Снято",
            "deleted_at": "2026-09-02T00:00:00Z",
        }
    }
]
MEMBERS = {
    "data/account.js": [{"account": {"accountId": "7007", "username": "lida"}}],
    "data/tweets.js": TWEETS,
    "data/deleted-tweets.js": DELETED,
    "data/like.js": [{"like": {"tweetId": "5", "fullText": "чужое"}}],
}
EXPECTED = [
    ("101", None, None, "Третий день нет воды на Садовой", 58.01, 56.25, "Привольск", 4),
    ("102", "101", None, "@privolsk ну что там?", None, None, None, 0),
    ("99", None, True, "Снято", None, None, None, None),
]
COLUMNS = "source_post_id, parent_post_id, is_deleted, text, lat, lon, place_text, reactions"


def _script(name, content):
    stem = name.split("/")[-1].removesuffix(".js").replace("-", "_")
    return f"window.YTD.{stem}.part0 = {json.dumps(content, ensure_ascii=False, indent=2)}"


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_an_archive_gives_its_tweets_and_only_those(tmp_path, kind):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    if kind == "zip":
        with zipfile.ZipFile(inbox / "twitter-2026.zip", "w") as archive:
            for name, content in MEMBERS.items():
                archive.writestr(name, _script(name, content))
    else:
        for name, content in MEMBERS.items():
            path = inbox / "twitter-2026" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_script(name, content), encoding="utf-8")
    (one,) = load(tmp_path, "x_archive")
    assert (one.rows_read, one.rows_loaded) == (3, 3)
    assert rows(tmp_path, COLUMNS) == EXPECTED
    assert len(rows(tmp_path, "distinct author_subject_id")) == 1


def test_times_are_instants_whatever_their_offset(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "tweets.js").write_text(_script("tweets.js", TWEETS), encoding="utf-8")
    load(tmp_path, "x_archive")
    assert {row[0] for row in rows(tmp_path, "posted_at::varchar")} == {"2026-09-02 07:15:00+00"}


def test_a_zip_without_tweets_says_what_it_lacks(tmp_path):
    (tmp_path / "inbox").mkdir()
    with zipfile.ZipFile(tmp_path / "inbox" / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "?")
    (one,) = load(tmp_path, "x_archive")
    assert (one.rows_read, one.rows_quarantined) == (1, 1)
    assert reasons(tmp_path) == ["the delivery holds no tweets.js"]


LONG = "Просим починить свет & замок в подъезде. " * 9
CUT = LONG[:270].replace("&", "&amp;") + "… https://t.co/AbCd123456"


def _dated(number, words):
    return {"tweet": {"id_str": number, "created_at": "Thu Sep 03 18:40:00 +0000 2026", "full_text": words}}


def test_long_tweets_are_whole_and_retweets_are_words_of_others(tmp_path):
    members = {
        "tweets.js": [_dated("1", CUT), _dated("2", "RT @privolsk: Воду дадут"), _dated("3", "Ждём…")],
        "note-tweet.js": [{"noteTweet": {"noteTweetId": "9", "core": {"text": LONG.replace("&", "&amp;")}}}],
    }
    (tmp_path / "inbox").mkdir()
    with zipfile.ZipFile(tmp_path / "inbox" / "a.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(f"data/{name}", _script(name, content))
    (one,) = load(tmp_path, "x_archive")
    assert (one.rows_read, one.rows_loaded, one.left_out) == (3, 2, {"repost": 1})
    assert rows(tmp_path, "source_post_id, text") == [("1", LONG), ("3", "Ждём…")]


def test_a_cut_tweet_without_its_note_or_with_another_stays_as_it_is(tmp_path):
    other = LONG[:150] + "и совсем о другом. " * 10
    members = {"tweets.js": [_dated("1", CUT)], "note-tweet.js": [{"noteTweet": {"core": {"text": other}}}, {"x": 1}]}
    (tmp_path / "inbox").mkdir()
    with zipfile.ZipFile(tmp_path / "inbox" / "a.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(f"data/{name}", _script(name, content))
    load(tmp_path, "x_archive")
    assert rows(tmp_path, "text") == [(CUT.replace("&amp;", "&"),)]
