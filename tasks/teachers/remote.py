"""The teacher ``openai`` as a run sees it: its records are written beforehand, by ``bench teach``."""

from typing import Any

from bench.errors import BenchError


class RemoteTeacher:
    """What ``--records openai`` would name: a run asks no server for its records, ``bench teach`` does, beforehand."""

    def __init__(self, argument: str, seed: int, **settings: Any) -> None:
        raise BenchError(
            "the teacher 'openai' costs time and money and is not asked within a run; write its records with "
            "`bench teach --teacher openai --model NAME --out records.jsonl`, then take --records records.jsonl"
        )
