"""One MCP server: started or reached, listened to, called, and reached again with growing pauses when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from ...canonical import JSON
from ...clock import Clock
from ...errors import WatchfloorError
from ...governance.ports import ToolError
from ...process import clean_environment
from ...settings.connections import McpServerSettings
from ..fingerprints import Fingerprints, find_program
from ..secrets import Secrets
from .answers import Called, CallUnknownError, ServerReport, ServerState, called, why_of
from .catalogue import MOST_TOOLS, ListedTool, listed, seen

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult

    from .pipes import Ending

RETRY_FIRST: Final = 1.0
RETRY_LIMIT: Final = 60.0
"""Seconds between attempts to reach a server; doubled each time."""
CALM_SECONDS: Final = 60.0
"""A connection that held this long starts the pauses anew."""
BREAKER: Final = 3
"""After so many calls in a row without an answer the connection is given up and made anew."""
MOST_PAGES: Final = 20

Told: TypeAlias = Callable[[str, Sequence[ListedTool]], Awaitable[None]]
"""Takes a server's new listing."""


class _Refused(WatchfloorError):
    """It is not what the settings pin."""


class McpServer:
    """Keeps one server within reach while :meth:`run` runs.

    Args:
        name: in the settings.
        settings: its table.
        root: the workspace, where it runs.
        clock: the time.
        environ: where its variables come from.
        secrets: where its token is.
        fingerprints: of its program.
        told: takes its listings.
    """

    def __init__(
        self,
        name: str,
        settings: McpServerSettings,
        root: Path,
        clock: Clock,
        environ: Mapping[str, str],
        secrets: Secrets,
        fingerprints: Fingerprints,
        told: Told,
    ) -> None:
        self.name = name
        self.settings = settings
        self._root = root
        self._clock = clock
        self._environ = environ
        self._secrets = secrets
        self._fingerprints = fingerprints
        self._told = told
        self._client: Client | None = None
        self._ending: Ending | None = None
        self._up = asyncio.Event()
        self._look = asyncio.Event()
        self._over = False
        self._silent = 0
        self._report = ServerReport(name, ServerState.STARTING, "", clock.now(), 0)

    @property
    def report(self) -> ServerReport:
        """How it is doing."""
        return self._report

    async def run(self) -> None:
        """Keep it within reach until cancelled."""
        failures = 0
        while True:
            began = self._clock.monotonic()
            failure: Exception | None = None
            try:
                await self._serve()
            except Exception as error:  # whatever a server does is its state, never the engine's end
                if _is_cancelled():
                    # Closing a connection can fail with an error of its own, in the place of the cancellation.
                    raise asyncio.CancelledError from error
                failure = error
            finally:
                self._client = None
                self._up.clear()
            refused = isinstance(failure, _Refused)
            self._say(ServerState.REFUSED if refused else ServerState.AWAY, self._story(failure))
            failures = 1 if self._clock.monotonic() - began >= CALM_SECONDS else failures + 1
            pause = min(RETRY_FIRST * 2 ** min(failures - 1, 16), RETRY_LIMIT)
            await self._clock.sleep(pause * self._clock.random.uniform(0.8, 1.2))

    async def call(self, tool: str, arguments: Mapping[str, JSON]) -> Called:
        """Call a tool; waits for a server that is just being reached.

        Raises:
            ToolError: the call was not sent, or the server refused to look at it.
            TimeoutError: it was sent, and no answer came in time.
            CallUnknownError: it was sent, and the connection was lost.
        """
        client = await self._reached()
        from mcp import MCPError
        from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND, REQUEST_TIMEOUT

        try:
            async with asyncio.timeout(self.settings.timeout_seconds):
                result = await client.call_tool(tool, dict(arguments))
        except TimeoutError:
            self._unanswered()
            raise
        except MCPError as error:
            if error.code == REQUEST_TIMEOUT:
                self._unanswered()
                raise TimeoutError from error
            said = seen(error.message)
            if error.code in {INVALID_PARAMS, METHOD_NOT_FOUND}:
                raise ToolError(f"MCP server {self.name} refused {tool}", why=said) from error
            raise CallUnknownError(f"MCP server {self.name} failed in {tool}", why=said) from error
        except Exception as error:
            raise CallUnknownError(f"MCP server {self.name} failed in {tool}", why=why_of(error)) from error
        self._silent = 0
        return called(result)

    async def _reached(self) -> Client:
        try:
            await self._clock.wait_for(self._up.wait(), self.settings.connect_seconds)
        except TimeoutError:
            raise ToolError(
                f"MCP server {self.name} cannot be reached",
                why=self._report.detail or "it does not answer",
                remedy="Have it proposed again when it is back.",
            ) from None
        client = self._client
        if client is None:
            raise ToolError(f"MCP server {self.name} cannot be reached", why="the connection was just lost")
        return client

    async def _serve(self) -> None:
        from mcp import Client

        from .links import open_link
        from .pipes import Ending

        self._over, self._silent, self._ending = False, 0, None
        ending = self._ending = Ending(self._ended)
        link = open_link(self.settings, self._root, self._checked_environment(), self._secrets, ending)
        async with asyncio.timeout(self.settings.connect_seconds) as limit, link as transport:
            client = Client(
                transport, read_timeout_seconds=self.settings.timeout_seconds, message_handler=self._heard, cache=None
            )
            async with client:
                # A result is only recorded, and checking it by a stranger's schema could take for ever.
                client.session.validate_tool_result = _unchecked  # type: ignore[method-assign]  # as the line above says
                await self._list(client)
                limit.reschedule(None)
                self._client = client
                self._up.set()
                while not self._over:
                    await self._wait()
                    if not self._over:
                        async with asyncio.timeout(self.settings.connect_seconds):
                            await self._list(client)
                self._client = None
                self._up.clear()

    def _story(self, failure: Exception | None) -> str:
        """Why the connection is gone: what was seen of the server, before what that made of the protocol."""
        ending = self._ending
        seen_of_it = ending.why if ending is not None else ""
        words = seen(ending.last_words.decode("utf-8", "replace")) if ending is not None else ""
        why = seen_of_it or (why_of(failure) if failure is not None else "the connection was given up")
        return f"{why}; it last said: {words[-200:]}" if words else why

    def _checked_environment(self) -> Mapping[str, str]:
        """The environment for its program, once that is the one that is pinned.

        Raises:
            WatchfloorError: it is another one.
        """
        settings = self.settings
        environment = clean_environment(settings.environment, source=self._environ or None)
        if not settings.argv:
            return environment
        program = find_program(settings.argv[0], self._root, environment)
        if program is None:
            self._refuse(f"there is no program {settings.argv[0]}")
        pinned = [(self._root / one, wanted) for one, wanted in settings.pinned.items()]
        for path, wanted in ((program, settings.sha256), *pinned):
            try:
                found = self._fingerprints.of(path)
            except OSError as error:
                self._refuse(f"{path} cannot be read: {error.strerror}")
            if found != wanted:
                self._refuse(f"{path} is not what the settings pin; its SHA-256 is {found}")
        return environment

    def _refuse(self, why: str) -> NoReturn:
        raise _Refused(why)

    async def _list(self, client: Client) -> None:
        found: dict[str, ListedTool] = {}
        left_out: list[str] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            for tool in page.tools:
                if self.settings.tools and tool.name not in self.settings.tools:
                    continue
                one = listed(tool.name, tool.description or "", tool.input_schema)
                if isinstance(one, str):
                    left_out.append(one)
                elif one.name in found or len(found) == MOST_TOOLS:
                    left_out.append(f"{one.name}: listed twice or beyond {MOST_TOOLS}")
                else:
                    found[one.name] = one
            cursor = page.next_cursor
            if cursor is None:
                break
        detail = f"left out: {'; '.join(left_out[:3])}" if left_out else ""
        await self._told(self.name, tuple(found.values()))
        self._say(ServerState.UP, detail, len(found))

    async def _wait(self) -> None:
        self._look.clear()
        if self._over:
            return
        try:
            await self._clock.wait_for(self._look.wait(), self.settings.refresh_seconds)
        except TimeoutError:
            return

    async def _heard(self, message: object) -> None:
        from mcp_types import ToolListChangedNotification

        if isinstance(getattr(message, "root", message), ToolListChangedNotification):
            self._look.set()

    def _ended(self) -> None:
        self._over = True
        self._up.clear()
        self._look.set()

    def _unanswered(self) -> None:
        self._silent += 1
        if self._silent >= BREAKER:
            self._ended()

    def _say(self, state: ServerState, detail: str, tools: int | None = None) -> None:
        before = self._report
        since = before.since if before.state is state else self._clock.now()
        self._report = ServerReport(self.name, state, detail, since, before.tools if tools is None else tools)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _unchecked(name: str, result: CallToolResult) -> None:
    return None
