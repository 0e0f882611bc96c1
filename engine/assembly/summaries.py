"""How summaries of accounts are made: by a language model where the settings name one, extracted otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..insights import Brief, Summary, extractive
from ..llm import Asked, LanguageModel, ModelError, connect, fenced
from ..settings.llm import LlmSettings
from ..tools.secrets import Secrets

_SYSTEM: Final = "You write short, exact summaries for people who work with customers."
_TASK: Final = (
    "Sum up what a colleague has to know before talking to this account: where the business stands, what was agreed,"
    " what is open, what could go wrong. At most {sentences} plain sentences. Use only what the material says, keep its"
    " figures and dates as they are, and write no heading."
)


class Summariser:
    """Makes summaries by the settings of the moment; a model is connected once for each version of them.

    Args:
        settings: the table ``[llm]`` in force.
        secrets: reads the model's key.
    """

    def __init__(self, settings: Callable[[], LlmSettings], secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets
        self._connected: tuple[LlmSettings, LanguageModel] | None = None

    async def summarise(self, brief: Brief, sentences: int) -> Summary:
        """A summary of about so many sentences.

        Raises:
            WatchfloorError: the model gave none.
        """
        model = await self._model()
        if model is None:
            return await extractive(brief, sentences)
        notes = [f"{note.day.isoformat()}: {note.text}" for note in brief.notes]
        material = "\n".join((*brief.facts, *notes))
        task = _TASK.format(sentences=sentences)
        answer = await model.converse(_SYSTEM, (Asked(fenced(task, material)),))
        if not answer.text:
            raise ModelError(f"{model.name} wrote no summary")
        return Summary(answer.text, model.name)

    async def close(self) -> None:
        """Give the model's connections back."""
        if self._connected is not None:
            await self._connected[1].close()
            self._connected = None

    async def _model(self) -> LanguageModel | None:
        settings = self._settings()
        if self._connected is not None and self._connected[0] != settings:
            await self.close()
        if self._connected is None and settings.model:
            self._connected = (settings, connect(settings, self._secrets))
        return None if self._connected is None else self._connected[1]
