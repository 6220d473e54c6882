"""Published benchmarks of questions with options about micrographs: where each is, and which of its columns means what.

A new benchmark is one more entry of ``BENCHMARKS``; ``imported`` reads them all.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.errors import BenchError, unknown
from bench.store.cache import cache_folder

QUESTIONS, SOURCE = "questions.jsonl", "source.json"
"""The files of a benchmark that was fetched: its questions, and where they come from."""


class Columns(NamedTuple):
    """The column of each field of a question; several names are alternatives, of which a file has one.

    ``options`` are texts in a list, or by letter; ``answer`` the number of the right one from 0, its letter or its
    text; ``images`` pictures as bytes, or the names of files in an archive with the region that is shown.
    ``nested`` is a column with several questions of one row: in a list, or by topic.
    """

    question: tuple[str, ...]
    options: tuple[str, ...]
    answer: tuple[str, ...]
    images: tuple[str, ...]
    id: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    nested: str = ""


class Benchmark(NamedTuple):
    """A benchmark on the hub: its files by pattern at a revision, and its columns.

    ``digests`` are the sha256 of files that are known, by name; ``note`` says what is not known.
    """

    label: str
    repository: str
    revision: str
    files: tuple[str, ...]
    columns: Columns
    licence: str
    citation: str
    digests: Mapping[str, str] = {}
    note: str = ""


BENCHMARKS: Mapping[str, Benchmark] = {
    "microvqa": Benchmark(
        "MicroVQA: 1,042 questions on research in biology",
        "jmhb/microvqa",
        "main",
        ("data/*.parquet",),
        Columns(
            question=("question",),
            options=("choices",),
            answer=("correct_index",),
            images=("images_list",),
            id=("key_question",),
            topic=("task_str",),
        ),
        "CC BY-SA 4.0",
        "Burgess et al. 2025, MicroVQA: A Multimodal Reasoning Benchmark for Microscopy-Based Scientific Research, "
        "arXiv 2503.13399",
        note="no revision of the publisher's is known here: the newest is fetched, and its name is kept",
    ),
    "matcha": Benchmark(
        "MatCha: 1,500 questions on the characterisation of materials",
        "FreedomIntelligence/MatCha",
        "dc52d6016053c67ebdf41719d6cfaa0603b154fa",
        ("data/matcha_vqa_inputs.jsonl", "data/images.zip"),
        Columns(
            question=("question",),
            options=("options",),
            answer=("answer",),
            images=("images",),
            id=("id",),
            topic=("topic",),
            nested="vqa",
        ),
        "Apache 2.0; each picture has the licence of its article",
        "Lai et al. 2025, Can Multimodal LLMs See Materials Clearly? A Multimodal Benchmark on Materials "
        "Characterization, arXiv 2509.09307",
        digests={
            "data/matcha_vqa_inputs.jsonl": "d80382468646ab7d58ef638780754f5a602e6a2c2a98c0564dfd260ae89bd916",
            "data/images.zip": "1dea6b1065d33ca09266989fecd3543ab7dbfb171b923efd9584e01664021e35",
        },
    ),
    "matvqa": Benchmark(
        "MatVQA: 1,672 questions on structure, properties and performance of materials",
        "trqcbf/matvqa_v2",
        "main",
        ("*.parquet", "*.jsonl", "*.json", "*.zip"),
        Columns(
            question=("question",),
            options=("options", "choices"),
            answer=("answer", "correct_answer", "correct_index", "answer_index"),
            images=("image", "images"),
            id=("id", "question_id"),
            topic=("category", "task", "type"),
        ),
        "as its card says",
        "Wu et al. 2026, Seeing Beyond Words: MatVQA for Challenging Visual-Scientific Reasoning in Materials Science, "
        "arXiv 2505.18319",
        note="its columns could not be looked up: the usual names are tried, and others are an error that lists them",
    ),
    "ubench": Benchmark(
        "μ-Bench: 17,315 pictures of 22 collections of microscopy, with six questions each",
        "jnirschl/uBench",
        "3f2c5b590bc7a208d5b60f3527ce4c76a331aa2b",
        ("perception/0.1.0/*.arrow",),
        Columns(
            question=("question",),
            options=("options",),
            answer=("answer",),
            images=("image",),
            id=("image_id",),
            nested="questions",
        ),
        "CC BY-SA 4.0",
        "Lozano et al. 2024, μ-Bench: A Vision-Language Benchmark for Microscopy Understanding, arXiv 2407.01791",
    ),
}


def benchmark(name: str) -> Benchmark:
    """Return the benchmark of a name; BenchError if there is none."""
    if name not in BENCHMARKS:
        raise unknown("benchmark", name, BENCHMARKS)
    return BENCHMARKS[name]


def benchmark_home(name: str) -> Path:
    """Return the cache folder of a benchmark."""
    return cache_folder() / "benchmarks" / name


def fetched_file(name: str) -> Path:
    """Return the file of a benchmark's questions; BenchError if it was not fetched."""
    benchmark(name)
    path = benchmark_home(name) / QUESTIONS
    if not path.is_file():
        raise BenchError(f"the benchmark {name!r} is not in the cache; get it with `bench data fetch {name}`")
    return path
