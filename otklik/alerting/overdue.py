"""What is told about overdue incidents, and that it is told once.

Every target keeps a list of what it was told: incident, clock, attempt and level. It is told what is on the published
list and not on its own, in one message; the message is written down after it went out, so that a crash in between
repeats one and loses none. A repeated message has the same key, by which a receiver can drop it.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import pandas as pd

from otklik.alerting.targets import AlertError, send
from otklik.home.engine import connect
from otklik.home.errors import ConfigurationError
from otklik.home.lock import held_file
from otklik.home.settings import Home
from otklik.intake.sources.alert_options import AlertOptions, Target
from otklik.publishing.snapshot_files import DATABASE_NAME

# A slow mail server and its retries.
TELLING_SECONDS = 300
_KEY = ["incident_id", "clock", "attempt_number", "escalation_level"]
_GROUP = ["authority_id", "authority_name", "escalate_to_authority_name", "clock", "escalation_level"]
_IDS_SHOWN = 20
_CLOCKS_RU = {"reply": "нет ответа", "claimed_fix": "не устранено"}


def tell_overdue(home: Home, options: AlertOptions, environment: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Tell every target what it does not know yet; how many incidents each was told about.

    Raises:
        ConfigurationError: nothing was published in this home yet.
        AlertError: a target could not be reached; the others were told.
    """
    snapshot, late = _published_list(home, options.min_level)
    told: dict[str, int] = {}
    problems: list[str] = []
    for name, target in sorted(options.targets.items()):
        try:
            told[name] = _tell(home.alerts / f"{name}.jsonl", target, snapshot, late, environment)
        except (AlertError, ConfigurationError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise AlertError("Not everybody could be told; it is tried again next time. " + " ".join(problems))
    return told


def _published_list(home: Home, min_level: int) -> tuple[str, pd.DataFrame]:
    database = home.analyst / DATABASE_NAME
    if not database.exists():
        raise ConfigurationError(f"{database} is not there; run `otklik run --home {home.root}` first.")
    resolved = database.resolve()
    with connect(resolved) as connection:
        query = f"from escalation where escalation_level >= ? order by {', '.join(_KEY)}"
        return resolved.parents[1].name, connection.execute(query, [min_level]).df()


def _tell(path: Path, target: Target, snapshot: str, late: pd.DataFrame, environment: Mapping[str, str]) -> int:
    refused = f"{path}: another process has been telling this target for {TELLING_SECONDS} s; end it and try again."
    with held_file(path, refusal=lambda _: AlertError(refused), wait_seconds=TELLING_SECONDS) as file:
        known = {tuple(row) for row in complete_lines(file)}
        keys = [tuple(row) for row in late[_KEY].itertuples(index=False)]
        new = [key not in known for key in keys]
        if not any(new):
            return 0
        message = compose(snapshot, late.loc[new])
        send(
            target,
            key=message["key"],
            subject=f"Отклик: просрочено инцидентов: {message['n_overdue']}",
            text=as_text(message),
            content=message,
            environment=environment,
        )
        lines = [json.dumps(key) + "\n" for key, is_new in zip(keys, new, strict=True) if is_new]
        file.write("".join(lines))
        file.flush()
        os.fsync(file.fileno())
    return len(lines)


def complete_lines(file: IO[str]) -> list[Any]:
    """What was told; a last line that a crash cut off is removed, since its message is told again."""
    file.seek(0)
    text = file.read()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.truncate(len(whole.encode()))
    return [json.loads(line) for line in whole.splitlines()]


def compose(snapshot: str, late: pd.DataFrame) -> dict[str, Any]:
    """One message about overdue incidents: counted by authority, clock and level, with ids to look them up by.

    Args:
        snapshot: id of the snapshot that lists them.
        late: rows of `escalation`; at least one.
    """
    groups: list[dict[str, Any]] = []
    for _, rows in late.groupby(_GROUP, dropna=False, sort=True):
        rows = rows.sort_values(["due_at", "incident_id"])
        first = rows.iloc[0]
        groups.append(
            {name: None if pd.isna(first[name]) else str(first[name]) for name in _GROUP[:-1]}
            | {
                "escalation_level": int(first["escalation_level"]),
                "n_incidents": len(rows),
                "max_hours_late": round(float(rows["hours_late"].max()), 1),
                "incident_ids": rows["incident_id"].head(_IDS_SHOWN).tolist(),
            }
        )
    groups.sort(key=lambda group: (-group["escalation_level"], -group["max_hours_late"], group["authority_name"]))
    told = "\n".join(map(str, late[_KEY].itertuples(index=False, name=None)))
    return {
        "kind": "overdue",
        "key": hashlib.sha256(told.encode()).hexdigest()[:32],
        "snapshot_id": snapshot,
        "n_overdue": len(late),
        "groups": groups,
    }


def as_text(message: Mapping[str, Any]) -> str:
    """The message in words, one line for each group."""
    lines = []
    for group in message["groups"]:
        shown = ", ".join(group["incident_ids"])
        more = " и другие" if group["n_incidents"] > len(group["incident_ids"]) else ""
        lines.append(
            f"{group['authority_name']}: {_CLOCKS_RU[group['clock']]}, инцидентов {group['n_incidents']}, "
            f"самое долгое опоздание {group['max_hours_late']:.0f} ч; уровень {group['escalation_level']}, "
            f"сообщить: {group['escalate_to_authority_name']}. Инциденты: {shown}{more}."
        )
    return "\n".join(lines)
