"""The datasets that come with the harness."""

from collections.abc import Callable

from bench import DatasetSpec, Setting, hookimpl


@hookimpl
def register_datasets(register: Callable[[DatasetSpec], None]) -> None:
    """Register the embedded dataset and that of a folder of one's own."""
    register(
        DatasetSpec(
            name="synthetic",
            label="procedural micrographs of ten categories, with facts",
            builds="bench.tasks.datasets.synthetic.dataset:Synthetic",
            settings={
                "size": Setting(1200, "how many pictures"),
                "seed": Setting(0, "another seed draws other pictures"),
                "balanced": Setting(False, "as many pictures of every category, instead of the SEM dataset's shares"),
            },
        )
    )
    register(
        DatasetSpec(
            name="folder:",
            label="any folder of category folders of pictures (folder:PATH)",
            builds="bench.tasks.datasets.folder:Folder",
        )
    )
