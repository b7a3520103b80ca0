"""Messages of the invented region's staff in pandas, from its own files: who wrote to whom, and in which department."""

import json
from functools import cache
from pathlib import Path

import pandas as pd

from tests.integration.source_files import ZONE

LONGEST_LIST = 25
ACCOUNTS = ("Логин", "Эл. почта", "Доп. почта")


def read_messages(folder: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """A row for every message and recipient that is no list, as definition 14 counts.

    Returns:
        sender and recipient, by personnel number, source_unit and target_unit, their departments on the day.
    """
    directory = pd.read_csv(folder / "staff" / "directory.csv", sep=";", dtype=str)
    directory["since"], directory["until"] = (
        pd.to_datetime(directory[name], format="%d.%m.%Y") for name in ("Действует с", "Действует по")
    )
    owners = {
        account: number
        for name in ACCOUNTS
        for account, number in zip(directory[name], directory["Табельный номер"], strict=True)
    }

    @cache
    def department(number: str, day: pd.Timestamp) -> str | None:
        of_person = directory[(directory["Табельный номер"] == number) & (directory["since"] <= day)]
        held = of_person[of_person["until"].isna() | (of_person["until"] > day)]
        return held["Подразделение"].iloc[0] if len(held) else None

    sent = pd.concat([_mail(folder), _chat(folder)]).drop_duplicates("id")
    sent = sent[sent["at"] <= as_of].explode("recipient")
    for end in ("sender", "recipient"):
        sent[end] = sent[end].map(owners).fillna(sent[end])
    sent = sent[sent["sender"] != sent["recipient"]].drop_duplicates(["id", "sender", "recipient"])
    sent = sent[sent.groupby("id")["recipient"].transform("size") <= LONGEST_LIST]
    days = sent["at"].dt.tz_convert(ZONE).dt.tz_localize(None).dt.normalize()
    for unit, end in (("source_unit", "sender"), ("target_unit", "recipient")):
        sent[unit] = [department(*one) for one in zip(sent[end], days, strict=True)]
    return sent.dropna(subset=["source_unit", "target_unit"])


def _mail(folder: Path) -> pd.DataFrame:
    rows = pd.concat([pd.read_csv(path, dtype=str) for path in sorted((folder / "mail").glob("tracking_*.csv"))])
    at = pd.to_datetime(rows["Timestamp"], utc=True, errors="coerce", format="ISO8601")
    recipients = rows["RecipientAddress"].str.split(";")
    return pd.DataFrame({"id": rows["MessageId"], "at": at, "sender": rows["SenderAddress"], "recipient": recipients})


def _chat(folder: Path) -> pd.DataFrame:
    lines = (folder / "mail" / "chat.jsonl").read_text(encoding="utf-8").splitlines()
    rows = pd.DataFrame([json.loads(line) for line in lines])
    at = pd.to_datetime(rows["ts"], unit="ms", utc=True)
    return pd.DataFrame({"id": rows["id"], "at": at, "sender": rows["user"], "recipient": rows["to"]})


def openness(messages: pd.DataFrame) -> dict[str, tuple[int, int, float]]:
    """Pairs of people inside of each department, with others, and (others − inside) / all; a mover is one in each."""
    pairs = {
        frozenset([(row.sender, row.source_unit), (row.recipient, row.target_unit)]) for row in messages.itertuples()
    }
    inside, outside = {}, {}
    for pair in pairs:
        units = {unit for _, unit in pair}
        for unit in units:
            counts = inside if len(units) == 1 else outside
            counts[unit] = counts.get(unit, 0) + 1
    return {
        unit: (n := inside.get(unit, 0), m := outside.get(unit, 0), (m - n) / (m + n))
        for unit in inside.keys() | outside.keys()
    }
