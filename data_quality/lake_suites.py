"""What the raw lake and the annotations must satisfy before anything reads them.

Queries name files relative to the home. They take counts and keys out of the lake, never words.
"""

import re
from collections.abc import Sequence

from data_quality.arrival_suites import Limits, arrivals
from data_quality.expectations import (
    RUN_PARAMETERS,
    FromParameter,
    Gate,
    Parameter,
    Severity,
    Suite,
    at_least,
    between,
    equal,
    in_set,
    is_false,
    is_true,
    not_null,
    nothing_in,
    total,
)
from otklik.intake.entities import INTENTS, entities
from otklik.intake.entity import Entity

PLACE_KINDS = ("municipality", "settlement", "street", "institution")

# A source becomes part of a folder and of a gate's file name, and is written into SQL as a literal.
_SOURCE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def raw_gate(source: str, entity: str, figures: Sequence[Limits] = (), on_failure: str = "stop") -> Gate:
    """The gate on every load of one entity from one source.

    Args:
        source: the source.
        entity: one of the entities it feeds.
        figures: what was measured of its new deliveries, with the limits that its past sets.
        on_failure: what the run does where the gate fails: `stop`, `publish_without` or `accept`.

    Raises:
        ValueError: `source` is not a plain name, or `entity` is unknown.
    """
    if not _SOURCE_NAME.fullmatch(source):
        raise ValueError(f"Source {source!r} is not a name of letters, digits, '_' and '-'; rename it.")
    if entity not in entities():
        raise ValueError(f"Unknown entity {entity!r}; accepted: {sorted(entities())}.")
    return Gate(
        name=f"raw.{source}.{entity}",
        description=f"Loads of {entity} from {source} are complete, keyed, not from the future, and like those before.",
        suites=(
            _loads(source, entity),
            # of a reference table nothing may be lost: what reads it refuses the run and tells every row
            *([] if entities()[entity].is_reference else [_newest_loads(source, entity)]),
            _rows(source, entities()[entity]),
            *([] if entities()[entity].is_reference else arrivals(source, entity, figures, on_failure)),
        ),
        parameters=(
            *RUN_PARAMETERS,
            Parameter("quarantined_share_ceiling", "DOUBLE", "Largest share of rows the newest loads may lose.", 0.05),
        ),
    )


def _ledger(source: str, entity: str) -> str:
    return f"""(
        select load_id, loaded_at, rows_read, rows_loaded, rows_duplicate, rows_quarantined,
            coalesce(rows_erased, 0) as rows_erased, coalesce(rows_left_out, 0) as rows_left_out
        from read_parquet(
            'lake/ledger/*/*/*.parquet', hive_partitioning = true, hive_types_autocast = false, union_by_name = true
        )
        where source = '{source}' and entity = '{entity}'
    )"""


def _lake(source: str, entity: str) -> str:
    return f"""(
        select *
        from read_parquet(
            'lake/raw/{entity}/*/*.parquet',
            hive_partitioning = true, hive_types_autocast = false, union_by_name = true, filename = true
        )
        where source = '{source}'
    )"""


def _loads(source: str, entity: str) -> Suite:
    """Conservation (definition 26): read = loaded + duplicate + quarantined + erased + left out, for every load.

    The lake may hold fewer rows than the ledger counted, never more: erasing a subject removes rows afterwards.
    """
    return Suite(
        table="raw_load",
        query=f"""
            with stored as (
                select regexp_extract(filename, 'load=([^/]+)\\.parquet$', 1) as load_id, count(*) as rows_stored
                from {_lake(source, entity)}
                group by all
            )
            select
                ledger.load_id as ledger_load_id,
                ledger.rows_read,
                ledger.rows_loaded + ledger.rows_duplicate + ledger.rows_quarantined
                    + ledger.rows_erased + ledger.rows_left_out as rows_accounted,
                ledger.rows_loaded,
                coalesce(stored.rows_stored, 0) as rows_stored
            from {_ledger(source, entity)} as ledger
            full join stored using (load_id)
        """,
        expectations=(
            not_null("ledger_load_id", "Every load in the lake has its line in the ledger."),
            equal(
                "rows_read",
                "rows_accounted",
                "Every row read was loaded, a duplicate, quarantined, erased or left out by design.",
            ),
            at_least("rows_loaded", "rows_stored", "The lake holds no more rows of a load than the ledger counted."),
        ),
        is_computed_once=True,
    )


def _newest_loads(source: str, entity: str) -> Suite:
    """What the last files lost, by row and by file.

    A file of which nothing could be read is one quarantined row. One such file is a warning: the run goes on with the
    rest. It blocks where it says that the source is gone: no file of it was ever readable, two or more came since the
    last one that was, or most of the newest files are so.
    """
    return Suite(
        table="raw_newest_load",
        query=f"""
            with ledger as (
                select *, rows_read = 1 and rows_quarantined = 1 as is_unreadable from {_ledger(source, entity)}
            ),
            newest as (select * from ledger where loaded_at = (select max(loaded_at) from ledger)),
            file as (
                select count(*) as n_files, count_if(is_unreadable) as n_unreadable from newest
            ),
            since as (
                select count(*) as n_since, (select count_if(not is_unreadable) from ledger) as n_ever_readable
                from ledger
                where loaded_at > (select max(loaded_at) from ledger where not is_unreadable)
            )
            select
                (
                    select coalesce(sum(rows_quarantined) / nullif(sum(rows_read - rows_left_out), 0), 0)
                    from newest where not is_unreadable
                ) as quarantined_share,
                n_unreadable,
                n_unreadable * 2 > n_files and (n_ever_readable = 0 or n_since <> 1) as is_source_lost
            from file cross join since
        """,
        expectations=(
            total(
                "quarantined_share",
                "A format that changed shows as rows in quarantine: look there, mend the mapping, load again.",
                least=0,
                most=FromParameter("quarantined_share_ceiling"),
            ),
            is_false(
                "is_source_lost", "Its files cannot be read any more: the quarantine says why; deliver them anew."
            ),
            nothing_in(
                "n_unreadable",
                "A file could not be read: the quarantine says why. The run goes on without it; deliver it anew.",
                severity=Severity.WARNING,
            ),
        ),
        is_computed_once=True,
    )


def _rows(source: str, entity: Entity) -> Suite:
    keys = tuple(entity.field(name).stored_name for name in entity.key if entity.field(name).required)
    expectations = tuple(not_null(key, "A row without its key cannot be found, joined or erased.") for key in keys)
    columns = list(keys)
    if entity.event_time is not None:
        event_at = entity.event_time.stored_name
        taken_in = f"(select max(loaded_at) from {_ledger(source, entity.name)})"
        columns.append(f"{event_at} > {taken_in} + interval 1 day as is_in_future")
        # A day of grace: clocks of sources differ, and events announced for later show as far more.
        expectations += (is_false("is_in_future", "No event is later than a day after it was taken in."),)
    return Suite(
        table=f"raw_{entity.name}",
        query=f"select {', '.join(columns)} from {_lake(source, entity.name)}",
        expectations=expectations,
    )


def annotations_gate() -> Gate:
    """The gate on what the language models said about texts."""
    return Gate(
        name="annotations",
        description="Every text of a post has one label of the current model, and labels are well formed.",
        suites=(_texts(), _labels("post_label"), _labels("message_label"), _places(), _label_balance()),
        parameters=(
            *RUN_PARAMETERS,
            Parameter("model_version", "VARCHAR", "Version of the model that labels posts.", is_required=True),
            Parameter(
                "other_share_ceiling", "DOUBLE", "Share of intent 'other' above which the model is doubted.", 0.5
            ),
        ),
    )


def _current(table: str) -> str:
    return f"""(
        select *
        from read_parquet('lake/enriched/{table}/*.parquet', union_by_name = true)
        where model_version = (select model_version from parameter)
    )"""


def _texts() -> Suite:
    return Suite(
        table="post_text",
        query=f"""
            with text as (
                select distinct text_hash
                from read_parquet('lake/raw/post/*/*.parquet', union_by_name = true)
                where text_hash is not null
            ),
            label as (select text_hash, count(*) as n_labels from {_current("post_label")} group by text_hash)
            select
                count(*) filter (where label.n_labels is null) as n_unlabelled,
                count(*) filter (where label.n_labels > 1) as n_labelled_twice
            from text
            left join label using (text_hash)
        """,
        expectations=(
            nothing_in("n_unlabelled", "Every text of a post has a label of the current model version."),
            nothing_in("n_labelled_twice", "Two labels of one text would double its posts in every join."),
        ),
        is_computed_once=True,
    )


def _labels(table: str) -> Suite:
    return Suite(
        table=table,
        query=f"""
            select intent, intent_probability, topic_probability
            from read_parquet('lake/enriched/{table}/*.parquet', union_by_name = true)
        """,
        expectations=(
            not_null("intent", "Abstaining is legal for topics; an intent is always one of the six."),
            in_set("intent", INTENTS, "An unknown intent would fall out of every report."),
            not_null("intent_probability", "A label without its probability cannot be weighed."),
            between("intent_probability", "A probability.", least=0, most=1),
            between("topic_probability", "A probability.", least=0, most=1),
        ),
    )


def _places() -> Suite:
    return Suite(
        table="post_place",
        query=f"select kind, place_key, start_char, end_char, end_char > start_char as is_span from "
        f"{_current('post_place')}",
        expectations=(
            in_set("kind", PLACE_KINDS, "Kinds of places the gazetteer can resolve."),
            not_null("place_key", "The normalised name is what joins a mention to the gazetteer."),
            is_true("is_span", "A mention covers at least one character."),
        ),
    )


def _label_balance() -> Suite:
    return Suite(
        table="post_label_balance",
        query=f"select coalesce(avg((intent = 'other')::integer), 0) as other_share from {_current('post_label')}",
        expectations=(
            total(
                "other_share",
                "Many posts without an intent: a new kind of source, or a model that does not fit it.",
                least=0,
                most=FromParameter("other_share_ceiling"),
                severity=Severity.WARNING,
            ),
        ),
        is_computed_once=True,
    )
