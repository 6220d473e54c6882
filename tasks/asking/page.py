"""The part of the page that answers questions about dropped pictures: its routes."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import unquote

import anyio
import anyio.to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bench.errors import BenchError
from bench.specs.json_data import JSONObject
from bench.store.store import Store
from bench.tasks.asking.corrections import Corrections
from bench.tasks.asking.dropped import MOST_BYTES, MOST_PICTURES, Dropped, DroppedPicture
from bench.tasks.asking.offers import Offers
from bench.tasks.prompts import PROMPT_GROUPS

if TYPE_CHECKING:
    from bench.tasks.asking.replies import PictureReplies

_MISSING = "the server no longer has this picture; it is sent again"
Body = TypeVar("Body", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Response]]


class AskedFor(BaseModel):
    """The body of a question; see ``Inquiry``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    picture: str
    model: str
    question: str | None = Field(max_length=1_000_000)
    category: str | None = None
    top: int = Field(default=5, ge=0, le=100)
    attention: bool = True


class Corrected(BaseModel):
    """The body of a correction of what a model, by its key, answered."""

    model_config = ConfigDict(extra="forbid", strict=True)

    picture: str
    model: str
    category: str
    question: str
    answer: str


class Asking:
    """Pictures that were dropped, models that answer, corrections that are correction."""

    def __init__(self, store: Store, folders: Sequence[Path], corrections: Path, names: Sequence[str] = ()) -> None:
        self._dropped = Dropped()
        self._offers = Offers(store, folders, names)
        self._corrections = Corrections(corrections)
        self._one = anyio.CapacityLimiter(4)
        self._tasks: set[asyncio.Task[None]] = set()

    @cached_property
    def _replies(self) -> "PictureReplies":
        """What answers; imported with the first question or page, because torch takes seconds."""
        from bench.tasks.asking.replies import PictureReplies

        return PictureReplies(self._offers)

    def close(self) -> None:
        """Delete the pictures."""
        self._dropped.close()

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes below ``/api``."""
        return [
            Route("/api/questions", _answered(self._questions)),
            Route("/api/models", _answered(self._models)),
            Route("/api/models/about", _answered(self._model)),
            Route("/api/pictures", _answered(self._receive), methods=["POST"]),
            Route("/api/pictures/{key}", _answered(self._png), methods=["GET"]),
            Route("/api/pictures/{key}", _answered(self._remove), methods=["DELETE"]),
            Route("/api/ask", _answered(self._ask), methods=["POST"]),
            Route("/api/corrections", _answered(self._correct), methods=["POST"]),
            Route("/api/transcript/{form}", _answered(self._transcript), methods=["POST"]),
        ]

    async def _questions(self, request: Request) -> Response:
        groups = [{"name": group.name, "questions": list(group.questions)} for group in PROMPT_GROUPS]
        limits = {"bytes": MOST_BYTES, "pictures": MOST_PICTURES}
        return JSONResponse({"groups": groups, "limits": limits, "corrections": str(self._corrections.folder)})

    async def _models(self, request: Request) -> Response:
        def listed() -> JSONObject:
            offers, aside = self._offers.listed(), self._offers.aside()
            return {"models": [asdict(offer) for offer in offers], "aside": [each._asdict() for each in aside]}

        return JSONResponse(await run_in_threadpool(listed))

    async def _model(self, request: Request) -> Response:
        key = request.query_params.get("key", "")
        return JSONResponse(await run_in_threadpool(lambda: self._replies.about(key)))

    async def _receive(self, request: Request) -> Response:
        name, drop = unquote(request.headers.get("x-name", "")), request.headers.get("x-drop", "")
        picture = await self._dropped.receive(name, drop, request.stream())
        return JSONResponse({"side_file": True} if picture is None else _shown(picture))

    async def _png(self, request: Request) -> Response:
        return Response(self._picture(request.path_params["key"]).png, media_type="image/png")

    async def _remove(self, request: Request) -> Response:
        await run_in_threadpool(self._dropped.remove, request.path_params["key"])
        return JSONResponse({})

    async def _ask(self, request: Request) -> Response:
        body = _parsed(AskedFor, await request.body())
        parts = self._parts(body, self._picture(body.picture))
        return StreamingResponse(parts, media_type="application/x-ndjson")

    async def _parts(self, body: AskedFor, picture: DroppedPicture) -> AsyncIterator[str]:
        """Yield the parts of a reply as lines of JSON, from a thread that ends when nobody reads on."""
        loop, gone = asyncio.get_running_loop(), threading.Event()
        parts: asyncio.Queue[JSONObject | None] = asyncio.Queue()

        def tell(part: JSONObject | None) -> None:
            loop.call_soon_threadsafe(parts.put_nowait, part)

        def reply() -> None:
            from bench.tasks.asking.replies import Inquiry

            inquiry = Inquiry(**{**body.model_dump(), "picture": picture})
            self._replies.reply(inquiry, tell, gone.is_set)

        async def work() -> None:
            try:
                await anyio.to_thread.run_sync(reply, abandon_on_cancel=True, limiter=self._one)
            finally:
                tell(None)

        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while (part := await parts.get()) is not None:
                yield f"{json.dumps(part)}\n"
        finally:
            gone.set()

    async def _correct(self, request: Request) -> Response:
        body = _parsed(Corrected, await request.body())
        picture = self._picture(body.picture)
        return JSONResponse(await run_in_threadpool(self._keep, body, picture))

    def _keep(self, body: Corrected, picture: DroppedPicture) -> JSONObject:
        from bench.tasks.asking.teaching import lacking

        correction = self._corrections.keep(picture.path, body.category, body.question, body.answer)
        return {
            "picture": correction.picture,
            "records": correction.records,
            "pictures": len(correction.pictures),
            "folder": str(self._corrections.folder),
            "lacking": lacking(correction.pictures),
            "command": self._replies.command(body.model, self._corrections.folder),
        }

    async def _transcript(self, request: Request) -> Response:
        from bench.tasks.asking import transcripts

        form = request.path_params["form"]
        if form not in transcripts.TYPES:
            raise BenchError(f"a session is written as html, csv or jsonl, not {form[:20]!r}")
        transcript = transcripts.parsed(await request.body())
        text = await run_in_threadpool(transcripts.written, transcript, cast("transcripts.Form", form), self._shown_png)
        headers = {"content-disposition": f'attachment; filename="session.{form}"'}
        return Response(text.encode("utf-8", "replace"), media_type=transcripts.TYPES[form], headers=headers)

    def _shown_png(self, key: str) -> bytes | None:
        try:
            return self._dropped[key].png
        except KeyError:
            return None

    def _picture(self, key: str) -> DroppedPicture:
        """Return a picture; _Missing if the server does not have it."""
        try:
            return self._dropped[key]
        except KeyError:
            raise _Missing from None


class _Missing(Exception):
    """The server does not have a picture, as after its restart; the page sends it again."""


def _answered(handler: Handler) -> Handler:
    """Return a handler that answers a user's mistake with its sentence."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except _Missing:
            return JSONResponse({"error": _MISSING, "code": "picture"}, 410)
        except BenchError as error:
            return JSONResponse({"error": str(error)}, 400)
        except OSError as error:
            return JSONResponse({"error": f"the system refuses that ({error.strerror})"}, 507)
        except ClientDisconnect:
            return Response(status_code=499)

    return answer


def _parsed(form: type[Body], content: bytes) -> Body:
    """Return the body of a request; BenchError if it is not of its form."""
    try:
        return form.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the request"
        raise BenchError(f"{place}: {first['msg'].lower()}; reload the page") from error


def _shown(picture: DroppedPicture) -> JSONObject:
    """Return what the page is told of a picture."""
    fields = ("id", "name", "width", "height", "frames", "format", "width_nm", "scale")
    return {**{name: getattr(picture, name) for name in fields}, "instrument": dict(picture.instrument)}
