"""The language model of one engine, connected as the settings want it: for summaries, and for personas that use it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final

from ..canonical import JSON
from ..governance import ArgumentsError
from ..insights import Brief, Summary, extractive
from ..llm import Asked, LanguageModel, LlmBrain, ModelError, ToolSheet, connect, fenced
from ..settings import SettingsStore
from ..settings.llm import LlmSettings
from ..tools import ToolRegistry
from ..tools.secrets import Secrets

_SYSTEM: Final = "You write short, exact summaries for people who work with customers."
_TASK: Final = (
    "Sum up what a colleague has to know before talking to this account: where the business stands, what was agreed,"
    " what is open, what could go wrong. At most {sentences} plain sentences. Use only what the material says, keep its"
    " figures and dates as they are, and write no heading."
)


class ModelRoom:
    """Connects a model once for each version of the settings.

    Args:
        store: the settings as they are now.
        secrets: reads the model's key.
        toolbox: what personas may propose.
    """

    def __init__(self, store: SettingsStore, secrets: Secrets, toolbox: ToolRegistry) -> None:
        self._store = store
        self._secrets = secrets
        self._toolbox = toolbox
        self._connected: tuple[LlmSettings, LanguageModel] | None = None
        self._old: list[LanguageModel] = []
        self.brain = LlmBrain(
            self._needed, lambda: store.current.llm, lambda: store.current.persona_rules.loop, self._sheets
        )
        """Thinks for the personas whose brain is ``llm``."""

    async def run(self) -> None:
        """Give connections back when the engine stops."""
        try:
            await asyncio.Event().wait()
        finally:
            for model in (*self._old, *(() if self._connected is None else (self._connected[1],))):
                await model.close()

    async def summarise(self, brief: Brief, sentences: int) -> Summary:
        """A summary of about so many sentences: by the model where the settings name one, extracted otherwise.

        Raises:
            WatchfloorError: the model gave none.
        """
        model = self._model()
        if model is None:
            return await extractive(brief, sentences)
        notes = [f"{note.day.isoformat()}: {note.text}" for note in brief.notes]
        material = "\n".join((*brief.facts, *notes))
        task = _TASK.format(sentences=sentences)
        answer = await model.converse(_SYSTEM, (Asked(fenced(task, material)),))
        if not answer.text:
            raise ModelError(f"{model.name} wrote no summary")
        return Summary(answer.text, model.name)

    def current(self) -> LanguageModel | None:
        """The model that the settings name; nothing where they name none."""
        return self._model()

    def _model(self) -> LanguageModel | None:
        settings = self._store.current.llm
        if self._connected is not None and self._connected[0] != settings:
            # Somebody may be talking to it still; it is closed with the engine.
            self._old.append(self._connected[1])
            self._connected = None
        if self._connected is None and settings.model:
            self._connected = (settings, connect(settings, self._secrets))
        return None if self._connected is None else self._connected[1]

    def _needed(self) -> LanguageModel:
        model = self._model()
        if model is None:
            raise ModelError("no language model is set", remedy="Set [llm] model and key, or use the rules brain.")
        return model

    def _sheets(self) -> Mapping[str, ToolSheet]:
        sheets = {}
        for name, tool in self._toolbox.tools.items():
            schema: dict[str, JSON] = dict(self._toolbox.schemas[name])
            sheets[name] = ToolSheet(tool.description, schema, partial(self._problem, name))
        return sheets

    def _problem(self, name: str, arguments: dict[str, JSON]) -> str:
        try:
            self._toolbox.prepare(name, arguments)
        except ArgumentsError as error:
            return error.sentence()
        return ""
