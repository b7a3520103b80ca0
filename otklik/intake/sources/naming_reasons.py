"""`naming_reasons` of a sources file: for what a subject may be named at all."""

from typing import Annotated

from pydantic import Field

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
NamingReasons = Annotated[dict[Code, str], Field(min_length=1)]

NAMING_REASONS = {
    "asked_by_person": "the person asks what is kept about them",
    "answer_to_person": "an authority must answer the person and has no other way to",
    "consent": "the person agreed in writing to be named",
    "official_inquiry": "a court, a prosecutor or a regulator demands it in writing",
    "danger_to_life": "a message tells of a danger to somebody's life",
    "leak_inquiry": "an inquiry into a leak was opened by order",
}
"""What holds where a deployment lists none, code → what it means."""
