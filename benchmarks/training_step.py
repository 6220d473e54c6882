"""A training step of MVaEMa against one of BLIP, forward, backward and Adam."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.optim import Adam

from bench.models.mvaema.losses import LossWeights
from benchmarks.measurement import Row, in_turns
from benchmarks.visual_questions import RECORDS, Size, batch, blip, blip_answers, blip_questions, mvaema

FULL = Size()


def rows() -> list[Row]:
    """Return the rows of the language modelling loss and of all three, each with many pictures and with few."""
    return [language_loss(), three_losses(), language_loss(pictures=12), three_losses(pictures=12)]


def language_loss(size: Size = FULL, pictures: int = RECORDS, repetitions: int = 9) -> Row:
    """Measure a step with the language modelling loss, which BLIP also has; the target is for 48 pictures."""
    model, given = mvaema(size), batch(size, pictures)
    return _row("LM loss alone", 1.0, model, lambda: model.language_loss(given), size, pictures, repetitions)


def three_losses(size: Size = FULL, pictures: int = RECORDS, repetitions: int = 9) -> Row:
    """Measure a step with all three losses; the target is for 48 pictures."""
    model, given = mvaema(size), batch(size, pictures)
    return _row("three losses", 1.3, model, lambda: LossWeights().total(model(given)), size, pictures, repetitions)


def _row(
    what: str, target: float, model: nn.Module, loss: Callable[[], Tensor], size: Size, pictures: int, repetitions: int
) -> Row:
    peer, inputs, labels = blip(size).train(), blip_questions(size), blip_answers(size)
    timing = in_turns(
        _stepper(model, loss),
        _stepper(peer, lambda: peer(**inputs, labels=labels).loss),
        repetitions,
    )
    name = f"MVaEMa training step, {what}, {RECORDS} questions about {pictures} pictures"
    return Row(name, "BlipForQuestionAnswering", timing, "of its time", target if pictures == RECORDS else None)


def _stepper(model: nn.Module, loss: Callable[[], Tensor]) -> Callable[[], None]:
    optimiser = Adam(model.parameters())

    def step() -> None:
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()

    return step
