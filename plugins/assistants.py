"""The general assistants of the paper's Table 1, and any model behind a server."""

from collections.abc import Callable

from bench import ModelSpec, hookimpl
from bench.endpoint.address import default_url
from bench.specs import PublishedWeights

STREAMS = "bench.models.streaming:of_transformers"
UNTAUGHT = "from scratch its Q-Former goes without BLIP-2's first stage, which teaches it to contrast and to match"


@hookimpl
def register_models(register: Callable[[ModelSpec], None]) -> None:
    """Register the assistants."""
    register(
        ModelSpec(
            name="llava",
            label="LLaVA",
            family="assistant",
            estimator="bench.models.assistants.llava:Llava",
            streams=STREAMS,
            source="Liu et al. 2023, Visual Instruction Tuning; transformers' LlavaForConditionalGeneration",
            departures=("from scratch all parts learn at once, where the projector was first trained alone",),
            published=PublishedWeights("llava-hf/llava-1.5-7b-hf", "Llama 2 Community License", 14_126),
        )
    )
    register(
        ModelSpec(
            name="instructblip",
            label="InstructBLIP",
            family="assistant",
            estimator="bench.models.assistants.instructblip:InstructBlip",
            streams=STREAMS,
            departures=("from scratch all parts learn, not the Q-Former alone", UNTAUGHT),
            published=PublishedWeights("Salesforce/instructblip-vicuna-7b", "other: research alone", 31_653),
            source="Dai et al. 2023, InstructBLIP; transformers' InstructBlipForConditionalGeneration",
        )
    )
    register(
        ModelSpec(
            name="minigpt4",
            label="MiniGPT-4",
            family="assistant",
            estimator="bench.models.assistants.minigpt4:MiniGpt4",
            streams=STREAMS,
            pretrains="bench.models.assistants.minigpt4:Parts",
            source="Zhu et al. 2023, MiniGPT-4; transformers' Blip2ForConditionalGeneration with a Llama",
            departures=(UNTAUGHT,),
            published=PublishedWeights("Salesforce/blip2-opt-2.7b", "MIT", 14_979),
            footnote="MiniGPT-4: from scratch its frozen parts are trained first, and the cost holds that",
        )
    )
    register(
        ModelSpec(
            name="openai:",
            label="a model behind an OpenAI-compatible server (openai:NAME)",
            family="assistant",
            estimator="bench.models.remote.answerer:RemoteAnswerer",
            judge="bench.models.remote.judge:RemoteJudge",
            trains_on="micrographs",
            # The address from the environment belongs to the settings because it decides which model answers.
            defaults={"base_url": default_url()},
            native=True,
            source="zero-shot: nothing is trained",
            argument="model",
            needs_training=False,
            deterministic=True,  # no seed reaches the server, and its replies are kept
        )
    )
    register(
        ModelSpec(
            name="hf:",
            label="an image-text-to-text model of transformers, in a folder or on the hub (hf:NAME)",
            family="assistant",
            estimator="bench.models.hub.estimator:HubModel",
            judge="bench.models.hub.judge:HubJudge",
            streams=STREAMS,
            trains_on="micrographs",
            tuned_on="instructions",
            contracts=("answerer", "chooser"),
            origin="bench.models.hub.source:origin",
            argument="weights",
            native=True,
            source="zero-shot unless its setting tuning says otherwise",
            large=True,
        )
    )
