"""The contracts at the door: what a row of each entity must hold before it enters the raw lake.

An entity is data, not code: its fields, their DuckDB types, which are required, which hold an account that the
vault must turn into a subject, and which hold words that only the restricted part of the lake may keep. Mapping a
foreign file to these fields is the job of `sources.yaml`; loading is `orchestration/ingestion/ingest.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache


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


# where a stored row came from; no part of what it says
_ORIGIN = {"origin_row": "BIGINT", "file_name": "VARCHAR", "loaded_at": "TIMESTAMPTZ"}


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
    """

    name: str
    description: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    version: tuple[str, ...] = ()
    realm: Realm | None = None

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
    def stored_columns(self) -> dict[str, str]:
        """Column name → DuckDB type of a raw load, in file order; `source` and `load` come from the folder names."""
        columns = {
            field.stored_name: field.stored_type for field in self.fields if field.role is not Role.RESTRICTED_TEXT
        }
        if self.has_text:
            columns["text_hash"] = "VARCHAR"
        return columns | {"row_hash": "VARCHAR", **_ORIGIN}

    @property
    def is_register(self) -> bool:
        """Whether rows state how things stand, with no time of their own: only deliveries tell which is newer."""
        return self.event_time is None


CHANNELS = ("vk", "ok", "telegram", "x", "instagram", "facebook", "portal", "mail", "other")
EVENT_KINDS = (
    "received",
    "accepted",
    "clarification_requested",
    "clarified",
    "reply_drafted",
    "reply_approved",
    "reply",
    "interim_reply",
    "claimed_fixed",
    "confirmed",
    "refuted",
    "reopened",
    "closed",
    "rerouted",
)

INTENTS = ("complaint", "question", "review", "thanks", "negative", "other")
LABEL_KINDS = ("intent", "group", "topic", "authority", "place", "incident")

POST = Entity(
    "post",
    "A post, comment or portal message written by a citizen. One row per version of a post.",
    key=("source_post_id",),
    version=("posted_at", "edited_at", "is_deleted"),
    realm=Realm.CITIZENS,
    fields=(
        Field("source_post_id", "VARCHAR", "The post's id in its source.", required=True),
        Field("posted_at", "TIMESTAMPTZ", "When it was written.", required=True, is_event_time=True),
        Field("edited_at", "TIMESTAMPTZ", "When this version was written, if it was edited."),
        Field("is_deleted", "BOOLEAN", "True for a tombstone: the source says the post is gone."),
        Field("author", "VARCHAR", "The writer's account.", role=Role.ACCOUNT),
        Field("parent_post_id", "VARCHAR", "Id of the post this one answers, in the same source."),
        Field("thread_id", "VARCHAR", "Id of the discussion, in the same source."),
        Field("channel", "VARCHAR", "The network or door it came through.", required=True, accepted=CHANNELS),
        Field("text", "VARCHAR", "The words, as written.", role=Role.TEXT),
        Field("url", "VARCHAR", "Where the post can be seen."),
        Field("lat", "DOUBLE", "Latitude, degrees, WGS 84."),
        Field("lon", "DOUBLE", "Longitude, degrees, WGS 84."),
        Field("place_text", "VARCHAR", "The address or place the source states."),
        Field("page_place", "VARCHAR", "The town of the page or community it was written on, by name."),
        Field("declared_municipality", "VARCHAR", "The municipality the source states, by name."),
        Field("declared_district", "VARCHAR", "The district the source states, by name."),
        Field("declared_group", "VARCHAR", "The group of topics the source states, in its own words."),
        Field("declared_topic", "VARCHAR", "The topic the source states, in its own words."),
        Field("declared_authority", "VARCHAR", "The authority the source sent it to, by name."),
        Field("reactions", "BIGINT", "Likes and the like, a count."),
    ),
)

CASE_EVENT = Entity(
    "case_event",
    "An event in the life of a case. One row per event.",
    key=(),
    fields=(
        Field("source_post_id", "VARCHAR", "Id of the post that opened the case, in the same source.", required=True),
        Field("event_at", "TIMESTAMPTZ", "When it happened.", required=True, is_event_time=True),
        Field("event_kind", "VARCHAR", "What happened.", required=True, accepted=EVENT_KINDS),
        Field("authority", "VARCHAR", "The authority that acted, or to which the case moved, by name."),
        Field("text", "VARCHAR", "The words of a reply or remark.", role=Role.TEXT),
        Field("due_at", "TIMESTAMPTZ", "The deadline this event set, if it set one."),
    ),
)

MESSAGE = Entity(
    "message",
    "An internal message. One row per message; words go to the restricted part of the lake.",
    key=("source_message_id",),
    realm=Realm.STAFF,
    fields=(
        Field("source_message_id", "VARCHAR", "The message's id in its source.", required=True),
        Field("sent_at", "TIMESTAMPTZ", "When it was sent.", required=True, is_event_time=True),
        Field("sender", "VARCHAR", "The sender's account.", required=True, role=Role.ACCOUNT),
        Field("recipients", "VARCHAR[]", "The recipients' accounts.", required=True, role=Role.ACCOUNTS),
        Field("thread_id", "VARCHAR", "Id of the conversation, in the same source."),
        Field("in_reply_to", "VARCHAR", "Id of the message this one answers, in the same source."),
        Field("kind", "VARCHAR", "Mail, chat or call.", required=True, accepted=("mail", "chat", "call")),
        Field("size", "BIGINT", "Size in bytes, as the source states it."),
        Field("subject", "VARCHAR", "The subject line.", role=Role.RESTRICTED_TEXT),
        Field("body", "VARCHAR", "The words.", role=Role.RESTRICTED_TEXT),
    ),
)

PERSON = Entity(
    "person",
    "A row of the staff directory: the only place that says which accounts are one person. One row per validity.",
    key=("source_person_id", "valid_from"),
    realm=Realm.STAFF,
    fields=(
        Field("source_person_id", "VARCHAR", "The person's id in the directory.", required=True),
        Field("accounts", "VARCHAR[]", "Every account of the person.", required=True, role=Role.ACCOUNTS),
        Field("department", "VARCHAR", "Department, by name."),
        Field("unit", "VARCHAR", "Unit within the department, by name."),
        Field("title", "VARCHAR", "Job title."),
        Field("manager", "VARCHAR", "An account of the person's manager.", role=Role.ACCOUNT),
        Field("valid_from", "DATE", "First day this row holds; empty for ever before."),
        Field("valid_to", "DATE", "First day this row no longer holds; empty for ever after."),
        Field("is_score_consented", "BOOLEAN", "The person agreed that scores about them are published."),
    ),
)

MUNICIPALITY = Entity(
    "municipality",
    "A municipality the user adds to, or corrects in, the built-in list. One row per municipality.",
    key=("municipality_id",),
    fields=(
        Field("municipality_id", "VARCHAR", "OKTMO code or the user's own.", required=True),
        Field("name", "VARCHAR", "Short name, as people write it.", required=True),
        Field("kind", "VARCHAR", "Urban district, municipal district and so on."),
        Field("centre", "VARCHAR", "Its main settlement."),
        Field("region", "VARCHAR", "Name of the region.", required=True),
        Field("population", "BIGINT", "Residents."),
        Field("lat", "DOUBLE", "Latitude of the centre, degrees."),
        Field("lon", "DOUBLE", "Longitude of the centre, degrees."),
    ),
)

AUTHORITY = Entity(
    "authority",
    "An authority that answers citizens. One row per authority.",
    key=("name",),
    fields=(
        Field("name", "VARCHAR", "Name as it stands in the sources.", required=True),
        Field("level", "VARCHAR", "Whose it is.", required=True, accepted=("region", "municipality", "organisation")),
        Field("parent", "VARCHAR", "Name of the authority above it."),
    ),
)

INSTRUCTION = Entity(
    "instruction",
    "An instruction (поручение) of a head to an authority, with what became of it. One row per version.",
    key=("instruction_id",),
    version=("given_at", "result_at"),
    fields=(
        Field("instruction_id", "VARCHAR", "The instruction's id in its source.", required=True),
        Field("given_at", "TIMESTAMPTZ", "When it was given.", required=True, is_event_time=True),
        Field("authority", "VARCHAR", "The authority it was given to, by name."),
        Field("title", "VARCHAR", "What is to be done, in the source's words."),
        Field("due_at", "TIMESTAMPTZ", "By when it is to be done."),
        Field("result", "VARCHAR", "What came of it; empty while it is open.", accepted=("positive", "negative")),
        Field("result_at", "TIMESTAMPTZ", "When it was closed."),
        Field("evidence_url", "VARCHAR", "Where the result can be seen."),
    ),
)

OUTCOME = Entity(
    "outcome",
    "A value of an outcome series, with what it compares to. One row per indicator, place and period.",
    key=("indicator", "place", "period"),
    fields=(
        Field("indicator", "VARCHAR", "Code of the indicator, such as votes.", required=True),
        Field("place", "VARCHAR", "The place it is about, by name.", required=True),
        Field("period", "VARCHAR", "The period, such as 2022 or 2022-06.", required=True),
        Field("value", "DOUBLE", "The value.", required=True),
        Field("comparator", "DOUBLE", "What it compares to, such as the mean of the country."),
        Field("comparator_title", "VARCHAR", "What the comparator is, in words."),
        Field("unit", "VARCHAR", "Unit of both."),
    ),
)

LABEL = Entity(
    "label",
    "A person's decision about a post: the last word over what the platform found. One row per decision.",
    key=("of_source", "of_source_post_id", "label_kind"),
    version=("labelled_at", "annotator"),
    fields=(
        Field("of_source", "VARCHAR", "The source of the post.", required=True),
        Field("of_source_post_id", "VARCHAR", "The post's id in that source.", required=True),
        Field("label_kind", "VARCHAR", "What was decided.", required=True, accepted=LABEL_KINDS),
        Field(
            "value",
            "VARCHAR",
            "The intent's code; the group, topic or authority by code or name; the place in words; for incident, "
            "`apart`, or `source/id` of a post whose incident it joins.",
            required=True,
            breaches=(
                (
                    f"label_kind = 'intent' and value not in {INTENTS}",
                    f"no such intent; accepted are {', '.join(INTENTS)}",
                ),
                (
                    "label_kind = 'incident' and value <> 'apart' and not regexp_full_match(value, '[^/\\s]+/\\S.*')",
                    "neither apart nor source/id of a post",
                ),
                (
                    "label_kind = 'incident' and value = of_source || '/' || of_source_post_id",
                    "the post itself; give another post, or apart",
                ),
                ("length(value) > 500 or regexp_matches(value, '[\\r\\n]')", "not one line of at most 500 characters"),
            ),
        ),
        Field("annotator", "VARCHAR", "Who decided, as a code or a role; never a name."),
        Field("labelled_at", "TIMESTAMPTZ", "When.", required=True, is_event_time=True),
    ),
)

_ENTITIES = (POST, CASE_EVENT, MESSAGE, PERSON, MUNICIPALITY, AUTHORITY, INSTRUCTION, OUTCOME, LABEL)


@cache
def entities() -> dict[str, Entity]:
    """Every entity by name."""
    return {entity.name: entity for entity in _ENTITIES}
