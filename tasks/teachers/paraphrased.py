"""The teacher ``paraphrased:TEACHER``: another teacher's records, half of the questions in other words."""

from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

from bench.contracts import Dataset, InstructionRecord, Teacher
from bench.data.teacher import open_teacher
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.store.code_digest import code_digests
from bench.tasks.paraphrases import wordings_of

NAME = "paraphrased"


class ParaphrasedTeacher:
    """Returns the records of the teacher that ``argument`` names, their questions as they are or paraphrased.

    A digest of seed and record decides which. A question that is none of the paper's stays as it is. BenchError
    for a teacher that has settings, because these are given by name.
    """

    def __init__(self, argument: str, seed: int) -> None:
        if not argument or argument.partition(":")[0] == NAME:
            raise BenchError(f"{NAME}:{argument} names no teacher; write {NAME}:scripted, or {NAME}:file:PATH")
        self._argument, self._seed = argument, seed

    def identity(self) -> dict[str, Any]:
        """Return name, seed, the digest of code and wordings, and the identity of the other teacher."""
        code = code_digests(__name__)
        return {"teacher": NAME, "seed": self._seed, "code": code, "of": self._other.identity()}

    def records(self, dataset: Dataset) -> tuple[InstructionRecord, ...]:
        """Return the other teacher's records, in its order."""
        return tuple(self._reworded(record) for record in self._other.records(dataset))

    def names(self, dataset: Dataset) -> tuple[str, ...]:
        """Return how answers name each category."""
        return self._other.names(dataset)

    def caveat(self, dataset: Dataset) -> str:
        """Return the other teacher's."""
        return self._other.caveat(dataset)

    @cached_property
    def _other(self) -> Teacher:
        registry = Registry()
        spec, _ = registry.find("teacher", self._argument)
        if registry.settings(spec):
            raise BenchError(
                f"teacher {spec.name!r} has settings, which {NAME}:{self._argument} cannot pass on; have `bench teach` "
                f"write its records and name the file, {NAME}:file:PATH"
            )
        return open_teacher(registry, self._argument, {}, self._seed)

    def _reworded(self, record: InstructionRecord) -> InstructionRecord:
        wordings = wordings_of(record.question)
        drawn = blake2b(f"{self._seed}\n{record.id}".encode(errors="surrogatepass"), digest_size=1).digest()[0]
        return record if wordings is None or drawn % 2 else replace(record, question=wordings.paraphrase)
