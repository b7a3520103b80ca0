"""What the invented region delivers on the day after its first run: three posts, each for a question of some test."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

AS_OF = datetime(2026, 9, 30, 21, tzinfo=UTC)
AHEAD_FILE, AHEAD_ID = "wall_99.jsonl", 987_654
RARE_PERSON, RARE_AT = "planted-person@example.org", datetime(2026, 8, 12, 6, tzinfo=UTC)


def deliver(deliveries: Path) -> None:
    """A late post; a rare one; and one whose clock goes twenty hours ahead, which ingestion tolerates.

    The rare one is of somebody new, of a topic and a place of which few write, in a month that was told already.
    """
    wall = sorted((deliveries / "social").glob("wall_*.jsonl"))[0]
    first = json.loads(wall.read_text(encoding="utf-8").splitlines()[0])
    late = first | {"id": 10_000_001, "text": "Опять не вывезли мусор, контейнеры переполнены."}
    ahead = first | {"id": AHEAD_ID, "date": int((AS_OF + timedelta(hours=20)).timestamp())}
    for name, line in (("wall_98.jsonl", late), (AHEAD_FILE, ahead)):
        wall.with_name(name).write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    portal = deliveries / "portal"
    (cases, *_) = sorted(portal.glob("*.jsonl.gz"))
    case = json.loads(gzip.decompress(cases.read_bytes()).decode().splitlines()[0])
    case |= {"id": 4_999_999, "created": "2026-08-12T10:00:00", "reporter": RARE_PERSON, "events": []}
    case["description"] = "В роще за прудом поселились барсуки, тропа опасна."
    case["address"] = case["address"] | {"text": None, "lat": None, "lon": None}
    (portal / "cases_planted.jsonl.gz").write_bytes(gzip.compress(json.dumps(case, ensure_ascii=False).encode()))
