"""When runs start by themselves."""

from typing import Any

import dagster as dg

from orchestration.resources import AS_OF_TAG


def build_schedules(refresh: Any, time_zone: str) -> list[dg.ScheduleDefinition]:
    """The daily refresh; off until somebody turns it on, since a deployment's files decide when."""

    @dg.schedule(
        job=refresh,
        cron_schedule="0 5 * * *",
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Every morning at five; looks from the instant it was due, however late it starts.",
    )
    def daily_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        due = context.scheduled_execution_time
        return dg.RunRequest(run_key=due.isoformat(), tags={AS_OF_TAG: due.isoformat()})

    return [daily_refresh]
