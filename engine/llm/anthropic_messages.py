"""Models that speak Anthropic's messages protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from ..canonical import JsonError, parse_strict
from .model import Answer, Asked, Draft, Heard, ModelError, Offer, Results, Turn
from .openai_compatible import reason

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import MessageParam, RawMessageStreamEvent, ToolUnionParam


class AnthropicMessages:
    """A model behind ``/v1/messages``.

    Args:
        client: knows address, key, time limit and attempts.
        model: the model's name.
        max_output_tokens: most tokens of one answer.
    """

    def __init__(self, client: AsyncAnthropic, model: str, max_output_tokens: int) -> None:
        self._client = client
        self._model = model
        self._max_output_tokens = max_output_tokens

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model

    async def converse(
        self, system: str, turns: Sequence[Turn], offers: Sequence[Offer] = (), heard: Heard | None = None
    ) -> Answer:
        """The model's next turn.

        Raises:
            ModelError: it gave no usable answer.
        """
        from anthropic import AnthropicError, omit
        from httpx2 import HTTPError

        draft = Draft(self._model, heard)
        try:
            stream = await self._client.messages.create(
                model=self._model,
                system=system,
                max_tokens=self._max_output_tokens,
                messages=[_told(turn) for turn in turns],
                tools=[_tool(offer) for offer in offers] if offers else omit,
                stream=True,
            )
            async with stream:
                async for event in stream:
                    _take(draft, event)
        except (AnthropicError, HTTPError, ValueError, TypeError, AttributeError) as error:
            # A library reads what a server sends: rubbish shows in many ways, none of them an answer.
            raise ModelError(
                f"{self._model} did not answer", why=reason(error), remedy="See [llm] in watchfloor.toml."
            ) from error
        return draft.whole("max_tokens")

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


def _take(draft: Draft, event: RawMessageStreamEvent) -> None:
    match event.type:
        case "message_start":
            draft.input_tokens = event.message.usage.input_tokens
        case "content_block_start":
            if event.content_block.type == "tool_use":
                draft.call(event.index, id=event.content_block.id, name=event.content_block.name)
        case "content_block_delta":
            if event.delta.type == "text_delta":
                draft.say(event.delta.text)
            elif event.delta.type == "input_json_delta":
                draft.call(event.index, arguments=event.delta.partial_json)
        case "message_delta":
            draft.output_tokens = event.usage.output_tokens
            draft.stop = event.delta.stop_reason or draft.stop


def _told(turn: Turn) -> MessageParam:
    match turn:
        case Asked(text):
            return {"role": "user", "content": text}
        case Results(items):
            results = [{"type": "tool_result", "tool_use_id": call_id, "content": text} for call_id, text in items]
            return cast("MessageParam", {"role": "user", "content": results})
        case Answer(text=text, calls=calls):
            said = [{"type": "text", "text": text}] if text else []
            made = [
                {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)}
                for call in calls
            ]
            return cast("MessageParam", {"role": "assistant", "content": [*said, *made]})


def _input(arguments: str) -> object:
    # The protocol wants an object back; what the model itself wrote wrongly goes back as the text that it was.
    try:
        found = parse_strict(arguments or "{}")
    except JsonError:
        return {"text": arguments}
    return found if isinstance(found, dict) else {"value": found}


def _tool(offer: Offer) -> ToolUnionParam:
    return cast(
        "ToolUnionParam",
        {"name": offer.name, "description": offer.description, "input_schema": dict(offer.schema)},
    )
