"""What a contract at the door is made of: an entity, its fields, and what ingestion does with each of them.

The contracts themselves are `otklik/intake/entities.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from otklik.home.columns import ARROW_TYPES, DUCKDB_TYPES


class Realm(StrEnum):
    """Whose accounts an entity holds. The vault never gives two realms the same subject, so no join can bridge them."""

    CITIZENS = "citizens"
    STAFF = "staff"


class Role(StrEnum):
    """What ingestion does with a field besides checking its type."""

    VALUE = "value"
    """Stored as it is."""
    ACCOUNT = "account"
    """One account name; stored as `<field>_subject_id`."""
    ACCOUNTS = "accounts"
    """A list of account names; stored as `<field>_subject_ids`, distinct and sorted."""
    TEXT = "text"
    """Free words; stored with `text_hash`, the MD5 of the text, which keys every annotation."""
    RESTRICTED_TEXT = "restricted_text"
    """Words that never leave the restricted part of the lake."""


@dataclass(frozen=True)
class Field:
    """One column that a mapping may deliver."""

    name: str
    type: str
    description: str
    required: bool = False
    role: Role = Role.VALUE
    accepted: tuple[str, ...] = ()
    is_event_time: bool = False
    """The instant the row happened at: used for the future check, the ledger's span and overlap pruning."""
    breaches: tuple[tuple[str, str], ...] = ()
    """Pairs of an SQL condition over the entity's fields that breaks the contract, and the reason to give for it."""

    @property
    def stored_name(self) -> str:
        """The column's name in the lake."""
        match self.role:
            case Role.ACCOUNT:
                return f"{self.name}_subject_id"
            case Role.ACCOUNTS:
                return f"{self.name.removesuffix('s')}_subject_ids"
            case _:
                return self.name

    @property
    def stored_type(self) -> str:
        """The column's DuckDB type in the lake."""
        return {Role.ACCOUNT: "VARCHAR", Role.ACCOUNTS: "VARCHAR[]"}.get(self.role, self.type)


# What is stored beside the fields: hashes, and where a row came from, which is no part of what it says.
_TEXT_HASH = ("text_hash", "VARCHAR", "MD5 of the words; what annotations are keyed by.")
_BESIDE = (
    ("row_hash", "VARCHAR", "Hash of the whole row, to tell versions apart."),
    ("origin_row", "BIGINT", "Number of the row in the file it came from."),
    ("file_name", "VARCHAR", "Name of the file it came from."),
    ("loaded_at", "TIMESTAMPTZ", "When that file was taken in."),
)


@dataclass(frozen=True)
class KeyedId:
    """A column that names a thing by a digest under the home's key, of its kind, its source and its id there.

    Attributes:
        name: of the column.
        kind: what the id is of, such as `post`: ids of two kinds never agree.
        of: SQL over the entity's fields: the id in the source.
        description: what it means.
        source: SQL over the entity's fields: the source; None for the one a row comes from.
    """

    name: str
    kind: str
    of: str
    description: str
    source: str | None = None


@dataclass(frozen=True)
class Entity:
    """A kind of fact the platform takes in.

    Attributes:
        name: as `sources.yaml` and the lake's folders call it.
        description: what it is, ending with its grain.
        key: fields that identify one thing across its versions; empty where only equal rows are the same thing.
        version: fields that tell one thing's versions apart.
        fields: what a mapping may deliver.
        realm: whose accounts it holds; None when it holds none.
        is_reference: a table the deployment keeps, of which the files hold that lie at the source's path now; the
            others are deliveries, and what they told stays.
        added: names of fields that came after the entity's first contract. Loads from before stay as they are: they
            have no such column, which reads as NULL, and a row without the field hashes as it did.
        ids: columns made of the fields under the home's key; all that leaves the lake of ids in a source.

    Raises:
        ValueError: a field in `added` is required, or holds words: loads from before would break the new contract.
    """

    name: str
    description: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    version: tuple[str, ...] = ()
    realm: Realm | None = None
    is_reference: bool = False
    added: tuple[str, ...] = ()
    ids: tuple[KeyedId, ...] = ()

    def __post_init__(self) -> None:
        for field in map(self.field, self.added):
            if field.required or field.role in (Role.TEXT, Role.RESTRICTED_TEXT):
                raise ValueError(
                    f"{self.name}.{field.name}: an added field is optional and holds no words, since loads from before "
                    "have neither it nor its part of text_hash."
                )

    def field(self, name: str) -> Field:
        """The field called `name`; KeyError when the entity has none."""
        return {field.name: field for field in self.fields}[name]

    @property
    def event_time(self) -> Field | None:
        """The field holding the instant a row happened at, if the entity has one."""
        return next((field for field in self.fields if field.is_event_time), None)

    @property
    def account_fields(self) -> list[Field]:
        """Fields that hold accounts."""
        return [field for field in self.fields if field.role in (Role.ACCOUNT, Role.ACCOUNTS)]

    @property
    def text_fields(self) -> list[Field]:
        """Fields that hold words to annotate; together they make the row's `text_hash`."""
        return [field for field in self.fields if field.role in (Role.TEXT, Role.RESTRICTED_TEXT)]

    @property
    def has_text(self) -> bool:
        """Whether rows carry words to annotate."""
        return bool(self.text_fields)

    @property
    def has_restricted_text(self) -> bool:
        """Whether rows carry words that only the restricted part of the lake may keep."""
        return any(field.role is Role.RESTRICTED_TEXT for field in self.fields)

    @property
    def stored_schema(self) -> pa.Schema:
        """Columns of a raw load, in file order; `source` and `load` come from the folder names."""
        stored = [field for field in self.fields if field.role is not Role.RESTRICTED_TEXT]
        columns = [
            *((field.stored_name, field.stored_type, field.description) for field in stored),
            *([_TEXT_HASH] if self.has_text else []),
            *_BESIDE,
            *((one.name, "VARCHAR", one.description) for one in self.ids),
        ]
        return pa.schema([pa.field(name, ARROW_TYPES[kind], metadata={"doc": doc}) for name, kind, doc in columns])

    @property
    def reference_schema(self) -> pa.Schema:
        """Columns of a reference table as dbt reads it: its fields alone."""
        columns = ((field.name, ARROW_TYPES[field.type], field.description) for field in self.fields)
        return pa.schema(
            [pa.field(name, kind, metadata={"doc": doc}) for name, kind, doc in columns],
            metadata={"doc": self.description},
        )

    @property
    def stored_columns(self) -> dict[str, str]:
        """Column name → DuckDB type of a raw load, in file order."""
        return {column.name: DUCKDB_TYPES[column.type] for column in self.stored_schema}

    @property
    def first_columns(self) -> dict[str, str]:
        """`stored_columns` of the entity's first contract, which name a load: ids follow from them."""
        added = {self.field(name).stored_name for name in self.added} | {one.name for one in self.ids}
        return {name: kind for name, kind in self.stored_columns.items() if name not in added}

    @property
    def is_register(self) -> bool:
        """Whether rows state how things stand, with no time of their own: only deliveries tell which is newer."""
        return self.event_time is None
