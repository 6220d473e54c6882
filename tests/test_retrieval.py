"""The task retrieval: recall with ties and duplicates, its chance level, and a model's common space."""

from itertools import permutations

import numpy as np
import pytest

from bench.config.loading import load_config
from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.errors import BenchError
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.stages.contracts.contract import contract_of
from bench.tasks.metrics.retrieval import chance, recalls
from bench.tasks.paraphrases import WORDINGS
from bench.tasks.retrieval import Retrieval
from bench.terminal.progress import NoProgress
from tests.toy_instructions import toy_instructions


def by_hand(similarities, right, k):
    """The recall over every order that the similarities leave open."""
    hits = []
    for order in permutations(range(len(similarities))):
        if all(similarities[a] >= similarities[b] for a, b in zip(order, order[1:], strict=False)):
            hits.append(any(right[place] for place in order[:k]))
    return np.mean(hits)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 2, 5])
def test_recall_is_the_mean_over_all_orders_of_equals(seed, k):
    random = np.random.default_rng(seed)
    similarities = random.integers(0, 3, (4, 6)).astype(float)
    right = random.random((4, 6)) < 0.3
    right[:, 0] = True
    expected = [by_hand(*row, k) for row in zip(similarities, right, strict=True)]
    assert recalls(similarities, right, k) == pytest.approx(expected)
    assert chance(right, k) == pytest.approx([by_hand(np.zeros(6), row, k) for row in right])


def test_a_gallery_smaller_than_k_is_found_whole():
    assert recalls(np.eye(3), np.eye(3, dtype=bool), 10).tolist() == [1, 1, 1]


def gallery(pictures=5):
    """One question about pictures of which the first two state the same fact in other words, and the last two alike."""
    facts = [(("shape", "rod"),), (("shape", "rod"),), (("shape", "gear"),), (), ()][:pictures]
    answers = ["A rod.", "Rods.", "A gear.", "Nothing.", "Nothing."][:pictures]
    micrographs = Micrographs(
        np.zeros((pictures, 4, 4), np.uint8),
        np.arange(pictures),
        tuple(f"p{number}" for number in range(pictures)),
        np.zeros(pictures, int),
        ("x",),
    )
    records = tuple(
        InstructionRecord(f"p{n}#1", f"p{n}", 1, "What?", answer, own, "t")
        for n, (answer, own) in enumerate(zip(answers, facts, strict=True))
    )
    return Instructions(micrographs, records, np.arange(pictures), ("",) * pictures)


def test_an_answer_of_the_same_facts_or_words_is_right():
    task, test = Retrieval(), gallery()
    posed = task.pose(test)
    items = {item["picture"]: item for item in task.score(np.zeros((5, 5)), posed, test).items}
    assert [items[f"p{number}"]["right_texts"] for number in range(5)] == [2, 2, 1, 2, 2]


def test_a_constant_model_has_the_recall_of_chance_both_ways():
    task, test = Retrieval(), gallery()
    metrics = task.score(np.zeros((5, 5)), task.pose(test), test).metrics
    assert metrics["image_to_text_at_1"][0] == pytest.approx((4 * 2 + 1) / 25)
    for name in ("image_to_text_at_1", "text_to_image_at_1", "text_to_image_at_5"):
        assert metrics[name][0] == pytest.approx(metrics[f"chance_{name}"][0])


def test_each_way_is_judged_by_its_own_gallery():
    task, test = Retrieval(), gallery(3)
    posed = task.pose(test)
    of_gear = next(column for column, record in enumerate(posed.records) if record.picture == "p2")
    given = np.zeros((3, 3))
    given[:, of_gear] = 1  # every picture is nearest to the text of the gear
    metrics = task.score(given, posed, test).metrics
    assert metrics["image_to_text_at_1"][0] == pytest.approx(1 / 3)
    assert metrics["text_to_image_at_1"][0] == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)


def test_the_order_of_the_texts_tells_nothing_and_never_changes():
    test = toy_instructions(12)
    posed = Retrieval(questions=2).pose(test)
    assert len(posed) == 24 and len({record.question for record in posed.records}) == 2
    assert [record.picture for record in posed.records] != sorted(record.picture for record in posed.records)
    assert posed.records == Retrieval(questions=2).pose(test).records


def test_two_wordings_of_one_question_share_a_gallery():
    test = gallery()
    first, *others = test.records
    wordings = WORDINGS[0][:2]
    records = tuple(
        InstructionRecord(r.id, r.picture, 1, wordings[n % 2], r.answer, r.facts, "t")
        for n, r in enumerate((first, *others))
    )
    posed = Retrieval().pose(Instructions(test.micrographs, records, test.pictures, test.captions))
    assert len(posed) == 5
    assert len(Retrieval().score(np.zeros((5, 5)), posed, posed).items) == 5


def test_a_question_that_every_answer_suits_says_nothing():
    task, test = Retrieval(), gallery(2)
    scores = task.score(np.zeros((2, 2)), task.pose(test), test)
    assert scores.metrics == {} and len(scores.items) == 2
    with pytest.raises(BenchError, match="no question is asked about two pictures"):
        task.pose(gallery(1))


def test_a_model_sees_texts_and_no_owners():
    class Model:
        def similarities(self, images, texts):
            assert set(images.labels.tolist()) == {-1} and images.ids == ("0", "1", "2", "3", "4")
            assert all(isinstance(text, tuple) and len(text) == 2 for text in texts)
            return np.zeros((5, 5 if self.right else 4))

    model, contract, posed = Model(), contract_of("matcher"), Retrieval().pose(gallery())
    model.right = True
    assert contract.ask(model, posed, NoProgress()).dtype == np.float32
    model.right = False
    with pytest.raises(BenchError, match="finite numbers"):
        contract.ask(model, posed, NoProgress())


def plan(task, models=("mvaema",)):
    config, explicit = load_config("demo", ["synthetic.size=60", "k=3", "folds=0"])
    return Plan(Request(task, models, config, explicit), Registry(), NoProgress())


def test_retrieval_trains_nothing_anew_and_needs_a_common_space():
    assert plan("retrieval").cells[0].train.fingerprint == plan("vqa").cells[0].train.fingerprint
    with pytest.raises(BenchError, match="needs contract 'matcher'"):
        plan("retrieval", ("mvaema-no-itc",))


def test_mvaema_compares_texts_as_its_contrastive_loss_does(exports):
    from bench import from_pretrained
    from bench.models.mvaema.batch import TokenisedRecords

    model = from_pretrained(exports.folder("mvaema"))
    test = toy_instructions(4, size=64)
    texts = [(record.question, record.answer) for record in test.records]
    given = model.similarities(test.micrographs, texts)
    assert given.shape == (4, 12) and np.abs(given).max() <= 1 + 1e-6
    tokenised = TokenisedRecords(test, model.tokenizer, model.model.prompt_tokens, model.model.answer_tokens)
    batch = tokenised.batch(test.micrographs.batch(slice(None)), np.arange(12), np.zeros(12, bool))
    scaled = model.model.similarity(model.model.vision(batch.pixels), batch).detach().numpy()
    temperature = model.model.space.log_temperature.exp().clamp(0.01, 1.0).item()
    assert given[test.pictures] == pytest.approx(scaled * temperature, abs=1e-5)
