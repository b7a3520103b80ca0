"""Everything that targets are told, in the order in which it matters: who is late, then how the week was."""

import os
from collections.abc import Mapping

from otklik.alerting.digest import tell_digest
from otklik.alerting.overdue import tell_overdue
from otklik.home.settings import Home
from otklik.intake.sources.alert_options import AlertOptions


def tell_all(home: Home, options: AlertOptions, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Tell every target what it does not know yet; what each was told, a sentence each.

    Raises:
        ConfigurationError: nothing was published in this home yet.
        AlertError: a target could not be reached; the others were told.
    """
    late = tell_overdue(home, options, environment)
    week = tell_digest(home, options, environment)
    return [f"{name}: told of {count:,} incidents" for name, count in late.items()] + [
        f"{name}: told of the week" for name in week
    ]
