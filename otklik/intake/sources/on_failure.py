"""What a run does where the gate on a source's new deliveries fails."""

from enum import StrEnum


class OnFailure(StrEnum):
    """What a run does where the gate on a source's new deliveries fails."""

    STOP = "stop"
    """Nothing is published."""
    PUBLISH_WITHOUT = "publish_without"
    """The new deliveries stay out, everything else is published, and the snapshot says what is missing since when."""
    ACCEPT = "accept"
    """Deliveries that are only unusual are taken in, with a warning."""
