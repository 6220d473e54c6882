"""The paper's tables."""

from collections.abc import Callable
from dataclasses import replace

from bench.specs import Column, TableSpec
from bench.specs.hookspecs import hookimpl

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
        Column("facts", "facts", share=("facts_right", "facts_counted")),
        Column("judged", "judged", share=("judged_credit", "judged_facts"), optional=True),
        Column("length_ratio", "length", digits=2, higher_is_better=None),
    ),
    notes=(
        "facts: F1 of what answers state of the kinds of facts that they are asked for, those of the reference that "
        "vary within the category and are not in the prompt. length: words of the answer / words of the reference. A "
        "model that does not beat `blind`, "
        "the same network without the picture, has not looked at the picture. The paper measured on its own dataset, "
        "so published and measured numbers are not comparable one by one.",
    ),
    breakdowns=("category", "question", "group"),
    draws="bench.figures.cost:of_table",
    options={"controls_by": ("facts", "METEOR")},
)

_PARTS = (
    "w/o: without. ITC: the contrastive loss of pictures and texts; CTC: the paper's name for the matching loss (ITM); "
    "SA, CA, CSA: self-attention of the encoders, cross-attention to the picture, causal self-attention of the decoder."
)
_ABLATED = {"ablates": "mvaema", "parts": "without", "beside": True}
ABLATED_VQA = TableSpec(
    name="ablation-vqa",
    number=5,
    title="Ablation: answers of MVaEMa with parts switched off.",
    task="vqa",
    columns=(
        Column("bleu4", "BLEU-4", "BLEU-4"),
        Column("rougeL", "ROUGE-L", "ROUGE-L"),
        Column("meteor", "METEOR", "METEOR"),
        Column("facts", "facts", share=("facts_right", "facts_counted")),
    ),
    notes=(_PARTS, "facts: F1 of the facts that answers state, see Table 1."),
    breakdowns=("category", "question", "group"),
    options={**_ABLATED, "controls_by": ("facts",)},
)
ABLATED_CLASSIFICATION = TableSpec(
    name="ablation-classification",
    number=6,
    title="Ablation: categories told by MVaEMa with parts switched off.",
    task="classification",
    columns=(
        Column("precision_macro", "Avg-Precision", "Avg-Precision"),
        Column("recall_macro", "Avg-Recall", "Avg-Recall"),
        Column("f1_macro", "Avg-F1 Score", "Avg-F1 Score"),
        Column("top1", "Top-1"),
    ),
    notes=(_PARTS, "Averages over the categories with test pictures, each counting alike."),
    options={**_ABLATED, "controls_by": ("Top-1",), "most_frequent": {"top1": 1}},
)

_CLASSIFICATION = TableSpec(
    name="classification",
    number=2,
    title="Classification: ConvNets, self-supervised vision and vision transformers.",
    task="classification",
    columns=(Column("top1", "Top-1", "Top-1"), Column("top5", "Top-5", "Top-5")),
    notes=(
        "The paper measured on its own dataset, so published and measured numbers are not comparable one by one.",
        "Self-supervised rows are pretrained without labels, frozen, and judged by a probe; one that does not beat the "
        "same probe of an encoder that learned nothing (random-resnet, random-vit, random-gcn, random-gin) has learned "
        "nothing.",
    ),
    breakdowns=("category",),
    draws="bench.figures.cost:of_table",
    options={
        "families": ("convnet", "vsl", "vit", "mvaema"),
        "others": True,
        "beside": True,
        "gain": "mvaema",
        "controls_by": ("Top-1",),
        "most_frequent": {"top1": 1, "top5": 5},
    },
)
_GRAPHS = replace(
    _CLASSIFICATION,
    name="graphs",
    number=3,
    title="Classification: graph contrastive learning and graph neural networks.",
    notes=(
        *_CLASSIFICATION.notes,
        "Nodes are patches, described by statistics of their pixels. Methods whose sources classify nodes classify "
        "graphs here, by the mean, the maximum and the deviation of their nodes.",
    ),
    options={**_CLASSIFICATION.options, "families": ("gcl", "gnn", "mvaema"), "others": False},
)
_CATEGORIES = TableSpec(
    name="categories",
    number=4,
    title="Classification: precision, recall and F1 of each category.",
    task="classification",
    columns=(
        Column("precision", "Precision", "Precision"),
        Column("recall", "Recall", "Recall"),
        Column("f1", "F1 Score", "F1 Score"),
    ),
    builds="bench.tables.categories:categories_table",
    draws="bench.figures.confusion:of_table",
    notes=(
        "A share of nothing is undefined, as the precision of a category that is never predicted. Seven of the ten F1 "
        "scores that the paper prints do not lie between their precision and recall.",
    ),
    options={
        "model": "mvaema",
        "beside": True,
        "printed": {
            "biological": "Biological",
            "tips": "Tips",
            "fibres": "Fibres",
            "porous_sponge": "Porous Sponge",
            "films_coated_surface": "Films Coated Surface",
            "patterned_surface": "Patterned surface",
            "nanowires": "Nanowires",
            "particles": "Particles",
            "mems_devices_electrodes": "MEMS",
            "powder": "Powder",
        },
    },
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
    """Register the tables."""
    for table in (VQA, _CLASSIFICATION, _GRAPHS, _CATEGORIES, ABLATED_VQA, ABLATED_CLASSIFICATION, ANSWERS):
        register(table)
