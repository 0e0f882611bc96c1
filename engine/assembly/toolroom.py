"""The tools of one engine: the registry as the settings want it, MCP servers, and what carries messages in and out."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ..coordinator import Service
from ..governance.halt import halted
from ..settings import SettingsStore
from ..settings.tools import ToolsSettings
from ..tools import Surroundings, ToolRegistry, built_in_tools
from ..tools.delivery import Messenger
from ..tools.mcp import Fleet, ServerState
from ..tools.telegram import RateLimitedError
from ..tools.telegram_tools import TelegramPollTool
from .chat_inbox import ChatInbox, Post, hearing
from .foundation import Foundation
from .memory_figures import measure_memory

_LOOK_SECONDS: Final = 60.0


class ToolRoom:
    """Everything that tools need to work in this engine.

    Args:
        foundation: database, clock and workspace.
        store: the settings as they are now.
        judge: awaited when a server brought other tools, so that what waits is judged again.
        post: takes a message into inboxes.
    """

    def __init__(
        self, foundation: Foundation, store: SettingsStore, judge: Callable[[], Awaitable[object]], post: Post
    ) -> None:
        database, clock, workspace = foundation.database, foundation.clock, foundation.workspace
        self._clock = clock
        self._database = database
        self._store = store
        self._judge = judge
        self._around = Surroundings(
            workspace=workspace.root,
            environ=dict(os.environ),
            learn=foundation.redactor.learn,
            figures=lambda: measure_memory(database),
            inbox=ChatInbox(database, store, post),
            hear=hearing(post),
        )
        secrets = self.secrets = self._around.secrets
        self.fleet = Fleet(database, workspace.root, clock, self._around.environ, secrets, self._listed)
        self.registry = ToolRegistry(built_in_tools(store.current.tools, self._around), clock)
        self.messenger = Messenger(database, clock, lambda: store.current.tools.notify, secrets)

    async def open(self) -> None:
        """Know the tools of the MCP servers as they were last listed."""
        await self.fleet.configure(self._store.current.tools.mcp)
        self._fill()

    def services(self) -> Sequence[Service]:
        """What has to run."""
        return [
            Service("notifications", self.messenger.run),
            Service("telegram-poll", self._poll),
            *(Service(_service(name), server.run) for name, server in self.fleet.servers.items()),
        ]

    async def configure(self, settings: ToolsSettings) -> tuple[Sequence[Service], Sequence[str]]:
        """Have the tools that these settings want; whoever calls this judges what waits again.

        Returns:
            what has to run in addition, and the names of what has nothing left to do.
        """
        new, gone = await self.fleet.configure(settings.mcp)
        self._fill()
        self.messenger.wake()
        return [Service(_service(one.name), one.run) for one in new], [_service(one.name) for one in gone]

    def notices(self) -> Sequence[str]:
        """What an operator should know: servers that are away, notifications that do not arrive."""
        away = {ServerState.AWAY, ServerState.REFUSED}
        found = [
            f"MCP server {report.name} is {report.state.value}: {report.detail}"
            for report in self.fleet.reports
            if report.state in away
        ]
        lost, late = self.messenger.troubles
        if lost:
            found.append(f"notifications not delivered within a day: {lost}; see `watchfloor tools outbox`")
        elif late:
            found.append(f"notifications failed and will be tried again: {late}; see `watchfloor tools outbox`")
        return found

    def _fill(self) -> None:
        self.registry.replace((*built_in_tools(self._store.current.tools, self._around), *self.fleet.tools))

    async def _listed(self) -> None:
        self._fill()
        await self._judge()

    async def _poll(self) -> None:
        """Look into the Telegram chats as often as the settings say, until cancelled."""
        while True:
            seconds = float(self._store.current.tools.telegram.poll_seconds)
            tool = self.registry.tools.get(TelegramPollTool.name)
            if seconds and isinstance(tool, TelegramPollTool) and await self._database.read(halted) is None:
                try:
                    await tool.poll()
                except RateLimitedError as error:
                    seconds = max(seconds, float(error.seconds))
            await self._clock.sleep(seconds or _LOOK_SECONDS)


def _service(server: str) -> str:
    return f"mcp-{server}"
