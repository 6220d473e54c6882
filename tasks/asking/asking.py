"""One question about one picture, from Python."""

from pathlib import Path

from bench.errors import BenchError
from bench.specs import ContractName
from bench.store.store import Store
from bench.tasks.asking.answering import Answering, Said, about_one
from bench.tasks.asking.asked_model import asked_model


def ask(picture: Path, question: str | None, model: str | None, category: str | None, top: int, store: Store) -> Said:
    """Return what a trained model says of a picture; BenchError where nothing is asked of it, or it cannot be had."""
    able: dict[ContractName, bool] = {"classifier": top > 0, "answerer": question is not None}
    wanted: list[ContractName] = [contract for contract, asked in able.items() if asked]
    if not wanted:
        raise BenchError("nothing is asked; add a question, or top=5 to rank five categories")
    asking = Answering(asked_model(model, store, wanted, lambda _: None), category, top)
    if question is not None:
        asking.check(question)
    return about_one(asking, picture, question)
