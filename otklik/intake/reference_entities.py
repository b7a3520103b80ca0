"""What a deployment says of its place: terms, routing rules, authorities, municipalities, calendar and topics.

Their columns are those of the dbt seeds of the same names, which hold until a deployment brings rows of its own. What
must hold between rows and between tables is `otklik/intake/reference/contradictions.py`.

Authorities and municipalities were deliveries once, and a load of theirs lacked the rows that another file had told
already. Their contract counts as a new one (no field of that time is `added`), so that their files are read again,
whole.
"""

from otklik.intake.entity import Entity, Field

LEVELS = ("region", "municipality", "organisation")
CLOCKS = ("reply", "claimed_fix", "confirmed_fix")

_VALID_FROM = Field("valid_from", "DATE", "First day it holds; empty for ever before.")
_VALID_TO = Field(
    "valid_to",
    "DATE",
    "First day it no longer holds; empty until a row of the same scope begins, or for ever.",
    breaches=(("valid_to <= valid_from", "not after valid_from; give a later day, or leave it empty"),),
)
_GEOMETRY = r'\s*\{\s*"type"\s*:\s*"(Multi)?Polygon"\s*,\s*"coordinates"\s*:\s*\[[\[\]\d\s.,eE+-]+\]\s*\}\s*'
_NO_GEOMETRY = f"not regexp_full_match(outline, '{_GEOMETRY}')"
_SCOPE = (
    Field("topic_code", "VARCHAR", "Topic it is for; empty for any."),
    Field(
        "group_code",
        "VARCHAR",
        "Group of topics it is for; empty for any.",
        breaches=(
            ("topic_code is not null and group_code is not null", "given beside topic_code; a topic tells its group"),
        ),
    ),
)

SLA_TERM = Entity(
    "sla_term",
    "Hours that a clock of an incident may take, by topic, group of topics and level of the authority. One row per "
    "term.",
    key=("sla_term_code",),
    is_reference=True,
    fields=(
        Field("sla_term_code", "VARCHAR", "Code of the term.", required=True),
        Field("clock", "VARCHAR", "Clock it limits.", required=True, accepted=CLOCKS),
        *_SCOPE,
        Field("authority_level", "VARCHAR", "Level of authority it is for; empty for any.", accepted=LEVELS),
        Field(
            "term_hours",
            "BIGINT",
            "Hours, counted by the calendar named beside.",
            required=True,
            breaches=(("term_hours < 1 or term_hours > 87600", "not between 1 hour and ten years"),),
        ),
        Field(
            "calendar",
            "VARCHAR",
            "calendar (every hour counts) or working (only working hours of working days).",
            required=True,
            accepted=("calendar", "working"),
        ),
        _VALID_FROM,
        _VALID_TO,
        Field("basis_ru", "VARCHAR", "What the term rests on."),
    ),
)

ROUTING_RULE = Entity(
    "routing_rule",
    "Where a matter goes, by topic, place and scale: to an authority, or to that of a level which works on such "
    "matters. One row per rule.",
    key=("rule_code",),
    is_reference=True,
    fields=(
        Field("rule_code", "VARCHAR", "Code of the rule.", required=True),
        *_SCOPE,
        Field("municipality_id", "VARCHAR", "Municipality it is for; empty for any."),
        Field("min_people", "BIGINT", "Fewest people who report the matter; empty for 0."),
        Field("min_sites", "BIGINT", "Fewest houses, streets and institutions that they name; empty for 0."),
        Field("min_severe_people", "BIGINT", "Fewest of them who write of danger; empty for 0."),
        Field(
            "authority_level",
            "VARCHAR",
            "Level it goes to; may be empty where an authority is named.",
            accepted=LEVELS,
            breaches=(("authority_level is null and authority is null", "empty beside an empty authority; give one"),),
        ),
        Field("authority", "VARCHAR", "Authority it goes to, by its name in the entity authority; empty for any."),
        _VALID_FROM,
        _VALID_TO,
        Field("basis_ru", "VARCHAR", "What the rule rests on."),
    ),
)

AUTHORITY = Entity(
    "authority",
    "An authority that answers citizens, with its level and the one above it. One row per authority and period.",
    key=("name", "valid_from"),
    is_reference=True,
    fields=(
        Field("name", "VARCHAR", "Name as it stands in the sources.", required=True),
        Field("level", "VARCHAR", "Whose it is.", required=True, accepted=LEVELS),
        Field("parent", "VARCHAR", "Name of the authority above it."),
        _VALID_FROM,
        _VALID_TO,
    ),
)

MUNICIPALITY = Entity(
    "municipality",
    "What the user adds to the built-in municipalities, or corrects in them: an empty field says nothing. One row per "
    "municipality and period.",
    key=("municipality_id", "valid_from"),
    is_reference=True,
    fields=(
        Field("municipality_id", "VARCHAR", "OKTMO code or the user's own.", required=True),
        Field("name", "VARCHAR", "Short name, as people write it."),
        Field("kind", "VARCHAR", "Urban district, municipal district and so on."),
        Field("centre", "VARCHAR", "Its main settlement."),
        Field("region", "VARCHAR", "Name of the region."),
        Field(
            "population",
            "BIGINT",
            "Residents.",
            breaches=(("population < 1", "not a number of residents; leave it empty where it is not known"),),
        ),
        Field("lat", "DOUBLE", "Latitude of the centre, degrees.", breaches=(("abs(lat) > 90", "not -90 to 90"),)),
        Field("lon", "DOUBLE", "Longitude of the centre, degrees.", breaches=(("abs(lon) > 180", "not -180 to 180"),)),
        Field(
            "outline",
            "VARCHAR",
            "Its outline: a GeoJSON geometry, Polygon or MultiPolygon, longitude before latitude.",
            # it is published for anybody, so there is nothing in it but numbers
            breaches=((_NO_GEOMETRY, "no GeoJSON geometry of type Polygon or MultiPolygon"),),
        ),
        _VALID_FROM,
        _VALID_TO,
    ),
    added=("outline",),
)

CALENDAR_DAY = Entity(
    "calendar_day",
    "A day on which offices work or rest other than the built-in calendar says, or that it does not reach. One row per "
    "day.",
    key=("day",),
    is_reference=True,
    fields=(
        Field("day", "DATE", "Day.", required=True),
        Field("is_working", "BOOLEAN", "Whether offices work on it.", required=True),
    ),
)

TOPIC = Entity(
    "topic",
    "A topic of the deployment's own taxonomy, which stands in the place of the built-in one. One row per topic.",
    key=("topic_code",),
    is_reference=True,
    fields=(
        Field("topic_code", "VARCHAR", "Stable code of the topic; may be its name.", required=True),
        Field("topic_ru", "VARCHAR", "Name of the topic, as sources and people call it.", required=True),
        Field("topic_en", "VARCHAR", "Name of the topic in English."),
        Field("group_code", "VARCHAR", "Code of its group of topics.", required=True),
        Field("group_ru", "VARCHAR", "Name of the group.", required=True),
        Field("group_en", "VARCHAR", "Name of the group in English."),
        Field(
            "built_in_codes",
            "VARCHAR[]",
            "Codes of built-in topics that it stands for: a text whose words tell one of these tells it.",
        ),
    ),
)

REFERENCE_ENTITIES = (SLA_TERM, ROUTING_RULE, AUTHORITY, MUNICIPALITY, CALENDAR_DAY, TOPIC)
