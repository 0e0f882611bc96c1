"""Models that speak OpenAI's chat protocol: OpenAI itself and most servers that people run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from .model import Answer, Asked, Draft, Heard, ModelError, Offer, Results, Turn

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolUnionParam


class OpenAICompatible:
    """A model behind ``/chat/completions``.

    Args:
        client: knows address, key, time limit and attempts.
        model: the model's name.
        max_output_tokens: most tokens of one answer.
    """

    def __init__(self, client: AsyncOpenAI, model: str, max_output_tokens: int) -> None:
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
        from httpx2 import HTTPError
        from openai import OpenAIError, omit

        draft = Draft(self._model, heard)
        try:
            stream = await self._client.chat.completions.create(
                model=self._model,
                messages=_messages(system, turns),
                tools=[_tool(offer) for offer in offers] if offers else omit,
                max_tokens=self._max_output_tokens,
                stream=True,
                stream_options={"include_usage": True},
            )
            async with stream:
                async for chunk in stream:
                    _take(draft, chunk)
        except (OpenAIError, HTTPError, ValueError, TypeError, AttributeError) as error:
            # A library reads what a server sends: rubbish shows in many ways, none of them an answer.
            raise ModelError(
                f"{self._model} did not answer", why=reason(error), remedy="See [llm] in watchfloor.toml."
            ) from error
        return draft.whole("length")

    async def close(self) -> None:
        """Give connections back."""
        await self._client.close()


def reason(error: Exception) -> str:
    """Why a request failed, without what was sent: a library's own message may repeat it."""
    status = getattr(error, "status_code", None)
    return f"{type(error).__name__}{f', status {status}' if status else ''}"


def _take(draft: Draft, chunk: ChatCompletionChunk) -> None:
    if chunk.usage is not None:
        draft.input_tokens = chunk.usage.prompt_tokens
        draft.output_tokens = chunk.usage.completion_tokens
    for choice in chunk.choices:
        draft.say(choice.delta.content)
        for part in choice.delta.tool_calls or ():
            function = part.function
            draft.call(
                part.index,
                id=part.id or "",
                name=(function.name if function else None) or "",
                arguments=(function.arguments if function else None) or "",
            )
        draft.stop = choice.finish_reason or draft.stop


def _messages(system: str, turns: Sequence[Turn]) -> list[ChatCompletionMessageParam]:
    return [{"role": "system", "content": system}, *(message for turn in turns for message in _told(turn))]


def _told(turn: Turn) -> Iterator[ChatCompletionMessageParam]:
    match turn:
        case Asked(text):
            yield {"role": "user", "content": text}
        case Results(items):
            for call_id, text in items:
                yield {"role": "tool", "tool_call_id": call_id, "content": text}
        case Answer(text=text, calls=calls) if calls:
            made = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in calls
            ]
            yield cast("ChatCompletionMessageParam", {"role": "assistant", "content": text or None, "tool_calls": made})
        case Answer(text=text):
            yield {"role": "assistant", "content": text}


def _tool(offer: Offer) -> ChatCompletionToolUnionParam:
    function = {"name": offer.name, "description": offer.description, "parameters": dict(offer.schema)}
    return cast("ChatCompletionToolUnionParam", {"type": "function", "function": function})
