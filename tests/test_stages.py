"""A fingerprint holds what decides a stage and nothing else: an edit makes exactly the right stages stale."""

from pathlib import Path

import pytest

from bench.config.loading import load_config
from bench.planning.plan import Plan
from bench.planning.rows import Request
from bench.registered.registry import Registry
from bench.store import code_digest
from bench.terminal.progress import NoProgress

ROOT = Path(__file__).parent.parent
REGISTRY = Registry()
ALL, ASKED, JUDGED = {"pretrain", "train", "predict", "score"}, {"predict", "score"}, {"score"}
ANYTHING = ("", "anything = 1")
"""An edit that only adds a line."""
SMALL = ("synthetic.size=60", "k=3", "folds=0")


def cell(task, model, *options):
    config, explicit = load_config("demo", [*SMALL, *options])
    return Plan(Request(task, (model,), config, explicit), REGISTRY, NoProgress()).cells[0]


def fingerprints(task, model, *options):
    return {stage.name: stage.fingerprint for stage in cell(task, model, *options).stages}


def stale(edited, edit, task, model, *options):
    """The stages whose fingerprint another text of a file changes."""
    before = fingerprints(task, model, *options)
    edited(*edit)
    after = fingerprints(task, model, *options)
    return {name for name in before if before[name] != after[name]}


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """edited(file, old, new) changes a source file, with ``old`` None a file of data, as digests read it."""
    read, parse, file_digest = code_digest._read, code_digest._undocumented, code_digest.file_digest

    def edit(file, old, new):
        target = ROOT / file
        if old is None:
            users = {path for path in target.parent.glob("*.py") if target.name in path.read_text()}
            monkeypatch.setattr(code_digest, "file_digest", lambda path: new if path == target else file_digest(path))
            change = {path: path for path in users}
        else:
            source = target.read_text()
            assert not old or source.count(old) == 1, f"{source.count(old)} places in {file} say {old!r}"
            (tmp_path / target.name).write_text(source.replace(old, new) if old else f"{source}\n{new}\n")
            change = {target: tmp_path / target.name}

        def reread(path, module):
            return (read.__wrapped__ if path in change else read)(path, module)

        monkeypatch.setattr(code_digest, "_read", reread)
        monkeypatch.setattr(code_digest, "_undocumented", lambda path: parse(change.get(path, path)))
        code_digest.closure.cache_clear()

    yield edit
    code_digest.closure.cache_clear()


LISTING = ("tasks/listing.py", "for kind in kinds if kind in allowed", "for kind in kinds")
DECIDES = {
    "which records a side has": (
        "bench/stages/materials.py",
        "if record.picture in where)",
        "if record.group != 3)",
        ALL,
    ),
    "the prompt group held out": ("bench/stages/train.py", "record.group != group", "record.group == group", ALL),
    "the split": ("bench/data/splits.py", "shuffle=True", "shuffle=False", ALL),
    "the validation side": (
        "bench/data/splits.py",
        "max(1, round(validation_share",
        "max(2, round(validation_share",
        ALL,
    ),
    "a fraction": ("bench/data/splits.py", "max(1, round(fraction", "max(2, round(fraction", ALL),
    "the seed": ("bench/training/seeding.py", "torch.manual_seed(seed)", "torch.manual_seed(0)", ALL),
    "determinism": ("bench/stages/seeding.py", "algorithms(True", "algorithms(False", ALL),
    "which settings a stage sees": ("bench/stages/settings.py", "<= STAGES.index(stage)", "< STAGES.index(stage)", ALL),
    "the grid": ("bench/stages/fitting.py", "(1.0, 0.3, 0.1, 0.03)", "(1.0, 0.3, 0.1)", ALL),
    "what a budget pays for": (
        "bench/training/budget.py",
        "int(budget.amount / flops)",
        "int(budget.amount // 2)",
        ALL,
    ),
    "the FLOPs of a step": ("bench/training/flops.py", "sdpa_flop(query.shape", "2 * sdpa_flop(query.shape", ALL),
    "which pictures are mirrored": (
        "models/instruction_batches.py",
        "(random.random(len(pictures)) < 0.5)",
        "True",
        ALL,
    ),
    "a mirror": ("bench/training/augmentation.py", "np.where(which, -1, 1), 1", "np.where(which, 1, 1), 1", ALL),
    "early stopping": ("bench/training/standing.py", "stagnant >= recipe", "stagnant > recipe", ALL),
    "the learning rate": ("bench/training/schedule.py", "1 + math.cos", "2 + math.cos", ALL),
    "caption dropout": ("models/instruction_batches.py", ">= self._dropout", "< self._dropout", ALL),
    "normalisation": ("models/mvaema/vision.py", "div_(127.5)", "div_(255)", ALL),
    "what sums up a picture": ("models/mvaema/attention.py", "return FIRST if", "return ALL if", ALL),
    "decoding": ("models/mvaema/generate.py", "scores.argmax(-1)", "scores.argmin(-1)", ASKED),
    "what is answered": ("models/mvaema/estimator.py", "return self.tokenizer.decode([", "return list([", ASKED),
    "how weights are read again": ("models/mvaema/estimator.py", "model.to(context.device).eval()", "model", ASKED),
    "what is trained on": ("models/mvaema/estimator.py", "yield from instructions.captions", "yield", ALL),
    "drawing": ("tasks/datasets/synthetic/microscope.py", *ANYTHING, ALL),
    "the teacher's wording": ("tasks/teachers/frames.py", "The nanomaterials show {defect}", "{defect}", ALL),
    "the captions": ("tasks/datasets/captions.py", *ANYTHING, ALL),
    "which questions are asked": ("tasks/vqa.py", "start = turn * size", "start = turn", ASKED),
    "whether captions are shown": ("tasks/vqa.py", 'if self._caption == "without"', "if True", ASKED),
    "an item": ("tasks/vqa.py", '"facts_asked": facts.expected,', '"facts_asked": 0,', JUDGED),
    "how an answer is read": ("tasks/metrics/scope.py", "_SUBJECT = 12", "_SUBJECT = 13", JUDGED),
    "a phrase of the lexicon": ("tasks/metrics/lexicon.toml", None, "changed", JUDGED),
    "the list behind other models' questions": (*LISTING, JUDGED),
    "a definition": ("tasks/vqa.py", "words of the answer over words", "words over words", JUDGED),
    "what is taken for an answer": (
        "bench/stages/contracts/answers.py",
        "len(answers) != questions",
        "len(answers) < asked",
        ASKED,
    ),
    "a metric": ("tasks/metrics/text.py", "from collections import Counter", "import collections", JUDGED),
    "how errors are clustered": (
        "bench/statistics/clustered.py",
        "(totals @ totals)) ** 0.5",
        "(totals @ totals)) ** 0.4",
        JUDGED,
    ),
    "synonyms": ("tasks/metrics/wordnet-3.0.txt.xz", None, "changed", JUDGED),
    "what is judged": (
        "bench/stages/score.py",
        "materials.partition.of(cell).train",
        "materials.partition.of(cell).test",
        JUDGED,
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "wanted"), DECIDES.values(), ids=DECIDES)
def test_what_decides_a_product_makes_its_stage_stale_and_those_behind(edited, file, old, new, wanted):
    assert stale(edited, (file, old, new), "vqa", "mvaema") == wanted - {"pretrain"}


GRAPHS = {
    "what a node is at first": ("models/graphs/nodes.py", "_DIRECTIONS = 8", "_DIRECTIONS = 9"),
    "the readout": ("models/graphs/readout.py", "_STEPS = 3", "_STEPS = 4"),
    "the convolutions": ("models/graphs/convolutions.py", "x = x + self.dropout(norm", "x = self.dropout(norm"),
}


@pytest.mark.parametrize(("file", "old", "new"), GRAPHS.values(), ids=GRAPHS)
def test_what_a_graph_network_computes_makes_all_its_stages_stale(edited, file, old, new):
    assert stale(edited, (file, old, new), "classification", "rggconv") == ALL - {"pretrain"}


CHAIN = {
    "pretraining": ("models/selfsupervised/pretraining.py", *ANYTHING, ALL),
    "probe": ("models/selfsupervised/probe.py", "min(tried, key", "max(tried, key", ALL - {"pretrain"}),
    "the vote": ("models/selfsupervised/probe.py", "_encoder.features(images)", "_encoder.features(0)", ASKED),
    "probabilities": ("tasks/metrics/classification.py", "BINS = 15", "BINS = 10", JUDGED),
    "frames": ("tasks/teachers/frames.py", "The nanomaterials show {defect}", "{defect}", set()),
    "masking": ("bench/data/databar.py", *ANYTHING, set()),
    "standardising": ("bench/data/grey_levels.py", *ANYTHING, set()),
    "groups": ("bench/data/grouped.py", "7919 * repeat", "7920 * repeat", set()),
}


@pytest.mark.parametrize(("file", "old", "new", "wanted"), CHAIN.values(), ids=CHAIN)
def test_a_chain_is_stale_from_the_link_that_changed(edited, file, old, new, wanted):
    assert stale(edited, (file, old, new), "classification", "simclr") == wanted


ORACLE = {
    "its words": ("tasks/oracle.py", "The micrograph has", "The picture has"),
    "that the task answers": ("bench/stages/predict.py", "if not plan.rows[cell.model].spec.upper", "if True"),
}


@pytest.mark.parametrize(("file", "old", "new"), ORACLE.values(), ids=ORACLE)
def test_an_upper_row_is_asked_again_when_its_task_would_answer_otherwise(edited, file, old, new):
    assert stale(edited, (file, old, new), "vqa", "oracle") == ASKED


def test_what_the_oracle_says_makes_no_other_row_stale(edited):
    assert stale(edited, ("tasks/oracle.py", "The micrograph has", "The picture has"), "vqa", "majority") == set()


OTHER_TASKS = {
    "an alteration": ("altered-vqa", "tasks/altering.py", "_NOISE = 22.0", "_NOISE = 21.0", ASKED),
    "which facts it changes": ("altered-vqa", "tasks/alterations.py", *ANYTHING, ASKED),
    "altered pictures' categories": ("altered-classification", "tasks/altering.py", *ANYTHING, ASKED),
    "a wording held out": ("altered-vqa", "tasks/paraphrases.py", *ANYTHING, ASKED),
    "what is compared": ("retrieval", "tasks/retrieval.py", "_ORDER_SEED = 22", "_ORDER_SEED = 23", ASKED),
    "recall": ("retrieval", "tasks/metrics/retrieval.py", *ANYTHING, JUDGED),
    "which options there are": ("choice", "tasks/options.py", "The image carries {}", "There is {}", ASKED),
    "how options become texts": ("choice", "models/option_texts.py", *ANYTHING, ASKED),
    "what is taken for a preference": ("choice", "bench/stages/contracts/preferences.py", *ANYTHING, ASKED),
    "how replies are read": ("choice", "tasks/metrics/letters.py", *ANYTHING, JUDGED),
    "what a choice is worth": ("choice", "tasks/choice.py", "2**options - 1", "2**options", JUDGED),
    "how numbers are read": ("sizing", "tasks/metrics/quantities.py", *ANYTHING, JUDGED),
    "what is taken for similarities": ("retrieval", "bench/stages/contracts/similarities.py", *ANYTHING, ASKED),
}


@pytest.mark.parametrize(("task", "file", "old", "new", "wanted"), OTHER_TASKS.values(), ids=OTHER_TASKS)
def test_what_only_some_tasks_ask_trains_nothing_anew(edited, task, file, old, new, wanted):
    assert stale(edited, (file, old, new), task, "mvaema") == wanted


MEASURED = {
    "the measurement": ("models/controls/measured.py", "_WAIST = 0.12", "_WAIST = 0.2"),
    "where the data bar is": ("bench/data/databar.py", *ANYTHING),
    "what it is told": ("tasks/sizing.py", "in nm or µm.", "in nm."),
}


@pytest.mark.parametrize(("file", "old", "new"), MEASURED.values(), ids=MEASURED)
def test_what_is_measured_in_pictures_depends_on_how(edited, file, old, new):
    assert stale(edited, (file, old, new), "sizing", "measured") >= ASKED


def test_paraphrased_records_depend_on_the_wordings(edited):
    option = "records=paraphrased:scripted"
    assert stale(edited, ("tasks/paraphrases.py", *ANYTHING), "vqa", "mvaema", option) == ALL - {"pretrain"}


ONLY_SOME = {
    "masking": ("mask_bar=true", "bench/data/databar.py", *ANYTHING),
    "standardising": ("standardise=true", "bench/data/grey_levels.py", *ANYTHING),
    "groups": ("split=grouped", "bench/data/grouped.py", "7919 * repeat", "7920 * repeat"),
    "hashes": ("split=grouped", "bench/data/perceptual.py", *ANYTHING),
}


@pytest.mark.parametrize(("option", "file", "old", "new"), ONLY_SOME.values(), ids=ONLY_SOME)
def test_what_only_some_runs_use_makes_those_stale(edited, option, file, old, new):
    assert stale(edited, (file, old, new), "classification", "majority", option) == ALL - {"pretrain"}


def test_the_list_behind_questions_decides_what_a_model_without_records_is_asked(edited):
    assert stale(edited, LISTING, "vqa", "openai:some") == ASKED


INDIFFERENT = {
    "a message": ("bench/errors.py", "did you mean", "perhaps you mean"),
    "a key nobody reads": (
        "bench/config/loading.py",
        "    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0\n",
        "    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0\n    new: int = 0\n",
    ),
    "progress": ("bench/terminal/progress.py", *ANYTHING),
    "a table": ("bench/tables/scores.py", *ANYTHING),
    "a verb": ("bench/cli/run.py", *ANYTHING),
    "a launcher": ("bench/launch/local.py", *ANYTHING),
    "the store": ("bench/store/store.py", *ANYTHING),
    "a record's description": ("bench/stages/environment.py", 'COMMIT = "commit.json"', 'COMMIT = "commit"'),
    "costs": ("bench/planning/costs.py", *ANYTHING),
    "a claim": ("bench/store/claim.py", "threading.Event()", "threading.Event() or None"),
    "who is registered": ("bench/registered/registry.py", *ANYTHING),
    "another model": ("models/images/convnets.py", *ANYTHING),
    "a docstring": ("bench/data/splits.py", "Draw fold ``index`` of k, stratified", "Draw a fold, stratified"),
    "a setting's help": ("models/mvaema/estimator.py", "most tokens of the vocabulary", "words at most"),
    "threads": ("bench/config/cores.py", *ANYTHING),
}


@pytest.mark.parametrize(("file", "old", "new"), INDIFFERENT.values(), ids=INDIFFERENT)
def test_what_decides_nothing_makes_nothing_stale(edited, file, old, new):
    assert stale(edited, (file, old, new), "vqa", "mvaema") == set()


def test_the_code_that_reads_a_file_of_records_decides_them(edited, tmp_path):
    (tmp_path / "records.jsonl").touch()
    option = f"records={tmp_path / 'records.jsonl'}"
    assert stale(edited, ("tasks/records.py", *ANYTHING), "vqa", "majority", option) == ALL - {"pretrain"}


def test_the_protocol_of_classification_holds_no_wording_of_a_teacher(edited):
    before = cell("classification", "mvaema")
    edited("tasks/teachers/frames.py", "The nanomaterials show {defect}", "{defect}")
    after = cell("classification", "mvaema")
    assert after.protocol == before.protocol
    assert after.train.fingerprint != before.train.fingerprint
