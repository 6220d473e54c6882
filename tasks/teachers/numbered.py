"""The teacher ``scripted-numbers``: the scripted teacher's answers, with the numbers that are known of a picture."""

from typing import Annotated, Any, Literal

from bench.contracts import Micrographs, Numbers
from bench.specs import Setting
from bench.tasks.numbers import ANSWERS, in_words, side
from bench.tasks.prompts import QUESTIONS
from bench.tasks.teachers.scripted import ScriptedTeacher


class NumberedTeacher(ScriptedTeacher):
    """States size and count in figures, where the dataset knows them; takes no argument.

    It is a teacher of its own, because other answers are another measurement: the tables that rest on the scripted
    teacher's stay as they are.
    """

    name = "scripted-numbers"

    def __init__(
        self,
        argument: str,
        seed: int,
        *,
        unit: Annotated[
            Literal["nm", "side"],
            Setting("sizes in nanometres, which needs the scale, or in shares of the picture's side, which does not"),
        ] = "nm",
        questions: Annotated[
            Literal["all", "numbers"], Setting("numbers: only the two questions of a picture whose answers state one")
        ] = "all",
    ) -> None:
        super().__init__(argument, seed)
        self._unit = unit
        if questions == "numbers":
            self.questions = tuple(question for question in QUESTIONS if question.text in ANSWERS.values())

    def identity(self) -> dict[str, Any]:
        """Return name, seed, settings and the digest of the code and wording."""
        return {**super().identity(), "unit": self._unit, "questions": len(self.questions)}

    def sentences(self, known: Numbers, drawn: int, pictures: Micrographs, position: int) -> list[str]:
        """Return a sentence for each number that belongs to the answer's question."""
        of_side = side(pictures, position) if self._unit == "side" else None
        return [in_words(kind, number, drawn, of_side) for kind, number in known]
