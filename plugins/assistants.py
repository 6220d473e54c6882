"""The general assistants of the paper's Table 1, and any behind a server."""

from collections.abc import Callable
from dataclasses import replace

from bench import ModelSpec, Setting, hookimpl
from bench.endpoint.address import default_url

WEIGHTS = {"weights": Setting("scratch", "'scratch', a folder written by save_pretrained, or a hub id")}
TUNING = {
    "tuning": Setting("full", "train all weights, or low-rank adapters of pretrained ones", ("full", "lora")),
    "lora_rank": Setting(16, "rank of the adapters"),
    "lora_alpha": Setting(32, "scale of the adapters: alpha / rank"),
    "lora_dropout": Setting(0.05, "dropout before the adapters"),
    "weights_dtype": Setting("float32", "number type that pretrained weights are read in", ("float32", "bfloat16")),
}
SCRATCH = {
    "embed_dim": Setting(64, "from scratch: width of the vision tower and of the decoder"),
    "depth": Setting(4, "from scratch: layers of the vision tower and of the decoder"),
    "num_heads": Setting(4, "from scratch: attention heads"),
    "patch_size": Setting(32, "from scratch: side of a patch in pixels"),
    "stem": Setting(
        "linear", "from scratch: how a patch becomes a vector, by one linear map or by convolutions", ("linear", "conv")
    ),
    "vocabulary_size": Setting(2000, "from scratch: most tokens of the vocabulary"),
}
LENGTH = {"answer_tokens": Setting(128, "tokens after which a training answer is cut")}
ANSWERING = {
    "max_new_tokens": Setting(128, "longest answer in tokens", stage="predict"),
    "num_beams": Setting(1, "beams of the search; 1 is greedy", stage="predict"),
    "temperature": Setting(0.0, "temperature of sampling; 0 takes the likeliest", stage="predict"),
    "top_p": Setting(1.0, "sampling: share of probability that the candidates hold", stage="predict"),
    "answer_batch_size": Setting(96, "questions answered at once", stage="predict"),
}
SETTINGS = {**WEIGHTS, **TUNING, **SCRATCH, **LENGTH, **ANSWERING}
QFORMER = {
    **SCRATCH,
    "embed_dim": Setting(64, "from scratch: width of the vision tower, of the Q-Former and of the decoder"),
    "depth": Setting(4, "from scratch: layers of the vision tower, of the Q-Former and of the decoder"),
    "num_query_tokens": Setting(16, "from scratch: queries of the Q-Former, each a token of the picture"),
}
UNTAUGHT = "from scratch its Q-Former goes without BLIP-2's first stage, which teaches it to contrast and to match"
FIRST = {name: replace(setting, stage="pretrain") for name, setting in {**WEIGHTS, **QFORMER, **LENGTH}.items()}
"""MiniGPT-4's settings whose change trains its frozen parts again."""
PROJECTION = Setting(
    "projection",
    "train the layer into the language model alone, or low-rank adapters beside it, or all weights",
    ("projection", "lora", "full"),
)

REMOTE = {
    "temperature": Setting(0.0, "temperature of sampling; below 0: left to the server", stage="predict"),
    "top_p": Setting(1.0, "share of probability that the candidates hold; below 0: the server's", stage="predict"),
    "max_tokens": Setting(300, "longest answer in tokens", stage="predict"),
    "in_flight": Setting(8, "most calls at once", stage="predict"),
    "timeout": Setting(120.0, "seconds after which a call is given up and sent again", stage="predict"),
    "price_in": Setting(-1.0, "dollars per million input tokens; below 0: configs/prices.yaml", stage="predict"),
    "price_out": Setting(-1.0, "dollars per million output tokens; below 0: configs/prices.yaml", stage="predict"),
    "budget_usd": Setting(-1.0, "dollars that one fold's answers stay within; below 0: no end", stage="predict"),
}


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the assistants."""
    register(
        ModelSpec(
            name="llava",
            label="LLaVA",
            family="assistant",
            estimator="bench.models.assistants.llava:Llava",
            settings=SETTINGS,
            source="Liu et al. 2023, Visual Instruction Tuning; transformers' LlavaForConditionalGeneration",
        )
    )
    register(
        ModelSpec(
            name="instructblip",
            label="InstructBLIP",
            family="assistant",
            estimator="bench.models.assistants.instructblip:InstructBlip",
            settings={**SETTINGS, **QFORMER},
            footnote=f"InstructBLIP: {UNTAUGHT}",
            source="Dai et al. 2023, InstructBLIP; transformers' InstructBlipForConditionalGeneration",
        )
    )
    register(
        ModelSpec(
            name="minigpt4",
            label="MiniGPT-4",
            family="assistant",
            estimator="bench.models.assistants.minigpt4:MiniGpt4",
            pretrains="bench.models.assistants.minigpt4:Parts",
            settings={**SETTINGS, **FIRST, "tuning": PROJECTION},
            source="Zhu et al. 2023, MiniGPT-4; transformers' Blip2ForConditionalGeneration with a Llama",
            footnote=f"MiniGPT-4: from scratch its frozen parts are trained first, and the cost holds that; {UNTAUGHT}",
        )
    )
    register(
        ModelSpec(
            name="openai:",
            label="a model behind an OpenAI-compatible server (openai:NAME)",
            family="assistant",
            estimator="bench.models.remote.answerer:RemoteAnswerer",
            trains_on="micrographs",
            settings={
                # The environment's word must stand among the settings, for it decides whose answers these are.
                "base_url": Setting(
                    default_url(),
                    "a server of your own; '' is the public API",
                    stage="predict",
                    check="bench.endpoint.address:Address",
                ),
                **REMOTE,
            },
            source="zero-shot: nothing is trained",
        )
    )
