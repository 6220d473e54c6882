"""Text metrics: the paper's printed scores, the libraries' own values, and pairs that leave something empty."""

import lzma
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from nltk.stem.porter import PorterStemmer
from nltk.translate.bleu_score import sentence_bleu
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer

from bench.tasks.facts import CATEGORIES, KINDS, SHAPES
from bench.tasks.metrics.text import METRICS, text_scores
from bench.tasks.metrics.wordnet import wordnet
from bench.tasks.metrics.words import words_of
from bench.tasks.teachers.scripted import ScriptedTeacher

# The paper's Table 7: ground truth, answer, BLEU-2, ROUGE-L, METEOR as printed.
TABLE_7 = [
    (
        "The nanomaterials in the image have a dendritic, branching structure with a central node "
        "and multiple filament-like extensions.",
        "The nanomaterials in the image possess a dendritic, branching structure with a central "
        "node and several filament-like extensions.",
        0.824,
        0.895,
        0.944,
    ),
    (
        "The nanomaterials depicted resemble tightly woven, twisted cables or fibrous strands, "
        "densely packed and intertwined.",
        "The nanomaterials depicted appear as tightly woven, twisted cables or fibrous strands, "
        "densely packed and interlaced.",
        0.772,
        0.839,
        0.859,
    ),
    (
        "The nanomaterials have a polygonal, plate-like morphology with irregular edges, giving "
        "them a shattered glass or cracked ice appearance.",
        "The nanomaterials have polygonal, plate-like morphology with irregular edges, giving them "
        "a shattered glass or cracked ice appearance.",
        0.918,
        0.974,
        0.952,
    ),
    (
        "The image depicts a square microfabricated device with uniform linear patterns on a "
        "granular semiconductor or nanoparticle substrate.",
        "The image shows a square microfabricated device with uniform linear patterns on a granular "
        "semiconductor or nanoparticle substrate.",
        0.913,
        0.944,
        0.999,
    ),
    (
        "The nanomaterials in the image exhibit a needle- or rod-like morphology, standing "
        "vertically and densely packed, similar to a bed of nails.",
        "The nanomaterials in the image display a needle- or rod-like morphology, standing "
        "vertically and densely packed, akin to a bed of nails.",
        0.858,
        0.913,
        0.954,
    ),
    (
        "The nanomaterials shown are elliptical or rod-shaped with smooth surfaces, scattered "
        "randomly across the surface.",
        "The nanomaterials displayed are elliptical or rod-shaped with smooth surfaces, dispersed "
        "randomly across the surface.",
        0.787,
        0.875,
        0.861,
    ),
    (
        "The nanomaterials have a hexagonal, honeycomb-like structure, organized in a highly "
        "ordered, tessellated pattern.",
        "The nanomaterials display a hexagonal, honeycomb-like structure, organized in a highly "
        "ordered, tessellated pattern.",
        0.886,
        0.933,
        0.927,
    ),
    (
        "The nanomaterials exhibit a foam-like structure with a network of interconnected pores of "
        "various sizes and irregular shapes, creating a porous, sponge-like morphology.",
        "The nanomaterials display a foam-like structure with a network of interconnected pores of "
        "various sizes and irregular shapes, forming a porous, sponge-like morphology.",
        0.820,
        0.920,
        0.913,
    ),
    (
        "The nanomaterials are irregularly shaped, resembling clumped aggregates with a rough, textured surface.",
        "The nanomaterials appear irregularly shaped, resembling clumped aggregates with a rough, textured surface.",
        0.877,
        0.920,
        0.920,
    ),
    (
        "The nanomaterial appears as a sharply pointed, conical structure with a smooth surface, "
        "tapering to a fine tip.",
        "The nanomaterial is seen as a sharply pointed, conical structure with a smooth surface, "
        "tapering to a fine tip.",
        0.863,
        0.920,
        0.938,
    ),
]
TRUTHS, ANSWERS = [row[0] for row in TABLE_7], [row[1] for row in TABLE_7]
EIGHTH = 7  # its printed BLEU-2 and METEOR fit no definition that fits the others
GOLDEN = Path(__file__).parent / "golden" / "meteor.tsv.xz"
ODD = [
    "",
    " \n ",
    "...",
    "a",
    "A a a A",
    "the the the wires the wires",
    "wires the wires the the",
    "Nanowires, nano-wires; NANOWIRES!",
    "running runs ran run runner",
    "run run running ran",
    "the fibers shown depict mice",
    "depicted mouse fibre showing the film movie",
    "the depict",
    "show the show",
    "\N{GREEK CAPITAL LETTER SIGMA}\N{GREEK CAPITAL LETTER SIGMA} 5\N{MICRO SIGN}m \N{KELVIN SIGN}elvin "
    "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}s",
    "\N{GREEK SMALL LETTER SIGMA}\N{GREEK SMALL LETTER FINAL SIGMA} 5 m k\N{NO-BREAK SPACE}elvin is i\x1fs",
    "na\u00efve na\u0131ve 100nm 100 nm 100-nm",
    "one two three four five six seven eight",
    "eight seven six five four three two one",
]


def scripted():
    """The teacher's answers on two sets of pictures, question by question."""
    random = np.random.default_rng(0)

    def scene(number):
        category = CATEGORIES[number % len(CATEGORIES)]
        values = {kind: str(random.choice(values)) for kind, values in KINDS.items()}
        return {**values, "category": category, "shape": str(random.choice(SHAPES[category]))}

    def answers(name):
        scenes = [scene(number) for number in range(60)]
        loaded = SimpleNamespace(ids=[f"{name}{number}" for number in range(60)])
        dataset = SimpleNamespace(name=name, load=lambda: loaded, facts=lambda position: scenes[position])
        return [record.answer for record in ScriptedTeacher("", 0).records(dataset)]

    return list(zip(answers("a"), answers("b"), strict=True))


def golden():
    lines = lzma.decompress(GOLDEN.read_bytes()).decode().splitlines()
    return [tuple(line.split("\t")[1::-1]) for line in lines]


PAIRS = {
    "paper": lambda: list(zip(ANSWERS, TRUTHS, strict=True)),
    "odd": lambda: [(answer, truth) for answer in ODD for truth in ODD],
    "scripted": scripted,
    "golden": lambda: golden()[::10],
    "every golden one": golden,
}


def by_the_libraries(answer, truth):
    """The libraries' scores of one pair, each asked for it alone."""
    weights = [(1 / 2,) * 2, (1 / 4,) * 4]
    rouge = RougeScorer(["rouge1", "rouge2", "rougeL"]).score(truth, answer)
    return [
        *sentence_bleu([truth.split()], answer.split(), weights),
        *(rouge[name].fmeasure for name in ("rouge1", "rouge2", "rougeL")),
        single_meteor_score(truth.split(), answer.split(), wordnet=wordnet()),
    ]


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.slow] if "every" in kind else []) for kind in PAIRS]
)
def test_every_value_is_the_libraries_own_to_the_last_bit(kind):
    pairs = PAIRS[kind]()
    scores = text_scores(*zip(*pairs, strict=True))
    values = np.column_stack([scores[name] for name in METRICS[:-1]])
    with warnings.catch_warnings(action="ignore"):
        expected = np.array([by_the_libraries(*pair) for pair in pairs])
    defined = ~np.isnan(values)
    assert values[defined].tolist() == expected[defined].tolist()
    lengths = np.array([len(truth.split()) for _, truth in pairs])[:, None]
    plain = np.array([truth.isascii() for _, truth in pairs])[:, None]
    assert (defined[:, [0, 1, 5]] == (lengths >= [2, 4, 1]))[plain[:, 0]].all()


def test_a_word_is_stemmed_once_however_often_it_occurs(monkeypatch):
    stemmed, stem = [], PorterStemmer.stem
    monkeypatch.setattr(PorterStemmer, "stem", lambda self, word: stemmed.append(word) or stem(self, word))
    text_scores(["wires shown", "wires grown"] * 3, ["the wire", "the wiring"] * 3)
    assert sorted(stemmed) == sorted(set(stemmed))


@pytest.mark.parametrize(("metric", "column"), [("bleu2", 2), ("rougeL", 3), ("meteor", 4)])
def test_scores_are_those_the_paper_prints(metric: str, column: int) -> None:
    printed = np.array([row[column] for row in TABLE_7], dtype=float)
    off = np.abs(text_scores(ANSWERS, TRUTHS)[metric] - printed)
    assert np.delete(off, EIGHTH).max() <= 0.004
    assert (off[EIGHTH] > 0.004) == (metric != "rougeL")


def test_bleu_equals_nltks_default_also_without_common_four_grams() -> None:
    answers = [*ANSWERS, "a b c d x e f g", "a x b y c z"]
    truths = [*TRUTHS, "a b c d y e f g", "a b c u v w"]
    with warnings.catch_warnings(action="ignore"):
        expected = [
            sentence_bleu([truth.split()], answer.split()) for answer, truth in zip(answers, truths, strict=True)
        ]
    with warnings.catch_warnings(action="error"):
        assert text_scores(answers, truths)["bleu4"].tolist() == expected


@pytest.mark.parametrize("answer", ["", "  \n", "qwrtzp", "..."])
def test_an_answer_without_a_common_word_scores_zero_silently(answer: str) -> None:
    with warnings.catch_warnings(action="error"):
        scores = text_scores([answer], ["Straight wires in rows."])
    assert {name: scores[name].item() for name in METRICS[:-1]} == dict.fromkeys(METRICS[:-1], 0.0)
    assert scores["length_ratio"].item() == len(answer.split()) / 4


def test_the_reference_itself_scores_one() -> None:
    scores = text_scores(TRUTHS, TRUTHS)
    for name in METRICS:
        assert scores[name] == pytest.approx(np.ones(10), abs=1e-3)


def test_bleu_and_meteor_split_at_white_space_and_rouge_at_punctuation() -> None:
    scores = text_scores(["Long wires"], ["long, wires."])
    assert scores["rouge2"].item() == 1.0
    assert scores["bleu2"].item() == scores["meteor"].item() == 0.0


def test_meteor_counts_synonyms_and_rouge_does_not_stem() -> None:
    scores = text_scores(["the wires shown"], ["the wire show"])
    assert scores["meteor"].item() > 0.9
    assert scores["rouge1"].item() == pytest.approx(1 / 3)


def test_length_ratio_is_words_of_the_answer_over_words_of_the_reference() -> None:
    assert text_scores(["a b c", "a b"], ["a b", "a"])["length_ratio"].tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("text", "undefined"),
    [
        ("", METRICS),
        ("...", ("bleu2", "bleu4", "rouge1", "rouge2", "rougeL")),
        ("Yes.", ("bleu2", "bleu4", "rouge2")),
        ("Two of them.", ("bleu4",)),
        ("Four wires of 5 µm.", ()),
        ("Наночастицы в растворе SEM.", ("rouge1", "rouge2", "rougeL")),
        ("图像中的纳米材料呈球形 SEM 颗粒状 x y", METRICS),
    ],
)
def test_what_a_reference_is_too_short_for_or_in_another_script_is_undefined(text, undefined):
    scores = text_scores([text, "Another answer of some words."], [text, text])
    for name in METRICS:
        assert np.isnan(scores[name]).tolist() == [name in undefined] * 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("纳米 SEM图5张。", ["纳", "米", "SEM", "图", "5", "张"]),
        ("हिन्दी naïve", ["हिन्दी", "naïve"]),
        ("ภาพนี้", ["ภ", "า", "พ", "นี้"]),
        ("́ Körner’s", ["Körner", "s"]),
    ],
)
def test_every_script_has_words(text, words):
    assert list(words_of(text)) == words


def test_with_words_of_every_script_the_reference_itself_scores_one():
    texts = ["图像中的纳米材料呈球形。", "Наночастицы в растворе, да."]
    scores = text_scores(texts, texts, "unicode")
    assert {name: values.round(2).tolist() for name, values in scores.items()} == {
        name: [1.0, 0.99 if name == "meteor" else 1.0] for name in METRICS
    }
    near = text_scores([texts[0][:-3] + "方。"], texts[:1], "unicode")
    assert 0.8 < near["bleu2"].item() < 1 and 0.8 < near["rougeL"].item() < 1


def test_every_metric_is_one_float_a_pair_in_order() -> None:
    scores = text_scores(ANSWERS, TRUTHS)
    assert tuple(scores) == METRICS
    assert {(values.shape, values.dtype) for values in scores.values()} == {((10,), np.dtype(np.float64))}
    assert {values.shape for values in text_scores([], []).values()} == {(0,)}


def test_answers_and_references_of_different_number_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        text_scores(["a"], ["a", "b"])


def test_importing_the_metrics_loads_no_text_library() -> None:
    code = "import sys, bench.tasks.metrics.text; print({'nltk', 'rouge_score'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
