"""The choices by which a reader distinguishes protocols, and the entries of the protocol that each decides."""

from collections.abc import Mapping
from typing import Any

Clear = Mapping[str, Any]
"""A protocol in clear, as its record holds it: whatever JSON a task makes a part of it."""
_DECIDES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "split": tuple(("split", key) for key in ("kind", "duplicate_distance", "code", "group_by", "groups")),
    "fraction": (("split", "fraction"),),
    "hold_out_group": (("hold_out_group",),),
    "picture": (("picture",),),
    "mask_bar": (("mask_bar",),),
    "standardise": (("standardise",),),
    "scale": (("scale",),),
    "augment": (("augment",),),
    "test_dataset": (("test_data",),),
    "unlabelled": (("unlabelled",),),
}
_OPTIONS: Mapping[str, str] = {
    "split": "--split grouped",
    "fraction": "--fraction 0.1,0.3,1",
    "hold_out_group": "--hold-out-group GROUP",
    "picture": "--picture native",
    "mask_bar": "--mask-bar",
    "standardise": "--set standardise=true",
    "scale": "--set scale=stated",
    "augment": "--set recipe.augment=crops",
    "test_dataset": "--test-dataset DATASET",
    "unlabelled": "--unlabelled FOLDER",
}
"""The option of `bench run` that sets each choice to an unusual value."""
_SHORT = 40


def choices(clear: Clear) -> dict[str, str]:
    """Return the value of every choice of a protocol in clear, its task's choices first."""
    task = {key: value for key, value in clear["task"].items() if isinstance(value, str) and len(value) < _SHORT}
    return {
        **task,
        "split": clear["split"].get("kind", "stratified")
        + (f" by {clear['split']['group_by']}" if "group_by" in clear["split"] else ""),
        "fraction": f"{clear['split'].get('fraction', 1):g}",
        "hold_out_group": str(clear.get("hold_out_group", "none")),
        "picture": "native" if "picture" in clear else "protocol",
        "mask_bar": "yes" if "mask_bar" in clear else "no",
        "standardise": "yes" if "standardise" in clear else "no",
        "scale": clear.get("scale", "withheld"),
        "augment": clear.get("augment", "nothing"),
        "test_dataset": clear["test_data"]["dataset"] if "test_data" in clear else "the same",
        "unlabelled": clear["unlabelled"]["dataset"] if "unlabelled" in clear else "none",
    }


def unusual(clear: Clear) -> list[str]:
    """Name the task's choices, and the other choices that differ from the usual value."""
    usual = choices({"task": {}, "split": {}})
    return [f"{name} {value}" for name, value in choices(clear).items() if usual.get(name) != value]


def another(choice: str, clear: Clear, task: str) -> str:
    """Say how to change the command that ran under a protocol so that a choice has another value."""
    if choice not in _OPTIONS:
        return f"and --set {task}.{choice}=VALUE"
    option, usual = _OPTIONS[choice], choices({"task": {}, "split": {}})[choice]
    if choices(clear)[choice] == usual:
        return f"and {option}"
    return f"without {option.partition('=')[0] if '=' in option else option.split()[0]}"


def without(clear: Clear, choice: str) -> dict[str, Any]:
    """Return a protocol without the entries that a choice decides; two that differ in it alone become equal."""
    rest = {key: dict(value) if isinstance(value, dict) else value for key, value in clear.items()}
    for *parents, last in _DECIDES.get(choice, (("task", choice),)):
        part = rest
        for parent in parents:
            part = part[parent]
        part.pop(last, None)
    return rest
