"""A file's rows become an entity's rows: the mapping's SELECT, then types and contract, row by row.

SQL over whole columns, never a loop over rows. Two tables of one load are made here, in its own DuckDB connection:
`mapped` (the SELECT's rows as they came) and `typed` (the entity's types, and the first problem of each row). What
becomes of the rows afterwards is `orchestration/ingestion/loading.py`.
"""

from datetime import datetime, timedelta

import duckdb

from orchestration.entities import Entity, Field, Role
from orchestration.errors import ConfigurationError
from orchestration.readers.records import reader_of
from orchestration.readers.tabular import TabularFile, UnreadableDeliveryError
from orchestration.sources.configuration import Source

FUTURE_TOLERANCE = timedelta(days=1)
_ORIGIN = "origin_row"

_KINDS = {
    "TIMESTAMPTZ": "a date and time",
    "DATE": "a date",
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "BOOLEAN": "true or false",
}

_DAY_FIRST = "['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y']"
_HAS_OFFSET = r"\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)$"


def map_rows(
    connection: duckdb.DuckDBPyConnection, file: TabularFile, source: Source, entity: Entity, *, received_at: datetime
) -> None:
    """Run the mapping over a file; leaves the tables `mapped` and `typed` in the connection.

    `typed` has every field of the entity in its type (accounts and texts still as they came), `mapped_row` and
    `origin_row` BIGINT, and `problem` VARCHAR: `field|reason`, or NULL where the row keeps the contract.

    Args:
        connection: locked down to what this load may read.
        file: the delivery.
        source: its entry in `sources.yaml`.
        entity: what the rows become.
        received_at: a row of more than a day later lies in the future.

    Raises:
        ConfigurationError: the SELECT is not one SELECT, does not run over this file, gives a column the entity does
            not have, or lacks one it requires.
        UnreadableDeliveryError: the file is at fault, not the mapping.
    """
    where = f"source {source.name!r}, entity {entity.name!r}"
    mapping = source.entities[entity.name]
    select = mapping.select or _default_select(source, entity, where)
    _require_one_select(connection, select, where)
    _run_select(connection, file, select, where)
    given = _given_columns(connection, entity, is_undated=mapping.is_undated, where=where)
    values = [f"{_cast(field, given, source.time_zone)} as {field.name}" for field in entity.fields]
    checks = [
        check
        for field in entity.fields
        for check in _checks(field, given, is_undated=mapping.is_undated, latest=received_at + FUTURE_TOLERANCE)
    ]
    origin = f"m.{_ORIGIN}::bigint" if _ORIGIN in given else "m.mapped_row"
    kept = ", ".join(["mapped_row", _ORIGIN, *(field.name for field in entity.fields)])
    # a value and what it was cast from side by side, so that the checks need no join
    as_given = [f"m.{field.name} as given_{field.name}" for field in entity.fields if field.name in given]
    connection.execute(
        f"""
        create or replace temp table typed as
        with cast_rows as (
            select m.mapped_row, {", ".join([f"{origin} as {_ORIGIN}", *values, *as_given])} from mapped as m
        )
        select {kept}, {f"case {' '.join(checks)} end" if checks else "null::varchar"} as problem
        from cast_rows as c
        """
    )


def _default_select(source: Source, entity: Entity, where: str) -> str:
    if source.format.is_table:
        raise ConfigurationError(f"{where}: a {source.format.value} file needs a `select`.")
    mappings = reader_of(source.format).MAPPINGS
    if entity.name not in mappings:
        raise ConfigurationError(
            f"{where}: {source.format.value} exports give {', '.join(mappings)}; for anything else write a `select`."
        )
    return mappings[entity.name]


def _require_one_select(connection: duckdb.DuckDBPyConnection, select: str, where: str) -> None:
    try:
        kinds = [statement.type for statement in connection.extract_statements(select)]
    except duckdb.ParserException as error:
        raise ConfigurationError(f"{where}: `select` is not SQL: {_first_line(error)}") from error
    if kinds != [duckdb.StatementType.SELECT]:
        raise ConfigurationError(f"{where}: `select` must be one SELECT over the view `source`.")


def _run_select(connection: duckdb.DuckDBPyConnection, file: TabularFile, select: str, where: str) -> None:
    create = (
        "create or replace temp table mapped as "
        f"select row_number() over () as mapped_row, * from ({select.rstrip().rstrip(';')}\n)"
    )
    try:
        try:
            file.attach()
            connection.execute(create)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            file.attach_without_broken()
            connection.execute(create)
    except duckdb.BinderException as error:
        raise ConfigurationError(
            f"{where}: `select` does not fit {file.name}: {_first_line(error)}\n"
            f"The file's columns are: {', '.join(file.columns())}."
        ) from error
    except duckdb.Error as error:
        reason = file.why_unreadable()
        if reason is not None:
            raise UnreadableDeliveryError(reason) from error
        raise ConfigurationError(
            f"{where}: {file.name} cannot be read by this mapping: {_first_line(error)}\n"
            "Where single values may be unreadable use try_cast or try_strptime: such rows then go to quarantine."
        ) from error


def _given_columns(
    connection: duckdb.DuckDBPyConnection, entity: Entity, *, is_undated: bool, where: str
) -> dict[str, str]:
    """Columns of `mapped` and their types, after checking that they are the entity's."""
    given = dict(connection.execute("select column_name, column_type from (describe mapped)").fetchall())
    del given["mapped_row"]
    accepted = [*(field.name for field in entity.fields), _ORIGIN]
    unknown = sorted(set(given) - set(accepted))
    if unknown:
        raise ConfigurationError(
            f"{where}: `select` gives {', '.join(unknown)}, which {entity.name} does not have; "
            f"accepted are {', '.join(accepted)}."
        )
    required = [field for field in entity.fields if field.required and not (is_undated and field.is_event_time)]
    missing = [field.name for field in required if field.name not in given]
    if missing:
        raise ConfigurationError(f"{where}: `select` must give {', '.join(missing)} as well.")
    return given


def _cast(field: Field, given: dict[str, str], time_zone: str) -> str:
    if field.name not in given:
        return f"null::{field.type}"
    column, kind = f"m.{field.name}", given[field.name]
    if field.type == "TIMESTAMPTZ":
        return _instant(column, kind, time_zone)
    if field.type == "VARCHAR[]":
        items = column if kind.endswith("[]") else f"[{column}]"
        return f"list_filter(list_transform({items}, lambda a: trim(a::varchar)), lambda a: a <> '')"
    if field.role in (Role.TEXT, Role.RESTRICTED_TEXT):
        return f"{column}::varchar"
    if field.type == "VARCHAR":
        return f"nullif(trim({column}::varchar), '')"
    return f"try_cast({column} as {field.type})"


def _instant(column: str, kind: str, time_zone: str) -> str:
    """A time with an offset says its zone; any other is read in the source's."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return column
    if kind != "VARCHAR":
        return f"timezone('{time_zone}', try_cast({column} as timestamp))"
    local = f"coalesce(try_cast({column} as timestamp), try_strptime({column}, {_DAY_FIRST}))"
    return (
        f"case when regexp_matches(trim({column}), '{_HAS_OFFSET}') then try_cast({column} as timestamptz) "
        f"else timezone('{time_zone}', {local}) end"
    )


def _checks(field: Field, given: dict[str, str], *, is_undated: bool, latest: datetime) -> list[str]:
    """`when … then 'field|reason'` branches for one field, in the order a person would notice them."""
    checks = []
    if field.name in given and field.type in _KINDS:
        is_said = f"nullif(trim(c.given_{field.name}::varchar), '') is not null"
        checks.append((f"c.{field.name} is null and {is_said}", f"not {_KINDS[field.type]}"))
    if field.required and not (is_undated and field.is_event_time):
        is_list = field.type == "VARCHAR[]"
        is_empty = f"coalesce(len(c.{field.name}), 0) = 0" if is_list else f"c.{field.name} is null"
        checks.append((is_empty, "required, and empty"))
    if field.accepted:
        listed = ", ".join(f"'{value}'" for value in field.accepted)
        checks.append((f"c.{field.name} not in ({listed})", f"unknown value; accepted are {', '.join(field.accepted)}"))
    if field.is_event_time:
        checks.append((f"c.{field.name} > '{latest.isoformat()}'::timestamptz", "lies in the future"))
    if field.type == "TIMESTAMPTZ":
        # Python has no year 10000 and no minus infinity; DuckDB has, and files have
        is_outside = f"c.{field.name} < '1900-01-01'::timestamptz or c.{field.name} >= '10000-01-01'::timestamptz"
        checks.append((is_outside, "lies outside the years 1900 to 9999"))
    checks += field.breaches
    return [f"when {condition} then '{field.name}|{reason}'" for condition, reason in checks]


def _first_line(error: Exception) -> str:
    """DuckDB's message without its drawing of the statement."""
    return str(error).split("\n\n")[0].split("\nLINE")[0].strip()
