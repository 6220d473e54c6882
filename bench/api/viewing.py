"""``bench view``: serve the page of a store."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from bench.errors import BenchError
from bench.inputs import check_number, checked, new_path
from bench.store.store import opened

_MOST_PORT = 65_535


@checked
def view(
    *,
    store: str | Path | None = None,
    models: Sequence[str] = (),
    corrections: str | Path = "corrections",
    host: str = "127.0.0.1",
    port: int | None = None,
    key: bool = False,
    browser: bool = True,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve the page until a signal ends it; ``tell`` gets its address.

    ``models`` are folders of exports that can be asked, too, and models that are asked as they are, such as
    ``hf:FOLDER``; ``corrections`` is the folder for corrected answers. With ``key``, as on every host other than
    loopback, only who has the printed address may read. BenchError if the packages of the extra ``view`` are missing,
    or the address cannot be served.
    """
    for package in ("starlette", "uvicorn"):
        if find_spec(package) is None:
            raise BenchError(f"`bench view` needs the package {package}; pip install 'mvaema-bench[view]'")
    check_number(port, "--port", 1, _MOST_PORT)
    from bench.view import server
    from bench.view.live_page import LivePage

    open_store = opened(store)
    named = server.named_models(models)
    folder = new_path(corrections, "--corrections")
    if folder.exists() and not folder.is_dir():
        raise BenchError(f"--corrections {str(folder)!r} is a file, not a folder; name a folder")
    address = server.bound(host, port)
    server.serve(
        LivePage(open_store, named.folders, folder, named.names), address, server.access(host, key), browser, tell
    )
