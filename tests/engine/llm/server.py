"""A local server that speaks the protocols of language models, streams as they do, and fails in all their ways."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Say:
    """One answer of the server.

    Attributes:
        events: what is streamed: each with its name (empty for none) and its data.
        raw: sent instead of a stream.
        cut: how many events are sent before the connection breaks; nothing sends them all.
        silent: nothing is sent at all.
    """

    events: tuple[tuple[str, object], ...] = ()
    status: int = 200
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    silent: bool = False


def openai(*pieces: str, calls: Sequence[tuple[str, str, str]] = (), stop: str = "stop") -> Say:
    """A streamed chat completion: text piece by piece, then calls as id, name and arguments, cut in two."""
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in pieces]
    for place, (id_, name, arguments) in enumerate(calls):
        head, tail = arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :]
        function = {"name": name, "arguments": head}
        deltas.append({"tool_calls": [{"index": place, "id": id_, "type": "function", "function": function}]})
        deltas.append({"tool_calls": [{"index": place, "function": {"arguments": tail}}]})
    chunks = [_chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    chunks.append(_chunk([{"index": 0, "delta": {}, "finish_reason": "tool_calls" if calls else stop}]))
    usage = {"prompt_tokens": 21, "completion_tokens": 7, "total_tokens": 28}
    return Say(tuple(("", chunk) for chunk in [*chunks, _chunk([], usage), "[DONE]"]))


def _chunk(choices: object, usage: object = None) -> dict[str, object]:
    base = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
    return {**base, "choices": choices, "usage": usage}


def anthropic(*pieces: str, calls: Sequence[tuple[str, str, str]] = (), stop: str = "end_turn") -> Say:
    """A streamed message: a text block piece by piece, then blocks of calls."""
    usage = {"input_tokens": 21, "output_tokens": 1}
    shell = {"id": "m1", "type": "message", "role": "assistant", "model": "tiny", "content": [], "usage": usage}
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": {**shell, "stop_reason": None, "stop_sequence": None}}
    ]
    place = 0
    if pieces:
        events.append({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
        events += [
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in pieces
        ]
        events.append({"type": "content_block_stop", "index": 0})
        place = 1
    for number, (id_, name, arguments) in enumerate(calls, place):
        block = {"type": "tool_use", "id": id_, "name": name, "input": {}}
        events.append({"type": "content_block_start", "index": number, "content_block": block})
        for part in (arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :]):
            delta = {"type": "input_json_delta", "partial_json": part}
            events.append({"type": "content_block_delta", "index": number, "delta": delta})
        events.append({"type": "content_block_stop", "index": number})
    reason = "tool_use" if calls else stop
    ended = {"stop_reason": reason, "stop_sequence": None}
    events.append({"type": "message_delta", "delta": ended, "usage": {"output_tokens": 7}})
    events.append({"type": "message_stop"})
    return Say(tuple((str(event["type"]), event) for event in events))


@dataclass(slots=True)
class ModelServer:
    """The running server.

    Attributes:
        url: where it is.
        asked: path, headers (lower case) and body of each request.
    """

    url: str
    answers: list[Say]
    asked: list[tuple[str, dict[str, str], dict[str, object]]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))) or b"{}")
            self.asked.append((head[0].split(" ")[1], headers, body))
            say = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if say.silent:
                await reader.read()
                return
            writer.write(_response(say))
            await writer.drain()
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()


def _response(say: Say) -> bytes:
    sort = "application/json" if say.raw is not None else "text/event-stream"
    lines = [f"HTTP/1.1 {say.status} X", f"content-type: {sort}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in say.headers.items()]
    if say.raw is not None:
        return "\r\n".join([*lines, f"content-length: {len(say.raw)}"]).encode() + b"\r\n\r\n" + say.raw
    sent = b"".join(_event(name, data) for name, data in say.events[: say.cut])
    # Chunked, so that a connection that breaks off is one, and not an end.
    whole = b"%x\r\n%s\r\n" % (len(sent), sent) if sent else b""
    end = b"0\r\n\r\n" if say.cut is None else b""
    return "\r\n".join([*lines, "transfer-encoding: chunked"]).encode() + b"\r\n\r\n" + whole + end


def _event(name: str, data: object) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


@asynccontextmanager
async def model_server(*answers: Say) -> AsyncIterator[ModelServer]:
    """A server on this machine that gives these answers one after the other; the last one again and again."""
    running = ModelServer("", list(answers))
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield running
    finally:
        server.close()
        await server.wait_closed()
