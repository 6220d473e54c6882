"""The teachers that instruction records come from."""

from collections.abc import Callable

from bench.specs import TeacherSpec
from bench.specs.hookspecs import hookimpl

_TEACHERS = (
    TeacherSpec(
        name="scripted",
        label="Answers written from what each picture is known to show",
        builds="bench.tasks.teachers.scripted:ScriptedTeacher",
    ),
    TeacherSpec(
        name="scripted-numbers",
        label="The same answers, with sizes in nanometres and counts where the dataset knows them",
        builds="bench.tasks.teachers.numbered:NumberedTeacher",
    ),
    TeacherSpec(
        name="file:",
        label="Records of a JSONL file, file:PATH",
        builds="bench.tasks.teachers.file:FileTeacher",
    ),
    TeacherSpec(
        name="questionnaire",
        label="The questions that a dataset comes with",
        builds="bench.tasks.teachers.questionnaire:QuestionnaireTeacher",
    ),
    TeacherSpec(
        name="paraphrased:",
        label="Records of another teacher, half of their questions in other words, paraphrased:TEACHER",
        builds="bench.tasks.teachers.paraphrased:ParaphrasedTeacher",
    ),
    TeacherSpec(
        name="openai",
        label="A model behind an OpenAI-compatible server, asked by `bench teach`",
        builds="bench.tasks.teachers.remote:RemoteTeacher",
    ),
)


@hookimpl
def register_teachers(register: Callable[[TeacherSpec], None]) -> None:
    """Register the teachers."""
    for teacher in _TEACHERS:
        register(teacher)
