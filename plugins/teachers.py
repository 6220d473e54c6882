"""The teachers that instruction records come from."""

from collections.abc import Callable

from bench.hookspecs import hookimpl
from bench.specs import Setting, TeacherSpec

_TEACHERS = (
    TeacherSpec(
        name="scripted",
        label="Answers written from what each picture is known to show",
        builds="bench.tasks.teachers.scripted:ScriptedTeacher",
    ),
    TeacherSpec(
        name="file:",
        label="Records of a JSONL file, file:PATH",
        builds="bench.tasks.teachers.file:FileTeacher",
    ),
    TeacherSpec(
        name="openai",
        label="A model behind an OpenAI-compatible server, asked by `bench teach`",
        builds="bench.tasks.teachers.remote:RemoteTeacher",
        settings={
            "temperature": Setting(0.25, "temperature of sampling; below 0: left to the server"),
            "top_p": Setting(0.1, "share of probability that the candidates hold; below 0: left to the server"),
            "max_tokens": Setting(3500, "longest answer in tokens, the thought before it included"),
            "size": Setting(512, "side in pixels to which pictures are squashed"),
            "in_flight": Setting(8, "most calls at once"),
            "timeout": Setting(120.0, "seconds after which a call is given up and sent again"),
            "poll_seconds": Setting(30.0, "seconds between two looks at a batch"),
        },
    ),
)


@hookimpl
def register_teachers(register: Callable[[TeacherSpec], None]) -> None:
    """Register the teachers."""
    for teacher in _TEACHERS:
        register(teacher)
