"""Guesses which columns of a foreign table are which fields of a post."""

import re
from collections.abc import Callable

from otklik.home.engine import text_literal
from otklik.intake.entities import CHANNELS
from otklik.intake.sources.columns import Column, identifier, mostly
from otklik.intake.sources.guessed_columns import Columns, EntityGuess, Time, optional, select_of
from otklik.intake.sources.guessing_events import event_keys, give_events
from otklik.intake.sources.guessing_ids import row_id
from otklik.intake.sources.instants import instants_of
from otklik.intake.sources.vocabulary import channel_of

_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
_CLOCK_NAME = re.compile(r"\b(время|time|uhrzeit|zeit|heure|hora)\b")
_PAIR = re.compile(r"-?\d{1,3}\.\d+\s*[, ]\s*-?\d{1,3}\.\d+")
_LONG_WORDS = 25
_MOST_NAMED = 12

Value = tuple[str, str]


def guess_post(found: Columns, stem: str, events: Column | None, *, is_case: bool) -> EntityGuess:
    """The post of each row.

    Args:
        found: the columns.
        stem: the file's name, which may say the network.
        events: the nested column that holds the life of the case, if one does.
        is_case: whether there are events of cases beside.
    """
    notes: list[str] = []
    values = [(row_id(found, "id", notes), "source_post_id")]
    # what tells of the case is none of the post's own words and times
    if events is None:
        give_events(found)
    time = _posted_at(found, values, notes)
    values += _author(found, notes)
    values += optional(found, ("parent", "parent_post_id"), ("thread", "thread_id"))
    looks_like_case = is_case or found.has("status")
    # a table with the life of its cases is a portal's
    values.append((_channel(found, stem, notes, is_case=looks_like_case), "channel"))
    text = _words(found, events, notes)
    place = _place(found, notes)
    group, topic = found.take("group"), found.take("topic")
    topic = topic or found.take("group")
    declared = [(one.sql, name) for one, name in ((group, "declared_group"), (topic, "declared_topic")) if one]
    if text is None:
        text = _composed(group, topic, notes)
    elif _leaves_rows_empty(found, text) and (stand_in := topic or group) is not None:
        notes.append(f"rows without words have those of {stand_in.name}")
        text = f"coalesce(nullif({text}, ''), {stand_in.sql})"
    if text is not None:
        values.append((text, "text"))
    values += optional(found, ("url", "url"))
    values += place + declared + optional(found, ("authority", "declared_authority"), ("reactions", "reactions"))
    values += _blank_rows(found, time, notes)
    _say_what_is_left(found, notes)
    return EntityGuess("post", select_of(values), tuple(notes), is_undated=time is None)


def _blank_rows(found: Columns, time: Time | None, notes: list[str]) -> list[Value]:
    """Rows that hold less than half of a row and no time, such as totals: left out by design, and counted."""
    if time is None or len(time.column.present) == len(time.column.values):
        return []
    rows = zip(*(column.values for column in found.all), strict=True)
    timeless = [row for row, at in zip(rows, time.column.values, strict=True) if at is None or not str(at).strip()]
    if not all(sum(bool(str(cell or "").strip()) for cell in row) < len(found.all) / 2 for row in timeless):
        return []
    notes.append(f"rows without {time.column.name} ({len(timeless)} of the sample, blank or totals) are left out")
    return [(f"case when nullif(trim({_raw(time)}::varchar), '') is null then 'unwanted' end", "left_out")]


def _raw(time: Time) -> str:
    """The column of a time as the file has it; the day, where the time of day is another column."""
    return identifier(time.column.name) if time.column.expression is None else time.column.sql


def _posted_at(found: Columns, values: list[Value], notes: list[str]) -> Time | None:
    time = found.take_created()
    if time is None:
        notes.append("no column holds instants: rows are taken without a time")
        return None
    time = _with_clock(found, time, notes)
    values.append((time.sql, "posted_at"))
    notes += time.notes
    if time.role is not None:
        notes.append(f"{time.column.name} is taken for the time of the post, since no other column is")
    return time


def _with_clock(found: Columns, time: Time, notes: list[str]) -> Time:
    """The day and the time of day, where these stand in two columns."""
    days = [str(value) for value in time.column.present]
    if any(re.search(r"\d:\d\d", day) and not day.endswith("T00:00:00") for day in days):
        return time
    clock = next((one for one in found.all if found.is_free(one) and _is_clock(one)), None)
    if clock is None:
        return time
    found.give(clock)
    day = time.column.sql if not any(text.endswith("T00:00:00") for text in days) else f"left({time.column.sql}, 10)"
    pairs = zip(time.column.values, clock.values, strict=True)
    joined = Column(
        time.column.name,
        tuple(f"{str(one).removesuffix('T00:00:00')} {two}" if one and two else None for one, two in pairs),
        f"({day} || ' ' || coalesce(nullif({clock.sql}, ''), '00:00'))",
    )
    shape = instants_of(joined, is_month_first=found.is_month_first)
    notes.append(f"the time of day is that of {clock.name}")
    return time if shape is None else Time(joined, shape, time.role)


def _is_clock(column: Column) -> bool:
    is_named = _CLOCK_NAME.search(column.label) is not None and bool(column.texts)
    return is_named and mostly(_CLOCK.fullmatch(text) is not None for text in column.texts)


def _author(found: Columns, notes: list[str]) -> list[Value]:
    column = found.take("author")
    if column is None:
        column = found.take("contact")
        if column is not None:
            notes.append(f"author: {column.name} stands for the writer, of whom a pseudonym is all that is kept")
    return [] if column is None else [(column.sql, "author")]


def _channel(found: Columns, stem: str, notes: list[str], *, is_case: bool) -> str:
    column = found.take("channel")
    if column is not None and set(column.texts) <= set(CHANNELS):
        return column.sql
    if column is not None and column.n_distinct <= _MOST_NAMED:
        meant = {text: channel_of(text) for text in sorted(set(column.texts))}
        if set(meant.values()) - {"other"}:
            branches = " ".join(f"when {text_literal(text)} then '{to}'" for text, to in meant.items() if to != "other")
            notes.append(f"channel is guessed from the words of {column.name}: go through the list")
            rest = "portal" if is_case else "other"
            return f"case {column.sql} {branches} else '{rest}' end"
    named = next((name for name in CHANNELS if name in re.split(r"[^a-z]+", stem.lower())), None)
    if named is None and is_case:
        return "'portal'"
    if named is None:
        notes.append(f"channel: one of {', '.join(CHANNELS)}")
    return f"'{named or 'other'}'"


def _words(found: Columns, events: Column | None, notes: list[str]) -> str | None:
    named = [one for one in found.named("text") if found.is_free(one) and not _is_wordless(one)]
    text = next((one for one in named if one.is_wordy), None) or next(iter(named), None)
    if text is None and events is not None and "text" in event_keys(events):
        notes.append("the words are those of the first event that has some")
        return f"list_filter({events.sql}, lambda event: event.text is not null)[1].text"
    if text is not None:
        found.give(text)
    text = text or found.longest_words(_LONG_WORDS)
    title = next((one for one in found.named("title") if found.is_free(one) and not _is_wordless(one)), None)
    if title is not None:
        found.give(title)
    if text is None:
        return None if title is None else _cleaned(title, notes)
    words = _cleaned(text, notes)
    if title is None or _repeats(title, text):
        return words
    notes.append(f"the words are {title.name} and {text.name}; leave one out where it repeats the other")
    return f"concat_ws(chr(10), nullif({_cleaned(title, notes)}, ''), nullif({words}, ''))"


def _leaves_rows_empty(found: Columns, sql: str) -> bool:
    """Whether the words are those of one column, and some rows of the sample have none."""
    column = next((one for one in found.all if one.sql == sql), None)
    return column is not None and len(column.present) < len(column.values)


def _repeats(title: Column, text: Column) -> bool:
    """Whether a title is mostly the beginning of the words, or one of them."""
    pairs = zip(title.values, text.values, strict=True)
    return mostly(str(one or "") in str(two or "") for one, two in pairs)


def _is_wordless(column: Column) -> bool:
    """Whether nothing of it is words: numbers, marks of yes and no."""
    return not any(re.search(r"[^\W\d_]{3,}", text) for text in column.texts) or set(map(str.lower, column.texts)) <= {
        "true",
        "false",
        "yes",
        "no",
        "да",
        "нет",
        "ja",
        "nein",
    }


def _composed(group: Column | None, topic: Column | None, notes: list[str]) -> str | None:
    """Words for a table that has none, as those of the big American portals: what it was about is all that was told."""
    named = [one for one in (group, topic) if one is not None]
    if not named:
        notes.append("no column looks like words")
        return None
    notes.append(f"no column holds a citizen's own words: {' and '.join(one.name for one in named)} stand for them")
    return f"concat_ws(': ', {', '.join(one.sql for one in named)})" if len(named) > 1 else named[0].sql


def _cleaned(text: Column, notes: list[str]) -> str:
    sql = text.sql
    if text.texts and mostly(word.startswith("'") for word in text.texts):
        notes.append("a spreadsheet's apostrophe before every text is taken off")
        sql = f"ltrim({sql}, '''')"
    if text.has_markup:
        notes.append(f"{text.name} holds HTML, which plain_text takes off")
        sql = f"plain_text({sql})"
    return sql


def _place(found: Columns, notes: list[str]) -> list[Value]:
    values = _degrees(found, notes)
    streets = [one for one in found.named("place") if found.is_free(one) and _is_address(one)]
    # of several the whole address, which has a number in it
    street = next((one for one in streets if mostly(bool(re.search(r"\d", text)) for text in one.texts)), None)
    street = street or next(iter(streets), None)
    if street is not None:
        found.give(street)
        has_number = mostly(bool(re.search(r"\d", text)) for text in street.texts)
        house = None if has_number else found.take("house")
        place = street.sql if house is None else f"concat_ws(' ', {street.sql}, {house.sql})"
        values.append((place, "place_text"))
    return values + optional(found, ("municipality", "declared_municipality"), ("district", "declared_district"))


def _is_address(column: Column) -> bool:
    """Whether it is no number and no pair of coordinates."""
    return not column.lies_within(-180, 180) and not mostly(_PAIR.search(text) is not None for text in column.texts)


def _degrees(found: Columns, notes: list[str]) -> list[Value]:
    def within(role: str, most: float) -> Column | None:
        fitting: Callable[[Column], bool] = lambda one: found.is_free(one) and one.lies_within(-most, most)  # noqa: E731
        return next(filter(fitting, found.named(role)), None)

    lat, lon = within("lat", 90), within("lon", 180)
    if lat is not None and lon is not None:
        for one in (lat, lon):
            found.give(one)
        return [(_number(lat), "lat"), (_number(lon), "lon")]
    for one in found.named("point"):
        if not found.is_free(one) or not one.present:
            continue
        if all(isinstance(value, list) and len(value) == 2 for value in one.present):
            found.give(one)
            return [(f"({one.sql} ->> 1)", "lat"), (f"({one.sql} ->> 0)", "lon")]
        if mostly(bool(_PAIR.search(text)) for text in one.texts):
            found.give(one)
            pair = r"(-?\d+\.\d+)\s*[, ]\s*(-?\d+\.\d+)"
            # WKT has the longitude first, and says so
            first, second = ("lon", "lat") if any("POINT" in text.upper() for text in one.texts) else ("lat", "lon")
            parts = [f"nullif(regexp_extract({one.sql}, '{pair}', {n}), '')" for n in (1, 2)]
            order = "latitude, longitude" if first == "lat" else "longitude, latitude, as WKT has them"
            notes.append(f"{one.name} is read as {order}")
            return sorted([(parts[0], first), (parts[1], second)], key=lambda value: value[1])
    return []


def _number(column: Column) -> str:
    return f"replace({column.sql}, ',', '.')" if column.has_decimal_commas else column.sql


def _say_what_is_left(found: Columns, notes: list[str]) -> None:
    times = [time.column.name for time in found.free_times]
    if times:
        notes.append(f"also instants, and not used: {', '.join(times)}")
    names = [one.name for one in found.all if found.is_free(one) and one.present and one.name not in times]
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        notes.append(f"not used: {', '.join(names[:_MOST_NAMED])}{more}")
