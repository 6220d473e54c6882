"""What sbatch would be told of jobs that are not submitted.

submitit shows no such script in public: this is the one place that uses a private name of it, ``_make_sbatch_string``.
tests/test_private_names.py fails with the version that has it no longer.
"""

from pathlib import Path

from bench.specs.json_data import Clear, JSONObject


def sbatch_script(python: str, folder: Path, parameters: Clear, tasks: int) -> str:
    """Return the script that submitit would hand to sbatch for an array of so many tasks."""
    from submitit.slurm import slurm

    options: JSONObject = {**parameters, **({"map_count": tasks} if tasks > 1 else {})}
    return slurm._make_sbatch_string(f"{python} -m submitit.core._submit …", folder, **options)
