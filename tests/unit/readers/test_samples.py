"""Every reader has a page in docs/connectors and an invented sample; ingestion makes of it what the page says."""

from pathlib import Path

import pytest

from otklik.intake.sources.configuration import Format
from tests.faults.mutated_files import TABLE_SELECT
from tests.unit.readers.reader_delivery import deliver, members_of, post_sample, sample, zipped

LOG = "MSGTRK20260302-1.LOG"
CHAT = "WhatsApp Chat with Duty.txt"

# format, name, content, entity, (read, loaded, duplicate, quarantined); what is missing to read is left out
SAMPLES = [
    ("mbox", "mail.mbox", sample("mail.mbox"), "message", (5, 3, 1, 1)),
    ("eml", "mail.eml", sample("mail.eml"), "message", (1, 1, 0, 0)),
    ("slack", "slack.zip", zipped(members_of("communication/slack")), "message", (5, 3, 0, 0)),
    ("mattermost", "mattermost.jsonl", sample("mattermost.jsonl"), "message", (5, 4, 0, 0)),
    ("telegram", "result.json", sample("telegram_result.json"), "message", (8, 5, 0, 0)),
    ("telegram", "result.json", sample("telegram_result.json"), "post", (8, 2, 0, 0)),
    ("exchange_tracking", LOG, sample(LOG), "message", (3, 2, 0, 1)),
    ("purview", "audit.csv", sample("purview_audit.csv"), "message", (3, 1, 0, 1)),
    ("purview", "trace.csv", sample("message_trace.csv"), "message", (1, 1, 0, 0)),
    ("whatsapp", CHAT, sample(CHAT), "message", (5, 3, 0, 0)),
    ("zulip", "zulip.zip", zipped(members_of("communication/zulip")), "message", (5, 3, 0, 0)),
    ("rocketchat", "rocket.zip", zipped(members_of("communication/rocketchat")), "message", (5, 3, 0, 0)),
    ("graph", "graph.json", sample("graph.json"), "message", (5, 3, 0, 0)),
    ("seeclickfix", "issues.json", post_sample("seeclickfix/issues.json"), "post", (2, 2, 0, 0)),
    ("seeclickfix", "issues.json", post_sample("seeclickfix/issues.json"), "case_event", (4, 4, 0, 0)),
    ("feed", "problems.rss", post_sample("feed/problems.rss"), "post", (2, 1, 0, 1)),
    ("feed", "news.atom", post_sample("feed/news.atom"), "post", (1, 1, 0, 0)),
    ("open311", "fixmystreet.json", post_sample("open311/fixmystreet.json"), "post", (1, 1, 0, 0)),
    ("open311", "fixmystreet.json", post_sample("open311/fixmystreet.json"), "case_event", (2, 2, 0, 0)),
    ("vk", "vk.zip", zipped(members_of("posts/vk")), "post", (7, 6, 0, 0)),
    ("vk", "vk.zip", zipped(members_of("posts/vk")), "case_event", (1, 1, 0, 0)),
    ("ok", "ok.zip", zipped(members_of("posts/ok")), "post", (9, 9, 0, 0)),
    ("x_archive", "twitter.zip", zipped(members_of("posts/x_archive")), "post", (5, 4, 0, 0)),
    ("instagram", "instagram.zip", zipped(members_of("posts/instagram")), "post", (5, 5, 0, 0)),
    ("facebook", "facebook.zip", zipped(members_of("posts/facebook")), "post", (3, 3, 0, 0)),
    ("open311", "requests.json", post_sample("open311/requests.json"), "post", (3, 2, 0, 1)),
    ("open311", "requests.xml", post_sample("open311/requests.xml"), "post", (1, 1, 0, 0)),
    ("open311", "requests.xml", post_sample("open311/requests.xml"), "case_event", (2, 1, 0, 0)),
    ("csv", "portal.csv", post_sample("portal.csv"), "post", (4, 4, 0, 0)),
    ("jsonl", "portal.jsonl", post_sample("portal.jsonl"), "post", (4, 4, 0, 0)),
    ("json", "portal.json", post_sample("portal.json"), "post", (4, 4, 0, 0)),
    ("http_json", "portal.jsonl", post_sample("portal.jsonl"), "post", (4, 4, 0, 0)),
]

PAGES = Path(__file__).parents[3] / "docs" / "connectors"


def test_every_reader_has_a_sample_here_and_a_page():
    readers = {kind for kind in Format if not kind.is_table}
    # a folder of EML files
    assert readers - {kind for kind, *_ in SAMPLES} == {Format.MAILDIR}, "add a line to SAMPLES"
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    assert [kind for kind in readers if f"format: {kind}" not in pages] == [], "show the entry in docs/connectors/"


@pytest.mark.parametrize(
    ("kind", "name", "content", "entity", "counts"),
    SAMPLES,
    ids=[f"{kind} {name} {e}" for kind, name, _, e, _ in SAMPLES],
)
def test_the_sample_gives_what_its_page_says(tmp_path: Path, kind, name, content, entity, counts):
    is_mapped_here = kind in ("csv", "jsonl", "json", "http_json")
    outcome = deliver(tmp_path, kind, {name: content}, entity=entity, select=TABLE_SELECT if is_mapped_here else None)

    assert outcome.counts == counts
