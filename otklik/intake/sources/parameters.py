"""`parameters` of a sources file: the numbers that definitions leave to the deployment."""

from pydantic import BaseModel, ConfigDict, Field


class Parameters(BaseModel):
    """Numbers that definitions leave to the deployment. They are published with the tables they shaped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_group_size: int = Field(default=5, ge=2, description="k: no published cell stands for fewer people.")
    default_sla_hours: int = Field(default=24, ge=1, description="Hours within which a reply is due.")
    incident_window_days: int = Field(default=14, ge=1, description="Same topic and place within it: one incident.")
    tie_half_life_days: float = Field(default=365, gt=0, description="h: days after which a message weighs half.")
    max_recipients: int = Field(default=25, ge=1, description="R: messages to more people are lists, not ties.")
    leader_top_k: int = Field(default=20, ge=1, description="How many leaders a ranking names.")
    active_citizen_min_weeks: int = Field(
        default=4, ge=1, le=12, description="Socially active: weeks of the last twelve with a message."
    )
    active_citizen_min_messages: int = Field(
        default=4, ge=1, description="Socially active: complaints, questions, reviews and thanks in them."
    )
    active_citizen_min_repliers: int = Field(
        default=2, ge=0, description="Socially active: different people who answered."
    )
    active_citizen_min_topics: int = Field(default=2, ge=1, description="Socially active: topics written about.")
    max_quarantined_share: float = Field(default=0.05, ge=0, le=1, description="Above it the raw gate fails a load.")
    history_days: int = Field(
        default=730, ge=8, description="Days of history that are published, and for which it is kept what was said."
    )
    message_text_retention_days: int = Field(
        default=30, ge=1, description="Days after which the words of an internal message are dropped."
    )
    sentence_encoder: bool = Field(
        default=False, description="Ask the encoder of otklik[semantic] where the rules are unsure of an intent; slow."
    )
