"""The settings of a model of the hub: how it is opened, asked and tuned."""

from dataclasses import dataclass
from typing import Annotated, Literal

from bench.specs import Setting

Tuning = Literal["none", "lora", "full"]
PromptText = Annotated[
    str,
    Setting("the prompt instead of the model's chat template: {image} is the picture, {request} what is asked"),
]
QuestionsAtOnce = Annotated[int, Setting("questions answered at once; halved if memory runs out", ge=1, le=100_000)]
INSTRUCTION = "You are shown an electron micrograph. Answer the question about it in one or two plain sentences."


@dataclass(frozen=True)
class Opening:
    """How weights are read."""

    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"],
        Setting("number type of the weights; auto: bfloat16 on a graphics card that has it, else float32"),
    ] = "auto"
    attention: Annotated[
        Literal["auto", "sdpa", "eager", "flash_attention_2"],
        Setting("how attention is computed; auto: sdpa where the model has it"),
    ] = "auto"
    quantisation: Annotated[
        Literal["none", "4bit"], Setting("4bit: weights of 4 bits, which need bitsandbytes and a graphics card")
    ] = "none"
    trust_remote_code: Annotated[
        bool, Setting("run code that the model's folder brings; it can do anything on this machine")
    ] = False


@dataclass(frozen=True)
class PromptWording:
    """How a question is put."""

    prompt: PromptText = ""
    instruction: Annotated[str, Setting("the sentences before each question; '' for none")] = INSTRUCTION
    longest_side: Annotated[
        int,
        Setting(
            "pixels to which the longer side of a larger picture is brought before the processor; 0: as it is",
            ge=0,
            le=65_536,
        ),
    ] = 0


@dataclass(frozen=True)
class LowRank:
    """The adapters of ``tuning=lora``, on the linear layers of the language model."""

    lora_rank: Annotated[int, Setting("rank of the adapters", ge=1, le=65_536)] = 16
    lora_alpha: Annotated[int, Setting("scale of the adapters: alpha / rank", ge=1, le=1_000_000)] = 32
    lora_dropout: Annotated[float, Setting("dropout before the adapters", ge=0, lt=1)] = 0.05


@dataclass(frozen=True)
class Generation:
    """How an answer is generated."""

    max_new_tokens: Annotated[int, Setting("longest answer in tokens", ge=1, le=1_000_000)] = 128
    num_beams: Annotated[int, Setting("beams of the search; 1 is greedy", ge=1, le=100)] = 1
    options: Annotated[
        Literal["letters", "texts"],
        Setting("choosing: how likely is the letter of an option that is listed, or the text of one that is not"),
    ] = "letters"
    answer_batch_size: QuestionsAtOnce = 16
