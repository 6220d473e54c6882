"""The teacher ``scripted-numbers``: the scripted teacher's answers, with the numbers that are known of a picture."""

from bench.tasks.teachers.scripted import ScriptedTeacher


class NumberedTeacher(ScriptedTeacher):
    """States size and count, in nanometres and in figures, where the dataset knows them; takes no argument.

    It is a teacher of its own, because other answers are another measurement: the tables that rest on the scripted
    teacher's stay as they are.
    """

    name = "scripted-numbers"
    states_numbers = True
