"""A page of results as a folder to hand on, or as one file."""

from pathlib import Path

from bench.report.chunk import as_json, as_script
from bench.report.data import ReportData
from bench.report.shell import asset_names, asset_text, shell


def write_folder(data: ReportData, folder: Path) -> None:
    """Write a page into a folder: ``index.html``, its files in ``assets/``, a script per chunk in ``data/``."""
    for name in ("assets", "data"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in asset_names():
        (folder / "assets" / name).write_text(asset_text(name), encoding="utf-8")
    for name in data.names():
        (folder / "data" / f"{name}.js").write_text(as_script(name, data.chunk(name)), encoding="utf-8")
    (folder / "index.html").write_text(shell("folder", data.title), encoding="utf-8")


def single(data: ReportData) -> str:
    """Return a page as one HTML that needs no other file."""
    return shell("single", data.title, chunks={name: as_json(data.chunk(name)) for name in data.names()})
