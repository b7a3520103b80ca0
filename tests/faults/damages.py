"""Ways to damage a home, each with what must be said of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def truncate(path: Path) -> None:
    """Cut a file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    """Leave nothing in a file."""
    path.write_bytes(b"")


def flip(path: Path) -> None:
    """Change one byte in the middle of a file, in place."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 0xFF]))


def scramble(path: Path) -> None:
    """Write over the first page of a file."""
    with path.open("r+b") as file:
        file.write(b"\xa5" * 4096)


def delete(path: Path) -> None:
    """Remove a file, or a folder with all that is in it."""
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@dataclass(frozen=True)
class Case:
    """A damage: which file or folder of a home (a glob; the last match), what is done to it, what must be said."""

    name: str
    glob: str
    act: Callable[[Path], None]
    told: str
    is_mended: bool = True

    def do(self, home: Path) -> str:
        """Damage the home; returns the path of the file relative to it."""
        found = [path for path in sorted(home.glob(self.glob)) if "_empty" not in path.name]
        self.act(found[-1])
        return str(found[-1].relative_to(home))


SNAPSHOT = "published/snapshots/*"
READ_AGAIN, COMPUTED, BUILT = "is read again from", "It is computed again", "built again from the lake"
PUBLISHED, BACKUP = "It is published again", "from your backup"

CASES = [
    *(
        Case(f"{act.__name__} raw load", "lake/raw/post/source=wall/*.parquet", act, f"post {READ_AGAIN} wall_")
        for act in (truncate, flip, delete)
    ),
    Case("flip raw load of staff", "lake/raw/message/source=mail/*.parquet", flip, f"message {READ_AGAIN}"),
    *(
        Case(f"{act.__name__} ledger", "lake/ledger/source=wall/entity=post/*.parquet", act, f"post {READ_AGAIN} wall_")
        for act in (truncate, flip, delete)
    ),
    Case("flip words", "restricted/message_text/source=mail/*.parquet", flip, f"message {READ_AGAIN}"),
    Case("delete quarantine", "quarantine/*/*/*.parquet", delete, READ_AGAIN),
    *(Case(f"{act.__name__} label", "lake/enriched/post_label/*.parquet", act, COMPUTED) for act in (truncate, flip)),
    Case("delete place", "lake/enriched/post_place/*.parquet", delete, COMPUTED),
    Case("flip findings", "lake/enriched/leak_finding/*.parquet", flip, COMPUTED),
    Case("truncate score", "lake/enriched/leader_score/*.parquet", truncate, COMPUTED),
    Case("flip group", "lake/enriched/interest_group/*.parquet", flip, COMPUTED),
    Case("delete pairs", "lake/enriched/near_duplicate/*.parquet", delete, "compared with each other again"),
    Case("flip index", "restricted/duplicate_index/*.arrow", flip, "compared with each other again"),
    Case(
        "flip released lists",
        "lake/enriched/released_list/*.parquet",
        flip,
        "figures were published of are forgotten",
    ),
    Case("empty verdicts", "lake/gates/run=2*/gate=marts.parquet", empty, "Verdicts of that run are forgotten"),
    *(Case(f"{act.__name__} warehouse", "warehouse.duckdb", act, BUILT) for act in (truncate, empty, flip, delete)),
    *(
        Case(f"{act.__name__} published table", f"{SNAPSHOT}/analyst/fct_post.parquet", act, PUBLISHED)
        for act in (truncate, flip, delete)
    ),
    *(Case(f"{act.__name__} database", f"{SNAPSHOT}/analyst/otklik.duckdb", act, PUBLISHED) for act in (flip, delete)),
    *(Case(f"{act.__name__} manifest", f"{SNAPSHOT}/manifest.json", act, PUBLISHED) for act in (truncate, empty, flip)),
    *(
        Case(f"{act.__name__} note", "published/last_run.json", act, "the run does everything again")
        for act in (empty, truncate, flip, delete)
    ),
    Case("empty proof", "dbt/proof.json", empty, "the run does everything again"),
    *(
        Case(f"{act.__name__} history", "dagster/history/runs/index.db", act, "a new one begins")
        for act in (truncate, scramble, empty, delete)
    ),
    Case("empty runs", "dagster/history/runs.db", empty, "a new one begins"),
    Case("delete all of Dagster's", "dagster", delete, "A new history of runs begins"),
    Case("delete runs", "dagster/history", delete, "a new one begins"),
    Case("delete schedules", "dagster/schedules/schedules.db", delete, "a new one begins"),
    *(
        Case(f"{act.__name__} vault", "vault/vault.sqlite", act, BACKUP, is_mended=False)
        for act in (truncate, empty, flip, delete)
    ),
    *(Case(f"{act.__name__} key", "vault/key_v1", act, BACKUP, is_mended=False) for act in (flip, truncate, delete)),
    *(Case(f"{act.__name__} key of ids", "vault/id_key", act, BACKUP, is_mended=False) for act in (flip, delete)),
]
BY_NAME = {case.name: case for case in CASES}
