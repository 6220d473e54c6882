"""The datasets that come with the harness."""

from collections.abc import Callable

from bench import DatasetSpec, hookimpl


@hookimpl
def register_datasets(register: Callable[[DatasetSpec], None]) -> None:
    """Register the embedded dataset, the SEM dataset, and datasets in the user's folders."""
    register(
        DatasetSpec(
            name="synthetic",
            label="procedural micrographs of ten categories, with facts",
            builds="bench.tasks.datasets.synthetic.dataset:Synthetic",
            limits=("real micrographs (its pictures are drawn)",),
        )
    )
    register(
        DatasetSpec(
            name="sem",
            label="the SEM dataset of Aversa et al. 2018, fetched with `bench data fetch sem`",
            builds="bench.tasks.datasets.sem:FetchedSem",
        )
    )
    register(
        DatasetSpec(
            name="sem:",
            label="the ten folders of the SEM dataset wherever they are (sem:PATH)",
            builds="bench.tasks.datasets.sem:Sem",
        )
    )
    register(
        DatasetSpec(
            name="folder:",
            label="any folder of category folders of pictures (folder:PATH)",
            builds="bench.tasks.datasets.folder:Folder",
        )
    )
    register(
        DatasetSpec(
            name="choices:",
            label="questions with options about pictures, a JSONL file (choices:FILE)",
            builds="bench.tasks.datasets.questions:QuestionSet",
        )
    )
    register(
        DatasetSpec(
            name="benchmark:",
            label="a benchmark of questions with options, fetched with `bench data fetch NAME` (benchmark:NAME)",
            builds="bench.tasks.datasets.questions:BenchmarkQuestions",
        )
    )
    register(
        DatasetSpec(
            name="pictures:",
            label="all pictures of a folder, without categories, for --unlabelled (pictures:PATH)",
            builds="bench.tasks.datasets.pictures:Pictures",
            labelled=False,
        )
    )
