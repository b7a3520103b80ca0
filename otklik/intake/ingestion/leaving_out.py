"""Rows of a batch that speak of somebody who was erased: left out, or without their mention of the person.

Which accounts and posts those are is `otklik/intake/tombstones.py`; what happens to the rest is `staging.py`. The same
rule as an erasure's over the lake (`otklik/privacy/erasure_files.py`): a row goes with its author, with an account of a
directory's person, and with the only recipient of a message.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from otklik.intake.entity import Entity, Field, Role
from otklik.intake.tombstones import ROW_GOES_WITH, Tombstones

_Mask = npt.NDArray[np.bool_]
# microseconds since 1970; before any time that a row may tell
_NEVER, _ANY_TIME = np.iinfo(np.int64).min, np.iinfo(np.int64).min + 1


@dataclass(frozen=True)
class LeavingOut:
    """The rule for the rows of one source and entity."""

    entity: Entity
    source_name: str
    tombstones: Tombstones

    def kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without the rows that go, and without mentions of the erased in those that stay.

        Args:
            batch: the entity's fields in their types, accounts still as they came.
        """
        is_gone = self._posts(batch)
        for field in self.entity.account_fields:
            column = batch.column(field.name)
            names = pc.unique(column.flatten() if field.role is Role.ACCOUNTS else column).drop_null().to_pylist()
            erased = self.tombstones.of_accounts(names)
            if not erased:
                continue
            until = _until(self.entity, batch)
            left, goes = (_of_lists if field.role is Role.ACCOUNTS else _of_names)(field, column, erased, until)
            batch = batch.set_column(batch.schema.get_field_index(field.name), batch.schema.field(field.name), left)
            is_gone |= goes
        return batch.filter(pa.array(~is_gone)) if is_gone.any() else batch

    def is_mentioned(self, raw: str | None) -> bool:
        """Whether a refused row, as it came, mentions somebody who was erased."""
        return raw is not None and self.tombstones.is_mentioned(raw)

    def _posts(self, batch: pa.RecordBatch) -> _Mask:
        """Rows that are an erased post, an event of one, or a decision about one."""
        is_gone = np.zeros(batch.num_rows, dtype=bool)
        names = set(batch.schema.names)
        for source, post in (
            (None, "source_post_id"),
            ("of_source", "of_source_post_id"),
            ("with_source", "with_source_post_id"),
        ):
            if post in names:
                sources = self._sources(batch, source)
                for row, (of, one) in enumerate(zip(sources, batch.column(post).to_pylist(), strict=True)):
                    is_gone[row] |= one is not None and self.tombstones.is_erased_post(of, one)
        return is_gone

    def _sources(self, batch: pa.RecordBatch, name: str | None) -> list[str]:
        if name is None:
            return [self.source_name] * batch.num_rows
        found = batch.column(name)
        # the other post of a pair is of the same source, where none is told
        told = pc.coalesce(found, batch.column("of_source")) if name == "with_source" else found
        return [str(one) for one in told.to_pylist()]


def _until(entity: Entity, batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """When each row happened, microseconds since 1970; the beginning of time for rows without one."""
    if entity.event_time is None:
        return np.full(batch.num_rows, _ANY_TIME)
    # a row that tells no time is of any
    at = batch.column(entity.event_time.name).cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    return np.asarray(pc.fill_null(at, _ANY_TIME).to_numpy(zero_copy_only=False))


def _of_names(
    field: Field, column: pa.Array, erased: Mapping[str, int], until: npt.NDArray[np.int64]
) -> tuple[pa.Array, _Mask]:
    # one limit more, for whoever was never erased
    limits = np.array([*erased.values(), _NEVER])
    place = pc.fill_null(pc.index_in(column, pa.array(list(erased), column.type)), len(erased))
    is_hit = until <= limits[place.to_numpy(zero_copy_only=False)]
    if field.name in ROW_GOES_WITH:
        return column, is_hit
    return pc.if_else(pa.array(is_hit), pa.scalar(None, column.type), column), np.zeros(len(column), dtype=bool)


def _of_lists(
    field: Field, column: pa.Array, erased: Mapping[str, int], until: npt.NDArray[np.int64]
) -> tuple[pa.Array, _Mask]:
    goes = np.zeros(len(column), dtype=bool)
    lists = column.to_pylist()
    for row, (names, at) in enumerate(zip(lists, until, strict=True)):
        left = [name for name in names or () if at > erased.get(name, _NEVER)]
        if len(left) < len(names or ()):
            goes[row] = field.name in ROW_GOES_WITH or not left
            lists[row] = left
    return pa.array(lists, column.type), goes
