"""Takes three seconds to import, as a plugin that loads its framework at the top does."""

import time

from bench import ModelSpec, hookimpl

time.sleep(3)


@hookimpl
def register_models(register):
    register(ModelSpec(name="sleepy", label="Sleepy", family="assistant", estimator="sleeper_plugin.model:Sleepy"))
