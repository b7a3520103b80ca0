"""Open311 service requests: a post and the events of its case, from JSON and XML."""

import json

import pytest

from otklik.intake.readers import open311
from otklik.intake.readers.tabular import BrokenRecord

from .social_delivery import load, reasons, rows

REQUESTS = [
    {
        "service_request_id": "638344",
        "status": "closed",
        "status_notes": "Заделали 3 сентября",
        "service_name": "Дороги",
        "service_code": "006",
        "description": "Яма у дома 3",
        "agency_responsible": "Мэрия Привольска",
        "requested_datetime": "2026-09-02T06:37:38+05:00",
        "updated_datetime": "2026-09-03T06:37:38+05:00",
        "expected_datetime": "2026-09-05T06:37:38+05:00",
        "address": "Садовая, 3",
        "lat": 58.01,
        "long": "56.25",
    },
    {
        "service_request_id": "638345",
        "status": "open",
        "requested_datetime": "2026-09-02T07:00:00Z",
        "description": "x",
    },
    {"token": "not yet", "requested_datetime": "2026-09-02T07:00:00Z"},
]
XML = """<?xml version="1.0" encoding="utf-8"?>
<service_requests><request><service_request_id>638344</service_request_id><status>closed</status>
<description>Яма у дома 3</description><requested_datetime>2026-09-02T06:37:38+05:00</requested_datetime>
<lat>58.01</lat><long>56.25</long></request></service_requests>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]>
<service_requests><request><description>&c;</description></request></service_requests>"""


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def test_a_request_is_a_post_and_the_events_of_its_case(inbox, tmp_path):
    (inbox / "requests.json").write_text(json.dumps(REQUESTS, ensure_ascii=False))
    (posts,) = load(tmp_path, "open311")
    (events,) = load(tmp_path, "open311", "case_event")
    assert (posts.rows_read, posts.rows_loaded, posts.rows_quarantined) == (3, 2, 1)
    assert reasons(tmp_path) == ["required, and empty"]
    assert rows(tmp_path, "source_post_id, posted_at::varchar, declared_topic, declared_authority, lat, lon") == [
        ("638344", "2026-09-02 01:37:38+00", "Дороги", "Мэрия Привольска", 58.01, 56.25),
        ("638345", "2026-09-02 07:00:00+00", None, None, None, None),
    ]
    assert (events.rows_read, events.rows_quarantined) == (5, 1)
    assert rows(tmp_path, "source_post_id, event_kind, event_at::varchar, text, due_at::varchar", "case_event") == [
        ("638344", "closed", "2026-09-03 01:37:38+00", None, None),
        ("638344", "received", "2026-09-02 01:37:38+00", None, "2026-09-05 01:37:38+00"),
        ("638344", "reply", "2026-09-03 01:37:38+00", "Заделали 3 сентября", None),
        ("638345", "received", "2026-09-02 07:00:00+00", None, None),
    ]


def test_xml_gives_the_same_post_as_json(tmp_path):
    pytest.importorskip("defusedxml")
    (tmp_path / "a.xml").write_text(XML, encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(REQUESTS[:1]))
    from_xml, from_json = next(open311.read(tmp_path / "a.xml")), next(open311.read(tmp_path / "b.json"))
    names = ("source_post_id", "posted_at", "text", "lat", "lon", "status")
    assert [from_xml[name] for name in names] == [from_json[name] for name in names]


def test_xml_that_defines_entities_is_refused(tmp_path):
    pytest.importorskip("defusedxml")
    (tmp_path / "a.xml").write_text(BOMB)
    (record,) = open311.read(tmp_path / "a.xml")
    assert isinstance(record, BrokenRecord)
    assert record.reason == (
        "broken record: not readable as XML: it declares a document type or entities, which no answer needs and bombs "
        "are made of"
    )
