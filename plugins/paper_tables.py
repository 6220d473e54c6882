"""The paper's tables."""

from collections.abc import Callable

from bench.hookspecs import hookimpl
from bench.specs import Column, TableSpec

VQA = TableSpec(
    name="vqa",
    number=1,
    title="Visual question answering: quality of the answers.",
    task="vqa",
    columns=(
        Column("bleu2", "BLEU-2", "BLEU-2"),
        Column("bleu4", "BLEU-4", "BLEU-4"),
        Column("rouge1", "ROUGE-1", "ROUGE-1"),
        Column("rouge2", "ROUGE-2", "ROUGE-2"),
        Column("rougeL", "ROUGE-L", "ROUGE-L"),
        Column("meteor", "METEOR", "METEOR"),
        Column("facts", "facts", share=("facts_right", "facts_asked")),
        Column("length_ratio", "length", digits=2, higher_is_better=False),
    ),
    notes=(
        "facts: of the reference's facts that vary within the category and are not in the prompt, the share the answer "
        "states rightly. length: words of the answer / words of the reference. A model that does not beat `blind`, "
        "the same network without the picture, has not looked at the picture. The paper measured on its own dataset, "
        "so published and measured numbers are not comparable one by one.",
    ),
    breakdowns=("category", "question", "group"),
    options={"controls_by": ("facts", "METEOR")},
)

ANSWERS = TableSpec(
    name="answers",
    number=7,
    title="Micrographs, ground truth and the model's answers.",
    task="vqa",
    columns=(
        Column("bleu2", "BLEU-2", "BLEU-2"),
        Column("rougeL", "ROUGE-L", "ROUGE-L"),
        Column("meteor", "METEOR", "METEOR"),
    ),
    builds="bench.tables.samples:samples_table",
    options={
        "model": "mvaema",
        "question": "Describe the overall shape and morphology of the nanomaterials?",
    },
)


@hookimpl
def register_tables(register: Callable[[TableSpec], None]) -> None:
    """Register the tables whose tasks are here."""
    for table in (VQA, ANSWERS):
        register(table)
