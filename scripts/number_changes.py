"""The rows whose numbers a new version changes: ``python scripts/number_changes.py COMMIT``.

It compares the code of each row's stages, as fingerprints cover it, at a commit and in the working tree, and prints the
rows that would be trained, asked or scored again. Nothing is run but the reading of code.
"""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
READ = """
import json
from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.stages.code import current_code

registry, digests = Registry(), {}
for model in registry.every("model").values():
    for task in registry.every("task").values():
        try:
            digests[f"{task.name} {model.name}"] = current_code(model, registry.family(model), task)
        except BenchError:
            pass
print(json.dumps(digests))
"""
AGAIN = {"pretrain": "pretrained", "train": "trained", "predict": "asked", "score": "scored"}
"""What happens to a row whose earliest changed stage is this."""


def main(commit: str) -> None:
    """Print the changes since a commit; a copy of that is read in a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        before, now = digests(Path(folder)), digests(ROOT)
    for sentence in changes(before, now):
        print(sentence)


def digests(root: Path) -> dict[str, dict[str, str]]:
    """Return the digest of each stage's code, by task and model, of the code in a folder."""
    done = subprocess.run([sys.executable, "-c", READ], cwd=root, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def changes(before: dict[str, dict[str, str]], now: dict[str, dict[str, str]]) -> list[str]:
    """Name the rows by the earliest of their stages whose code differs, then those that are new or gone."""
    rows: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in before.keys() & now.keys():
        task, _, model = name.partition(" ")
        stage = next((stage for stage in AGAIN if before[name].get(stage) != now[name].get(stage)), None)
        if stage:
            rows[f"{AGAIN[stage]} again"][task].append(model)
    for title, names in (("new", now.keys() - before.keys()), ("gone", before.keys() - now.keys())):
        for name in names:
            task, _, model = name.partition(" ")
            rows[title][task].append(model)
    order = [*(f"{word} again" for word in AGAIN.values()), "new", "gone"]
    sentences = [
        f"{title}, {task}: {', '.join(sorted(models))}"
        for title in order
        for task, models in sorted(rows.get(title, {}).items())
    ]
    return sentences or ["no row's code differs"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("name an earlier commit: python scripts/number_changes.py v0.1.0")
    main(sys.argv[1])
