"""The reader as a torch module: one encoder over question and passage, three linear heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from retrieval.training.examples import Example

MAX_TOKENS = 160
NULL = 0
"""Position of `[CLS]`: the span that means "this passage does not answer" (Devlin et al. 2019, section 4.3)."""


class ReaderModule(nn.Module):
    """Start and end logits for every token, and one logit for "this passage answers"."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.heads = nn.Linear(encoder.config.hidden_size, 2)
        self.answers = nn.Linear(encoder.config.hidden_size, 1)

    @classmethod
    def from_pretrained(cls, folder: Path) -> ReaderModule:
        """Start from published weights. Dropout is off: with about one pass over the data nothing is learnt by heart."""
        encoder = BertModel.from_pretrained(
            folder, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        # Plain attention multiplies in bfloat16 on processors that can; the fused one trained at half the speed there.
        encoder.set_attn_implementation("eager")
        return cls(encoder)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Int64 tensors of shape (batch, tokens) in; out: logits (batch, tokens, 2) and (batch,)."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        return self.heads(hidden), self.answers(hidden[:, 0]).squeeze(-1)


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as token ids; `start` and `end` are token positions, both NULL where nothing answers."""

    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]
    start: int
    end: int


def encode(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[Encoded]:
    """Token ids and target positions; an answer that truncation cut off counts as not there."""
    encoded = []
    for example, encoding in zip(examples, tokenizer.encode_batch([(e.question, e.passage) for e in examples]), strict=True):
        start = end = NULL
        if example.start >= 0:
            inside = [
                i
                for i, ((a, b), sequence) in enumerate(zip(encoding.offsets, encoding.sequence_ids, strict=True))
                if sequence == 1 and a < example.end and b > example.start
            ]
            if inside:
                start, end = inside[0], inside[-1]
        encoded.append(Encoded(encoding.ids, encoding.type_ids, encoding.offsets, start, end))
    return encoded


def collate(batch: Sequence[Encoded]) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Padded model inputs, target positions (batch, 2), and 1.0 where the passage answers."""
    width = max(len(e.ids) for e in batch)
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    for row, e in enumerate(batch):
        n = len(e.ids)
        ids[row, :n], types[row, :n], mask[row, :n] = torch.tensor(e.ids), torch.tensor(e.types), 1
    targets = torch.tensor([(e.start, e.end) for e in batch])
    answers = torch.tensor([float(e.start != NULL) for e in batch])
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}, targets, answers


def allowed(inputs: dict[str, Tensor]) -> Tensor:
    """Positions a span may take: the passage's tokens (question and padding excluded) and NULL."""
    mask = (inputs["token_type_ids"] == 1) & (inputs["attention_mask"] == 1)
    mask[:, NULL] = True
    return mask


def loss(module: nn.Module, batch: Sequence[Encoded]) -> Tensor:
    """Mean of the start and end cross-entropies plus the binary cross-entropy of "answers"."""
    inputs, targets, answers = collate(batch)
    spans, answerable = module(**inputs)
    spans = spans.float().masked_fill(~allowed(inputs).unsqueeze(-1), -1e4)
    span_loss = nn.functional.cross_entropy(spans[..., 0], targets[:, 0]) + nn.functional.cross_entropy(
        spans[..., 1], targets[:, 1]
    )
    return span_loss / 2 + nn.functional.binary_cross_entropy_with_logits(answerable.float(), answers)
