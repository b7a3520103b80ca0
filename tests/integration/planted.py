"""Staff planted into an invented region that was published once, for the attacks on two snapshots."""

import csv
import io
from pathlib import Path
from typing import Any

NUMBER, LOGIN, MAIL = "900001", "planted.p1", "planted.p1@gov.privolsk.example"
LEFT_ON = "20.09.2026"


def plant_staff(folder: Path, *, n_come: int = 1) -> tuple[str, str]:
    """Somebody who comes into the first department and writes and is written to at once; a mover out of the second.

    The directory tells of the mover ten days late: messages were counted for the old department meanwhile.

    Args:
        folder: the region's.
        n_come: how many come; all but the first write to nobody.

    Returns:
        Names of the two departments.
    """
    directory = folder / "staff" / "directory.csv"
    rows = list(csv.DictReader(io.StringIO(directory.read_text(encoding="utf-8")), delimiter=";"))
    rows = [row for row in rows if row["Табельный номер"] < NUMBER]
    here, there = sorted({row["Подразделение"] for row in rows if row["Подразделение"]})[:2]
    current = [row for row in rows if not row["Действует по"]]
    colleagues = [row for row in current if row["Подразделение"] == here][:8]
    others = [row for row in current if row["Подразделение"] == there]
    for number in range(n_come):
        more = {"Табельный номер": str(int(NUMBER) + number), "ФИО": "Подсаженная Персона"}
        more |= {"Логин": f"{LOGIN}{number or ''}", "Эл. почта": f"{number or ''}{MAIL}", "Доп. почта": ""}
        rows.append(colleagues[-1] | more | {"Действует с": "01.09.2026", "Согласие на публикацию": "да"})
    _move(rows, others, here)
    _write(directory, rows, ";")
    mails = [
        (sender, receiver)
        for other in (*colleagues, *others[:8])
        for sender, receiver in ((MAIL, other["Эл. почта"]), (other["Эл. почта"], MAIL))
    ]
    tracked = [
        {"Timestamp": f"2026-09-{day:02}T09:00:00.000Z", "SenderAddress": sender, "RecipientAddress": receiver}
        | {"MessageId": f"<planted.{day}.{number}@gov.privolsk.example>", "MessageSubject": f"К вопросу {day}/{number}"}
        | {"TotalBytes": str(900 + number * day), "In-Reply-To": "", "Body": f"Дело {number} к {day} числу."}
        for day in (8, 9, 10)
        for number, (sender, receiver) in enumerate(mails)
    ]
    _write(folder / "mail" / "tracking_2026-09_planted.csv", tracked, ",")
    return here, there


def _move(rows: list[dict[str, Any]], others: list[dict[str, Any]], here: str) -> None:
    """The last of a department goes to another, once."""
    if not any(row["Действует по"] == LEFT_ON for row in rows):
        mover = others[-1]
        rows.append(mover | {"Подразделение": here, "Действует с": LEFT_ON})
        mover["Действует по"] = LEFT_ON


def _write(path: Path, rows: list[dict[str, Any]], delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
