"""Two snapshots side by side: what changed, why, and that causes add up to what the figures changed by."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from otklik.commands.diff import print_difference
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.publishing.comparison import compare, snapshot_folder

EARLIER, LATER = "20260301T120000Z-aaaaaaaa", "20260308T120000Z-bbbbbbbb"
THEN, NOW = "2026-03-01 12:00:00+00:00", "2026-03-08 12:00:00+00:00"
_STATES = "select * from (values ('received', true), ('replied', false)) as v (state, is_awaiting_authority)"
_INCIDENT = """
    select incident_id, opened_at::timestamptz as opened_at, state, first_reply_at::timestamptz as first_reply_at,
        due_at::timestamptz as due_at, is_ripe, is_on_time as is_reply_on_time, is_overdue, topic as topic_code,
        'declared' as topic_origin, 'a' as authority_id, 'm' as municipality_id, null::timestamptz as claimed_fixed_at,
        null::timestamptz as confirmed_at, null::timestamptz as closed_at, n_posts
    from (values {rows})
        as v (incident_id, opened_at, state, first_reply_at, due_at, is_ripe, is_on_time, is_overdue, topic, n_posts)
"""
_OPEN = "'received', null, '2026-02-21', true, false, true, 'roads', 1"
_POST = """
    select 'p' || incident as post_id, posted_at::timestamptz as posted_at, topic as topic_code, 'm1' as model_version,
        topic as declared_topic, null::varchar as declared_municipality, null::varchar as declared_district,
        'complaint' as intent, null::varchar as place_key
    from (values {rows}) as v (incident, posted_at, topic)
"""


class Snapshot:
    """A published snapshot of a few incidents, one post each: `i1` has the post `p1`."""

    def __init__(self, published: Path, name: str, as_of: str) -> None:
        self.folder = published / "snapshots" / name
        (self.folder / "analyst").mkdir(parents=True)
        self.manifest: dict[str, Any] = {"snapshot_id": name, "as_of": as_of, "surfaces": {"analyst": {}}}

    def write(self, incidents: dict[int, str], links: dict[int, int], **posts: str) -> None:
        """Incidents as SQL rows, post → its incident, and topics of posts that are not about roads."""
        opened = {number: row.split("'")[1] for number, row in incidents.items()}
        of_posts = (
            f"('{post}', '{opened.get(post, opened[incident])}', '{posts.get(f'p{post}', 'roads')}')"
            for post, incident in links.items()
        )
        rows = (f"('i{number}', {row})" for number, row in incidents.items())
        self.table("fct_incident", _INCIDENT.format(rows=", ".join(rows)))
        self.table("fct_post", _POST.format(rows=", ".join(of_posts)))
        linked = ", ".join(f"('i{incident}', 'p{post}')" for post, incident in links.items())
        self.table("bridge_incident_post", f"select * from (values {linked}) as v (incident_id, post_id)")
        self.table("dim_incident_state", _STATES)

    def events(self, rows: str) -> None:
        """What happened, as SQL rows of incident, kind and instant."""
        self.table(
            "fct_incident_event",
            f"select incident_id, event_kind, event_at::timestamptz as event_at from (values {rows}) "
            "as v (incident_id, event_kind, event_at)",
        )

    def table(self, name: str, query: str, version: int = 1) -> None:
        """Publish one table."""
        file = self.folder / "analyst" / f"{name}.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"set TimeZone = 'UTC'; copy ({query}) to '{file}' (format parquet)")
            columns = [{"name": row[0]} for row in connection.execute(f"describe from '{file}'").fetchall()]
            (count,) = connection.execute(f"select count(*) from '{file}'").fetchone() or (0,)
        entry = {"file": file.name, "version": version, "columns": columns, "row_count": count}
        self.manifest["surfaces"]["analyst"][name] = entry
        (self.folder / "manifest.json").write_text(json.dumps(self.manifest))


_NO_CHANGE = "select * from (values ('p0', 'label')) as v (post_id, decided_by) where false"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A week between two snapshots: i1 stays, i2 is answered, and so on as the test says."""
    before = Snapshot(tmp_path / "published", EARLIER, THEN)
    before.write(
        {
            1: f"'2026-02-20', {_OPEN}",
            2: f"'2026-02-20', {_OPEN}",
            5: f"'2026-02-20', {_OPEN}",
            6: "'2026-02-28', 'received', null, '2026-03-02', false, null, false, 'roads', 1",
            7: f"'2026-02-20', {_OPEN}",
            8: f"'2026-02-20', {_OPEN}",
            9: f"'2026-02-20', {_OPEN}",
            10: f"'2026-02-20', {_OPEN}",
        },
        {number: number for number in (1, 2, 5, 6, 7, 8, 9, 10)},
    )
    before.events("('i1', 'received', '2026-02-20')")
    before.table("fct_incident_change", _NO_CHANGE)
    after = Snapshot(tmp_path / "published", LATER, NOW)
    after.write(
        {
            1: f"'2026-02-20', {_OPEN}",
            2: "'2026-02-20', 'replied', '2026-03-03', '2026-02-21', true, false, false, 'roads', 1",
            3: "'2026-03-05', 'received', null, '2026-03-09', false, null, false, 'roads', 1",
            4: f"'2026-02-20', {_OPEN}",
            6: "'2026-02-28', 'received', null, '2026-03-02', true, false, true, 'roads', 1",
            7: f"'2026-02-20', {_OPEN[:-1]}2",
            9: f"'2026-02-20', {_OPEN.replace('roads', 'yards')}",
            10: "'2026-02-20', 'received', null, '2026-03-20', false, null, false, 'roads', 1",
        },
        {**{number: number for number in (1, 2, 3, 4, 6, 7, 9, 10)}, 8: 7},
        p9="yards",
    )
    after.events("('i1', 'received', '2026-02-20'), ('i2', 'reply', '2026-03-03')")
    after.table("fct_incident_change", "select 'p8' as post_id, 'label' as decided_by", version=2)
    (tmp_path / "published" / "current").symlink_to(Path("snapshots") / LATER)
    return tmp_path / "published"


def told(published: Path) -> dict[str, Any]:
    return compare(snapshot_folder(published, EARLIER), snapshot_folder(published, "current"))


def test_every_incident_that_differs_has_one_cause(published: Path) -> None:
    causes = {cause: counts["n_incidents_changed"] for cause, counts in told(published)["causes"].items()}

    assert causes == {
        "new": 1,  # i3
        "late_data": 1,  # i4, of before and unknown then
        "time_and_work": 2,  # i2 was answered, the term of i6 passed
        "label": 2,  # i8 went into i7
        "edited": 1,  # i9 has another topic
        "removed": 1,  # i5
        "method": 1,  # i10 has another term
    }


def test_causes_add_up_to_what_each_figure_changed_by(published: Path) -> None:
    found = told(published)

    assert found["figures"]["n_overdue"] == {"before": 7, "after": 5}
    assert found["figures"]["n_answered"] == {"before": 0, "after": 1}
    assert found["figures"]["on_time_share"] == {"before": 0.0, "after": 0.0}
    for name, values in found["figures"].items():
        if name != "on_time_share":
            assert sum(one[name] for one in found["causes"].values()) == values["after"] - values["before"], name


def test_a_cause_says_what_it_did_to_a_figure(published: Path) -> None:
    causes = told(published)["causes"]

    assert (causes["removed"]["n_overdue"], causes["label"]["n_overdue"], causes["late_data"]["n_overdue"]) == (
        -1,
        -1,
        1,
    )
    assert (causes["time_and_work"]["n_answered"], causes["time_and_work"]["n_overdue"]) == (1, 0)


def test_another_contract_is_told_as_method(published: Path) -> None:
    assert told(published)["method"] == ["fct_incident_change: version 1 → 2"]


def test_a_snapshot_differs_from_itself_in_nothing(published: Path) -> None:
    folder = snapshot_folder(published, LATER)

    found = compare(folder, folder)

    assert (found["causes"], found["method"], found["tables"]) == ({}, [], {})


def test_a_snapshot_that_is_not_kept_is_refused_with_those_that_are(published: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"Accepted: current; {EARLIER}, {LATER}"):
        snapshot_folder(published, "yesterday")


def test_snapshots_of_two_homes_are_not_compared(published: Path) -> None:
    other = Snapshot(published, "20260309T120000Z-cccccccc", NOW)
    other.write({11: f"'2026-02-20', {_OPEN}"}, {11: 11})
    other.events("('i11', 'received', '2026-02-20')")
    other.table("fct_incident_change", _NO_CHANGE)

    with pytest.raises(ConfigurationError, match="share no post"):
        compare(snapshot_folder(published, EARLIER), other.folder)


def test_a_person_reads_what_changed_and_why(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_difference(Home(published.parent), EARLIER, "current", is_json=False)

    shown = " ".join(capsys.readouterr().out.split())
    assert f"{EARLIER} → {LATER}" in shown
    assert "n_overdue 7 5 -2" in shown
    assert "late_data: posts or events of before, taken in since then" in shown


def test_a_machine_reads_the_same_as_json(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_difference(Home(published.parent), EARLIER, "current", is_json=True)

    assert json.loads(capsys.readouterr().out) == told(published)
