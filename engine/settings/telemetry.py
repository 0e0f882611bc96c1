"""Settings of what the engine tells about itself: metrics and traces."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from .base import Section


class TelemetrySettings(Section):
    """The table ``[telemetry]``."""

    metrics_port: int = Field(default=0, ge=0, le=65_535)
    """Port at which ``/metrics`` can be read in the form of Prometheus; 0 opens none. What it tells are numbers, and
    names of personas and task types."""
    metrics_address: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:\-]+$")] = "127.0.0.1"
    """Address of this machine to listen at; anybody who reaches it can read."""
    traces_url: SecretStr = SecretStr("")
    """Address of an OpenTelemetry collector (OTLP over HTTP, as ``http://127.0.0.1:4318/v1/traces``); empty traces
    nothing. Needs the extra ``otel``."""
    traces_headers: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9\-]{1,100}$")], SecretStr] = Field(
        default_factory=dict, max_length=20
    )
    """Headers that the collector wants, as a key."""
    traces_share: float = Field(default=1.0, ge=0, le=1)
    """Share of tasks and actions that are traced, 0 to 1; which ones follows from their ids."""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        url = self.traces_url.get_secret_value()
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("traces_url must begin with http:// or https://")
        return self
