"""A file's rows become an entity's rows: the mapping's SELECT, then types and contract, row by row.

SQL over whole columns, never a loop over rows, and nothing is kept: what comes out is one query, for the rows to be
streamed through. What becomes of them on the way is `staging.py`, and at the end `loading.py`.
"""

from datetime import datetime, timedelta

import duckdb

from otklik.home.engine import quoted_name
from otklik.home.errors import ConfigurationError
from otklik.intake.entity import Entity, Field, Role
from otklik.intake.left_out import LEFT_OUT, REASONS
from otklik.intake.readers.records import reader_of
from otklik.intake.readers.tabular import TabularFile, UnreadableDeliveryError
from otklik.intake.sources.configuration import Format, Source

FUTURE_TOLERANCE = timedelta(days=1)
_ORIGIN = "origin_row"

_KINDS = {
    "TIMESTAMPTZ": "a date and time",
    "DATE": "a date",
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "BOOLEAN": "true or false",
}

_CLOCKS = (" %H:%M:%S", " %H:%M", ", %H:%M:%S", ", %H:%M", "")
_DAY_FIRST = [f"%d.%m.%Y{clock}" for clock in _CLOCKS]
# 01.09.26: read as a year of four digits it would lie in the first century
_DAY_FIRST_SHORT = [f"%d.%m.%y{clock}" for clock in _CLOCKS]
_IS_SHORT = r"^\d{1,2}\.\d{1,2}\.\d\d(\D|$)"
_LOWER_HEADER = " If names stand in a lower row, say so: `options: {header_row: 3}`."
_DAY_OR_MONTH_FIRST = "day or month first? Such dates are read in the `select`, by try_strptime"
_SLASHED = r"\d{1,2}/\d{1,2}/(\d{2}|\d{4})(\D.*)?"
_HAS_OFFSET = r"\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d(:?\d\d)?)$"


class MisfitError(ConfigurationError):
    """A mapping names columns that a file does not have: the mapping is wrong, or the file is another one."""


def typed_rows(
    connection: duckdb.DuckDBPyConnection, file: TabularFile, source: Source, entity: Entity, *, received_at: datetime
) -> str:
    """The query that maps a file's rows; leaves the view `mapped` (the SELECT's rows as they come) in the connection.

    Its columns: `origin_row` BIGINT (NULL where the mapping gives none), every field of the entity in its type
    (accounts and texts still as they came), `left_out` VARCHAR where the mapping gives it, `problem` VARCHAR
    (`field|reason`, or NULL where the row keeps the contract or is left out) and `raw` VARCHAR (the row as it came, as
    JSON, where there is a problem).

    Args:
        connection: locked down to what this load may read; `file` is attached to it.
        file: the delivery.
        source: its entry in `sources.yaml`.
        entity: what the rows become.
        received_at: a row of more than a day later lies in the future.

    Raises:
        MisfitError: the SELECT does not fit this file.
        ConfigurationError: it is not one SELECT, gives a column the entity does not have, or lacks one it requires.
    """
    where = f"source {source.name!r}, entity {entity.name!r}"
    mapping = source.entities[entity.name]
    select = mapping.select or _default_select(source, entity, where)
    _require_one_select(connection, select, where)
    try:
        connection.execute(f"create or replace temp view mapped as (\n{select.rstrip().rstrip(';')}\n)")
    except duckdb.BinderException as error:
        raise MisfitError(
            f"{where}: `select` does not fit {file.name}: {_first_line(error)}\n"
            f"The file's columns are: {', '.join(file.columns())}."
            f"{_LOWER_HEADER if source.format in (Format.CSV, Format.XLSX) else ''}"
        ) from error
    given = _given_columns(connection, entity, is_undated=mapping.is_undated, where=where)
    return _typed_sql(entity, given, source, is_undated=mapping.is_undated, latest=received_at + FUTURE_TOLERANCE)


def why_unreadable(error: Exception, file: TabularFile, source: Source, entity: Entity) -> Exception:
    """What to raise where reading a file through its mapping failed: is the file at fault, or the mapping?"""
    reason = file.why_unreadable()
    if reason is not None:
        return UnreadableDeliveryError(reason)
    return ConfigurationError(
        f"source {source.name!r}, entity {entity.name!r}: {file.name} cannot be read by this mapping: "
        f"{_first_line(error)}\n"
        "Where single values may be unreadable use try_cast or try_strptime: such rows then go to quarantine."
    )


def _typed_sql(entity: Entity, given: dict[str, str], source: Source, *, is_undated: bool, latest: datetime) -> str:
    names = [field.name for field in entity.fields]
    values = [f"{_cast(field, given, source.time_zone)} as {field.name}" for field in entity.fields]
    origin = f"m.{_ORIGIN}::bigint" if _ORIGIN in given else "null::bigint"
    # a value and what it was cast from side by side, so that the checks need no join
    as_given = [f"m.{quoted_name(name)} as {quoted_name(f'given_{name}')}" for name in given]
    checks = [check for field in entity.fields for check in _checks(field, given, is_undated=is_undated, latest=latest)]
    if LEFT_OUT in given:
        # nobody asks of a row that is left out whether it keeps the contract
        values.append(f"nullif(trim(m.{LEFT_OUT}::varchar), '') as {LEFT_OUT}")
        names = [*names, LEFT_OUT]
        known = ", ".join(f"'{reason}'" for reason in REASONS)
        unknown = f"{LEFT_OUT}|unknown reason; accepted are {', '.join(REASONS)}"
        checks = [
            f"when c.{LEFT_OUT} in ({known}) then null",
            f"when c.{LEFT_OUT} is not null then '{unknown}'",
            *checks,
        ]
    row = ", ".join(f"{quoted_name(name)}: {quoted_name(f'given_{name}')}" for name in given)
    return f"""
        with cast_rows as (
            select {", ".join([f"{origin} as {_ORIGIN}", *values, *as_given])} from mapped as m
        ),
        checked as (
            select *, {f"case {' '.join(checks)} end" if checks else "null::varchar"} as problem from cast_rows as c
        )
        select
            {", ".join([_ORIGIN, *names])},
            problem,
            -- only refused rows are spelled out, and mostly there are none
            case when problem is not null then to_json({{{row}}})::varchar end as raw
        from checked
    """


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
        raise ConfigurationError(f"{where}: `select` is not SQL: {error}") from error
    if kinds != [duckdb.StatementType.SELECT]:
        raise ConfigurationError(f"{where}: `select` must be one SELECT over the view `source`.")


def _given_columns(
    connection: duckdb.DuckDBPyConnection, entity: Entity, *, is_undated: bool, where: str
) -> dict[str, str]:
    """Columns of `mapped` and their types, after checking that they are the entity's."""
    # names in SQL have no case: a header may say Channel
    described = connection.execute("select lower(column_name), column_type from (describe mapped)").fetchall()
    given = dict(described)
    accepted = [*(field.name for field in entity.fields), _ORIGIN, LEFT_OUT]
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
    if field.type == "VARCHAR[]":
        return f"list_filter(list_transform({_items(column, kind)}, lambda a: trim(a)), lambda a: a <> '')"
    if kind == "JSON":
        # where values are of several types; a plain cast would leave the quotes around strings
        column, kind = f"({column} ->> '$')", "VARCHAR"
    if field.type == "TIMESTAMPTZ":
        return _instant(column, kind, time_zone)
    if field.type == "DATE" and kind == "VARCHAR":
        return f"coalesce(try_cast({column} as date), {_day_first(column)}::date)"
    if field.role in (Role.TEXT, Role.RESTRICTED_TEXT):
        return f"{column}::varchar"
    if field.type == "VARCHAR":
        return f"nullif(trim({column}::varchar), '')"
    return f"try_cast({column} as {field.type})"


def _items(column: str, kind: str) -> str:
    """SQL: a list of strings, of one where the column is no list."""
    if kind == "JSON":
        return f"case json_type({column}) when 'ARRAY' then {column} ->> '$[*]' else [{column} ->> '$'] end"
    if kind == "JSON[]":
        return f"list_transform({column}, lambda a: a ->> '$')"
    return f"{column}::varchar[]" if kind.endswith("[]") else f"[{column}::varchar]"


def _instant(column: str, kind: str, time_zone: str) -> str:
    """A time with an offset says its zone; any other is read in the source's."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return column
    if kind != "VARCHAR":
        return f"timezone('{time_zone}', try_cast({column} as timestamp))"
    local = f"coalesce(try_cast({column} as timestamp), {_day_first(column)})"
    # DuckDB reads no offset behind a space
    joined = rf"regexp_replace({column}, '\s+([+-]\d\d(:?\d\d)?)\s*$', '\1')"
    return (
        f"case when regexp_matches(trim({column}), '{_HAS_OFFSET}') then try_cast({joined} as timestamptz) "
        f"else timezone('{time_zone}', {local}) end"
    )


def _day_first(column: str) -> str:
    """SQL: the instant that a dotted date gives, with two or four digits of its year."""
    return (
        f"case when regexp_matches(trim({column}), '{_IS_SHORT}') "
        f"then try_strptime(trim({column}), {_DAY_FIRST_SHORT}) else try_strptime(trim({column}), {_DAY_FIRST}) end"
    )


def _checks(field: Field, given: dict[str, str], *, is_undated: bool, latest: datetime) -> list[str]:
    """`when … then 'field|reason'` branches for one field, in the order a person would notice them."""
    checks = []
    if field.name in given and field.type in _KINDS:
        is_said = f"nullif(trim(c.given_{field.name}::varchar), '') is not null"
        if field.type in ("TIMESTAMPTZ", "DATE"):
            is_slashed = f"regexp_full_match(trim(c.given_{field.name}::varchar), '{_SLASHED}')"
            checks.append((f"c.{field.name} is null and {is_slashed}", _DAY_OR_MONTH_FIRST))
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
