"""Days of an API over real HTTP: complete in spite of the server, the same bytes again, secrets nowhere."""

import gzip
import json
import random
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from orchestration.assets.harvest import build_inbox_assets, build_inbox_jobs, build_inbox_schedules
from orchestration.assets.ingest import build_raw_assets
from orchestration.jobs import build_jobs
from orchestration.resources import RunResource
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.harvesting.harvest import harvest, inbox_folder
from otklik.intake.harvesting.http_client import Client, HarvestError, Limits
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.sources.configuration import load_configuration
from tests.faults.mutated_files import mutate
from tests.fixtures.fake_api import FakeApi, serve

DAY = date(2026, 9, 2)
SELECT = """select id::varchar as source_post_id, "at" as posted_at, 'portal' as channel, words as text from source"""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def _items(*days):
    return [
        {"id": f"{day}-{n:02d}", "at": f"2026-09-{day:02d}T{n + 8:02d}:00:00Z", "words": f"Яма номер {n}"}
        for day in days
        for n in range(8)
    ]


def _source(folder, api, kind="http_json", entity="post", select=SELECT, **options):
    path = folder / "sources.yaml"
    options = {"url": f"{api.url}/page", "first_day": "2026-09-01", "id": ["id"], "time": "at"} | options
    options = {"start_parameter": "start_date", "end_parameter": "end_date", "overlap_minutes": 0} | options
    lines = ["version: 1", "time_zone: UTC", "sources:", "  town:", "    title: Town", f"    format: {kind}"]
    lines += ["    path: inbox/town/day=*/*.jsonl.gz", "    entities:", f"      {entity}:"]
    lines += [f"        select: {select}"] if select else ["        is_undated: false"]
    lines += [f"    api: {json.dumps(options)}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_configuration([path], {}).sources["town"]


PAGE = {"paging": "page", "page_parameter": "page", "size_parameter": "page_size", "page_size": 3}


class Waits(list):
    """Stands in for sleeping: remembers how long, and lets that time pass."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def __call__(self, seconds):
        self.append(seconds)
        self.now += seconds

    def client(self, attempts=6, max_body_bytes=1 << 20):
        limits = Limits(requests_per_second=100, timeout_seconds=5, max_body_bytes=max_body_bytes, attempts=attempts)
        return Client(limits, sleep=self, clock=lambda: self.now, wall_clock=lambda: 86_400.0)


def _lines(source, day=DAY):
    files = sorted((inbox_folder(source) / f"day={day}").iterdir())
    return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]


def _bytes(source):
    folder = inbox_folder(source)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.gz"))}


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("page", PAGE),
        (
            "cursor",
            {"paging": "cursor", "page_parameter": "after", "cursor": "next", "items": "data.list"},
        ),
        ("since", {"paging": "since", "items": "data", "end_parameter": None}),
    ],
)
def test_every_item_of_the_day_comes_once_however_the_api_pages(tmp_path, path, options):
    with serve(FakeApi(_items(1, 2, 3))) as api:
        source = _source(tmp_path, api, url=f"{api.url}/{path}", **options)
        (day,) = harvest(source, [DAY], {}, client=Waits().client())
    assert [one["id"] for one in _lines(source)] == [f"2-{n:02d}" for n in range(8)]
    assert (day.n_items, day.is_skipped) == (8, False)


def test_throttling_breaking_off_and_repeating_cost_nothing_but_requests(tmp_path):
    troubles = ["429", "cut", "", "cut chunked", "garbage", "", "503", "hang up", "cut silently", "429 date", ""]
    with serve(FakeApi(_items(2), troubles=troubles, repeats=2)) as api:
        waits = Waits()
        source = _source(tmp_path, api, **PAGE)
        (day,) = harvest(source, [DAY], {}, client=waits.client())
    assert [one["id"] for one in _lines(source)] == [f"2-{n:02d}" for n in range(8)]
    assert (day.n_items, day.n_repeated, day.n_requests) == (8, 4, 12)
    backoffs = [wait for wait in waits if wait > 0.1]
    # what Retry-After asks for (7 s; 40 s from the date) is kept, the rest grows from at least half a second
    assert backoffs[0] == 7.0
    assert backoffs[-1] == 40.0
    assert all(0.5 <= wait <= 60 for wait in backoffs)


def test_the_same_day_again_gives_the_same_bytes_whatever_the_order(tmp_path):
    with serve(FakeApi(_items(2))) as api:
        source = _source(tmp_path, api, **PAGE)
        harvest(source, [DAY], {}, client=Waits().client())
        first = _bytes(source)
        api.items.reverse()
        api.repeats, api.troubles = 1, ["503", "cut"]
        (again,) = harvest(source, [DAY], {}, is_again=True, client=Waits().client())
    assert again.n_items == 8
    assert _bytes(source) == first
    assert list(first) == ["day=2026-09-02/page-00001.jsonl.gz"]
    assert inbox_folder(source).stat().st_mode & 0o077 == 0


def test_finished_days_are_skipped_after_a_crash_and_the_broken_one_leaves_nothing(tmp_path):
    days = [date(2026, 9, day) for day in (1, 2, 3)]
    with serve(FakeApi(_items(1, 2, 3))) as api:
        source = _source(tmp_path, api, **PAGE)
        harvest(source, days[:1], {}, client=Waits().client())
        api.troubles = [""] * 2 + ["503"] * 9
        with pytest.raises(HarvestError, match=r"GET http://127.0.0.1:\d+/page: the server answered 503, 3 times"):
            harvest(source, days, {}, client=Waits().client(attempts=3))
        assert [path.name for path in inbox_folder(source).iterdir()] == ["day=2026-09-01"]
        api.troubles = []
        harvested = harvest(source, days, {}, client=Waits().client())
    assert [(one.day.day, one.is_skipped, one.n_items) for one in harvested] == [
        (1, True, 0),
        (2, False, 8),
        (3, False, 8),
    ]


def test_a_day_that_had_stepped_aside_when_the_process_died_comes_back(tmp_path):
    with serve(FakeApi(_items(2))) as api:
        source = _source(tmp_path, api, **PAGE)
        harvest(source, [DAY], {}, client=Waits().client())
        before = _bytes(source)
        leftover = inbox_folder(source) / ".fetching-x"
        leftover.mkdir()
        (inbox_folder(source) / f"day={DAY}").rename(leftover / f"day={DAY}")
        (day,) = harvest(source, [DAY], {}, client=Waits().client())
    assert day.is_skipped
    assert _bytes(source) == before
    assert not leftover.exists()


def test_days_overlap_and_ingestion_counts_the_overlap_as_duplicates(tmp_path):
    days = [date(2026, 9, day) for day in (1, 2)]
    late = {"id": "late", "at": "2026-09-01T23:30:00Z", "words": "Пришло поздно"}
    with serve(FakeApi(_items(1))) as api:
        source = _source(tmp_path, api, overlap_minutes=60 * 10, **PAGE)
        harvest(source, days[:1], {}, client=Waits().client())
        api.items = [*_items(1), late, *_items(2)]
        harvest(source, days, {}, client=Waits().client())
    loads = ingest(Home(tmp_path / "home"), source, "post", received_at=datetime(2026, 9, 4, tzinfo=UTC))
    assert [(one.rows_read, one.rows_loaded, one.rows_duplicate, one.rows_quarantined) for one in loads] == [
        (8, 8, 0, 0),
        (11, 9, 2, 0),
    ]


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_open311_in_json_and_xml_becomes_posts_and_case_events(tmp_path, kind):
    if kind == "xml":
        pytest.importorskip("defusedxml")
    requests = [
        {
            "service_request_id": f"{n}",
            "at": f"2026-09-02T0{n}:00:00Z",
            "requested_datetime": f"2026-09-02T0{n}:00:00Z",
            "updated_datetime": "2026-09-03T10:00:00Z",
            "status": "closed" if n == 2 else "open",
            "status_notes": "Заделали" if n == 2 else "",
            "service_name": "Дороги",
            "agency_responsible": "Мэрия Привольска",
            "description": f"Яма & лужа {n}",
            "lat": 58.0,
            "long": 56.2,
        }
        for n in range(5)
    ]
    with serve(FakeApi(requests)) as api:
        options = {"url": f"{api.url}/requests.{kind}", "id": None, "time": None, "page_size": 2}
        source = _source(tmp_path, api, "open311", select="", **options)
        (day,) = harvest(source, [DAY], {}, client=Waits().client())
        case_source = _source(tmp_path, api, "open311", "case_event", select="", **options)
    assert day.n_items == 5
    received_at = datetime(2026, 9, 4, tzinfo=UTC)
    (posts,) = ingest(Home(tmp_path / "home"), source, "post", received_at=received_at)
    (events,) = ingest(Home(tmp_path / "home"), case_source, "case_event", received_at=received_at)
    assert (posts.rows_read, posts.rows_loaded, posts.rows_quarantined) == (5, 5, 0)
    assert (events.rows_read, events.rows_loaded) == (7, 7)


def test_vk_says_slow_down_in_a_whole_answer(tmp_path):
    class Vk(FakeApi):
        def page(self, path, asked):
            if self.items:
                return json.dumps(self.items.pop(0)).encode()
            posts = [{"id": 1, "owner_id": -4, "from_id": 9, "date": 1788350400, "text": "Яма", "post_type": "post"}]
            return json.dumps({"response": {"items": posts, "count": 1}}).encode()

    busy = {"error": {"error_code": 6, "request_params": [{"key": "access_token", "value": "sesame"}]}}
    options = {"id": None, "time": None, "start_parameter": None, "end_parameter": None}
    with serve(Vk([busy])) as api:
        source = _source(tmp_path, api, "vk", select="", parameters={"access_token": "${VK_TOKEN}"}, **options)
        (day,) = harvest(source, [DAY], {"VK_TOKEN": "sesame"}, client=Waits().client())
        assert (day.n_items, day.n_requests) == (1, 2)
        assert {one["access_token"] for one in api.asked} == {"sesame"}
        assert "start_time" in api.asked[0]
        api.items = [{"error": {"error_code": 5, "error_msg": "sesame"}}]
        with pytest.raises(HarvestError, match="VK answered with error 5: check the token") as caught:
            harvest(source, [DAY], {"VK_TOKEN": "sesame"}, is_again=True, client=Waits().client())
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (["403"], "answered 403. Check the environment variables"),
        (["redirect"], "points to elsewhere.example; redirects are not followed"),
        (["429 tomorrow"], "asks to wait 86400 seconds"),
        (["cut"] * 6, "no whole answer|broke off"),
        (["hang up"] * 6, "no whole answer"),
        (["garbage"] * 6, "no whole JSON or XML"),
    ],
)
def test_what_cannot_be_mended_is_refused_without_secrets(tmp_path, trouble, message):
    with serve(FakeApi(_items(2), troubles=trouble)) as api:
        source = _source(tmp_path, api, headers={"Authorization": "Bearer ${TOWN_TOKEN}"}, **PAGE)
        with pytest.raises(HarvestError, match=message) as caught:
            harvest(source, [DAY], {"TOWN_TOKEN": "sesame"}, client=Waits().client())
        assert api.headers[0]["Authorization"] == "Bearer sesame"
    kept = "".join(str(path) for path in tmp_path.rglob("*")) + (tmp_path / "sources.yaml").read_text()
    assert "sesame" not in str(caught.value) + kept + source.model_dump_json()


def test_answers_that_are_too_large_too_deep_or_not_a_list_are_refused(tmp_path):
    class Strange(FakeApi):
        def page(self, path, asked):
            return self.items[0]["body"]

    for body, message in (
        (b'"' + b"x" * 2000 + b'"', "more than 0 MB was refused"),
        (b"[" * 800 + b"]" * 800, "nested more than 500 deep"),
        (b'{"total": 0}', "no list at items: ''; the answer has total"),
    ):
        with serve(Strange([{"body": body}])) as api:
            source = _source(tmp_path, api, **PAGE)
            with pytest.raises(HarvestError, match=message):
                harvest(source, [DAY], {}, client=Waits().client(max_body_bytes=1_700))


def test_an_item_with_broken_bytes_or_a_number_of_any_length_costs_itself_and_not_the_day(tmp_path):
    class Careless(FakeApi):
        def page(self, path, asked):
            return super().page(path, asked).replace("номер 3".encode(), b"\xd0").replace(b"1234567", b"9" * 5_000)

    items = _items(2)
    items[4]["count"] = 1234567
    with serve(Careless(items)) as api:
        source = _source(tmp_path, api, **PAGE)
        source = source.model_copy(update={"columns": dict.fromkeys(("id", "at", "words"), "VARCHAR")})
        (day,) = harvest(source, [DAY], {}, client=Waits().client())
    (one,) = ingest(Home(tmp_path / "home"), source, "post", received_at=datetime(2026, 9, 4, tzinfo=UTC))

    assert (day.n_items, day.n_requests) == (8, 4)
    assert (one.rows_read, one.rows_loaded, one.rows_quarantined) == (8, 7, 1)


def test_a_server_that_never_ends_is_left(tmp_path):
    class Endless(FakeApi):
        def page(self, path, asked):
            return json.dumps([{"id": asked["page"], "at": "2026-09-02T10:00:00Z"}]).encode()

    with serve(Endless([])) as api:
        source = _source(tmp_path, api, max_pages=5, **PAGE)
        with pytest.raises(HarvestError, match="'town', 2026-09-02: more than 5 pages"):
            harvest(source, [DAY], {}, client=Waits().client())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parameters": {"access_token": "sesame"}}, "access_token must come from the environment"),
        ({"url": "https://me:sesame@host/"}, "holds a password"),
        ({"url": "ftp://host/"}, "accepted is https://host/path"),
        ({"pages": 3}, r"sources\.town\.api\.pages: unknown key; accepted are url, first_day, parameters"),
    ],
)
def test_the_api_block_is_explained_like_the_rest_of_the_file(tmp_path, options, message):
    with pytest.raises(ConfigurationError, match=message):
        _source(tmp_path, FakeApi([], url="http://127.0.0.1"), **options)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("format: csv", r"town\.api: csv is no format of an API; accepted are open311, http_json, vk"),
        ("path: pages/*.gz", r"town\.path: .* ends in /day=\*/\*\.jsonl\.gz, such as inbox/town/day="),
    ],
)
def test_the_entry_around_the_block_must_fit_it(tmp_path, entry, message):
    _source(tmp_path, FakeApi([], url="http://127.0.0.1"), **PAGE)
    path = tmp_path / "sources.yaml"
    key = entry.partition(":")[0]
    lines = [f"    {entry}" if line.startswith(f"    {key}:") else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    with pytest.raises(ConfigurationError, match=message):
        load_configuration([path], {})


def test_raw_loads_stand_behind_the_pages_and_a_refresh_does_not_fetch(tmp_path):
    _source(tmp_path, FakeApi([], url="http://127.0.0.1"), **PAGE)
    configuration = load_configuration([tmp_path / "sources.yaml"], {})
    graph = dg.Definitions(
        assets=[*build_inbox_assets(configuration), *build_raw_assets(configuration)],
        resources={"run": RunResource(home_root="h", source_files=[])},
    ).resolve_asset_graph()
    pages, rows = dg.AssetKey(["inbox", "town"]), dg.AssetKey(["raw", "town", "post"])
    assert graph.get(rows).parent_keys == {pages}
    refreshed = build_jobs()["refresh"].selection.resolve(graph)
    assert refreshed == {rows}


def test_damaged_pages_become_quarantined_rows(tmp_path):
    source = _source(tmp_path, FakeApi([], url="http://127.0.0.1"), **PAGE)
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in _items(1, 2)).encode()
    day = inbox_folder(source) / "day=2026-09-02"
    day.mkdir(parents=True)
    for seed in range(20):
        (day / f"page-{seed:05d}.jsonl.gz").write_bytes(gzip.compress(mutate(lines, random.Random(seed)), mtime=0))
    declared = source.model_copy(update={"columns": dict.fromkeys(("id", "at", "words"), "VARCHAR")})
    loads = ingest(Home(tmp_path / "home"), declared, "post", received_at=datetime(2026, 9, 4, tzinfo=UTC))
    assert len(loads) == 20
    assert sum(one.rows_quarantined for one in loads) > 0
    for one in loads:
        assert one.rows_read == one.rows_loaded + one.rows_duplicate + one.rows_quarantined


def test_paging_names_what_it_needs_and_a_missing_variable_is_named(tmp_path):
    api = FakeApi([], url="http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="`paging: cursor` needs page_parameter, cursor as well"):
        harvest(_source(tmp_path, api, paging="cursor"), [DAY], {})
    with pytest.raises(ConfigurationError, match=r"town\.api\.parameters\.token: the environment variable T is not"):
        harvest(_source(tmp_path, api, parameters={"token": "${T}"}), [DAY], {})


def test_a_range_of_days_is_one_run_and_is_not_fetched_twice(tmp_path):
    with serve(FakeApi(_items(1, 2, 3))) as api, dg.DagsterInstance.ephemeral() as instance:
        source = _source(tmp_path, api, requests_per_second=100, **PAGE)
        configuration = load_configuration([tmp_path / "sources.yaml"], {})
        run = RunResource(home_root=str(tmp_path / "home"), source_files=[str(tmp_path / "sources.yaml")])
        assets = build_inbox_assets(configuration)
        jobs = build_inbox_jobs(configuration)
        schedules = build_inbox_schedules(jobs)
        definitions = dg.Definitions(assets=assets, jobs=jobs, schedules=schedules, resources={"run": run})
        assert definitions.resolve_job_def("fetch_town").partitions_def is not None

        def materialise(first, last):
            span = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
            result = dg.materialize(assets, tags=span, resources={"run": run}, instance=instance)
            made = [event.materialization for event in result.get_asset_materialization_events()]
            return {one.partition: {name: value.value for name, value in one.metadata.items()} for one in made}

        first = materialise("2026-09-01", "2026-09-02")
        second = materialise("2026-09-01", "2026-09-03")
        done = instance.get_materialized_partitions(assets[0].key)
    # each partition tells of its own day
    assert {day: (one["is_skipped"], one["n_items"]) for day, one in first.items()} == {
        "2026-09-01": (False, 8),
        "2026-09-02": (False, 8),
    }
    assert {day: (one["is_skipped"], one["n_items"]) for day, one in second.items()} == {
        "2026-09-01": (True, 0),
        "2026-09-02": (True, 0),
        "2026-09-03": (False, 8),
    }
    assert done == {"2026-09-01", "2026-09-02", "2026-09-03"}
    assert len(_lines(source, date(2026, 9, 3))) == 8
