"""Answers with what was said of the training picture that looks most alike."""

import json
from typing import Annotated

import numpy as np

from bench import Setting


class Nearest:
    def __init__(
        self,
        context,
        *,
        grid: Annotated[int, Setting("side of the grid of mean grey values")] = 4,
        ending: Annotated[str, Setting("text put behind each answer", stage="predict")] = "",
    ):
        self.context, self.grid, self.ending = context, grid, ending

    def fit(self, train, validation):
        self.known = self._features(train.micrographs)
        self.answers = [{} for _ in range(len(train.micrographs))]
        for record, picture in zip(train.records, train.pictures, strict=True):
            self.answers[picture][record.question] = record.answer

    def save(self, folder):
        np.save(folder / "known.npy", self.known)
        (folder / "answers.json").write_text(json.dumps(self.answers))

    @classmethod
    def load(cls, folder, context, **settings):
        model = cls(context, **settings)
        model.known = np.load(folder / "known.npy")
        model.answers = json.loads((folder / "answers.json").read_text())
        return model

    def answer(self, questions):
        features = self._features(questions.micrographs)
        nearest = ((features[:, None] - self.known[None]) ** 2).sum(-1).argmin(1)
        return [
            self.answers[nearest[picture]].get(record.question, "") + self.ending
            for record, picture in zip(questions.records, questions.pictures, strict=True)
        ]

    def _features(self, micrographs):
        pictures = micrographs.batch(slice(None)).astype(float)
        side = self.grid
        size = pictures.shape[1] // side * side
        blocks = pictures[:, :size, :size].reshape(len(pictures), side, size // side, side, size // side)
        return blocks.mean((2, 4)).reshape(len(pictures), -1)


class Failing(Nearest):
    def fit(self, train, validation):
        raise ValueError("this model never learns")


class Cheat(Nearest):
    def fit(self, train, validation):
        assert "ending" not in self.context.settings
        super().fit(train, validation)

    def answer(self, questions):
        return [
            record.answer + record.teacher + "".join(kind for kind, _ in record.facts) for record in questions.records
        ]
