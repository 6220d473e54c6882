"""What a remote teacher is asked about a picture: one of the paper's ten prompts, and the form of its answer.

Source: the paper, 'Multimodal Instruction-Following Data': a caption that states the category, the questions of one
prompt, and zero-shot chain of thought. The thought comes first in the reply and is discarded.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.contracts import InstructionRecord
from bench.endpoint.request import Malformed, Message, ServerQuestion, text_part, text_tokens, without_thought
from bench.tasks.prompts import QUESTIONS, PromptGroup

if TYPE_CHECKING:
    from pydantic import BaseModel

SYSTEM = (
    "You are an expert in electron microscopy of nanomaterials who writes training data for a vision-language model. "
    "Look at the micrograph and think step by step about what can be seen in it that bears on the questions; write "
    "that into `reasoning`. Then answer each question on its own in one to three plain sentences that can be read "
    "without the reasoning and without the other answers. Say only what the picture and the caption support; where "
    "the picture does not show something, say so. Reply with one JSON object with the keys `reasoning` and, in the "
    "order of the questions, {keys}."
)


class Lesson(NamedTuple):
    """One prompt about one picture."""

    picture: str
    group: PromptGroup

    @property
    def name(self) -> str:
        """Its name, unique among all."""
        return f"{self.picture}#{self.group.number}"

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of each of its records."""
        return tuple(f"{self.picture}#{number:02d}" for number in _numbers(self.group.number))


def question(lesson: Lesson, caption: str, picture: Message, picture_tokens: int) -> ServerQuestion:
    """Return a lesson as a question to a server; ``caption`` is '' if the category is not known."""
    system, text = _system(lesson.group), _text(lesson.group, caption)
    messages = ({"role": "system", "content": system}, {"role": "user", "content": [text_part(text), picture]})
    schema = _schema(len(lesson.group.questions))
    estimate = picture_tokens + text_tokens(system, text, str(schema))
    count = len(lesson.group.questions)
    return ServerQuestion(lesson.name, messages, lambda reply: read(reply, count), schema, estimate)


def prompt(group: PromptGroup) -> dict[str, Any]:
    """Return in clear what is the same for every picture."""
    schema = _schema(len(group.questions))
    return {"system": _system(group), "text": _text(group, "CAPTION"), "schema": schema}


def read(reply: str, count: int) -> tuple[str, ...]:
    """Return the answers to ``count`` questions, each in one line; Malformed if one is missing or empty."""
    from pydantic import ValidationError

    thoughtless = without_thought(reply)
    braced = thoughtless[thoughtless.find("{") : thoughtless.rfind("}") + 1]
    if not braced:
        raise Malformed("no JSON object" if reply.strip() else "empty")
    try:
        fields = _form(count).model_validate_json(braced).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Malformed(f"{'.'.join(map(str, first['loc'])) or 'JSON'}: {first['msg']}") from None
    answers = tuple(" ".join(fields[key].split()) for key in _keys(count))
    if "" in answers:
        raise Malformed(f"answer {answers.index('') + 1} is empty")
    return answers


def records(lesson: Lesson, answers: tuple[str, ...], teacher: str) -> list[InstructionRecord]:
    """Return one record per answer; the facts that it states are not known."""
    return [
        InstructionRecord(name, lesson.picture, lesson.group.number, text, answer, (), teacher)
        for name, text, answer in zip(lesson.ids, lesson.group.questions, answers, strict=True)
    ]


def _numbers(group: int) -> list[int]:
    return [question.number for question in QUESTIONS if question.group == group]


def _keys(count: int) -> list[str]:
    return [f"answer_{number}" for number in range(1, count + 1)]


def _system(group: PromptGroup) -> str:
    return SYSTEM.format(keys=", ".join(f"`{key}`" for key in _keys(len(group.questions))))


def _text(group: PromptGroup, caption: str) -> str:
    numbered = [f"{number}. {text}" for number, text in enumerate(group.questions, start=1)]
    return "\n".join(filter(None, (caption, f"{group.name}:", *numbered)))


@cache
def _form(count: int) -> "type[BaseModel]":
    from pydantic import ConfigDict, create_model

    fields: Mapping[str, Any] = dict.fromkeys(("reasoning", *_keys(count)), (str, ...))
    return create_model("Answers", __config__=ConfigDict(extra="forbid"), **fields)


@cache
def _schema(count: int) -> dict[str, Any]:
    return _form(count).model_json_schema()
