"""The teacher ``questionnaire``: the questions that a dataset comes with."""

from bench.contracts import Dataset, InstructionRecord
from bench.errors import BenchError
from bench.specs.json_data import JSONObject
from bench.store.code_digest import code_digests
from bench.tasks.datasets.captions import category_name


class QuestionnaireTeacher:
    """Returns the records of a dataset that has some; takes no argument."""

    def __init__(self, argument: str, seed: int) -> None:
        if argument:
            raise BenchError(f"teacher 'questionnaire' takes no argument, not {argument!r}; write questionnaire")

    def identity(self) -> JSONObject:
        """Return the digest of the code: the dataset's identity holds the questions."""
        return {"teacher": "questionnaire", "code": code_digests(__name__)}

    def records(self, dataset: Dataset) -> tuple[InstructionRecord, ...]:
        """Return the dataset's records; BenchError if it has none."""
        own = getattr(dataset, "records", None)
        if own is None:
            raise BenchError(
                f"the dataset {dataset.name!r} comes without questions; take the teacher scripted, or a file of records"
            )
        return tuple(own())

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        """Return each category as captions name it."""
        return tuple(map(category_name, dataset.categories))

    def caveat(self, dataset: Dataset) -> str:
        """Return nothing: the questions are the dataset's own."""
        return ""
