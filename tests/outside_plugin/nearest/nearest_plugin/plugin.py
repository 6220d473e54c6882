"""Registers models of a stranger's: one that works, one that cheats and one whose training fails."""

from bench import ModelSpec, Setting, hookimpl


@hookimpl
def register_models(register):
    register(
        ModelSpec(
            name="nearest",
            label="Nearest picture",
            family="assistant",
            estimator="nearest_plugin.model:Nearest",
            settings={
                "grid": Setting(4, "side of the grid of mean grey values"),
                "ending": Setting("", "text put behind each answer", stage="predict"),
            },
        )
    )
    register(
        ModelSpec(
            name="cheat",
            label="Cheat",
            family="assistant",
            estimator="nearest_plugin.model:Cheat",
            settings={
                "grid": Setting(4, "side of the grid"),
                "ending": Setting("", "not for training", stage="predict"),
            },
        )
    )
    register(ModelSpec(name="failing", label="Failing", family="assistant", estimator="nearest_plugin.model:Failing"))
