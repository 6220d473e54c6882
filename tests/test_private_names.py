"""Private names of libraries: used in as few files as can be, and there with the versions that are installed."""

import ast
import inspect
from importlib.metadata import version
from pathlib import Path
from pkgutil import resolve_name

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
FILES = [path for room in ("bench", "models", "tasks", "plugins") for path in sorted((ROOT / room).rglob("*.py"))]
USED = {
    "bench/cli/main.py": ("typer", "_click"),
    "bench/launch/slurm/sbatch.py": ("submitit.slurm.slurm", "_make_sbatch_string"),
    "bench/planning/work.py": ("torch.utils", "_python_dispatch"),
    "bench/training/flops.py": ("torch.utils", "_python_dispatch"),
    "bench/training/fabric.py": ("torch.nn.modules.batchnorm", "_BatchNorm"),
    "bench/training/linear.py": ("torch.ops.mkldnn", "_linear_pointwise"),
}
"""The files that use a private name of a library: its module and the name."""
PUBLIC = {"_asdict", "_replace", "_fields", "_exit"}
"""Names of the standard library that are documented."""


def _is_private(name):
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def private_names(path):
    """The private names that a file imports from elsewhere, or takes from what it imported there."""
    tree, strange = ast.parse(path.read_text()), set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.split(".")[0] not in ("bench", "__future__")
        ):
            strange |= {alias.asname or alias.name for alias in node.names}
            yield from (part for part in node.module.split(".") if _is_private(part))
            yield from (alias.name for alias in node.names if _is_private(alias.name))
        elif isinstance(node, ast.Import):
            strange |= {alias.asname or alias.name.split(".")[0] for alias in node.names if alias.name[:5] != "bench"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_private(node.attr):
            root = node.value
            while isinstance(root, ast.Attribute | ast.Call):
                root = root.func if isinstance(root, ast.Call) else root.value
            if isinstance(root, ast.Name) and root.id in strange:
                yield node.attr


def test_no_other_file_uses_a_private_name_of_a_library():
    named = {path.relative_to(ROOT).as_posix(): set(private_names(path)) for path in FILES}
    assert {path: names for path, names in named.items() if names} == {path: {name} for path, (_, name) in USED.items()}


@pytest.mark.parametrize("path", USED)
def test_a_private_name_is_there_and_its_file_says_that_it_is_used(path):
    module, name = USED[path]
    assert hasattr(resolve_name(module), name)
    assert f"``{name}``" in (ast.get_docstring(ast.parse((ROOT / path).read_text())) or "")


def test_sbatch_scripts_are_asked_for_as_the_pinned_submitit_writes_them():
    from submitit.slurm import slurm

    lines = (ROOT / "constraints.txt").read_text().splitlines()
    (pin,) = [Requirement(line) for line in lines if line.startswith("submitit==")]
    assert pin.specifier.contains(version("submitit")), "look at bench/launch/slurm/sbatch.py, then move the pin"
    parameters = inspect.signature(slurm._make_sbatch_string).parameters
    assert {"command", "folder", "map_count", "srun_args", "teardown", "additional_parameters"} <= parameters.keys()
