"""A job's plan: what it wants by itself, and what the settings say over that; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ..settings.cron import parse_cron
from ..settings.schedule import JobSettings
from .plan import Plan


def usual(every_seconds: float, first_seconds: float, timeout_seconds: float, *, enabled: bool = True) -> Plan:
    """A plan of slots at an interval."""
    return Plan(
        every=timedelta(seconds=every_seconds),
        timeout_seconds=timeout_seconds,
        first=timedelta(seconds=first_seconds),
        enabled=enabled,
    )


def planned(plan: Plan, settings: JobSettings | None) -> Plan:
    """A job's own plan with what its table in the settings changes."""
    if settings is None:
        return plan
    if settings.cron is not None:
        plan = replace(plan, every=None, cron=parse_cron(settings.cron, settings.zone))
    if settings.every_seconds is not None:
        plan = replace(plan, every=timedelta(seconds=settings.every_seconds), cron=None)
    return replace(
        plan,
        hours=settings.hours or plan.hours,
        jitter=plan.jitter if settings.jitter_seconds is None else timedelta(seconds=settings.jitter_seconds),
        timeout_seconds=settings.timeout_seconds or plan.timeout_seconds,
        overlap=settings.overlap or plan.overlap,
        enabled=plan.enabled if settings.enabled is None else settings.enabled,
    )
