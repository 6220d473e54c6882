"""Print the table of all speed measurements, or of the named ones: ``python -m benchmarks.run [NAME ...]``."""

import argparse
import sys
from importlib import import_module

from benchmarks.measurement import Row, as_table

NAMES = (
    "text_metrics",
    "training_step",
    "graph_feeding",
    "views",
    "generation",
    "pictures",
    "drawing",
    "training_loop",
    "watching",
    "command_line",
    "large_store",
    "page",
    "cluster",
)
"""The measurements, each a module of this package with ``rows()``."""


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Measure speed against named peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(NAMES)} [default: all]")
    names = parser.parse_args(arguments).names or NAMES
    if unknown := [name for name in names if name not in NAMES]:
        parser.error(f"unknown measurement {unknown[0]!r} (valid: {', '.join(NAMES)})")
    rows: list[Row] = []
    for name in names:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        measured = import_module(f"benchmarks.{name}").rows()
        print(as_table(measured), file=sys.stderr, flush=True)
        rows += measured
    print(as_table(rows))


if __name__ == "__main__":
    main()
