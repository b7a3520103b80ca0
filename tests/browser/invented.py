"""Invented people and departments for the pages of maps."""

import numpy as np
import pandas as pd

from graph.maps import EgoMap, ego_map

ME = "s_00000000000000ff"
DEPARTMENTS = (
    "Правовое управление",
    "Кадры & <b>учёт</b>",
    "Департамент жилищно-коммунального хозяйства и капитального строительства",
)


def person(n_contacts: int) -> EgoMap:
    """A person with so many contacts over four months."""
    rng = np.random.default_rng(n_contacts)
    contacts = [f"s_{i:016x}" for i in range(1_000, 1_000 + n_contacts)]
    rows = []
    for contact in contacts:
        for _ in range(1 + int(rng.zipf(2)) % 20):
            at = pd.Timestamp("2026-01-05T08:00Z") + pd.Timedelta(hours=float(rng.random() * 3_000))
            ends = (ME, contact) if rng.random() < 0.5 else (contact, ME)
            rows.append((f"m{len(rows)}", *ends, at, "Дороги" if rng.random() < 0.5 else None))
    columns = ["message_id", "sender_subject_id", "recipient_subject_id", "sent_at", "topic"]
    departments = pd.Series({one: DEPARTMENTS[int(rng.integers(len(DEPARTMENTS)))] for one in [ME, *contacts]})
    return ego_map(pd.DataFrame(rows, columns=columns), departments, ME)


def organisation(n_units: int) -> dict[str, pd.DataFrame]:
    """Published levels of an organisation with so many departments in clusters of five; some cells are hidden."""
    rng = np.random.default_rng(n_units)
    names = [f"Управление {i + 1} по делам невыдуманной важности" for i in range(n_units)]
    departments = pd.DataFrame(
        {
            "department": names,
            "n_people": rng.integers(5, 80, n_units).astype(float),
            "n_internal_ties": rng.integers(5, 400, n_units).astype(float),
            "n_external_ties": rng.integers(5, 400, n_units).astype(float),
            "suppression_reason": [None if i % 7 else "dominant_person" for i in range(1, n_units + 1)],
            "period_start": pd.Timestamp("2026-02-11"),
            "period_end": pd.Timestamp("2026-05-11"),
        }
    )
    departments["ei_index"] = (departments["n_external_ties"] - departments["n_internal_ties"]) / (
        departments["n_external_ties"] + departments["n_internal_ties"]
    )
    hidden = departments["suppression_reason"].notna()
    departments.loc[hidden, ["n_people", "n_internal_ties", "n_external_ties", "ei_index"]] = np.nan
    rows = []
    for source in range(n_units):
        for target in range(n_units):
            near = source // 5 == target // 5
            if rng.random() > (0.9 if near else 0.15):
                continue
            shown = rng.random() > 0.2
            n = int(rng.pareto(1.5) * (200 if near else 30)) + 5
            rows.append(
                {
                    "source_unit": names[source],
                    "target_unit": names[target],
                    "n_messages": n if shown else np.nan,
                    "reciprocity": rng.random() if shown else np.nan,
                    "answered_share": rng.random() if shown else np.nan,
                    "response_hours_median": 50 * rng.random() if shown else np.nan,
                    "suppression_reason": None if shown else "too_few_people",
                }
            )
    groups = pd.DataFrame(
        {
            "title": ["Ремонт дорог", None],
            "n_members": [41, 12],
            "main_topic_share": [0.32, np.nan],
            "main_topic_lift": [2.3, np.nan],
            "stability_score": [1.0, 0.91],
        }
    )
    return {"departments": departments, "pairs": pd.DataFrame(rows), "groups": groups}
