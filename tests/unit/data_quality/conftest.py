"""A tiny lake and warehouse on which every gate passes, and the means to break one thing in it."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_quality.expectations import Gate
from data_quality.gate import GateResult, evaluate_gate
from data_quality.suites import gate_named
from otklik.intake.entities import entities
from otklik.publishing.mart_contracts import mart_contracts
from tests.unit.dbt import dbt_files

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
RUN = {"run_key": "run-1", "as_of": AS_OF}
GATE_PARAMETERS: dict[str, dict[str, Any]] = {
    "raw": {},
    "annotations": {"model_version": "m1"},
    "routes": {
        "route_version": "t1",
        "trained_until": datetime(2026, 2, 4, 8, tzinfo=UTC),
        "drift_least_posts": 4,
    },
    "edges": {},
    "scores": {},
    "marts": {"min_group_size": 5},
}
MARTS = {mart.relation: mart for mart in reversed(mart_contracts(dbt_files.manifest()))}
GATE_SELECTIONS: dict[str, dict[str, Any]] = {
    "raw": {"source": "portal", "entity": "post"},
    "marts": {"suppressions": {name: mart.suppression for name, mart in MARTS.items()}},
}

LAKE_TABLES = {
    # Eight posts with six texts; every load has its line below.
    "raw_post": """
        select
            'p' || i as source_post_id, timestamptz '2026-02-01 08:00:00Z' + to_days(i::integer) as posted_at,
            'vk' as channel, 'c_' || lpad(to_hex(i % 6), 16, '0') as author_subject_id,
            md5('text ' || i % 6) as text_hash, 'text ' || i % 6 as text, 'r' || i as row_hash, i as origin_row,
            case when i < 5 then 'load1' else 'load2' end as load_id
        from range(8) as r (i)
    """,
    "ledger": """
        select load_id, 'portal' as source_name, 'post' as entity_name, rows_read, rows_loaded, rows_duplicate,
            rows_quarantined, rows_erased, rows_left_out, loaded_at
        from (values
            ('load1', 6, 5, 1, 0, 0, 0, timestamptz '2026-02-20 00:00:00Z'),
            ('load2', 40, 3, 26, 1, 0, 10, timestamptz '2026-03-01 00:00:00Z')
        ) as v (
            load_id, rows_read, rows_loaded, rows_duplicate, rows_quarantined, rows_erased, rows_left_out, loaded_at
        )
    """,
    "missing": """
        select 'portal' as source, 'case_event' as entity, 1 as n_deliveries
    """,
    "raw_case_event": """
        select 'p0' as source_post_id, timestamptz '2026-02-02 08:00:00Z' as event_at, 'reply' as event_kind
    """,
    "run_source": """
        select 'portal' as source, 'Край' as region, 'Asia/Yekaterinburg' as time_zone
    """,
    "post_label": """
        select md5('text ' || i) as text_hash,
            ['complaint', 'question', 'review', 'thanks', 'negative', 'other'][i + 1] as intent,
            0.9::double as intent_probability, if(i = 5, null, 'roads') as topic,
            if(i = 5, null, 0.8)::double as topic_probability, version as model_version
        from range(6) as r (i) cross join (values ('m0'), ('m1')) as v (version)
    """,
    "message_label": """
        select md5('mail') as text_hash, 'question' as intent, 0.6::double as intent_probability,
            null::varchar as topic, null::double as topic_probability, 'm1' as model_version
    """,
    "post_place": """
        select md5('text 0') as text_hash, 0 as place_ordinal, 'street' as kind, 4 as start_char, 15 as end_char,
            'лесная' as place_key, 'm1' as model_version
    """,
    # Even texts speak of roads, odd ones of yards, before the training and after it alike.
    "post_route": """
        select md5('text ' || i) as text_hash, 'Город' as predicted_authority,
            ['Дороги', 'Двор'][i % 2 + 1] as predicted_group, ['Ямы', 'Снег'][i % 2 + 1] as predicted_topic,
            0.9::double as predicted_authority_probability, 0.8::double as predicted_group_probability,
            0.7::double as predicted_topic_probability, 't1' as model_version
        from range(6) as r (i)
    """,
    "leader_score": """
        select 'all' as period_kind, date '2026-01-01' as period_start,
            'staff' as network, 'city' as organisation, subject_id, authority_score, authority_rank,
            0.5::double as spread_score, 1 as spread_rank, 2 as distinct_senders_count, 1 as h_index
        from (values
            ('s_000000000000000a', 1.0::double, 1), ('s_000000000000000b', 0.5, 2), ('s_000000000000000c', 0.0, 3)
        ) as v (subject_id, authority_score, authority_rank)
    """,
    # The list of g0 as it is; an earlier one without any of its members.
    "released_list": """
        select if(i < 5, 1, 2) as release, 'interest_group' as list_kind, 'g0' as list_id, 'c_' || i as subject_id,
            null::date as valid_from, null::date as valid_to
        from range(10) as r (i)
    """,
    "interest_group": """
        select 'staff' as network, 'city' as organisation, 'g1' as group_id, subject_id, 3 as n_members,
            0.8::double as stability_score
        from (values ('s_000000000000000a'), ('s_000000000000000b'), ('s_000000000000000c')) as v (subject_id)
    """,
}

WAREHOUSE_TABLES = {
    "int_tie": """
        select 'staff' as network, 'city' as organisation, 's_000000000000000' || source as source_subject_id,
            's_000000000000000' || target as target_subject_id, 2 as n_messages, 1.5::double as weight,
            timestamptz '2026-01-01 00:00:00Z' as first_at, timestamptz '2026-02-01 00:00:00Z' as last_at
        from (values ('a', 'b'), ('b', 'a'), ('c', 'a')) as v (source, target)
    """,
    # Post 7 was deleted by its author; post 0 opened an incident that post 1 joined, posts 2 to 6 one each.
    "int_post": """
        select *, 'portal' as source, md5(source_post_id) as post_id, origin_row = 7 as is_deleted from raw_post
    """,
    "fct_post": """
        select source, source_post_id, post_id, posted_at, author_subject_id, 'roads' as topic_code,
            'm1' as municipality_id, null::varchar as declared_district
        from int_post
        where not is_deleted
    """,
    "bridge_incident_post": """
        select md5(if(source_post_id = 'p1', 'p0', source_post_id)) as incident_id, post_id,
            source_post_id <> 'p1' as is_opening
        from fct_post
    """,
    "fct_reply": """
        select md5('p0') as incident_id, hours_since_opening, hours_since_opening = 2 as is_first_reply
        from (values (-1::double), (2), (30)) as v (hours_since_opening)
    """,
    "fct_incident": """
        select incident_id, 'portal' as source, min(posted_at) as opened_at, 'roads' as group_code,
            'm1' as municipality_id, null::varchar as district, count(*) as n_posts,
            count(distinct author_subject_id) as n_people,
            any_value(if(incident_id = md5('p0'), posted_at + interval 2 hour, null)) as first_reply_at,
            any_value(if(incident_id = md5('p0'), 2::double, null)) as citizen_wait_hours,
            if(incident_id = md5('p0'), 'replied', 'received') as state, false as is_overdue, false as is_ripe
        from bridge_incident_post
        inner join fct_post using (post_id)
        group by incident_id
    """,
    "fct_incident_clock": """
        select incident_id, clock, 1 as attempt_number, coalesce(citizen_wait_hours, 9) as calendar_hours,
            false as is_ripe,
            0::double as paused_hours, clock = 'reply' and first_reply_at is not null as is_stopped
        from fct_incident cross join (values ('reply'), ('claimed_fix')) as v (clock)
    """,
    "escalation": "select incident_id, clock, 1 as attempt_number from fct_incident_clock where false",
    "agg_sla": """
        select kind as period_kind,
            date_trunc(kind, (opened_at at time zone 'Asia/Yekaterinburg')::date)::date as period_start, scope,
            if(scope = 'topic_group', group_code, 'all') as cell_id, count(*) as n_incidents
        from fct_incident
        cross join (values ('day'), ('week'), ('month'), ('year')) as kinds (kind)
        cross join (values ('all'), ('authority'), ('topic_group'), ('municipality'), ('source')) as scopes (scope)
        group by all
    """,
    "agg_topic": """
        select kind as period_kind,
            date_trunc(kind, (posted_at at time zone 'Asia/Yekaterinburg')::date)::date as period_start, scope,
            if(scope = 'topic', topic_code, 'all') as cell_id, count(*) as n_posts
        from fct_post
        cross join (values ('day'), ('week'), ('month'), ('year')) as kinds (kind)
        cross join (values ('all'), ('source'), ('topic_group'), ('topic')) as scopes (scope)
        group by all
    """,
    "agg_municipality_activity": """
        select 'Край' as region, 'm1' as municipality_id, null::varchar as district, 7 as n_posts, 6 as n_people,
            6000 as population,
            6 as n_incidents, 0.1::double as incidents_per_1000, 0 as n_ripe
    """,
    "agg_municipality_rank": """
        select region, municipality_id, n_people, 1 as activity_rank
        from agg_municipality_activity
    """,
    "agg_waiting_time": """
        select 'topic_group' as scope, 'roads' as cell_id, 'reply' as clock, 5 as n_incidents, 5 as n_people
    """,
    "agg_resolution": "select scope, cell_id, n_incidents, n_people from agg_waiting_time",
    "agg_instruction": """
        select 'roads office' as authority_name, 2 as n_instructions, null::double as positive_share
    """,
    "agg_outcome": "select 'votes' as indicator, null::double as value, true as is_suppressed",
    "fct_burst": """
        select 'b1' as burst_id, 'roads' as topic_code, 9 as n_posts, 3 as n_incidents, 5 as n_people
    """,
    # Post 0 was answered the day before the last; the other five are open, and nothing is overdue.
    "fct_history_daily": """
        select history_date, 'city' as authority_id, 5 as n_open, 0 as n_overdue, n_received, n_answered, 0 as n_ripe,
            0 as n_on_time
        from (values (date '2026-02-01', 6, 1), (date '2026-03-01', 0, 0)) as v (history_date, n_received, n_answered)
    """,
    "dim_department": "select 'd1' as department_id, 5 as n_members",
    "dim_incident_state": """
        select * from (values ('received', true), ('replied', false)) as v (state, is_awaiting_authority)
    """,
    "bridge_burst_post": "select 'b1' as burst_id, 'p' || i as post_id, i = 0 as is_first from range(9) as r (i)",
    "bridge_burst_incident": "select 'b1' as burst_id, 'i' || i as incident_id, 3 as n_posts from range(3) as r (i)",
    "dim_subject": """
        select 's_000000000000000' || letter as subject_id, 'staff' as network, letter = 'a' as is_score_consented,
            null::varchar as department, true as is_suppressed
        from (values ('a'), ('b'), ('c')) as v (letter)
        union all
        select 'c_' || i, 'citizens', false, null, false from range(5) as r (i)
    """,
    "fct_leader_score": """
        select network, 'subject' as level, subject_id as member_id, null::bigint as n_members,
            if(authority_rank = 1, 1.0::double, null) as authority_score,
            if(authority_rank = 1, 1, null) as authority_rank,
            if(authority_rank = 1, 0.5::double, null) as spread_score,
            if(authority_rank = 1, 1, null) as spread_rank,
            authority_rank > 1 as is_suppressed
        from leader_score
        union all by name
        select 'staff' as network, 'group' as level, 'roads office' as member_id, 5 as n_members,
            0.4 as authority_score, 1 as authority_rank, 0.5 as spread_score, 1 as spread_rank, false as is_suppressed
    """,
    "fct_role": """
        select 'staff' as network, 'group' as level, 'roads office' as member_id, 5 as n_members,
            4.0::double as contact_count, 2.0::double as core_number, 0.3::double as constraint_score,
            0.4::double as participation_score, null::double as within_group_z, null::varchar as role,
            0.2::double as connector_share, false as is_suppressed
        union all
        select 'staff', 'subject', 's_000000000000000a', null, 4, 2, 0.3, 0.4, 0, 'connector', null, false
        union all
        select 'staff', 'subject', 's_000000000000000b', null, null, null, null, null, null, null, null, true
    """,
    "fct_preference": """
        select 'staff' as network, 'city' as organisation, 'department' as level, 'roads office' as member_id,
            'topic' as kind, item, n_people * 2 as n_messages, n_people, 0.5::double as share, 1::double as lift,
            2::double as breadth, false as is_suppressed
        from (values ('roads', 5), ('health', 6)) as v (item, n_people)
        union all
        select 'citizens', 'Край', 'subject', 'c_0000000000000001', 'topic', 'roads', 5, 1, 1, 1, 1, false
    """,
    "fct_loyalty": """
        select 'staff' as network, 'group' as level, 'g0' as member_id, null::bigint as n_messages,
            null::double as share, null::boolean as is_preferred, 5 as n_active, 2 as n_loyal, 0 as n_vagrant,
            0.4::double as loyalty_rate, false as is_suppressed
        union all
        select 'staff', 'group', 'g1', null, null, null, null, null, null, null, true
    """,
    "agg_communication_level": """
        select 9 as n_messages, 5 as n_people, 0.5::double as reciprocity, false as is_suppressed
        union all
        select null, null, null, true
    """,
    "agg_active_citizens": "select 16 as n_citizens, 6 as n_active_citizens, false as is_suppressed",
    "fct_group_event": """
        select 'birth' as event_kind, 5 as n_members, null::bigint as n_members_before
    """,
    "dim_authority": """
        select 'city' as authority_id, 'municipality' as level
    """,
    "int_topic": """
        select * from (values ('roads', false), ('health', true)) as v (topic_code, is_group_only)
    """,
    "fct_tie": """
        select 'group' as level, 5 as n_people, 9 as n_messages, 4.5::double as weight,
            timestamptz '2026-01-01 00:00:00Z' as first_at, timestamptz '2026-02-01 00:00:00Z' as last_at,
            false as is_suppressed
        union all
        select 'group', null, null, null, null, null, true
        union all
        select 'subject', null, 2, 1.5, '2026-01-01 00:00:00Z', '2026-02-01 00:00:00Z', false
    """,
    "dim_interest_group": """
        select 'g0' as interest_group_id, 'citizens' as network, 5 as n_members, 0.8::double as stability_score,
            1::double as resolution,
            'roads' as main_topic_code, 0.5::double as main_topic_share, 2::double as main_topic_lift,
            false as is_suppressed
        union all
        select 'g1', 'citizens', null, null, null, null, null, null, true
    """,
    # Six people, an incident and a post each, told as one cell.
    "int_incident_person": "select 'i' || i as incident_id, 'c_' || i as author_subject_id from range(6) as r (i)",
    "int_public_incident": """
        select 'i' || i as incident_id, 'cell' as cell_id, date '2026-02-01' as period_start, 'month' as period_kind,
            'Край' as region, 'm1' as municipality_id, 'roads' as group_code, null::varchar as topic_code,
            'city' as authority_id, 'answered' as state, true as is_reply_on_time
        from range(6) as r (i)
    """,
    "int_public_post": """
        select 'p' || i as post_id, 'cell' as cell_id, date '2026-02-01' as period_start, 'month' as period_kind,
            'Край' as region, 'm1' as municipality_id, 'roads' as group_code, null::varchar as topic_code,
            'c_' || i as author_subject_id
        from range(6) as r (i)
    """,
    "public_agg_sla": """
        select *, 6 as n_incidents, 6 as n_people
        from (values ('cell', false), ('total', true)) as v (cell_id, is_total)
    """,
    "public_agg_topic": """
        select *, 6 as n_posts, 6 as n_people
        from (values ('cell', false), ('total', true)) as v (cell_id, is_total)
    """,
    "public_fct_incident": """
        select 'cell' as cell_id, 'answered' as state, true as is_reply_on_time, false as is_suppressed
        from range(6)
    """,
    "public_fct_burst": "select 'roads' as topic_code, 5 as n_people",
    "bridge_group_member": """
        select 'g0' as interest_group_id, 'c_' || i as subject_id from range(5) as r (i)
    """,
    "int_released_person": """
        select 'interest_group' as list_kind, interest_group_id as list_id, subject_id, null::date as valid_from,
            null::date as valid_to
        from bridge_group_member
    """,
}


ENRICHED_TABLES = (
    "post_label",
    "message_label",
    "post_place",
    "post_route",
    "leader_score",
    "interest_group",
    "released_list",
)


def write_good_data(path: Path) -> None:
    """Every table above as one DuckDB file."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, query in {**LAKE_TABLES, **WAREHOUSE_TABLES}.items():
            connection.execute(f"create table {name} as {query}")
            # What a mart publishes beyond the columns that a row above needs is there, and null.
            there = set(connection.table(name).columns)
            for column in MARTS[name].columns if name in MARTS else ():
                if column.name not in there:
                    connection.execute(f"alter table {name} add column {column.name} {column.type}")
            if {"is_suppressed", "suppression_reason"} <= set(connection.table(name).columns):
                connection.execute(f"update {name} set suppression_reason = 'too_few_people' where is_suppressed")


class World:
    """The tables of a home, changed by SQL before they are written where the gates look."""

    def __init__(self, root: Path, good: Path) -> None:
        self.root = root
        self.connection = duckdb.connect(shutil.copy(good, root / "good.duckdb"))
        self.connection.execute("set TimeZone = 'UTC'")

    def evaluate(
        self,
        gate_name: str,
        selection: dict[str, Any] | None = None,
        *,
        tables: set[str] | None = None,
        **parameters: Any,
    ) -> GateResult:
        """Write what one gate reads, and evaluate it or only its suites on `tables`."""
        gate = self._gate(gate_name, selection, tables)
        self.write(gate.relations)
        return self._judge(gate, gate_name, parameters)

    def judge(self, gate_name: str, selection: dict[str, Any] | None = None, **parameters: Any) -> GateResult:
        """Evaluate one gate over the home as it was written last."""
        return self._judge(self._gate(gate_name, selection, None), gate_name, parameters)

    def _gate(self, gate_name: str, selection: dict[str, Any] | None, tables: set[str] | None) -> Gate:
        gate = gate_named(gate_name, **GATE_SELECTIONS.get(gate_name, {}) | (selection or {}))
        if tables is None:
            return gate
        return replace(gate, suites=tuple(suite for suite in gate.suites if suite.table in tables))

    def _judge(self, gate: Gate, gate_name: str, parameters: dict[str, Any]) -> GateResult:
        return evaluate_gate(
            gate,
            database=self.root / "warehouse.duckdb",
            search_path=self.root,
            parameters=RUN | GATE_PARAMETERS[gate_name] | parameters,
        )

    def write(self, relations: Iterable[str] = tuple(WAREHOUSE_TABLES)) -> None:
        """Put every table of the lake, and these of the warehouse, where the gates look."""
        post = entities()["post"]
        empty = ", ".join(f"null::{kind} as {name}" for name, kind in post.stored_columns.items())
        self._copy(f"select {empty} where false", "lake/raw/post/source=_none/load=_empty.parquet")
        for (load_id,) in self.connection.execute("select distinct load_id from raw_post order by 1").fetchall():
            query = f"select * exclude (load_id) from raw_post where load_id = '{load_id}'"
            self._copy(query, f"lake/raw/post/source=portal/load={load_id}.parquet")
        self._copy("from ledger where false", "lake/ledger/source=_none/entity=_none/load=_empty.parquet")
        for (load_id,) in self.connection.execute("select load_id from ledger order by 1").fetchall():
            path = f"lake/ledger/source=portal/entity=post/load={load_id}.parquet"
            self._copy(f"from ledger where load_id = '{load_id}'", path)
        self._copy("from raw_case_event", "lake/raw/case_event/source=portal/load=load3.parquet")
        self._copy("from missing", "lake/missing/source=portal,entity=case_event.parquet")
        self._copy("from run_source", "lake/run/source.parquet")
        for name in ENRICHED_TABLES:
            self._copy(f"from {name} where false", f"lake/enriched/{name}/_empty.parquet")
            self._copy(f"from {name}", f"lake/enriched/{name}/part-0.parquet")
        self.connection.execute(f"attach '{self.root / 'warehouse.duckdb'}' as warehouse")
        self.connection.execute("create schema if not exists warehouse.analytics")
        for name in relations:
            self.connection.execute(f"create or replace table warehouse.analytics.{name} as from good.main.{name}")
        self.connection.execute("detach warehouse")

    def _copy(self, query: str, path: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        self.connection.execute(f"copy ({query}) to '{target}' (format parquet)")


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good data, to be copied."""
    path = tmp_path_factory.mktemp("good") / "good.duckdb"
    write_good_data(path)
    return path


@pytest.fixture
def world(tmp_path: Path, good: Path) -> Iterator[World]:
    """A home on which every gate passes."""
    made = World(tmp_path, good)
    yield made
    made.connection.close()
