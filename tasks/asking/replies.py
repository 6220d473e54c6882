"""The replies of trained models on the page, part by part as they come, one question at a time."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.contracts import Micrographs
from bench.data.field_of_view import length
from bench.data.frames import Unreadable
from bench.errors import BenchError, in_one_line
from bench.exports.trained import Trained
from bench.inputs import check_number
from bench.specs.json_data import JSONObject
from bench.tasks.asking.answering import Answering
from bench.tasks.asking.dropped import DroppedPicture
from bench.tasks.asking.offers import Offers
from bench.tasks.asking.questions import read
from bench.tasks.asking.teaching import command

Tell = Callable[[JSONObject], None]
_READ = 8
"""How many pictures stay in memory as models see them."""
MOST_CATEGORIES = 100


@dataclass(frozen=True)
class Inquiry:
    """A question about a picture to the model of a key: ``question`` None asks for categories alone.

    ``category`` is told to the model, None for none; ``top`` is how many categories it ranks, if it can; ``attention``:
    where each word looked is wanted, too.
    """

    picture: DroppedPicture
    model: str
    question: str | None
    category: str | None = None
    top: int = 5
    attention: bool = True


class Gone(Exception):
    """Nobody waits for the answer any more."""


class PictureReplies:
    """What the offered models reply; one after another, because each takes all cores."""

    def __init__(self, offers: Offers) -> None:
        self.offers = offers
        self._turn = threading.Lock()
        self._read: OrderedDict[tuple[str, str], Micrographs] = OrderedDict()

    def about(self, key: str) -> JSONObject:
        """Return what a model can be asked: its categories, what it was taught, what it promises."""
        with self._turn:
            model = self.offers.opened(key)
            exported, answering = model.exported, Answering(model, None, 0)
        return {
            "label": exported.label,
            "answers": "answerer" in exported.contracts,
            "classifies": "classifier" in exported.contracts,
            "attends": answering.shows_looks,
            "categories": list(exported.categories),
            "captions": dict(zip(exported.categories, exported.captions, strict=True)),
        }

    def command(self, key: str, corrections: Path) -> str:
        """Return the command that trains a model on corrections, '' if there is none."""
        with self._turn:
            exported = self.offers.opened(key).exported
        return command(exported, self.offers.folder(key), self.offers.cell(key), corrections)

    def reply(self, inquiry: Inquiry, tell: Tell, is_gone: Callable[[], bool]) -> None:
        """Tell the parts of a reply: words as they come, the answer, categories, where words looked; or the error."""
        try:
            with self._turn:
                self._reply(inquiry, tell, is_gone)
        except Gone:
            return
        except BenchError as error:
            tell({"type": "error", "error": str(error)})
        except Unreadable as reason:
            tell({"type": "error", "error": f"the picture {inquiry.picture.name!r} {reason}"})
        except Exception as error:  # a plugin's model may fail in any way, and the page goes on
            tell({"type": "error", "error": f"the model fails: {in_one_line(error)}"})

    def _reply(self, inquiry: Inquiry, tell: Tell, is_gone: Callable[[], bool]) -> None:
        def hear(text: str) -> None:
            if is_gone():
                raise Gone
            tell({"type": "words", "text": text})

        check_number(inquiry.top, "top", 0, MOST_CATEGORIES)
        if is_gone():
            raise Gone
        if inquiry.model not in self.offers.in_memory:
            tell({"type": "loading"})
        model = self.offers.opened(inquiry.model)
        classifies = "classifier" in model.exported.contracts
        answering = Answering(model, inquiry.category, inquiry.top if classifies else 0, doubting=classifies)
        if inquiry.question is not None:
            answering.check(inquiry.question)
        elif not classifies:
            raise BenchError(f"{model.exported.label} ranks no categories; ask it a question")
        picture = self._seen(inquiry, model)
        answer = answering.about_read(picture, inquiry.picture.path, inquiry.question, hear)
        size = length(answer.size_nm) if answer.size_nm else ""
        tell({"type": "answer", "answer": answer.answer, "size": size, "doubts": list(answer.doubts)})
        if answer.categories:
            rows = [{"category": name, "probability": share} for name, share in answer.categories]
            tell({"type": "categories", "categories": rows})
        if inquiry.question is not None and inquiry.attention and answering.shows_looks:
            tell({"type": "attention", **_looks(answering, picture, inquiry.question)})

    def _seen(self, inquiry: Inquiry, model: Trained) -> Micrographs:
        """Return a picture as a model sees it, from memory if it was asked about before."""
        about = model.exported
        form = f"{about.image_size} {about.mask_bar} {about.standardise} {about.native} {about.categories}"
        key = (inquiry.picture.id, form)
        if key not in self._read:
            while len(self._read) >= _READ:
                self._read.popitem(last=False)
            self._read[key] = read(inquiry.picture.path, about)
        self._read.move_to_end(key)
        return self._read[key]


def _looks(answering: Answering, picture: Micrographs, question: str) -> JSONObject:
    """Return where each word looked, or the ``reason`` why the model cannot tell: its answer stays."""
    try:
        look = answering.look_at(picture, question)
    except BenchError as reason:
        return {"words": [], "weights": [], "reason": str(reason)}
    return {"words": list(look.words), "weights": np.round(look.weights.astype(float), 5).tolist()}
