"""JSON made to hurt, through every reader of JSON: one value in one item, over in a second, and no neighbour lost."""

import time
from pathlib import Path

import pytest

from tests.faults.mutated_files import TABLE_SELECT
from tests.unit.readers.reader_delivery import deliver, members_of, post_sample, sample, zipped

N = 100_000
HOSTILE = {
    "lists nested 100,000 deep": b"[" * N + b"]" * N,
    "lists nested 100,000 deep and never closed": b"[" * N,
    "objects nested 100,000 deep": b'{"a":' * N + b"1" + b"}" * N,
    "a number of a million digits": b"9" * 1_000_000,
    "an exponent of a million digits": b"1e" + b"9" * 1_000_000,
}
POSTS_1 = "your_instagram_activity/media/posts_1.json"
YOUR_POSTS = "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json"
SLACK = members_of("communication/slack")
DAY = "general/2026-03-02.json"

# format, file, its content, the value that is replaced, entity
SPOTS = [
    ("vk", "wall.json", post_sample("vk/wall.json"), '"Спасибо за двор"', "post"),
    ("ok", "topics.json", post_sample("ok/topics.json"), '"Спасибо за новые лавочки"', "post"),
    ("x_archive", "tweets.js", post_sample("x_archive/data/tweets.js"), '"@privolsk ну что там?"', "post"),
    ("instagram", "posts_1.json", post_sample(f"instagram/{POSTS_1}"), '"media/posts/202609/two.jpg"', "post"),
    ("facebook", "your_posts_1.json", post_sample(f"facebook/{YOUR_POSTS}"), '"a.jpg"', "post"),
    ("open311", "requests.json", post_sample("open311/requests.json"), '"x"', "post"),
    ("jsonl", "portal.jsonl", post_sample("portal.jsonl"), '"Спасибо,\\nзаделали"', "post"),
    ("http_json", "portal.jsonl", post_sample("portal.jsonl"), '"Спасибо,\\nзаделали"', "post"),
    ("slack", "slack.zip", SLACK[DAY], '"Буду, <@U03> тоже"', "message"),
    ("mattermost", "import.jsonl", sample("mattermost.jsonl"), '"Зайди, пожалуйста"', "message"),
    ("telegram", "result.json", sample("telegram_result.json"), '"Лесной"', "message"),
    ("purview", "audit.csv", sample("purview_audit.csv"), '""Смета""', "message"),
]


def _counts(folder: Path, kind: str, name: str, content: bytes, entity: str) -> tuple[int, int, int, int]:
    folder.mkdir()
    if kind == "slack":
        content = zipped(SLACK | {DAY: content})
    select = TABLE_SELECT if kind in ("jsonl", "http_json") else None
    return deliver(folder, kind, {name: content}, entity=entity, select=select).counts


@pytest.mark.parametrize("spot", SPOTS, ids=[spot[0] for spot in SPOTS])
def test_one_hostile_value_costs_one_item_and_no_time(tmp_path: Path, spot: tuple[str, str, bytes, str, str]):
    kind, name, content, value, entity = spot
    read, loaded, _, quarantined = _counts(tmp_path / "whole", kind, name, content, entity)
    assert content.count(value.encode()) >= 1
    for number, (case, hostile) in enumerate(HOSTILE.items()):
        damaged = content.replace(value.encode(), hostile, 1)
        start = time.process_time()
        found = _counts(tmp_path / str(number), kind, name, damaged, entity)

        assert time.process_time() - start < 1, case
        # a number is text where text is expected, so the item may also stay whole
        assert loaded - 1 <= found[1] <= loaded, case
        # what is never closed takes the item after it along, in one broken record
        assert read - 1 <= found[0] <= read, case
        assert quarantined <= found[3] <= quarantined + 1, case
