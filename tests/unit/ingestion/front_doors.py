"""Invented deliveries in the shapes in which cities, portals and offices really export, each with what it says.

Headers are those that the products document or publish; every row is invented. What `source init` makes of each is
measured in `test_front_doors.py`.
"""

# ruff: noqa: E501 - a row of an invented file is a line here

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from openpyxl import Workbook

from tests.unit.readers.reader_delivery import members_of, post_sample, sample, zipped

Facts = Mapping[str, object]


@dataclass(frozen=True)
class Door:
    """A delivery.

    Attributes:
        name: what it is shaped like.
        file: what `source init` is given: a file's name, or a folder's.
        content: its bytes; of a folder, those of each file.
        loads: entity → rows that load; nothing is quarantined.
        says: values that must stand together in one row, by entity.
        told: words of a comment that must stand in the entry.
        misread: fields that cannot be known to be right, for which a comment is enough.
    """

    name: str
    file: str
    content: bytes | Mapping[str, bytes]
    loads: Mapping[str, int]
    says: Mapping[str, Facts] = field(default_factory=dict)
    told: str = ""
    misread: tuple[str, ...] = ()

    def put(self, folder: Path) -> Path:
        """Write it down; gives the path."""
        path = folder / self.file
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            for name, content in self.content.items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_bytes(content)
        return path


def csv_of(header: str, *rows: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (end.join([header, *rows]) + end).encode(encoding)


def book_of(sheets: Mapping[str, Sequence[Sequence[object]]], merged: Sequence[str] = ()) -> bytes:
    book, target = Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
    book.save(target)
    return target.getvalue()


def json_of(value: object, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def parquet_of(select: str, folder: Path) -> bytes:
    path = folder / "made.parquet"
    duckdb.execute(f"copy ({select}) to '{path}' (format parquet)")
    return path.read_bytes()


def exports() -> list[Door]:
    """One or more of each format with a reader of its own, under names that say nothing."""
    mail = sample("mail.eml")
    return [
        Door("mbox", "download", sample("mail.mbox"), {"message": 3}),
        Door("EML", "letter.txt", mail, {"message": 1}),
        Door("folder of EML", "letters", {"a.eml": mail}, {"message": 1}),
        Door("Maildir", "box", {"cur/1:2,S": mail, "new/.keep": b"", "tmp/.keep": b""}, {"message": 1}),
        Door("Slack zip", "export.zip", zipped(members_of("communication/slack")), {"message": 3}),
        Door("Mattermost", "bulk.txt", sample("mattermost.jsonl"), {"message": 4}),
        Door("Telegram account", "chats.json", sample("telegram_result.json"), {"message": 5, "post": 2}),
        Door("Exchange tracking", "log.csv", sample("MSGTRK20260302-1.LOG"), {"message": 2}),
        Door("Purview audit", "search.csv", sample("purview_audit.csv"), {"message": 1}),
        Door("Message trace", "trace.csv", sample("message_trace.csv"), {"message": 1}),
        Door("VK zip", "a.zip", zipped(members_of("posts/vk")), {"post": 6, "case_event": 1}),
        Door("VK wall", "answer.json", post_sample("vk/wall.json"), {"post": 2}),
        Door("OK zip", "b.zip", zipped(members_of("posts/ok")), {"post": 9}),
        Door("X archive", "twitter-2026.zip", zipped(members_of("posts/x_archive")), {"post": 4}),
        Door("X tweets.js", "part.js", post_sample("x_archive/data/tweets.js"), {"post": 3}),
        Door("Instagram zip", "c.zip", zipped(members_of("posts/instagram")), {"post": 5}),
        Door("Facebook folder", "facebook-x", members_of("posts/facebook"), {"post": 3}),
        Door("Open311 JSON", "answer.txt", post_sample("open311/requests.json"), {"post": 2, "case_event": 4}),
        Door("Open311 XML", "answer.xml", post_sample("open311/requests.xml"), {"post": 1, "case_event": 1}),
    ]


def american() -> list[Door]:
    nyc = "Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint Type,Descriptor,Incident Zip,"
    nyc += "Incident Address,City,Status,Due Date,Resolution Description,Resolution Action Updated Date,Borough,"
    nyc += "X Coordinate (State Plane),Y Coordinate (State Plane),Open Data Channel Type,Latitude,Longitude,Location"
    key = "70000001,09/02/2026 01:10:00 AM,09/03/2026 02:00:00 PM,DOT,Department of Transportation,Street Condition,"
    key += "Pothole,11101,5 MAIN STREET,QUEENS,Closed,,The Department repaired the problem.,09/03/2026 02:00:00 PM,"
    key += 'QUEENS,1004000,212000,ONLINE,40.70,-73.90,"(40.70, -73.90)"'
    second = (
        "70000002,09/13/2026 11:20:00 PM,,DOT,Department of Transportation,Street Light Condition,Street Light Out,"
    )
    second += '11101,7 MAIN STREET,QUEENS,Open,09/20/2026 11:20:00 PM,,,QUEENS,1004100,212100,PHONE,40.71,-73.91,"(40.71, -73.91)"'
    chicago = "SR_NUMBER,SR_TYPE,SR_SHORT_CODE,OWNER_DEPARTMENT,STATUS,CREATED_DATE,LAST_MODIFIED_DATE,CLOSED_DATE,"
    chicago += "STREET_ADDRESS,ZIP_CODE,WARD,LATITUDE,LONGITUDE,LOCATION"
    sf = "CaseID,Opened,Closed,Updated,Status,Status Notes,Responsible Agency,Category,Request Type,Request Details,"
    sf += "Address,Street,Supervisor District,Neighborhood,Latitude,Longitude,Point,Source,Media URL"
    boston = (
        "case_enquiry_id,open_dt,sla_target_dt,closed_dt,on_time,case_status,closure_reason,case_title,subject,reason,"
    )
    boston += "type,queue,department,location,neighborhood,ward,location_street_name,latitude,longitude,source"
    la = "SRNumber,CreatedDate,UpdatedDate,ActionTaken,Owner,RequestType,Status,RequestSource,ClosedDate,Address,"
    la += "Latitude,Longitude"
    toronto = (
        "Creation Date,Status,First 3 Chars of Postal Code,Intersection Street 1,Ward,Service Request Type,Division"
    )
    return [
        Door(
            "NYC 311", "311.csv", csv_of(nyc, key, second), {"post": 2, "case_event": 3},
            {
                "post": {
                    "source_post_id": "70000001", "posted_at": "2026-09-02 01:10:00+00", "lat": "40.7", "lon": "-73.9",
                    "text": "Street Condition: Pothole", "place_text": "5 MAIN STREET", "channel": "portal",
                    "declared_topic": "Pothole", "declared_authority": "DOT",
                },
                "case_event": {
                    "source_post_id": "70000001", "event_kind": "reply", "event_at": "2026-09-03 14:00:00+00",
                    "text": "The Department repaired the problem.",
                },
            },
            told="no column holds a citizen's own words",
        ),
        Door(
            "NYC 311 over the API", "rows.json",
            json_of([
                {"unique_key": "1", "created_date": "2026-09-02T01:10:00.000", "complaint_type": "Noise",
                 "descriptor": "Loud Music", "closed_date": "2026-09-02T05:00:00.000", "status": "Closed",
                 "latitude": "40.7", "longitude": "-73.9", "location": {"latitude": "40.7", "longitude": "-73.9"}},
                {"unique_key": "2", "created_date": "2026-09-03T01:10:00.000", "complaint_type": "Noise",
                 "descriptor": "Banging", "status": "Open", "latitude": "40.8", "longitude": "-73.8",
                 "location": {"latitude": "40.8", "longitude": "-73.8"}},
            ]),
            {"post": 2, "case_event": 1},
            {"post": {"source_post_id": "1", "text": "Noise: Loud Music", "lat": "40.7"},
             "case_event": {"event_kind": "closed", "event_at": "2026-09-02 05:00:00+00"}},
        ),
        Door(
            "Chicago 311", "chi.csv",
            csv_of(
                chicago,
                'SR26-01,Pothole in Street,PHF,CDOT,Completed,09/02/2026 01:10:00 PM,09/05/2026 01:00:00 PM,'
                '09/05/2026 01:00:00 PM,5 W MAIN ST,60601,42,41.88,-87.63,"(41.88, -87.63)"',
                'SR26-02,Graffiti Removal,GRAF,DSS,Open,09/13/2026 08:10:00 AM,09/13/2026 08:10:00 AM,,7 W MAIN ST,60601,'
                '42,41.89,-87.64,"(41.89, -87.64)"',
            ),
            {"post": 2, "case_event": 1},
            {"post": {"source_post_id": "SR26-01", "posted_at": "2026-09-02 13:10:00+00", "text": "Pothole in Street",
                      "declared_authority": "CDOT", "place_text": "5 W MAIN ST", "lat": "41.88"},
             "case_event": {"event_kind": "closed", "event_at": "2026-09-05 13:00:00+00"}},
        ),
        Door(
            "San Francisco 311", "sf.csv",
            csv_of(
                sf,
                "1600001,09/02/2026 01:10:00 PM,09/03/2026 09:00:00 AM,09/03/2026 09:00:00 AM,Closed,Case Resolved - pothole "
                "filled,DPW Ops Queue,Street Defects,Pavement_Defect,Pothole on the corner,5 MARKET ST,MARKET ST,6,Mission,"
                '37.77,-122.41,"(37.77, -122.41)",Mobile/Open311,',
                "1600002,09/14/2026 07:00:00 AM,,09/14/2026 07:05:00 AM,Open,open,DPW Ops Queue,Graffiti,Graffiti on Wall,"
                'Building wall is painted,7 MARKET ST,MARKET ST,6,Mission,37.78,-122.42,"(37.78, -122.42)",Phone,',
            ),
            {"post": 2, "case_event": 2},
            {"post": {"source_post_id": "1600001", "text": "Pothole on the corner", "declared_district": "Mission",
                      "declared_group": "Street Defects", "posted_at": "2026-09-02 13:10:00+00"},
             "case_event": {"event_kind": "reply", "text": "Case Resolved - pothole filled"}},
            misread=("declared_district",), told="counts as a reply",
        ),
        Door(
            "Boston 311", "boston.csv",
            csv_of(
                boston,
                "101006000001,2026-09-02 10:11:12,2026-09-05 10:11:12,2026-09-03 08:00:00,ONTIME,Closed,Case Closed. Filled.,"
                "Request for Pothole Repair,Public Works Department,Highway Maintenance,Request for Pothole Repair,PWDx,PWDx,"
                '"5 Main St, Boston",Roxbury,Ward 9,5 Main St,42.33,-71.08,Citizens Connect App',
                "101006000002,2026-09-04 10:11:12,2026-09-07 10:11:12,,ONTIME,Open, ,Street Light Outages,Street Lights Group,"
                'Street Lights,Street Light Outages,PWDx,PWDx,"7 Main St, Boston",Roxbury,Ward 9,7 Main St,42.34,-71.09,Call',
            ),
            {"post": 2, "case_event": 4},
            {"post": {"source_post_id": "101006000001", "posted_at": "2026-09-02 10:11:12+00",
                      "text": "Request for Pothole Repair", "lat": "42.33"},
             "case_event": {"event_kind": "received", "due_at": "2026-09-05 10:11:12+00"}},
        ),
        Door(
            "Los Angeles 311", "la.csv",
            csv_of(
                la,
                "1-900000001,9/2/2026 13:10,9/4/2026 7:00,SR Created,BOS,Bulky Items,Closed,Mobile App,9/4/2026 7:00,"
                '"5 MAIN ST, 90012",34.05,-118.24',
                '1-900000002,9/15/2026 3:10,9/15/2026 3:10,SR Created,OCB,Graffiti Removal,Open,Call,,"7 MAIN ST, 90012",34.06,-118.25',
            ),
            {"post": 2, "case_event": 1},
            {"post": {"source_post_id": "1-900000001", "posted_at": "2026-09-02 13:10:00+00", "text": "Bulky Items"},
             "case_event": {"event_kind": "closed", "event_at": "2026-09-04 07:00:00+00"}},
        ),
        Door(
            "Toronto 311, without an id", "toronto.csv",
            csv_of(
                toronto,
                "2026-09-02 10:11:12,Completed,M4C,,Toronto-Danforth (14),Road - Pothole,Transportation Services",
                "2026-09-02 10:12:12,In Progress,M4C,,Toronto-Danforth (14),Litter / Bin / Overflow,Solid Waste",
            ),
            {"post": 2},
            {"post": {"posted_at": "2026-09-02 10:11:12+00", "text": "Road - Pothole"}}, told="no column is an id",
        ),
        Door(
            "SeeClickFix issues", "issues.json",
            json_of({"metadata": {"pagination": {"entries": 2, "page": 1}}, "issues": [
                {"id": 11, "status": "Closed", "summary": "Pothole", "description": "Deep hole by the bus stop",
                 "lat": 41.3, "lng": -72.9, "address": "5 Main St", "created_at": "2026-09-02T10:00:00-04:00",
                 "closed_at": "2026-09-04T10:00:00-04:00", "html_url": "https://example.org/11",
                 "request_type": {"id": 1, "title": "Road"}, "reporter": {"id": 5, "name": "Anna"}},
                {"id": 12, "status": "Open", "summary": "Light", "description": "The street light is out again",
                 "lat": 41.4, "lng": -72.8, "address": "7 Main St", "created_at": "2026-09-03T10:00:00-04:00",
                 "closed_at": None, "html_url": "https://example.org/12",
                 "request_type": {"id": 1, "title": "Road"}, "reporter": {"id": 6, "name": "Boris"}},
            ]}, 2),
            {"post": 2, "case_event": 3},
            {"post": {"source_post_id": "11", "posted_at": "2026-09-02 14:00:00+00", "lat": "41.3", "lon": "-72.9",
                      "place_text": "5 Main St", "url": "https://example.org/11"},
             "case_event": {"event_kind": "closed", "event_at": "2026-09-04 14:00:00+00"}},
        ),
    ]  # fmt: skip
