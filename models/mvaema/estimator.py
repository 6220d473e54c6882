"""MVaEMa as the harness sees it: trains on instruction records, answers questions about pictures, classifies them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn

from bench.contracts import Choices, Context, InstructionRecord, Instructions, Look, Micrographs, Preference
from bench.errors import BenchError, unknown
from bench.models.instruction_batches import InstructionBatch, InstructionBatches, fixed_questions, rows_by_picture
from bench.models.mvaema.attention import PARTS
from bench.models.mvaema.batch import Batch, TokenisedRecords
from bench.models.mvaema.decoding import Decoding, Ranking
from bench.models.mvaema.generate import generate
from bench.models.mvaema.initial import VOCABULARY, from_export, opened
from bench.models.mvaema.looking import look
from bench.models.mvaema.losses import IGNORED, LossWeights
from bench.models.mvaema.model import MVaEMaModel
from bench.models.mvaema.ranking import candidates, scores
from bench.models.mvaema.settings import Architecture
from bench.models.mvaema.tokenizer import END, TextTokenizer
from bench.models.option_texts import option_texts
from bench.models.stem import PATCH
from bench.models.views import Views, over_views, viewed
from bench.specs import SCRATCH, Setting
from bench.training.augmentation import shown
from bench.training.history import FILE, History
from bench.training.loop import train

PICTURES_AT_ONCE = 64
ANSWERS_AT_ONCE = 256


class _Reply(NamedTuple):
    """The reply to the record at a position: features (1, 1 + patches, D), tokens of prompt and answer."""

    position: int
    features: Tensor
    prompt: list[int]
    tokens: list[int]


class MVaEMa:
    """The paper's model; the folder it saves is also one for ``MVaEMaModel.from_pretrained``."""

    model: MVaEMaModel
    tokenizer: TextTokenizer
    names: tuple[str, ...]
    history: History

    def __init__(
        self,
        context: Context,
        *,
        weights: Annotated[
            str, Setting("'scratch', or a folder that `bench export` wrote, to train on from there")
        ] = SCRATCH,
        architecture: Architecture,
        loss_weights: LossWeights,
        vocabulary_size: Annotated[int, Setting("most tokens of the vocabulary", ge=10, le=1_000_000)] = 2000,
        decoding: Annotated[Decoding, Setting(stage="predict")],
        ranking: Annotated[Ranking, Setting(stage="predict")],
        views: Views = "one",
    ) -> None:
        self._context, self._source, self._vocabulary_size = context, weights, vocabulary_size
        self._architecture, self._loss_weights = architecture, loss_weights
        self._decoding, self._ranking = decoding, ranking
        self._views: Views = views

    def fit(self, train: Instructions, validation: Instructions) -> None:
        """Train on instruction records; the validation loss is the LM loss with captions on fixed questions."""
        self.names = train.names
        self.model, self.tokenizer = self._initial(train)
        self.history = self._train(train, validation, self._context)

    def save(self, folder: Path) -> None:
        """Write model.safetensors, config.json, tokenizer.json, names.json and history.json."""
        self.model.save_pretrained(folder)
        self.tokenizer.save(folder / VOCABULARY)
        (folder / "names.json").write_text(json.dumps(self.names, ensure_ascii=False), encoding="utf-8")
        self.history.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read weights and tokenizer; settings of the predict stage come from the context."""
        estimator = cls(context, **settings)
        model, estimator.tokenizer = opened(folder)
        estimator.model = model.to(context.device).eval()
        estimator.names = tuple(json.loads((folder / "names.json").read_text(encoding="utf-8")))
        return estimator

    def answer(self, questions: Instructions) -> list[str]:
        """Return one answer a record, in order; questions whose prompts have one length are answered together."""
        return self.tokenizer.decode([reply.tokens for reply in self._replies(questions)])

    def looks(self, questions: Instructions) -> list[Look]:
        """Return where the words of each answer looked; BenchError if training left cross-attention out."""
        if "ca" in self._architecture.without:
            raise BenchError(
                "cross-attention (ca) was off in training, so no word looked at the picture; export another"
            )
        return [look(self.model, self.tokenizer, *reply[1:]) for reply in self._replies(questions)]

    @property
    def longest_prompt(self) -> int:
        """The most tokens of caption and question that it reads: the end of a longer prompt."""
        return self.model.prompt_tokens

    def prompt_lengths(self, questions: Instructions) -> list[int]:
        """Return how many tokens caption and question of each record have."""
        captions = self.tokenizer.encode([questions.caption(position) for position in range(len(questions))])
        question_tokens = self.tokenizer.encode([record.question for record in questions.records])
        return [len(caption) + len(question) for caption, question in zip(captions, question_tokens, strict=True)]

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C): how well the name of each category fits, after softmax; the mean over views."""
        self._check_rank()
        return over_views(self._views, partial(self._fits, images))

    def _fits(self, images: Micrographs, view: Tensor | None) -> np.ndarray:
        probabilities = []
        for part in np.array_split(np.arange(len(images)), -(-len(images) // PICTURES_AT_ONCE)):
            answers = candidates(images.take(part), self.names)
            pixels = shown(self.pixels(images, part), viewed(view, len(part)))
            fits = scores(self.model, self.tokenizer, pixels, answers, self._ranking.rank, self._ranking.rank_mean)
            probabilities.append(fits.double().softmax(1).cpu().numpy())
            self._context.progress.advance(int(part[-1]) + 1)
        return np.concatenate(probabilities)

    @torch.inference_mode()
    def similarities(self, images: Micrographs, texts: Sequence[tuple[str, str]]) -> np.ndarray:
        """Return the cosine (N, T) of every picture and every (question, answer) in the common space.

        BenchError if training left the contrastive loss out.
        """
        if self.model.space is None:
            raise BenchError(
                "there is no common space: the contrastive loss (itc) was off in training; train without leaving it out"
            )
        features = self._features(images, np.arange(len(images)))
        records = tuple(
            InstructionRecord(str(number), images.ids[0], 1, question, answer, (), "")
            for number, (question, answer) in enumerate(texts)
        )
        tokenised = self._tokenised(Instructions(images, records, np.zeros(len(texts), np.int64), ("",) * len(images)))
        columns = []
        for part in np.array_split(np.arange(len(texts)), -(-len(texts) // ANSWERS_AT_ONCE)):
            batch = tokenised.batch(self.pixels(images, np.arange(1)), part, np.zeros(len(part), bool))
            pictures, own = self.model.vectors(features, batch.to(self.model.device))
            columns.append((pictures @ own.T).cpu().numpy())
            self._context.progress.advance(int(part[-1]) + 1)
        return np.concatenate(columns, 1)

    @torch.inference_mode()
    def choose(self, questions: Choices) -> list[Preference]:
        """Return how likely the decoder writes each option as its answer; the end of the text is not counted."""
        options = option_texts(questions)
        texts, likelihoods, tokens = (
            options.instructions,
            [0.0] * len(options.instructions),
            [0] * len(options.instructions),
        )
        records = self._tokenised(texts)
        self._context.progress.start("choosing", len(texts))
        order = np.argsort(texts.pictures, kind="stable")  # options of one picture are judged together
        for part in np.array_split(order, -(-len(order) // ANSWERS_AT_ONCE)):
            distinct = np.unique(texts.pictures[part])
            batch = records.batch(self.pixels(texts.micrographs, distinct), part, np.ones(len(part), bool))
            batch = batch.to(self.model.device)
            images = self.model.grounded.images(self.model.vision(batch.pixels))
            written = (batch.targets != IGNORED) & (batch.targets != END)
            sums = self.model.likelihood(images, batch, written).tolist()
            for place, likelihood, count in zip(part.tolist(), sums, written.sum(1).tolist(), strict=True):
                likelihoods[place], tokens[place] = min(likelihood, 0.0), count
            self._context.progress.advance(len(part))
        return options.preferences(likelihoods, tokens)

    def _check_rank(self) -> None:
        """Raise BenchError if the part that judges was switched off in training."""
        rank, model = self._ranking.rank, self.model
        needed = {"likelihood": model, "matching": model.grounded.matching, "contrastive": model.space}
        if needed[rank] is None:
            part = {"matching": "itm", "contrastive": "itc"}[rank]
            raise BenchError(f"rank={rank} needs what {part} teaches, which was off in training; take rank=likelihood")

    def pixels(self, micrographs: Micrographs, positions: np.ndarray) -> np.ndarray:
        """Return the uint8 pictures (B, H, W) that the model sees."""
        return micrographs.batch(positions)

    def _replies(self, questions: Instructions) -> list["_Reply"]:
        """Return the reply to each record, in order."""
        records = self._tokenised(questions)
        prompts = [records.prompt(position, True) for position in range(len(questions))]
        random = torch.Generator(self.model.device).manual_seed(self._context.seed)
        seen, rows = np.unique(questions.pictures, return_inverse=True)
        features = self._features(questions.micrographs, seen)
        replies: list[_Reply] = []
        self._context.progress.start("answering", len(questions))
        for done, group in _of_equal_length(prompts):
            tokens = torch.tensor([prompts[position] for position in group], dtype=torch.long).to(features.device)
            generated = generate(self.model, features[rows[group]], tokens, self._decoding, random)
            for position, answer in zip(group, generated, strict=True):
                replies.append(_Reply(position, features[rows[position], None], prompts[position], answer))
            self._context.progress.advance(done + len(group))
        return sorted(replies, key=lambda reply: reply.position)

    def _initial(self, train: Instructions) -> tuple[MVaEMaModel, TextTokenizer]:
        """Return what training starts from: fresh weights and a vocabulary of its text, or those of an export."""
        image_size = train.micrographs.pixels.shape[1]
        if self._source != SCRATCH:
            return from_export(Path(self._source), {"image_size": image_size, **asdict(self._architecture)})
        tokenizer = TextTokenizer.trained(_texts(train), self._vocabulary_size)
        return self._build(image_size, tokenizer), tokenizer

    def _build(self, image_size: int, tokenizer: TextTokenizer) -> MVaEMaModel:
        if image_size % PATCH:
            raise BenchError(f"image_size={image_size} is no multiple of the patch, {PATCH}; use 224")
        built = self._architecture
        if built.embed_dim % built.num_heads:
            raise BenchError(
                f"embed_dim={built.embed_dim} cannot be shared by {built.num_heads} heads; use a multiple of num_heads"
            )
        for part in built.without:
            if part not in PARTS:
                raise unknown("part of the setting without", part, PARTS)
        return MVaEMaModel(vocabulary_size=len(tokenizer), image_size=image_size, **asdict(built))

    def _tokenised(self, instructions: Instructions) -> TokenisedRecords:
        return TokenisedRecords(instructions, self.tokenizer, self.model.prompt_tokens, self.model.answer_tokens)

    def _train(self, learning: Instructions, validation: Instructions, context: Context) -> History:
        recipe = context.recipe
        records = self._tokenised(learning)
        batches = InstructionBatches(
            learning,
            recipe.batch_size,
            recipe.questions_per_picture,
            recipe.caption_dropout,
            context.seed,
            augment=recipe.augment,
        )
        held_out = list(self._validation_batches(validation, context))

        def losses(module: nn.Module, drawn: InstructionBatch) -> dict[str, Tensor]:
            parts = module(self._batch(records, learning, drawn))
            return {"loss": self._loss_weights.total(parts), **parts}

        def spread(drawn: InstructionBatch, ranks: int) -> list[tuple[float, InstructionBatch]]:
            """Cut a batch into pieces of whole pictures, whose losses add up to the batch's."""
            cut = rows_by_picture(learning.pictures[drawn.positions], ranks)
            return [(1.0, drawn._replace(rows=rows)) for rows in cut]

        def validate(module: nn.Module) -> float:
            sums, count = 0.0, 0
            for batch in held_out:
                tokens = int((batch.targets >= 0).sum())
                sums += self.model.language_loss(batch.to(self.model.device)).item() * tokens
                count += tokens
            return sums / count

        chance = self.model.chance(self._batch(records, learning, batches(0, 0)))
        return train(self.model, batches, losses, validate, context, spread=spread, chance=chance)

    def _batch(self, records: TokenisedRecords, instructions: Instructions, drawn: InstructionBatch) -> Batch:
        own = drawn if drawn.rows is None else drawn.take(drawn.rows)
        distinct, alterations = own.pictures(instructions)
        pixels = shown(self.pixels(instructions.micrographs, distinct), alterations)
        batch = records.batch(pixels, drawn.positions, drawn.captioned, drawn.rows)
        return batch.to(self.model.device)

    def _validation_batches(self, validation: Instructions, context: Context) -> Iterator[Batch]:
        """Yield the batches of the fixed questions, all with captions."""
        records = self._tokenised(validation)
        positions = fixed_questions(validation, context.recipe.questions_per_picture, context.seed)
        for start in range(0, len(positions), ANSWERS_AT_ONCE):
            part = positions[start : start + ANSWERS_AT_ONCE]
            yield self._batch(records, validation, InstructionBatch(part, np.ones(len(part), dtype=bool)))

    @torch.inference_mode()
    def _features(self, micrographs: Micrographs, positions: np.ndarray) -> Tensor:
        parts = np.array_split(positions, -(-len(positions) // PICTURES_AT_ONCE))
        encoded = [
            self.model.vision(torch.from_numpy(self.pixels(micrographs, part)).to(self.model.device)) for part in parts
        ]
        return torch.cat(encoded)


def _texts(instructions: Instructions) -> Iterator[str]:
    yield from instructions.captions
    for record in instructions.records:
        yield record.question
        yield record.answer


def _of_equal_length(prompts: Sequence[Sequence[int]]) -> Iterator[tuple[int, list[int]]]:
    """Yield the positions of prompts of one length, at most ANSWERS_AT_ONCE, each with the number of those before."""
    order = sorted(range(len(prompts)), key=lambda position: len(prompts[position]))
    start = 0
    while start < len(order):
        length = len(prompts[order[start]])
        group = [p for p in order[start : start + ANSWERS_AT_ONCE] if len(prompts[p]) == length]
        yield start, group
        start += len(group)
