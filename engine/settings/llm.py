"""Settings of the language model, where there is one."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from .base import Section
from .connections import GuardedUrl, SecretRef


class LlmSettings(Section):
    """The table ``[llm]``. Without a model everything works without one; it needs the extra ``llm``."""

    provider: Literal["openai", "anthropic"] = "openai"
    """Which protocol is spoken: OpenAI's, which most servers understand, or Anthropic's."""
    model: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\s\x00-\x1f]*$")] = ""
    """The model's name; empty uses none."""
    url: GuardedUrl | None = None
    """Where it is, up to ``/v1``; nothing means the provider's own address."""
    key: SecretRef | None = None
    """Where the key is: ``env:NAME`` or ``file:PATH``."""
    timeout_seconds: float = Field(default=60.0, ge=1, le=600)
    """Seconds for one request, its retries not included."""
    attempts: int = Field(default=3, ge=1, le=10)
    """How often a request is tried that was limited, cut off or met a busy server."""
    max_output_tokens: int = Field(default=800, ge=16, le=32_000)
    """Most tokens of one answer."""

    input_cents_per_million: int = Field(default=0, ge=0, le=1_000_000)
    """What a million tokens that it reads cost, in cents; counts toward the personas' daily money."""
    output_cents_per_million: int = Field(default=0, ge=0, le=1_000_000)
    """What a million tokens that it writes cost, in cents."""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.model and self.url is None and self.key is None:
            raise ValueError('a model at its provider needs a key: key = "env:NAME"')
        return self
