"""The dataset ``choices:FILE``: questions with options about pictures, as JSONL."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from math import nan
from pathlib import Path

import numpy as np

from bench.contracts import MID_GREY, InstructionRecord, Micrographs, Options
from bench.data.decoding import CONTRAST
from bench.errors import BenchError
from bench.inputs import path_of
from bench.specs.json_data import JSONObject
from bench.store.cache import cached
from bench.store.code_digest import code_digests
from bench.store.fingerprint import digest, file_digest
from bench.store.sealed import read_json
from bench.tasks.datasets.benchmarks import SOURCE, fetched_file
from bench.tasks.datasets.decoded import FolderDecoding, Index, read_index, read_native, read_pixels
from bench.tasks.datasets.file_digests import digests
from bench.tasks.datasets.question_file import FileQuestion, read_questions
from bench.terminal.progress import Progress

CATEGORY = "pictures"
"""The one category of all pictures: what is asked about them is in the questions."""
_LINKED = "linked"
_NO_PICTURE = "no picture of {}"
"""The id of the mid-grey picture that stands for a question about text alone when folds are drawn."""


class QuestionSet:
    """Questions with options and the pictures that they are about."""

    categories = (CATEGORY,)
    teacher = "questionnaire"
    """The teacher that returns ``records``."""

    def __init__(self, argument: str, image_size: int, progress: Progress) -> None:
        self._file = self._existing(argument)
        self.name = f"choices:{argument}"
        self._image_size, self._progress = image_size, progress

    def _existing(self, argument: str) -> Path:
        """Return the file of questions; BenchError if there is none."""
        path = path_of(argument, "the file of questions")
        if not argument or not path.is_file():
            raise BenchError(f"there is no file of questions {argument!r}; name a JSONL file, choices:FILE.jsonl")
        return path

    @property
    def source(self) -> Mapping[str, str]:
        """What `bench data info` says of the questions."""
        topics = Counter(each.topic or "none" for each in self.questions)
        shown = ", ".join(f"{count:,} {topic}" for topic, count in topics.most_common(12))
        return {
            "questions": f"{len(self.questions):,}",
            "topics": shown + (f", and {len(topics) - 12} more" if len(topics) > 12 else ""),
            "sha256": file_digest(self._file),
        }

    def identity(self) -> JSONObject:
        """Return what determines the data: the digests of the questions and of every picture; decodes nothing."""
        return {
            "name": "choices",
            "questions": file_digest(self._file),
            "content": digest(self._digests),
            "image size": self._image_size,
            "contrast": CONTRAST,
            "code": code_digests("bench.tasks.datasets.questions"),
        }

    def labels(self) -> np.ndarray:
        """Return 0 for every picture (N,)."""
        return np.zeros(len(self._ids), dtype=np.int64)

    def load(self) -> Micrographs:
        """Return all readable pictures, decoded once into the cache, and a grey one for each question about text."""
        pixels, texts = read_pixels(self._folder), len(self._ids) - len(self._readable)
        if texts:
            side = self._image_size
            pixels = np.concatenate([pixels, np.full((texts, side, side), MID_GREY, dtype=np.uint8)])
        sizes = [(each["height"], each["width"], each["pixel_size_nm"] or nan) for each in self._index["pictures"]]
        scale = [(size * height / self._image_size, size * width / self._image_size) for height, width, size in sizes]
        known = np.array([*scale, *[(nan, nan)] * texts])
        return Micrographs(
            pixels, np.arange(len(self._ids)), self._ids, self.labels(), self.categories, pixel_sizes=known
        )

    def native(self, position: int) -> np.ndarray:
        """Return the picture at this position in its own size (H, W) uint8, a mid-grey one where there is none."""
        if position >= len(self._readable):
            return np.full((self._image_size, self._image_size), MID_GREY, dtype=np.uint8)
        picture = self._index["pictures"][position]
        return read_native(self._paths[picture["file"]], picture)

    def records(self) -> tuple[InstructionRecord, ...]:
        """Return the questions whose pictures can all be read, in the order of the pictures."""
        place = {name: position for position, name in enumerate(self._ids)}
        records = (_record(each) for each in self._usable)
        return tuple(sorted(records, key=lambda record: place[record.picture]))

    def facts(self, position: int) -> Mapping[str, str]:
        """Return the one category: no facts are known but what the questions ask for."""
        return {"category": CATEGORY}

    def caption(self, label: int) -> str:
        """Return nothing: a context belongs to a question."""
        return ""

    def columns(self) -> Mapping[str, list[str]]:
        """Return for each picture its file, and the picture that stands for all that questions link with it."""
        return {"file": list(self._ids), _LINKED: [self._links[name] for name in self._ids]}

    @property
    def indivisible(self) -> str | None:
        """The column whose values stay on one side of a fold: pictures that a question shows together."""
        return _LINKED if any(len(each.images) > 1 for each in self._usable) else None

    def paths(self) -> dict[str, Path]:
        """Return the file of every readable picture, by id."""
        return {name: self._paths[name] for name in self._readable}

    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Return width and height in pixels of every readable picture."""
        return tuple((each["width"], each["height"]) for each in self._index["pictures"])

    def set_aside(self) -> tuple[str, ...]:
        """Return one sentence for each picture that cannot be read; its questions are left out."""
        return tuple(
            f"{name}: {reason}; its questions are left out" for name, reason in self._index["set_aside"].items()
        )

    @cached_property
    def questions(self) -> tuple[FileQuestion, ...]:
        """All questions of the file."""
        return read_questions(self._file)

    @cached_property
    def _usable(self) -> tuple[FileQuestion, ...]:
        """The questions whose pictures can all be read; BenchError if there are none."""
        readable = {*self._readable}
        usable = tuple(each for each in self.questions if readable.issuperset(each.images))
        if not usable:
            first, reason = next(iter(self._index["set_aside"].items()))
            raise BenchError(f"no question of {self._file.name} is left: {first} {reason}; repair its pictures")
        return usable

    @cached_property
    def _paths(self) -> dict[str, Path]:
        """Name to file of all pictures that are asked about; BenchError if some are missing."""
        names = dict.fromkeys(name for each in self.questions for name in each.images)
        paths = {name: self._file.parent / name for name in names}
        missing = [name for name, path in paths.items() if not path.is_file()]
        if missing:
            what = "picture is" if len(missing) == 1 else "pictures are"
            raise BenchError(
                f"{len(missing):,} {what} missing that {self._file.name} asks about, the first {missing[0]!r}; paths "
                f"are relative to {str(self._file.parent)!r}"
            )
        return paths

    @cached_property
    def _digests(self) -> dict[str, str]:
        return digests(self._file.parent, self._paths, self._progress)

    @cached_property
    def _readable(self) -> tuple[str, ...]:
        return tuple(each["id"] for each in self._index["pictures"])

    @cached_property
    def _ids(self) -> tuple[str, ...]:
        """The ids of pictures that a question is about, then of the grey ones."""
        return (*self._readable, *(_NO_PICTURE.format(each.id) for each in self._usable if not each.images))

    @cached_property
    def _links(self) -> dict[str, str]:
        """Each picture's name to that of the first that questions link it with."""
        links = {name: name for name in self._ids}
        for each in self._usable:
            together = {links[name] for name in each.images}
            if len(together) > 1:
                links = {name: min(together) if link in together else link for name, link in links.items()}
        return links

    @cached_property
    def _folder(self) -> Path:
        return cached("folder", self.identity(), self._decoding.write)

    @property
    def _decoding(self) -> FolderDecoding:
        return FolderDecoding(self._paths, self._digests, self._image_size, "first", False, self._progress)

    @cached_property
    def _index(self) -> Index:
        return read_index(self._folder)


def _record(question: FileQuestion) -> InstructionRecord:
    """Return a question as an instruction record: its answer is the text of the right options."""
    return InstructionRecord(
        id=question.id,
        picture=question.images[0] if question.images else _NO_PICTURE.format(question.id),
        group=1,
        question=question.text,
        answer="; ".join(question.options[place] for place in question.right),
        facts=(),
        teacher=QuestionSet.teacher,
        options=Options(
            question.options, question.right, question.images, question.context, question.topic, question.several
        ),
    )


class BenchmarkQuestions(QuestionSet):
    """A published benchmark from the cache, where `bench data fetch NAME` put it; its argument is the name."""

    def __init__(self, argument: str, image_size: int, progress: Progress) -> None:
        super().__init__(argument, image_size, progress)
        self.name = f"benchmark:{argument}"

    def _existing(self, argument: str) -> Path:
        return fetched_file(argument)

    @property
    def source(self) -> Mapping[str, str]:
        """What `bench data info` says of the benchmark: where it comes from, its licence, and whom to cite."""
        clear = read_json(self._file.with_name(SOURCE)) or {}
        left_out = clear.get("left_out") or []
        return {
            "repository": f"{clear.get('repository')} at {clear.get('revision')}",
            "licence": str(clear.get("licence")),
            "cite": str(clear.get("citation")),
            **super().source,
            **({"left out": f"{len(left_out):,} questions, the first: {left_out[0]}"} if left_out else {}),
            **({"note": str(clear["note"])} if clear.get("note") else {}),
        }
