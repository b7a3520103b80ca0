"""How a published table hides people (definition 24), as its mart's YAML states it.

`otklik/publishing/mart_contracts.py` reads it, the gate before publishing (`data_quality/privacy_suites.py`) holds it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Suppression:
    """How one mart hides people.

    Attributes:
        people: Columns that count the people a row stands on, the fewest of whom count; empty where rows need no count.
        rows: SQL condition on the rows that are cells of so many people; None for all rows.
        total: Columns whose equal values form a total that could be subtracted from; empty where there is none.
        hidden: Columns that are null in a suppressed row; empty where no row is suppressed.
        because: Why nobody need be counted; empty where people are.
        is_of_members: Rows may be about one member of a network (columns network, level and member_id).
    """

    people: tuple[str, ...] = ()
    rows: str | None = None
    total: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    because: str = ""
    is_of_members: bool = False
