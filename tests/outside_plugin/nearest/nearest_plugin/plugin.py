"""Registers models of a stranger's: one that works, one that cheats and one whose training fails."""

from bench import ModelSpec, hookimpl


@hookimpl
def register_models(register):
    register(
        ModelSpec(
            name="nearest",
            label="Nearest picture",
            family="assistant",
            estimator="nearest_plugin.model:Nearest",
        )
    )
    register(
        ModelSpec(
            name="cheat",
            label="Cheat",
            family="assistant",
            estimator="nearest_plugin.model:Cheat",
        )
    )
    register(ModelSpec(name="failing", label="Failing", family="assistant", estimator="nearest_plugin.model:Failing"))
