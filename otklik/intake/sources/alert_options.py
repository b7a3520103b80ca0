"""The `alerts:` block of a sources file: who is told about overdue incidents, and from which level on.

Secrets stand here as `${NAME}` and are filled in when something is sent, so that no configuration or log holds one.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError


def _web_address(url: str) -> str:
    if not url.startswith("${") and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise PydanticCustomError("url", "not a web address; accepted is https://host/path, or ${{NAME}}")
    return url


def _reference(value: str) -> str:
    if not (value.startswith("${") and value.endswith("}")):
        # the value is never repeated here
        raise PydanticCustomError("secret", "must come from the environment; accepted is a value such as ${{NAME}}")
    return value


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LogTarget(_Options):
    """A line in the log of the process that tells."""

    kind: Literal["log"]


class EmailTarget(_Options):
    """A letter through an SMTP server."""

    kind: Literal["email"]
    host: str = Field(min_length=1, description="SMTP server.")
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is protected; none only towards a server on this machine."
    )
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="Address the letter comes from.")
    recipients: list[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]] = Field(min_length=1)
    user: str | None = Field(default=None, description="Account at the server, if it asks for one.")
    password: Annotated[str, AfterValidator(_reference)] | None = Field(
        default=None, description="Only as ${NAME}, filled in from the environment."
    )
    timeout_seconds: float = Field(default=30, gt=0, le=600)


class WebhookTarget(_Options):
    """A JSON object posted to a web address."""

    kind: Literal["webhook"]
    url: Annotated[str, AfterValidator(_web_address)] = Field(
        description="Where to; an address that is itself a secret as ${NAME}."
    )
    token: Annotated[str, AfterValidator(_reference)] | None = Field(
        default=None, description="Sent as a bearer token; only as ${NAME}."
    )
    timeout_seconds: float = Field(default=30, gt=0, le=600)


Target = Annotated[LogTarget | EmailTarget | WebhookTarget, Field(discriminator="kind")]
TARGET_MODELS: dict[str, type[BaseModel]] = {"log": LogTarget, "email": EmailTarget, "webhook": WebhookTarget}


class AlertOptions(_Options):
    """Who is told, from which level of escalation on, and whether of each week as well."""

    min_level: int = Field(default=1, ge=1, le=3, description="Lower levels are told to nobody.")
    weekly_digest: bool = Field(default=False, description="Whether every target gets a digest of each week.")
    targets: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Target] = Field(min_length=1)


def accepted_alert_keys(location: list[str | int]) -> list[str]:
    """The keys accepted at a place under `alerts`: `[]`, `[targets]` or `[targets, NAME, kind]`."""
    model = TARGET_MODELS[str(location[2])] if len(location) > 2 else AlertOptions
    return list(model.model_fields)
