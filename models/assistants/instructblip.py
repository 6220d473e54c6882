"""InstructBLIP (Dai et al. 2023), as transformers builds it.

A vision tower, a Q-Former that also reads the question to look for its answer, and a Llama decoder.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import (
    BlipImageProcessor,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    PreTrainedModel,
)

from bench.models.assistants.lessons import Seen
from bench.models.assistants.qformer import QFormerAssistant, QFormerNetwork
from bench.models.assistants.scratch import seeing
from bench.models.assistants.stem import stemmed
from bench.models.assistants.tokenizer import READER_LONGEST, train_reader, train_tokenizer


class InstructBlipNetwork(QFormerNetwork):
    """InstructBLIP as a torch module: pictures pass the vision tower once, the Q-Former with every question."""

    def features(self, seen: Seen) -> Tensor:
        """Return the queries' outputs (B, Q, D) for each sequence's picture and question."""
        assert seen.questions is not None, "its processor has a tokenizer for the Q-Former"
        patches = self.model.vision_model(pixel_values=seen.pixels).last_hidden_state[seen.pictures]
        queries = self.model.query_tokens.expand(len(patches), -1, -1)
        always = seen.questions.mask.new_ones(queries.shape[:2])
        states = self.model.qformer(
            input_ids=seen.questions.ids,
            attention_mask=torch.cat([always, seen.questions.mask], dim=1),
            query_embeds=queries,
            encoder_hidden_states=patches,
        ).last_hidden_state
        return self.model.language_projection(states[:, : queries.shape[1]])


class InstructBlip(QFormerAssistant):
    """InstructBLIP as an answerer."""

    model_class = stemmed(InstructBlipForConditionalGeneration)
    processor_class = InstructBlipProcessor
    network_class = InstructBlipNetwork
    tuned_whole = ("qformer", "language_projection")
    plain = "Question: {request} Answer:"

    def scratch(self, texts: Sequence[str], image_size: int) -> tuple[PreTrainedModel, InstructBlipProcessor]:
        """Build a small InstructBLIP and the processor that goes with it, whose tokenizers know the texts."""
        reader = train_reader(texts, self.shape.vocabulary_size)
        processor = InstructBlipProcessor(
            image_processor=seeing(BlipImageProcessor, image_size),
            tokenizer=train_tokenizer(texts, self.shape.vocabulary_size),
            qformer_tokenizer=reader,
            num_query_tokens=self.num_query_tokens,
        )
        reading = {"vocab_size": len(reader), "max_position_embeddings": READER_LONGEST}
        return self.configured(processor, image_size, **reading), processor
