"""The routes of the page: its shell and files, its data made anew as results come, runs as they go on, and a part's."""

from collections.abc import AsyncIterator, Sequence
from importlib import resources

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bench.errors import BenchError
from bench.report.shell import asset_names, asset_text, shell
from bench.view.live_page import LivePage

_TYPES = {"css": "text/css", "js": "text/javascript"}
SCRIPTS = ("live.js", "runs.js", "ask.js")
STYLES = ("view.css",)


def routes(site: LivePage, token: str) -> Sequence[BaseRoute]:
    """Return all routes; ``token`` is what every change must bring, told to our own page alone."""

    async def page(request: Request) -> Response:
        scripts, styles = [f"view/{name}" for name in SCRIPTS], [f"view/{name}" for name in STYLES]
        return HTMLResponse(await run_in_threadpool(shell, "live", "bench", scripts=scripts, styles=styles))

    async def nothing(request: Request) -> Response:
        return Response(status_code=204)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in asset_names():
            raise HTTPException(404)
        return _file(name, asset_text(name))

    async def own_asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in (*SCRIPTS, *STYLES):
            raise HTTPException(404)
        return _file(name, resources.files("bench.view").joinpath("assets", name).read_text(encoding="utf-8"))

    async def data(request: Request) -> Response:
        try:
            text = await run_in_threadpool(site.results.chunk, request.path_params["name"])
        except BenchError as error:
            return Response(str(error), 404, media_type="text/plain")
        return Response(text, media_type="application/json")

    async def picture(request: Request) -> Response:
        numbers = request.path_params["place"], request.path_params["number"]
        try:
            image = await run_in_threadpool(site.results.picture, *numbers)
        except BenchError as error:
            return Response(str(error), 404, media_type="text/plain")
        return Response(image, media_type="image/webp")

    async def session(request: Request) -> Response:
        return JSONResponse({"token": token})

    async def events(request: Request) -> Response:
        return StreamingResponse(_until_gone(site.watch.events(), request), media_type="text/event-stream")

    async def log(request: Request) -> Response:
        try:
            lines = await run_in_threadpool(site.watch.log, request.query_params.get("cell", ""))
        except BenchError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"lines": lines})

    return [
        Route("/", page),
        Route("/favicon.ico", nothing),
        Route("/assets/{name}", asset),
        Route("/view/{name}", own_asset),
        Route("/data/{name}.json", data),
        Route("/pictures/{place:int}-{number:int}.webp", picture),
        Route("/api/session", session),
        Route("/api/events", events),
        Route("/api/log", log),
        *site.asking.routes(),
    ]


async def _until_gone(events: AsyncIterator[str], request: Request) -> AsyncIterator[str]:
    async for event in events:
        if await request.is_disconnected():
            return
        yield event


def _file(name: str, text: str) -> Response:
    return Response(text, media_type=_TYPES[name.rpartition(".")[2]])
