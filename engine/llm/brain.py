"""The brain of a language model: it reads one message, looks things up, and proposes; the gate decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ..canonical import JSON
from ..personas.brains import BrainError, BrainReply, BrainRequest, ProposalDraft
from ..personas.budget import Usage
from ..settings.llm import LlmSettings
from ..settings.persona_rules import LoopRules
from .brain_calls import DECLINE, LOOK_UP, PROPOSE, REFUSE, SAY, Read, offers, read_call
from .brain_words import opening, system_words, told_facts
from .model import Answer, Asked, Call, LanguageModel, Results, Turn

_NOTED: Final = "noted; the guardrails judge it after your turn"
_SAY_MORE: Final = "Call one of the functions: say, propose, decline or refuse."


@dataclass(frozen=True, slots=True)
class ToolSheet:
    """What a brain is told about a tool.

    Attributes:
        description: what it does.
        schema: JSON schema of its arguments.
        problem: why it would not take these arguments; empty where it would.
    """

    description: str
    schema: Mapping[str, JSON]
    problem: Callable[[dict[str, JSON]], str] = lambda _arguments: ""


class LlmBrain:
    """Thinks with a language model.

    Args:
        connect: the model in force; called for each message, so that changed settings count at once.
        settings: the table ``[llm]`` in force.
        limits: the limits of thinking in force.
        tools: the tools that may be proposed, by name.
    """

    def __init__(
        self,
        connect: Callable[[], LanguageModel],
        settings: Callable[[], LlmSettings],
        limits: Callable[[], LoopRules],
        tools: Callable[[], Mapping[str, ToolSheet]],
    ) -> None:
        self._connect = connect
        self._settings = settings
        self._limits = limits
        self._tools = tools

    async def think(self, request: BrainRequest) -> BrainReply:
        """Make up its mind.

        Raises:
            ModelError: the model gave no usable answer.
            BrainError: it went in circles, used up its calls, or ended without an answer.
        """
        model, limits = self._connect(), self._limits()
        sheets = self._tools()
        offered = offers({name: (sheet.description, sheet.schema) for name, sheet in sheets.items()})
        turns: list[Turn] = [Asked(opening(request, await request.facts.gather(request.message.text)))]
        made = _Made(limits, sheets)
        reminded = False
        while not made.ended:
            answer = await model.converse(system_words(request), turns, offered)
            made.count(answer)
            request.meter.usage = made.usage(self._settings())
            turns.append(answer)
            if answer.calls:
                turns.append(Results(tuple([(call.id, await made.take(call, request)) for call in answer.calls])))
            elif made.drafts:
                break
            elif answer.text and not made.looked:
                made.say(answer.text, request)
            elif reminded:
                raise BrainError(f"{model.name} gave no answer", why="it called no function")
            else:
                reminded = True
                turns.append(Asked(_SAY_MORE))
        return made.reply(self._settings())


class _Made:
    """What came of a turn so far."""

    def __init__(self, limits: LoopRules, sheets: Mapping[str, ToolSheet]) -> None:
        self._limits = limits
        self._sheets = sheets
        self._seen: Counter[tuple[str, str]] = Counter()
        self._calls = 0
        self._tokens = (0, 0)
        self.drafts: list[ProposalDraft] = []
        self.looked = False
        self._declined = ""
        self._refused = ""
        self._said = False

    @property
    def ended(self) -> bool:
        """The model has made up its mind."""
        return bool(self._declined or self._refused or self._said)

    def count(self, answer: Answer) -> None:
        """Add what an answer cost."""
        read, written = self._tokens
        self._tokens = (read + answer.input_tokens, written + answer.output_tokens)

    def usage(self, settings: LlmSettings) -> Usage:
        """What the turn has cost so far."""
        read, written = self._tokens
        spent = read * settings.input_cents_per_million + written * settings.output_cents_per_million
        # Rounded up: what costs something never counts as nothing.
        return Usage(read + written, -(-spent // 1_000_000))

    async def take(self, call: Call, request: BrainRequest) -> str:
        """Take a call and say what came of it.

        Raises:
            BrainError: too many calls, or the same one over and over.
        """
        self._calls += 1
        self._seen[(call.name, call.arguments)] += 1
        if self._calls > self._limits.proposals_per_reply:
            why = f"more than {self._limits.proposals_per_reply} calls for one message"
            raise BrainError("the model used up its calls", why=why)
        if self._seen[(call.name, call.arguments)] >= self._limits.identical_proposals:
            raise BrainError("the model goes in circles", why=f"it calls {call.name} with the same arguments again")
        found = read_call(call, self._sheets)
        if isinstance(found, str):
            return f"not understood: {found}"
        return await self._do(found, request)

    def say(self, text: str, request: BrainRequest) -> None:
        """Answer in the channel that the message came from."""
        message = request.message
        arguments: dict[str, JSON] = {
            "channel": message.channel or "direct",
            "text": text,
            "in_reply_to": message.post_id,
        }
        self.drafts.append(ProposalDraft("send_routine_response", "chat", arguments, "answers the message"))
        self._said = True

    def reply(self, settings: LlmSettings) -> BrainReply:
        """The whole turn.

        Raises:
            BrainError: it holds nothing.
        """
        usage = self.usage(settings)
        complexity = min(1 + self._calls // 2, 10)
        if self.drafts:
            return BrainReply(tuple(self.drafts), complexity=complexity, usage=usage)
        if not (self._declined or self._refused):
            raise BrainError("the model gave no answer")
        return BrainReply(
            declined_reason=self._declined, refused_reason=self._refused, complexity=complexity, usage=usage
        )

    async def _do(self, read: Read, request: BrainRequest) -> str:
        match read.name:
            case name if name == LOOK_UP:
                self.looked = True
                return told_facts(await request.facts.gather(read.text))
            case name if name == SAY:
                self.say(read.text, request)
            case name if name == DECLINE:
                self._declined = read.text
            case name if name == REFUSE:
                self._refused = read.text
            case name if name == PROPOSE and read.draft is not None:
                problem = self._sheets[read.draft.tool].problem(read.draft.arguments)
                if problem:
                    return f"not taken: {problem}"
                self.drafts.append(read.draft)
        return _NOTED
