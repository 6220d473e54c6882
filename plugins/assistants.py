"""The general assistants of the paper's Table 1."""

from collections.abc import Callable

from bench import ModelSpec, Setting, hookimpl

SETTINGS = {
    "weights": Setting("scratch", "'scratch', a folder written by save_pretrained, or a hub id"),
    "tuning": Setting("full", "train all weights, or low-rank adapters of pretrained ones", ("full", "lora")),
    "lora_rank": Setting(16, "rank of the adapters"),
    "lora_alpha": Setting(32, "scale of the adapters: alpha / rank"),
    "lora_dropout": Setting(0.05, "dropout before the adapters"),
    "weights_dtype": Setting("float32", "number type that pretrained weights are read in", ("float32", "bfloat16")),
    "embed_dim": Setting(64, "from scratch: width of the vision tower and of the decoder"),
    "depth": Setting(4, "from scratch: layers of the vision tower and of the decoder"),
    "num_heads": Setting(4, "from scratch: attention heads"),
    "patch_size": Setting(32, "from scratch: side of a patch in pixels"),
    "vocabulary_size": Setting(2000, "from scratch: most tokens of the vocabulary"),
    "answer_tokens": Setting(128, "tokens after which a training answer is cut"),
    "max_new_tokens": Setting(128, "longest answer in tokens", stage="predict"),
    "num_beams": Setting(1, "beams of the search; 1 is greedy", stage="predict"),
    "temperature": Setting(0.0, "temperature of sampling; 0 takes the likeliest", stage="predict"),
    "top_p": Setting(1.0, "sampling: share of probability that the candidates hold", stage="predict"),
    "answer_batch_size": Setting(96, "questions answered at once", stage="predict"),
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
            seconds=20.0,
        )
    )
