"""One question about one picture, from Python."""

from pathlib import Path

from bench.errors import BenchError
from bench.specs import ContractName
from bench.store.store import Store
from bench.tasks.asking.answering import Answering, PictureAnswer, about_one
from bench.tasks.asking.asked_model import asked_model


def ask(
    picture: Path,
    question: str | None,
    model: str | None,
    category: str | None,
    top: int,
    store: Store,
    at_risk: float | None = None,
) -> PictureAnswer:
    """Return a trained model's answer about a picture; BenchError without a question or ``top``, or without a model."""
    if at_risk is not None and not top:
        raise BenchError("at_risk is the risk of a wrong category; add top=1 to ask for the category")
    able: dict[ContractName, bool] = {"classifier": top > 0, "answerer": question is not None}
    wanted: list[ContractName] = [contract for contract, needed in able.items() if needed]
    if not wanted:
        raise BenchError("there is no question; add one, or top=5 to rank five categories")
    choice = asked_model(model, store, wanted, lambda _: None, at_risk is not None)
    asking = Answering(choice.model, category, top, at_risk, choice.doubting)
    if question is not None:
        asking.check(question)
    return about_one(asking, picture, question)
