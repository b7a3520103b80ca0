"""The contracts at the door: what a row of each entity must hold before it enters the raw lake.

An entity is data, not code: its fields, their DuckDB types, which are required, which hold an account that the
vault must turn into a subject, and which hold words that only the restricted part of the lake may keep. Mapping a
foreign file to these fields is the job of `sources.yaml`; loading is `otklik/intake/ingestion/ingest.py`. What a
deployment says of its place (terms, rules, topics, …) is `reference_entities.py`.
"""

from functools import cache

# Part of the contract, and so to be had from here.
from nlp.lexicon import INTENTS as INTENTS
from otklik.intake.entity import Entity, Field, KeyedId, Realm, Role
from otklik.intake.reference_entities import REFERENCE_ENTITIES

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

LABEL_KINDS = ("intent", "group", "topic", "authority", "place", "incident", "incident_pair")
PAIR_ANSWERS = ("same", "different", "cannot_tell")

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
    ids=(
        KeyedId("post_id", "post", "source_post_id", "Id of the post, under the home's key."),
        KeyedId("answered_post_id", "post", "parent_post_id", "Id of the post it answers, under the home's key."),
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
    ids=(KeyedId("post_id", "post", "source_post_id", "Id of the post, under the home's key."),),
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
    ids=(KeyedId("message_id", "message", "source_message_id", "Id of the message, under the home's key."),),
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
    ids=(KeyedId("keyed_instruction_id", "instruction", "instruction_id", "Id of it, under the home's key."),),
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
    key=("of_source", "of_source_post_id", "label_kind", "with_source", "with_source_post_id"),
    version=("labelled_at", "annotator"),
    added=("with_source", "with_source_post_id"),
    fields=(
        Field("of_source", "VARCHAR", "The source of the post.", required=True),
        Field("of_source_post_id", "VARCHAR", "The post's id in that source.", required=True),
        Field("label_kind", "VARCHAR", "What was decided.", required=True, accepted=LABEL_KINDS),
        Field(
            "value",
            "VARCHAR",
            "The intent's code; the group, topic or authority by code or name; the place in words; for incident, "
            "`apart`, or `source/id` of a post whose incident it joins; for incident_pair, `same`, `different` or "
            "`cannot_tell`.",
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
                (
                    f"label_kind = 'incident_pair' and value not in {PAIR_ANSWERS}",
                    f"no such answer; accepted are {', '.join(PAIR_ANSWERS)}",
                ),
                ("length(value) > 500 or regexp_matches(value, '[\\r\\n]')", "not one line of at most 500 characters"),
            ),
        ),
        Field("annotator", "VARCHAR", "Who decided, as a code or a role; never a name."),
        Field("labelled_at", "TIMESTAMPTZ", "When.", required=True, is_event_time=True),
        Field(
            "with_source", "VARCHAR", "For incident_pair, the source of the other post; if left out, that of the post."
        ),
        Field(
            "with_source_post_id",
            "VARCHAR",
            "For incident_pair, the other post's id in that source.",
            breaches=(
                (
                    "label_kind = 'incident_pair' and with_source_post_id is null",
                    "required for incident_pair, and empty; say which post the first one was compared with",
                ),
                (
                    "label_kind = 'incident_pair' and with_source_post_id = of_source_post_id "
                    "and coalesce(with_source, of_source) = of_source",
                    "the post itself; give another post",
                ),
                (
                    "label_kind <> 'incident_pair' and coalesce(with_source, with_source_post_id) is not null",
                    "only for label_kind incident_pair",
                ),
            ),
        ),
    ),
    ids=(
        KeyedId("post_id", "post", "of_source_post_id", "Id of the post, under the home's key.", source="of_source"),
        KeyedId(
            "other_post_id",
            "post",
            "case when label_kind = 'incident' and value <> 'apart' then regexp_extract(value, '^[^/]+/(.+)$', 1) "
            "else with_source_post_id end",
            "Id of the post it is put to or compared with, under the home's key.",
            source="case when label_kind = 'incident' then regexp_extract(value, '^([^/]+)/', 1) "
            "else coalesce(with_source, of_source) end",
        ),
    ),
)

_ENTITIES = (POST, CASE_EVENT, MESSAGE, PERSON, *REFERENCE_ENTITIES, INSTRUCTION, OUTCOME, LABEL)


@cache
def entities() -> dict[str, Entity]:
    """Every entity by name."""
    return {entity.name: entity for entity in _ENTITIES}
