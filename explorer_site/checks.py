"""System checks of the settings: limits that fit together, thresholds that can be read."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from profiles.metrics.insights.thresholds import Thresholds


@register()
def limits_fit_together(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """The soft limit lies below the hard one, and a lease outlasts its renewal."""
    found: list[CheckMessage] = []
    if settings.INGEST_SOFT_LIMIT_S >= settings.INGEST_HARD_LIMIT_S:
        found.append(
            Error(
                "INGEST_SOFT_LIMIT_S must be smaller than INGEST_HARD_LIMIT_S.",
                id="explorer.E001",
            )
        )
    if settings.PORT == settings.API_PORT:
        found.append(Error("PORT and API_PORT must differ.", id="explorer.E002"))
    try:
        Thresholds.parse(settings.INSIGHT_THRESHOLDS)
    except ValueError as error:
        found.append(Error(f"INSIGHT_THRESHOLDS: {error}", id="explorer.E003"))
    return found
