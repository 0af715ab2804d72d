"""The daily schedule: 05:00 UTC, after exports of the night and before the working day in Europe."""

import dagster as dg

from sensors.jobs import DAILY, AssetJob


def schedules(daily: AssetJob) -> list[dg.ScheduleDefinition]:
    return [
        dg.ScheduleDefinition(
            name=f"{DAILY}_at_five",
            job=daily,
            cron_schedule="0 5 * * *",
            execution_timezone="UTC",
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description="The whole flow up to membership, once a day.",
        )
    ]
