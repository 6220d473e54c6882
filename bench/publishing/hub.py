"""Publications on the hub, read and written by huggingface_hub: one commit changes all or nothing.

The address is HF_ENDPOINT, else that of the hub; the token is HF_TOKEN, else the one of `hf auth login`.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError, in_one_line
from bench.exports.evaluation import check_hub_id
from bench.publishing.card import CARD
from bench.publishing.publication import MANIFEST, listed_files

if TYPE_CHECKING:
    from huggingface_hub import HfApi

HUB = "hub:"
"""What begins the name of a data set on the hub, in place of a folder."""
_REFUSED = (401, 403)
_CHANGED = (409, 412)


@dataclass(frozen=True)
class Copy:
    """A publication of the hub in a folder here; ``revision`` is the commit it was read at, None if there is none."""

    hub_id: str
    folder: Path
    revision: str | None


def on_hub(given: str | Path) -> str | None:
    """Return the id of a data set that a name such as ``hub:OWNER/NAME`` means, None if it means a folder."""
    text = str(given)
    if text.startswith(HUB):
        return check_hub_id(text.removeprefix(HUB), HUB)
    if re.match(r"[a-z]{2,}:", text) and not Path(text).exists():
        raise BenchError(f"{text!r} is no folder; name one, or {HUB}OWNER/NAME for a data set on the hub")
    return None


def account() -> str:
    """Return the name of the user whose token is used; BenchError if there is none, or it is refused."""
    from huggingface_hub import get_token

    if get_token() is None:
        raise BenchError(
            "the hub asks who you are; log in with `hf auth login`, or set HF_TOKEN to a token that may write"
        )
    with _explained("your account"):
        return str(_api().whoami()["name"])


@contextmanager
def downloaded(hub_id: str, *, may_be_new: bool = False) -> Iterator[Copy]:
    """Yield a copy of a publication's manifest, card and tables, as of one commit; it is gone afterwards.

    BenchError if the hub does not give it; a data set that is not there is an empty copy if it ``may_be_new``.
    """
    from huggingface_hub.errors import RepositoryNotFoundError
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    with TemporaryDirectory(prefix="bench-publication-") as temporary:
        folder = Path(temporary)
        with _explained(hub_id):
            try:
                info = _api().dataset_info(hub_id)
            except RepositoryNotFoundError:
                if not may_be_new:
                    raise
                yield Copy(hub_id, folder, None)
                return
            revision = str(info.sha)
            names = {each.rfilename for each in info.siblings or ()}
            for name in names & {MANIFEST, CARD}:
                _fetch(hub_id, name, revision, folder)
            listed = listed_files(folder, repr(HUB + hub_id)) if MANIFEST in names else {}
            for name in listed.keys() & names:
                _fetch(hub_id, name, revision, folder)
        yield Copy(hub_id, folder, revision)


def push(copy: Copy, changed: Mapping[str, Path], removed: list[str], message: str) -> str:
    """Commit changed and removed files to a publication on the hub, which is created if it is new; return its address.

    BenchError if the hub refuses, or somebody has committed since the copy was made.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    api = _api()
    with _explained(copy.hub_id):
        if copy.revision is None:
            api.create_repo(copy.hub_id, repo_type="dataset")
        operations = [
            *(CommitOperationAdd(name, path) for name, path in sorted(changed.items())),
            *(CommitOperationDelete(name) for name in removed),
        ]
        done = api.create_commit(
            copy.hub_id, operations, commit_message=message, repo_type="dataset", parent_commit=copy.revision
        )
        return str(done.commit_url)


def check_model(model: str) -> None:
    """BenchError if the hub has no such model."""
    with _explained(model):
        _api().model_info(model)


def propose(model: str, name: str, text: str, message: str) -> str:
    """Open a pull request that adds a file to a model's repository; return its address."""
    from huggingface_hub import CommitOperationAdd

    with _explained(model):
        operation = CommitOperationAdd(name, text.encode())
        done = _api().create_commit(model, [operation], commit_message=message, repo_type="model", create_pr=True)
        return str(done.pr_url or done.commit_url)


def _fetch(hub_id: str, name: str, revision: str, folder: Path) -> None:
    from huggingface_hub import hf_hub_download

    where: dict[str, Any] = {"repo_id": hub_id, "repo_type": "dataset", "endpoint": _endpoint()}
    hf_hub_download(**where, filename=name, revision=revision, local_dir=folder)


def _endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def _api() -> "HfApi":
    from huggingface_hub import HfApi

    return HfApi(endpoint=_endpoint())


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn what the hub's client raises into one sentence with a remedy."""
    try:
        yield
    except BenchError:
        raise
    except Exception as error:  # of the hub's client, of the library below it, or of the system
        status = None
        with suppress(AttributeError):
            status = error.response.status_code  # pyright: ignore[reportAttributeAccessIssue] -- of its HTTP errors
        reason = in_one_line(error)
        if type(error).__name__ == "RepositoryNotFoundError":
            raise BenchError(
                f"{_endpoint()} has no {what!r} that your token may see; check the name, and log in with "
                "`hf auth login` if it is private"
            ) from error
        if status in _REFUSED:
            raise BenchError(
                f"{_endpoint()} refuses the token for {what} ({status}); use one that may write there: "
                "`hf auth login`, or HF_TOKEN"
            ) from error
        if status in _CHANGED:
            raise BenchError(
                f"somebody changed {what!r} on the hub meanwhile ({status}); nothing was written, run the same command "
                "again"
            ) from error
        raise BenchError(
            f"{_endpoint()} does not do that for {what} ({reason}); run the same command again, set HF_ENDPOINT "
            "to another address, or publish into a folder"
        ) from error
