"""From the settings to a model that can be asked."""

from __future__ import annotations

from ..settings.llm import LlmSettings
from ..tools.secrets import Secrets
from .model import LanguageModel, ModelError

_NO_KEY = "none"


def connect(settings: LlmSettings, secrets: Secrets) -> LanguageModel:
    """The model that the settings name. Nothing is sent before it is asked.

    Args:
        settings: the table ``[llm]``, with a model.
        secrets: reads the key.

    Raises:
        ModelError: the extra is not installed.
        SecretError: the key cannot be read.
    """
    key = secrets.read(settings.key) if settings.key else _NO_KEY
    url = settings.url
    retries = settings.attempts - 1
    try:
        if settings.provider == "anthropic":
            from anthropic import AsyncAnthropic

            from .anthropic_messages import AnthropicMessages

            # This library writes the /v1 itself.
            base = None if url is None else url.rstrip("/").removesuffix("/v1")
            anthropic = AsyncAnthropic(
                api_key=key, base_url=base, timeout=settings.timeout_seconds, max_retries=retries
            )
            return AnthropicMessages(anthropic, settings.model, settings.max_output_tokens)
        from openai import AsyncOpenAI

        from .openai_compatible import OpenAICompatible

        openai = AsyncOpenAI(api_key=key, base_url=url, timeout=settings.timeout_seconds, max_retries=retries)
        return OpenAICompatible(openai, settings.model, settings.max_output_tokens)
    except ImportError as error:
        raise ModelError(
            "no language model can be used",
            why=f"the library for {settings.provider} is not installed",
            remedy="Install watchfloor[llm].",
        ) from error
