"""No account, name or message body leaves the places that may hold them."""

import csv
import gzip
import hashlib
import json
import re
import sqlite3

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from nlp.leak_patterns import KINDS
from nlp.redaction import PLACEHOLDERS
from otklik.home.settings import Home
from otklik.intake.keyed_ids import keyed_ids
from tests.integration.canaries import DOORS, NAMED, PLANTED, address

_WORD = re.compile(r"[\w.@+-]+")
OWNER_ONLY = {"vault", "restricted", "quarantine"}


def _accounts(deployment):
    """E-mail addresses and logins of everybody whom the vault knows; short ones would be found by chance."""
    with sqlite3.connect(deployment.home / "vault" / "vault.sqlite") as vault:
        rows = vault.execute("select account from account where account like '%@%' or length(account) > 8").fetchall()
    return {account for (account,) in rows}


def _texts(deployment):
    """Path and content of every file outside the owner-only folders, with Parquet and DuckDB decoded."""
    for path in deployment.home.rglob("*"):
        top = path.relative_to(deployment.home).parts[0]
        if not path.is_file() or path.is_symlink() or top in OWNER_ONLY:
            continue
        if path.suffix == ".parquet":
            yield path, "\n".join(map(str, duckdb.execute("from read_parquet(?)", [str(path)]).fetchall()))
        elif path.suffix == ".duckdb":
            yield path, _database(path) + path.read_bytes().decode("utf-8", "replace")
        elif path.suffix == ".gz":
            yield path, gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        else:
            yield path, path.read_bytes().decode("utf-8", "replace")


def _database(path):
    """Tables of the working file, whose views only point at the lake; tables and views of a published one."""
    kinds = ("BASE TABLE",) if path.name == "warehouse.duckdb" else ("BASE TABLE", "VIEW")
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(f"set file_search_path = '{path.parent}'")
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_type in (select unnest(?))",
            [list(kinds)],
        ).fetchall()
        rows = (connection.execute(f'from "{schema}"."{name}"').fetchall() for schema, name in tables)
        return "\n".join(str(row) for table in rows for row in table)


def test_no_account_is_in_the_lake_the_warehouse_the_logs_or_the_snapshot(published):
    accounts = _accounts(published)
    assert len(accounts) > 100
    found = {}
    for path, text in _texts(published):
        # whole words: an account that is a number may stand inside a longer one by chance
        if here := accounts & set(_WORD.findall(text)):
            found[str(path.relative_to(published.home))] = sorted(here)[:3]
    assert found == {}


def test_no_body_of_a_message_is_outside_the_restricted_part(published):
    bodies = set()
    with (published.sources.parent / "mail" / "chat.jsonl").open(encoding="utf-8") as file:
        for line in file:
            body = json.loads(line).get("text") or ""
            if len(body) > 40:
                bodies.add(body)
    assert len(bodies) > 20
    found = [str(path) for path, text in _texts(published) if any(body in text for body in bodies)]
    assert found == []


def test_no_planted_identifier_is_in_the_warehouse_the_snapshot_the_enriched_lake_or_the_logs(published):
    """Of a post, reply, instruction or internal message; only the raw loads hold citizens' words as they came."""
    found = {}
    for path, text in _texts(published):
        where = path.relative_to(published.home)
        if where.parts[:2] != ("lake", "raw"):
            here = [kind for kind, (_, secret) in PLANTED.items() if secret.lower() in text.lower()]
            if here:
                found[str(where)] = here
    assert found == {}


def test_no_planted_name_is_in_the_warehouse_the_snapshot_the_enriched_lake_or_the_logs(published):
    """A name of several words is looked for by each of them, so that no part of it may stay."""
    # short ones stand inside of other words
    words = {kind: {word for word in re.findall(r"\w+", name) if len(word) > 5} for kind, (_, name) in NAMED.items()}
    found = {}
    for path, text in _texts(published):
        where = path.relative_to(published.home)
        if where.parts[:2] != ("lake", "raw"):
            here = [kind for kind, several in words.items() if any(word.lower() in text.lower() for word in several)]
            if here:
                found[str(where)] = here
    assert found == {}


def test_no_planted_string_is_outside_of_the_raw_lake_and_the_warehouse(published):
    """What sources call things is matched by in the warehouse, as they have it, and masked in every mart."""
    planted = {address(door, name) for door, names in DOORS.items() for name in names}
    assert len(planted) == 12
    found, seen = {}, set()
    for path, text in _texts(published):
        where = path.relative_to(published.home)
        here = {one for one in planted if one in text}
        seen |= here
        if here and where.parts[:2] != ("lake", "raw") and where.parts[0] != "warehouse.duckdb":
            found[str(where)] = sorted(here)
    assert found == {}
    assert seen == planted
    with duckdb.connect(str(published.home / "warehouse.duckdb"), read_only=True) as warehouse:
        warehouse.execute(f"set file_search_path = '{published.home}'")
        marts = published.manifest["surfaces"]["analyst"]
        held = {
            name for name in marts if any(one in str(warehouse.execute(f"from {name}").fetchall()) for one in planted)
        }
    assert held == set()


def test_an_authority_that_no_list_holds_and_few_people_name_is_shown_as_such(published):
    authorities = published.query("select distinct declared_authority from fct_post where source = 'canary_posts'")
    assert authorities == [("не в списке",)]
    topics = published.query("select distinct declared_topic from fct_post where source = 'canary_posts'")
    assert topics == [("Канарейка [почта]",)]
    told = published.query(
        "select distinct authority_name, evidence_url from fct_instruction where source = 'canary_instructions'"
    )
    assert told == [("не в списке", "есть")]
    assert published.query("select count(*) from dim_authority where name = 'не в списке'")[0][0] > 0


def test_planted_identifiers_are_masked_in_posts_replies_and_instructions(published):
    with duckdb.connect(str(published.home / "warehouse.duckdb"), read_only=True) as warehouse:
        posts = dict(
            warehouse.execute("select source_post_id, text from fct_post where source = 'canary_posts'").fetchall()
        )
        titles = warehouse.execute("select title from fct_instruction where source = 'canary_instructions'").fetchall()
        replies = warehouse.execute("select text from fct_reply where text like 'Увидели:%'").fetchall()
    # a password goes with its label, a pattern of one's own with all of its shape
    masked = {kind: template.format(PLACEHOLDERS[kind]) for kind, (template, _) in PLANTED.items() if kind in KINDS}
    masked |= {"credential": "В подъезде висит бумажка, [пароль]", "case_number": "Смотрите [case_number]"}
    assert set(masked) == set(PLANTED)
    for kind, (_, secret) in PLANTED.items():
        shown = masked[kind]
        assert posts[f"canary-{kind}"] == shown
        assert (f"Увидели: {shown}",) in replies
        assert (f"Поручаю: {shown}",) in titles
        assert secret not in shown


def test_planted_leaks_are_published_masked(published):
    rows = published.query(
        "select leak_kind, status, last_two_characters from fct_leak_finding where organisation = 'Канарейка'"
    )
    endings = {(kind, None if kind == "credential" else secret[-2:]) for kind, (_, secret) in PLANTED.items()}
    assert {(row[0], row[2]) for row in rows} == endings
    assert {row[1] for row in rows} == {"finding"}
    columns = {column for (column,) in published.query("select column_name from (describe fct_leak_finding)")}
    assert not {"sender_subject_id", "sent_at", "text_hash"} & columns


def _readers(home, path):
    """Who may read a file of a home: `owner`, `group` or `anybody`, by its own bits and those of the folders above."""
    above = [folder for folder in path.relative_to(home).parents if folder != type(path)()]
    for name, (read, enter) in {"anybody": (0o004, 0o001), "group": (0o040, 0o010)}.items():
        folders = [(home / folder).stat().st_mode for folder in above]
        if path.stat().st_mode & read and all(mode & enter for mode in folders):
            return name
    return "owner"


def test_every_file_is_its_owners_alone_but_for_the_two_surfaces(published):
    found = {}
    for path in published.home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            where = path.relative_to(published.home).parts
            kind = where[3] if where[:2] == ("published", "snapshots") else where[0]
            found.setdefault(kind, set()).add(_readers(published.home, path))
    open_to_others = {kind: readers for kind, readers in found.items() if readers != {"owner"}}
    assert open_to_others == {"analyst": {"group"}, "manifest.json": {"group"}, "public": {"anybody"}}
    assert {"lake", "restricted", "quarantine", "vault", "work", "dagster", "dbt", "warehouse.duckdb"} <= found.keys()


def test_staff_scores_are_null_without_consent(published):
    shown = "authority_score is not null or spread_score is not null or authority_rank is not null"
    consenting = "select subject_id from int_staff_subject where is_score_consented"
    with duckdb.connect(str(published.home / "warehouse.duckdb"), read_only=True) as warehouse:
        consented = {subject for (subject,) in warehouse.execute(consenting).fetchall()}
    published_for = {
        row[0]
        for row in published.query(
            f"select member_id from fct_leader_score where network = 'staff' and level = 'subject' and ({shown})"
        )
    }
    assert published_for
    assert published_for <= consented


def test_groups_list_of_staff_only_those_who_agreed(published):
    listed = published.query(
        "select network, is_score_consented, count(*) from bridge_group_member join dim_subject using (subject_id) "
        "group by all"
    )
    assert {(network, agreed) for network, agreed, _ in listed} <= {("citizens", False), ("staff", True)}
    ((n_told, n_listed),) = published.query(
        "select sum(n_members), (select count(*) from bridge_group_member join dim_subject using (subject_id) "
        "where network = 'staff') from dim_interest_group where network = 'staff' and not is_suppressed"
    )
    assert n_told > n_listed


def test_the_department_of_staff_who_did_not_agree_is_not_told(published):
    rows = published.query(
        "select is_score_consented, department is null, suppression_reason from dim_subject where network = 'staff' "
        "group by all"
    )
    assert all(is_hidden for agreed, is_hidden, _ in rows if not agreed)
    assert "no_consent" in {reason for *_, reason in rows}


def test_citizens_and_staff_share_no_subject(published):
    assert published.query(
        "select count(*) from dim_subject as a join dim_subject as b using (subject_id) where a.network <> b.network"
    ) == [(0,)]
    assert published.query("select distinct network, left(subject_id, 2) from dim_subject order by 1") == [
        ("citizens", "c_"),
        ("staff", "s_"),
    ]


def test_restricted_columns_are_neither_in_the_database_nor_in_parquet(published):
    restricted = {"url", "lat", "lon", "source_post_id", "text_hash"}
    in_database = published.query("select column_name from information_schema.columns where table_name = 'fct_post'")
    in_parquet = duckdb.execute(
        "select column_name from (describe select * from read_parquet(?))",
        [str(published.current / "analyst" / "fct_post.parquet")],
    ).fetchall()
    assert in_database == in_parquet
    assert not {name for (name,) in in_database} & restricted


def test_whoever_holds_the_source_s_export_finds_no_id_of_it_on_a_surface_nor_anything_computed_from_one(published):
    with (published.sources.parent / "truth" / "incidents.csv").open(encoding="utf-8", newline="") as file:
        posts = [(row["source"], row["source_post_id"]) for row in csv.DictReader(file)]
    assert len(posts) > 100
    guesses = {post for _, post in posts if not post.isdigit()}
    for source, post in posts:
        for separator in ("", "|", "/", ":", "\x1f"):
            for said in (post, f"{source}{separator}{post}", f"post{separator}{source}{separator}{post}"):
                digests = (
                    hashlib.new(name, said.encode()).hexdigest() for name in ("md5", "sha1", "sha256", "blake2b")
                )
                guesses |= {digest[:32] for digest in digests}
    keyed = keyed_ids(Home(published.home))
    ours = {keyed.of("post", source, post) for source, post in posts}
    values: dict[str, set[str]] = {}
    for path in sorted(published.current.glob("*/*.parquet")):
        table = pq.ParquetFile(path).read()
        for name in table.column_names:
            if pa.types.is_string(table.schema.field(name).type):
                found = set(table[name].unique().to_pylist())
                values.setdefault(path.parent.name, set()).update(found)
                assert not guesses & found, (path.name, name)
    # the search looks where ids are: those of the home's key stand on the analysts' surface, and on no other
    assert ours & values["analyst"]
    assert not ours & values["public"]
