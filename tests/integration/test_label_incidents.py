"""An hour of labelling, by the real command: a sheet is drawn, asked on a terminal, and taken in as labels."""

import csv
from pathlib import Path

from tests.integration.canaries import NAMED, PLANTED


def label_incidents(region, *args: str, typed: str = "") -> str:
    result = region.otklik("label", "incidents", *args, timeout=120, typed=typed)
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_pairs_are_drawn_asked_and_taken_in_as_labels(published, tmp_path):
    sheet, labels = tmp_path / "pairs.csv", tmp_path / "labels.csv"
    # as many as there are, so that every word that can be shown is
    label_incidents(published, "--sheet", str(sheet), "--pairs", "100000")
    drawn = rows_of(sheet)
    assert len(drawn) > 100
    assert len({row["stratum"] for row in drawn}) > 5
    assert sheet.stat().st_mode & 0o777 == 0o600
    words = sheet.read_text(encoding="utf-8")
    assert [secret for _, secret in (*PLANTED.values(), *NAMED.values()) if secret in words] == []
    maps = {row["map_a"].split("=")[0] for row in drawn if row["map_a"]}
    assert maps == {"https://www.openstreetmap.org/?mlat"}

    asked = label_incidents(published, "--sheet", str(sheet), "--ask", typed="s\nd\nx\nc\nq\n")
    assert f"3 of {len(drawn):,} pairs have an answer in {sheet}." in asked
    assert [row["label"] for row in rows_of(sheet)][:4] == ["same", "different", "cannot_tell", ""]

    label_incidents(published, "--answers", str(sheet), "--into", str(labels))
    taken = rows_of(labels)
    assert [(row["label_kind"], row["value"]) for row in taken] == [
        ("incident_pair", "same"),
        ("incident_pair", "different"),
        ("incident_pair", "cannot_tell"),
    ]
    assert [row["of_source_post_id"] for row in taken] == [row["source_post_id_a"] for row in drawn[:3]]
