"""The teacher ``openai`` as a run sees it: its records are written beforehand, by ``bench teach``."""

from typing import Annotated

from bench.endpoint.dialect import Dialect
from bench.endpoint.endpoint import CallLimits
from bench.errors import BenchError
from bench.specs import Setting


class RemoteTeacher:
    """Refuses ``--records openai``: a run asks no server for its records; ``bench teach`` does so beforehand.

    Its settings are those of ``bench teach``, which reads them here.
    """

    def __init__(
        self,
        argument: str,
        seed: int,
        *,
        temperature: Annotated[
            float,
            Setting(
                "temperature of sampling; below 0: left to the server",
                ge=-1,
                le=2,
            ),
        ] = 0.25,
        top_p: Annotated[
            float,
            Setting(
                "share of probability that the candidates hold; below 0: left to the server",
                ge=-1,
                le=1,
            ),
        ] = 0.1,
        max_tokens: Annotated[
            int,
            Setting("longest answer in tokens, the thought before it included", ge=1, le=1_000_000),
        ] = 3500,
        dialect: Dialect,
        size: Annotated[
            int,
            Setting("side in pixels to which pictures are squashed", ge=16, le=8192),
        ] = 512,
        limits: CallLimits,
        poll_seconds: Annotated[float, Setting("seconds between two looks at a batch", gt=0, le=86_400)] = 30.0,
    ) -> None:
        raise BenchError(
            "the teacher 'openai' costs time and money and is not asked within a run; write its records with "
            "`bench teach --teacher openai --model NAME --out records.jsonl`, then take --records records.jsonl"
        )
