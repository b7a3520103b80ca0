"""An Instagram export: posts, reels and comments of its account, with the words mended."""

import json

from otklik.intake.readers import instagram

from .social_delivery import load, rows


def _broken(text):
    """Text as the export writes it: every UTF-8 byte a character."""
    return text.encode("utf-8").decode("latin-1")


POSTS = [
    {
        "media": [
            {
                "uri": "media/posts/202609/one.jpg",
                "creation_timestamp": 1788350400,
                "title": _broken("Мусор не вывозят 🗑"),
                "media_metadata": {
                    "photo_metadata": {"exif_data": [{"latitude": 58.01, "longitude": 56.25}, {"device_id": "x"}]}
                },
            }
        ]
    },
    {
        "media": [{"uri": "media/posts/202609/two.jpg", "creation_timestamp": 1788350401, "title": ""}],
        "title": _broken("Два фото двора"),
        "creation_timestamp": 1788350500,
    },
]
REELS = {"ig_reels_media": [{"media": [{"uri": "r.mp4", "creation_timestamp": 1788350600, "title": "reel"}]}]}
COMMENTS = [
    {
        "media_list_data": [{"uri": ""}],
        "string_map_data": {
            _broken("Комментарий"): {"value": _broken("И у нас так")},
            "Media Owner": {"value": "privolsk_city"},
            _broken("Время"): {"timestamp": 1788350700},
        },
    }
]
OLD_COMMENTS = {
    "comments_media_comments": [
        {"title": "privolsk_city", "string_list_data": [{"value": "old one", "timestamp": 1788350800}]}
    ]
}
PROFILE = {"profile_user": [{"string_map_data": {"Username": {"value": "lida.k"}}}]}


def _export(tmp_path):
    root = tmp_path / "inbox" / "instagram-lida"
    files = {
        "your_instagram_activity/media/posts_1.json": POSTS,
        "your_instagram_activity/media/reels.json": REELS,
        "your_instagram_activity/comments/post_comments_1.json": COMMENTS,
        "your_instagram_activity/comments/reels_comments.json": OLD_COMMENTS,
        "personal_information/personal_information/personal_information.json": PROFILE,
        "your_instagram_activity/messages/inbox/x/message_1.json": {"messages": [{"content": "private"}]},
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")


def test_posts_and_comments_come_with_mended_words_and_one_author(tmp_path):
    _export(tmp_path)
    (one,) = load(tmp_path, "instagram")
    assert (one.rows_read, one.rows_loaded) == (5, 5)
    assert rows(tmp_path, "posted_at::varchar, text, lat, lon") == [
        ("2026-09-02 12:00:00+00", "Мусор не вывозят 🗑", 58.01, 56.25),
        ("2026-09-02 12:01:40+00", "Два фото двора", None, None),
        ("2026-09-02 12:03:20+00", "reel", None, None),
        ("2026-09-02 12:05:00+00", "И у нас так", None, None),
        ("2026-09-02 12:06:40+00", "old one", None, None),
    ]
    assert len(rows(tmp_path, "distinct author_subject_id")) == 1


def test_the_same_post_has_the_same_id_in_every_export(tmp_path):
    first, again = tmp_path / "a.json", tmp_path / "b.json"
    first.write_text(json.dumps(POSTS))
    again.write_text(json.dumps(POSTS[::-1], indent=3))
    ids = [sorted(record["source_post_id"] for record in instagram.read(path)) for path in (first, again)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_comments_as_lists_of_labels_are_read_too(tmp_path):
    labels = [{"label": "Comment", "value": _broken("Ждём фонари")}, {"label": "Media Owner", "value": "privolsk_city"}]
    path = tmp_path / "inbox" / "post_comments_1.json"
    path.parent.mkdir()
    path.write_text(json.dumps([{"timestamp": 1788350700, "media": [], "label_values": labels, "fbid": "1"}]))
    load(tmp_path, "instagram")
    assert rows(tmp_path, "posted_at::varchar, text") == [("2026-09-02 12:05:00+00", "Ждём фонари")]
