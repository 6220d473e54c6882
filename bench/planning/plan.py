"""From a request to cells: names resolved, settings completed, fingerprints taken. Nothing is computed."""

from collections.abc import Iterator
from functools import cached_property
from itertools import product
from typing import Any

from bench.config import cores
from bench.config.loading import EVERY_MODEL, Config, Recipe
from bench.contracts import NOBODY, Dataset, Teacher
from bench.data.dataset import CheckedDataset, open_dataset
from bench.data.masking import preparing
from bench.data.partition import Partition
from bench.data.task import CheckedMarking, CheckedTask, open_marking, open_task, task_settings
from bench.data.teacher import open_teacher, teacher_name
from bench.data.transfer import Transfer
from bench.data.unlabelled import Unlabelled, open_unlabelled, source_name
from bench.errors import BenchError
from bench.inputs import numbers, path_of
from bench.planning.rows import JUDGE, Request, judge_row, resolve_rows
from bench.planning.settings import check_names
from bench.registered.registry import Registry
from bench.registered.signature import class_settings
from bench.specs import StageName, TaskSpec
from bench.specs.json_data import JSONObject
from bench.stages.code import judge_code, predict_code, pretrain_code, score_code, train_code
from bench.stages.contracts.contract import Contract, contract_of
from bench.stages.row import Row
from bench.stages.settings import settings_until
from bench.store.cell import Cell, Stage
from bench.store.fingerprint import digest, path_digest
from bench.terminal.progress import Progress

_MOST_CELLS = 20_000


class Plan:
    """A request resolved against the registry: rows, cells, and the data they need."""

    def __init__(self, request: Request, registry: Registry, progress: Progress) -> None:
        self.request = request
        self.config = request.config
        self.progress = progress
        cores.limit(self.config.machine.threads)  # datasets do not get the machine's settings
        self.task_spec: TaskSpec = registry.find("task", request.task)[0]
        self.contract: Contract = contract_of(self.task_spec.asks)
        self.rows = {row.name: row for row in resolve_rows(request, self.task_spec, registry)}
        self.task_settings = task_settings(
            self.task_spec, {**self._held_out, **self.config.settings.get(request.task, {})}
        )
        self.task: CheckedTask = open_task(self.task_spec, self.task_settings)
        self.marking: CheckedMarking | None = open_marking(self.task_spec, self.task_settings)
        judge = self.task_settings.get(JUDGE, NOBODY) if self.marking else NOBODY
        self.judge: Row | None = None if judge == NOBODY else judge_row(judge, request, registry)
        self._checked: CheckedDataset = open_dataset(
            registry, self.config.dataset, self.config.settings, self.config.image_size, progress
        )
        self.dataset: Dataset = self._checked
        self.config = self._with_records_of(self.dataset)
        split = self.config.split
        if self.config.group_by and (split == "whole" or (split == "stratified" and "split" in request.explicit)):
            raise BenchError(
                f"--group-by {self.config.group_by} and --split {split} exclude each other; leave one of them out"
            )
        self._require_untrained()
        self.partition = Partition(self.dataset, self.config, "k" in request.explicit, progress)
        self.transfer = self._transfer(registry)
        self.unlabelled = self._unlabelled(registry)
        check_names(self.config, request.explicit, self._used(registry), registry)
        self.teacher: Teacher = open_teacher(
            registry, teacher_name(self.config.records), self.config.settings, self.config.seed
        )

    def _require_untrained(self) -> None:
        """Raise BenchError for a row that must be trained, if all pictures are tested."""
        learning = [row.name for row in self.rows.values() if row.needs_training]
        if self.config.split == "whole" and learning:
            raise BenchError(
                f"--split whole tests all pictures and leaves none to train on, which {', '.join(learning)} must be; "
                "take folds (--split stratified or grouped), or name models that are asked as they are"
            )

    @cached_property
    def k(self) -> int:
        """The number of folds: the config's, at most what the smallest category allows."""
        return self.partition.k

    @cached_property
    def folds(self) -> tuple[int, ...]:
        """The folds that run."""
        return numbers(str(self.config.folds), "--folds", self.k, "folds")

    @property
    def tested(self) -> float:
        """How many pictures a cell is asked about, on average."""
        return len(self.transfer) if self.transfer else len(self.dataset.labels()) / self.k

    @cached_property
    def caveat(self) -> str:
        """What a reader of scores on these records must know, '' if there is nothing or the task uses none."""
        return self.teacher.caveat(self.dataset) if self.contract.about == "instructions" else ""

    def protocol(self, fraction: float) -> dict[str, Any]:
        """Return in clear what must agree for two rows to share a table."""
        return {
            "data": digest(self._data)[:16],
            **({"records": digest(self._records)[:16]} if self.contract.about == "instructions" else {}),
            "split": self.partition.identity(fraction),
            "repeats": self.config.repeats,
            "image_size": self.config.image_size,
            **self._preparing,
            **self._stating,
            **self._augmenting,
            **self._elsewhere,
            **self._untaught,
            **self._besides,
            **self._judging,
            "task": self._task_protocol,
            "metrics": self._metrics,
        }

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, model by model; BenchError if they are more than anybody can compute."""
        trainings = sum(len(self._seeds(row)) for row in self.rows.values())
        cells = trainings * len(self.folds) * self.config.repeats * len(set(self.config.fraction))
        if cells > _MOST_CELLS:
            raise BenchError(
                f"{len(self.rows)} models, {len(self.folds)} folds, {self.config.repeats:,} repeats, "
                f"{self.config.seeds:,} seeds and {len(set(self.config.fraction))} fractions are {cells:,} cells; "
                f"a run has at most {_MOST_CELLS:,}"
            )
        return tuple(cell for row in self.rows.values() for cell in self._cells(row))

    @cached_property
    def _data(self) -> dict[str, Any]:
        return self.dataset.identity()

    @cached_property
    def _records(self) -> dict[str, Any]:
        return self.teacher.identity()

    @cached_property
    def _preparing(self) -> dict[str, str]:
        """What decides how pictures are shown; empty if they are shown as the dataset's cache holds them."""
        if self.config.picture == "protocol":
            return preparing(self.config)
        datasets = [self._checked, *([self.transfer.tested] if self.transfer else [])]
        return {**preparing(self.config), "picture": digest([each.native_code() for each in datasets])[:16]}

    @property
    def _stating(self) -> dict[str, str]:
        """Whether prompts state the scale of pictures; empty if they do not, or there are none."""
        stated = self.config.scale == "stated" and self.contract.about == "instructions"
        return {"scale": self.config.scale} if stated else {}

    @property
    def _augmenting(self) -> dict[str, str]:
        """How training pictures are altered; empty if they are not."""
        augment = self.config.recipe.augment
        return {} if augment == "nothing" else {"augment": augment}

    @cached_property
    def _elsewhere(self) -> dict[str, Any]:
        """What decides the test side of another dataset; empty if the fold's own is used."""
        return {"test_data": self.transfer.identity} if self.transfer else {}

    @cached_property
    def _untaught(self) -> dict[str, int]:
        """The prompt group that no model is taught; empty if all are taught."""
        group = self.config.hold_out_group
        return {"hold_out_group": group} if group else {}

    @cached_property
    def _besides(self) -> JSONObject:
        """The pictures without labels that models pretrain on besides the dataset's; empty if there are none."""
        return {"unlabelled": self.unlabelled.identity} if self.unlabelled else {}

    def _with_records_of(self, dataset: Dataset) -> Config:
        """Return the config with the teacher of a dataset that comes with questions; BenchError if it names another."""
        own, named = teacher_name(self.config.records, dataset), teacher_name(self.config.records)
        if own == named:
            return self.config
        if "records" in self.request.explicit:
            raise BenchError(
                f"the dataset {dataset.name!r} comes with its own questions; leave --records {self.config.records} out"
            )
        return self.config.model_copy(update={"records": own})

    @cached_property
    def _judging(self) -> JSONObject:
        """What decides the judge's marks, besides the task's prompt; empty if nobody marks the answers."""
        if self.judge is None:
            return {}
        of_judge = {"name": self.judge.name, "settings": self.judge.staged("score"), "weights": _weights_of(self.judge)}
        return {"judge": of_judge}

    @property
    def _held_out(self) -> dict[str, Any]:
        """The setting of a task that asks only about the group held out; BenchError if it knows no groups."""
        group = self.config.hold_out_group
        if group and "group" not in class_settings(self.task_spec):
            raise BenchError(f"--hold-out-group is for tasks that ask by prompt group; {self.request.task!r} does not")
        return {"group": group} if group else {}

    def _cells(self, row: Row) -> Iterator[Cell]:
        """Yield a model's cells, largest fraction first; what they share is digested once."""
        train, predict, score = self._train_inputs(row), self._predict_inputs(row), self._score_inputs()
        pretrain = self._pretrain_inputs(row)
        for fraction, protocol in self._protocols.items():
            for repeat, index, seed in product(range(self.config.repeats), self.folds, self._seeds(row)):
                random_state = int(digest([self.config.seed, index, repeat, *([seed] if seed else [])])[:8], 16)
                split = {**self.partition.identity(fraction), "fold": index, "repeat": repeat}
                draw = {"split": split, "seed": random_state}
                pretrained = Stage("pretrain", {**pretrain, **draw}) if pretrain else None
                after = {"pretrain": pretrained.fingerprint} if pretrained else {}
                trained = Stage("train", {**train, **draw, **after})
                answered = Stage("predict", {"train": trained.fingerprint, **predict})
                judged = Stage("score", {"predict": answered.fingerprint, **score})
                place = (self.request.task, self.dataset.name, row.name, index, repeat, fraction, seed, protocol)
                yield Cell(*place, random_state, pretrained, trained, answered, judged)

    def _seeds(self, row: Row) -> range:
        """Return the seeds that a model is trained with: one counts for all if it is the same for every seed."""
        return range(1 if row.deterministic else self.config.seeds)

    @cached_property
    def _protocols(self) -> dict[float, str]:
        """The digest of the protocol of each fraction, the largest first."""
        fractions = sorted(set(self.config.fraction), reverse=True)
        return {fraction: digest(self.protocol(fraction))[:16] for fraction in fractions}

    @cached_property
    def _task_protocol(self) -> dict[str, Any]:
        """The task's protocol, with its settings that differ from their defaults: no table may mix these."""
        declared, protocol = class_settings(self.task_spec), self.task.protocol()
        unusual = {key: str(value) for key, value in self.task_settings.items() if value != declared[key].default}
        return {**protocol, **{key: value for key, value in unusual.items() if key not in protocol}}

    def _task_settings(self, stage: StageName) -> dict[str, Any]:
        """Return the settings of the task whose change redoes this stage and not the one before."""
        declared = class_settings(self.task_spec)
        return {key: value for key, value in self.task_settings.items() if declared[key].stage == stage}

    @cached_property
    def _metrics(self) -> dict[str, Any]:
        added = self.marking.definitions() if self.marking and self.judge else {}
        return {**self.task.definitions(), **added}

    def _train_inputs(self, row: Row) -> dict[str, Any]:
        """Return what a model's train stages share."""
        settings = row.staged("train") if row.pretrains else settings_until(row, "train")
        return self._learning(row, "train", settings, train_code(row.spec, row.family))

    def _pretrain_inputs(self, row: Row) -> dict[str, Any] | None:
        """Return what a model's pretrain stages share, None without pretraining."""
        code = pretrain_code(row.spec, row.family)
        if not code:
            return None
        return {**self._learning(row, "pretrain", row.staged("pretrain"), code), **self._besides}

    def _learning(self, row: Row, stage: StageName, settings: dict[str, Any], code: dict[str, str]) -> dict[str, Any]:
        taught = {**self._untaught, **({} if self.config.scale == "withheld" else {"scale": self.config.scale})}
        return {
            "data": self._data,
            "image_size": self.config.image_size,
            **self._preparing,
            **({"records": self._records, **taught} if row.trains_on == "instructions" else {"records": None}),
            "model": {
                "name": row.name,
                "builds": row.spec.builds,
                "estimator": row.pretrains if stage == "pretrain" else row.estimator,
                "settings": settings,
                "weights": _weights_of(row),
            },
            "recipe": _deciding(row.recipe_of(stage)),
            **({"tuned": grid} if (grid := row.grid(stage)) else {}),
            "code": code,
        }

    def _predict_inputs(self, row: Row) -> dict[str, Any]:
        return {
            "records": self._records if self.contract.about == "instructions" else None,
            **self._stating,
            "task": {"settings": self._task_settings("predict"), "protocol": self.task.protocol()},
            **self._elsewhere,
            "settings": row.staged("predict"),
            "code": predict_code(row.spec, row.family, self.task_spec),
        }

    def _score_inputs(self) -> dict[str, Any]:
        settings, code = self._task_settings("score"), score_code(self.task_spec)
        marking = {**self._judging, "judge_code": judge_code(self.judge.spec, self.task_spec)} if self.judge else {}
        return {"metrics": self._metrics, "settings": settings, **marking, "code": code}

    def _transfer(self, registry: Registry) -> Transfer | None:
        name = self.config.test_dataset
        if name is None:
            return None
        tested = open_dataset(registry, name, self.config.settings, self.config.image_size, self.progress)
        return Transfer(self.dataset, tested)

    def _unlabelled(self, registry: Registry) -> Unlabelled | None:
        name = self.config.unlabelled
        if name is None:
            return None
        if not any(row.pretrains and row.spec.builds for row in self.rows.values()):
            raise BenchError(
                f"--unlabelled {name} changes nothing: none of {', '.join(self.rows)} learns from pictures without "
                "labels; name a model that does, such as one of `bench list models --family vsl`, or leave it out"
            )
        datasets: list[Dataset] = [self.dataset, *([self.transfer.tested] if self.transfer else [])]
        return open_unlabelled(name, datasets, self.config, registry, self.progress)

    def _used(self, registry: Registry) -> set[str]:
        """Return the names whose settings this run reads."""
        beside = self.config.unlabelled and source_name(self.config.unlabelled, registry)
        datasets = filter(None, (self.config.dataset, self.config.test_dataset, beside))
        varied = {row.spec.variant_of for row in self.rows.values() if row.spec.variant_of}
        named = {registry.find("dataset", name)[0].name for name in datasets}
        teacher = registry.find("teacher", teacher_name(self.config.records))[0].name
        judges = [self.judge.name] if self.judge else []
        return {EVERY_MODEL, self.request.task, teacher, *named, *self.rows, *varied, *judges, *self.config.watch}


def _deciding(recipe: Recipe) -> dict[str, Any]:
    """Return what a recipe decides a training by: a budget takes the place of epochs, and only tuning has trials."""
    idle = {"epochs", "fewest_steps"} if recipe.budget else set[str]()
    idle |= set[str]() if recipe.fewest_steps else {"fewest_steps"}
    return recipe.model_dump(exclude=idle | ({"trials", "trial_share"} if recipe.tune == "nothing" else set()))


def _weights_of(row: Row) -> Any:
    """Return what identifies the weights that a row starts from, besides its name and settings."""
    if row.origin:
        return row.origin.identity
    return _weights_digest(row) if row.spec.argument != "model" else None


def _weights_digest(row: Row) -> str | None:
    """Digest local weights, file by file; a hub id is in the settings or the name already and has no digest.

    A package's name may stand before a path, as in ``timm:FOLDER``. BenchError for a path that does not exist; unlike a
    hub id, it begins with ``/``, ``.`` or ``~``.
    """
    weights = row.weights
    if not weights:
        return None
    places = [name for name in (weights, weights.partition(":")[2]) if name]
    paths = [path for name in places if (path := path_of(name, "weights=")).exists()]
    if paths:
        return path_digest(paths[0])[:16]
    if any(name.startswith(("/", ".", "~")) for name in places):
        raise BenchError(f"weights={weights!r}: nothing is there; name a folder that is, or a hub id")
    return None
