"""`otklik source init`: writes the `sources.yaml` that a delivery seems to want, with what is not sure as comments."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import available_timezones

from otklik.home.errors import ConfigurationError
from otklik.intake.sources.guessed_columns import Columns, EntityGuess
from otklik.intake.sources.guessing import guess_entities
from otklik.intake.sources.sniffing import Sniffed, sniff


@dataclass(frozen=True)
class Context:
    """What no file says of itself; None where it is to be filled in later."""

    time_zone: str | None = None
    region: str | None = None
    organisation: str | None = None


def propose(path: Path, context: Context | None = None, ask: Callable[[str], str | None] | None = None) -> str:
    """A `sources.yaml` for one file or folder: checked by `otklik source check`, finished by a person.

    Args:
        path: the delivery, or a folder of them.
        context: what is known of it beside.
        ask: gives what the entry wants said and `context` does not, by its key.

    Raises:
        ConfigurationError: no such file, nothing in it, none of the formats that can be told by looking, or no such
            time zone.
    """
    sniffed = sniff(path)
    guesses = guesses_for(sniffed, path)
    known = context or Context()
    if ask is not None:
        wanted = [key for key in needed_of(sniffed, guesses) if getattr(known, key) is None]
        known = replace(known, **{key: ask(key) for key in wanted})
    _require_known_zone(known.time_zone)
    return _yaml(path, sniffed, guesses, known)


def _require_known_zone(name: str | None) -> None:
    if name is not None and name not in available_timezones():
        raise ConfigurationError(f"{name!r}: no time zone; accepted are names of the IANA list, such as Europe/Moscow.")


def guesses_for(sniffed: Sniffed, path: Path) -> list[EntityGuess]:
    """The entities of what a file turned out to be."""
    if sniffed.columns:
        return guess_entities(sniffed.columns, path.stem)
    return [EntityGuess(entity, None) for entity in sniffed.entities]


def needed_of(sniffed: Sniffed, guesses: Sequence[EntityGuess]) -> list[str]:
    """Keys of `Context` that an entry for this wants said."""
    found = {guess.entity for guess in guesses}
    wanted = [] if sniffed.columns and has_zone(sniffed) else ["time_zone"]
    if "post" in found:
        wanted.append("region")
    if found & {"message", "person"}:
        wanted.append("organisation")
    return wanted


def has_zone(sniffed: Sniffed) -> bool:
    """Whether every time of a table says its zone, or it has none; exports know theirs."""
    return all(time.shape.has_zone for time in Columns(sniffed.columns).times)


def _yaml(path: Path, sniffed: Sniffed, guesses: Sequence[EntityGuess], context: Context) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", path.name.split(".")[0].lower()).strip("_")
    entities = [line for guess in guesses for line in _entity(guess)]
    lines = ["version: 1", *_context(sniffed, guesses, context), "sources:"]
    lines.append(f"  {name if re.match('[a-z]', name) else 'source'}:")
    lines += [f"    title: {_text(path.name)}", f"    path: {_text(str((sniffed.path or path).resolve()))}"]
    lines += [f"    format: {sniffed.format.value}", *_comments(sniffed.notes, "    ")]
    if sniffed.options:
        lines.append("    options:")
        # null is a word of YAML
        options = {'"null"' if key == "null" else key: value for key, value in sniffed.options.items()}
        lines += [f"      {key}: {_text(value)}" for key, value in options.items()]
    if sniffed.types:
        lines.append("    columns:")
        lines += [f"      {_text(key)}: {_text(kind)}" for key, kind in sniffed.types.items()]
    return "\n".join([*lines, "    entities:", *entities]) + "\n"


def _entity(guess: EntityGuess) -> list[str]:
    lines = _comments(guess.notes, "      ")
    lines.append(f"      {guess.entity}:" if guess.select or guess.is_undated else f"      {guess.entity}: {{}}")
    if guess.is_undated:
        lines.append("        is_undated: true")
    if guess.select:
        lines.append("        select: |")
        lines += [f"          {line}" for line in guess.select.splitlines()]
    return lines


def _context(sniffed: Sniffed, guesses: Sequence[EntityGuess], context: Context) -> list[str]:
    """What no file says of itself: when it is, where its places are, whose people write."""
    wanted = needed_of(sniffed, guesses)
    lines = []
    if "time_zone" in wanted and context.time_zone is None:
        which = "times of this file carry no zone" if sniffed.columns else "where times carry no zone"
        lines.append(f"# {which}: say theirs, such as Europe/Moscow")
    lines.append(f"time_zone: {context.time_zone or 'UTC'}")
    if context.region is not None:
        lines.append(f"region: {_text(context.region)}")
    elif "region" in wanted:
        lines.append("# names of places are looked up in a region; without it no post has a municipality")
        lines.append("# region: Самарская область")
    if context.organisation is not None:
        lines.append(f"organisation: {_text(context.organisation)}")
    elif "organisation" in wanted:
        lines.append("# the organisation whose people these are")
        lines.append("# organisation: Администрация города")
    return lines


def _comments(notes: Sequence[str], indent: str) -> list[str]:
    """Notes as comments; a line end within one would end the comment."""
    return [f"{indent}# {' '.join(note.split())}" for note in notes]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
