"""The network that is trained: a BERT trunk with case and quotation embeddings, and one small head per task.

Heads on words (first word piece): entity spans, statement contents, sources, cues, cues of acts.
A pointer from a content to its source and cue.
The second reading: copies of the trunk's upper layers read a few words once more, with what is asked about marked. Of
the neighbourhood of a cue they say the act's kind, modality, reciprocity and PLOVER type, and which words are its
actors and targets; of a sentence of a statement its tone, and its stance towards a marked target.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from helpers.finding.features import CASES, QUOTES

KINDS = (
    "NONE",
    "YIELD",
    "AID",
    "TALK",
    "REQUEST",
    "REJECT",
    "ACCUSE",
    "THREATEN",
    "PROTEST",
    "MOBILIZE",
    "SANCTION",
    "COERCE",
    "FORCE",
)
TAGS = {
    "entities": ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"),
    "content": ("O", "B-STATEMENT", "I-STATEMENT", "B-ATTITUDE", "I-ATTITUDE"),
    "source": ("O", "B-SOURCE", "I-SOURCE"),
    "cue": ("O", "B-CUE", "I-CUE"),
    "act": ("O", *(f"{place}-{kind}" for kind in KINDS[1:] for place in "BI")),
}
PLOVER = (
    "AGREE",
    "CONSULT",
    "SUPPORT",
    "COOPERATE",
    "AID",
    "YIELD",
    "REQUEST",
    "REJECT",
    "ACCUSE",
    "THREATEN",
    "PROTEST",
    "SANCTION",
    "MOBILIZE",
    "COERCE",
    "ASSAULT",
)
ROLES = ("actor", "target")
LOWER = 4  # layers of the trunk whose states the second reading starts from
MODALITIES = ("actual", "announced", "threatened", "conditional", "possible", "denied")
STANCES = ("neg", "neu", "pos")
DISTANCES = 18  # buckets of signed logarithmic word distance from a content to a possible source


class Dropout(nn.Module):
    """Dropout whose masks are slices, at random offsets, of one long mask made beforehand: drawing a fresh mask at
    every call
    took more of the training's CPU time than all matrix products together."""

    pools = {}

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or not self.p:
            return x
        key = self.p, x.dtype
        if key not in Dropout.pools:
            Dropout.pools[key] = ((torch.rand(1 << 23) >= self.p).float() / (1 - self.p)).to(x.dtype)
        pool, size = Dropout.pools[key], x.numel()
        if size > len(pool) // 2:
            return F.dropout(x, self.p)
        start = int(torch.randint(len(pool) - size, ()))
        return x * pool[start : start + size].view(x.shape)


class Layer(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps=1e-12)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-12)
        self.dropout = Dropout(dropout)

    def forward(self, x, mask):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.norm1(x + self.dropout(self.out(mixed.transpose(1, 2).reshape(batch, length, width))))
        return self.norm2(x + self.dropout(self.down(F.gelu(self.up(x)))))


class Trunk(nn.Module):
    """Word pieces with case and quotation classes -> one state per word piece."""

    def __init__(self, vocabulary=30522, width=384, layers=6, heads=12, positions=512, dropout=0.1):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(positions, width)
        self.cases = nn.Embedding(len(CASES), width)
        self.quotes = nn.Embedding(len(QUOTES), width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.dropout = Dropout(dropout)
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        nn.init.zeros_(self.cases.weight)
        nn.init.zeros_(self.quotes.weight)

    def forward(self, ids, cases, quotes, mask=None, depth=None):
        """-> (states, states after the first `LOWER` layers); depth: how many layers are needed (None: all)."""
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.words(ids) + self.positions(place) + self.cases(cases) + self.quotes(quotes)
        x = lower = self.dropout(self.norm(x))
        for number, layer in enumerate(self.layers[:depth], start=1):
            x = layer(x, mask)
            if number == LOWER:
                lower = x
        return x, lower

    def load_minilm(self, tensors, keep_layers):
        """Weights of all-MiniLM-L6-v2 (a dict of tensors); `keep_layers`: which of its six layers to use."""
        self.words.weight.data.copy_(tensors["embeddings.word_embeddings.weight"])
        self.positions.weight.data.copy_(
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        self.norm.weight.data.copy_(tensors["embeddings.LayerNorm.weight"])
        self.norm.bias.data.copy_(tensors["embeddings.LayerNorm.bias"])
        for layer, number in zip(self.layers, keep_layers, strict=True):
            name = f"encoder.layer.{number}."
            for part, parameter in (("weight", layer.qkv.weight), ("bias", layer.qkv.bias)):
                parameter.data.copy_(
                    torch.cat([tensors[f"{name}attention.self.{which}.{part}"] for which in ("query", "key", "value")])
                )
            for mine, theirs in (
                ("out", "attention.output.dense"),
                ("norm1", "attention.output.LayerNorm"),
                ("up", "intermediate.dense"),
                ("down", "output.dense"),
                ("norm2", "output.LayerNorm"),
            ):
                getattr(layer, mine).weight.data.copy_(tensors[f"{name}{theirs}.weight"])
                getattr(layer, mine).bias.data.copy_(tensors[f"{name}{theirs}.bias"])


def perceptron(inputs, hidden, outputs):
    return nn.Sequential(Dropout(0.1), nn.Linear(inputs, hidden), nn.GELU(), Dropout(0.1), nn.Linear(hidden, outputs))


class Heads(nn.Module):
    """Every head reads word states; span heads pool them with a learned attention."""

    def __init__(self, width=384):
        super().__init__()
        self.tags = nn.ModuleDict({task: perceptron(width, 192, len(labels)) for task, labels in TAGS.items()})
        self.pool = nn.ModuleDict({task: nn.Linear(width, 1) for task in ("tone", "stance")})
        self.tone = perceptron(width, 192, 1)
        self.stance = perceptron(2 * width, 384, len(STANCES))
        self.stance_query = nn.Linear(width, width)
        self.pointer_query = nn.ModuleDict({role: nn.Linear(2 * width, 64) for role in ("source", "cue")})
        self.pointer_key = nn.ModuleDict({role: nn.Linear(width, 64) for role in ("source", "cue")})
        self.pointer_null = nn.ParameterDict({role: nn.Parameter(torch.zeros(64)) for role in ("source", "cue")})
        self.pointer_distance = nn.ParameterDict(
            {role: nn.Parameter(torch.zeros(DISTANCES)) for role in ("source", "cue")}
        )

    def pooled(self, task, states, mask):
        """Attention-weighted mean of the word states where `mask` is True."""
        weights = self.pool[task](states).squeeze(-1).masked_fill(~mask, -1e4).softmax(-1)
        return (weights.unsqueeze(-1) * states).sum(1)

    def tones(self, states, region):
        return self.tone(self.pooled("tone", states, region)).squeeze(-1)

    def stances(self, states, region, target):
        about = (target.float().unsqueeze(-1) * states).sum(1) / target.sum(1, keepdim=True).clamp(min=1)
        scores = self.pool["stance"](states).squeeze(-1) + (self.stance_query(about).unsqueeze(1) * states).sum(
            -1
        ) / math.sqrt(states.shape[-1])
        weights = scores.masked_fill(~region, -1e4).softmax(-1)
        return self.stance(torch.cat([(weights.unsqueeze(-1) * states).sum(1), about], -1))

    def point(self, role, states, first, last, row):
        """Scores of every word (and, last, of none) as the first word of the source or cue of each content
        words[first:last].

        states: (batch, words, width); first, last, row: one entry a content. -> (contents, words + 1)
        """
        rows = states[row]
        place = torch.arange(states.shape[1], device=states.device)
        within = ((place >= first[:, None]) & (place < last[:, None])).float()
        mean = (within.unsqueeze(-1) * rows).sum(1) / within.sum(1, keepdim=True).clamp(min=1)
        query = self.pointer_query[role](torch.cat([mean, rows[torch.arange(len(row)), first]], -1))
        keys = self.pointer_key[role](rows)
        scores = (keys @ query.unsqueeze(-1)).squeeze(-1) / 8 + self.pointer_distance[role][
            distance_bucket(place, first, last)
        ]
        none = (query @ self.pointer_null[role]).unsqueeze(-1) / 8
        return torch.cat([scores, none], -1)


def distance_bucket(place, first, last):
    """Signed logarithmic distance of words to a content: 0 inside; 1..8 before it, 9..17 after it."""
    before = (first[:, None] - place).clamp(min=1).float().log2().floor().clamp(max=7).long() + 1
    after = (place - last[:, None] + 1).clamp(min=1).float().log2().floor().clamp(max=7).long() + 9
    return torch.where(
        place < first[:, None], before, torch.where(place >= last[:, None], after, torch.zeros_like(before))
    )


class Reader(nn.Module):
    """The second reading: the trunk's upper layers once more over the neighbourhood of a cue, or a sentence of a
    statement; what is asked about is marked.
    """

    def __init__(self, width=384, layers=2, heads=12, dropout=0.1):
        super().__init__()
        self.marks = nn.Embedding(5, width)  # elsewhere, in the sentence of the cue, the cue, PASSAGE, TARGET
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        self.pool = nn.Linear(width, 1)
        self.kind = perceptron(2 * width, 256, len(KINDS))
        self.modality = perceptron(2 * width, 192, len(MODALITIES))
        self.reciprocal = perceptron(2 * width, 64, 1)
        self.plover = perceptron(2 * width, 192, len(PLOVER))
        # for each role: the pointer's score of a word, and whether it is outside, opens or goes on with a participant
        self.roles = perceptron(width, 192, 4 * len(ROLES))
        self.nobody = nn.Linear(2 * width, len(ROLES))
        nn.init.zeros_(self.marks.weight)

    def start_from(self, trunk):
        """Begin as the trunk's own upper layers."""
        for mine, theirs in zip(self.layers, trunk.layers[LOWER:], strict=True):
            mine.load_state_dict(theirs.state_dict())

    def forward(self, states, marks, mask=None):
        x = states + self.marks(marks)
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def judge(self, states, mask, cue):
        """states (cues, pieces, width); mask, cue: booleans. -> scores of kind, modality, reciprocity, PLOVER type,
        and of nobody (cues, roles).
        """
        mean = (cue.float().unsqueeze(-1) * states).sum(1) / cue.sum(1, keepdim=True).clamp(min=1)
        weights = self.pool(states).squeeze(-1).masked_fill(~mask, -1e4).softmax(-1)
        both = torch.cat([mean, (weights.unsqueeze(-1) * states).sum(1)], -1)
        return (
            self.kind(both),
            self.modality(both),
            self.reciprocal(both).squeeze(-1),
            self.plover(both),
            self.nobody(both),
        )


class Network(nn.Module):
    def __init__(self, **shape):
        super().__init__()
        self.trunk = Trunk(**shape)
        self.heads = Heads(self.trunk.words.embedding_dim)
        self.reader = Reader(self.trunk.words.embedding_dim)

    def states(self, batch):
        """Word states (batch, words, width) of a padded batch: ids, cases, quotes, length mask, first piece of each
        word.
        """
        return self.both(batch)[0]

    def middle(self, batch):
        """States of all word pieces after the lower layers alone."""
        return self.trunk(batch["ids"], batch["cases"], batch["quotes"], batch["mask"][:, None, None, :], LOWER)[1]

    def both(self, batch):
        """Word states, and the states of all word pieces after the lower layers, from which the second reading
        starts.
        """
        mask = batch["mask"][:, None, None, :]
        x, middle = self.trunk(batch["ids"], batch["cases"], batch["quotes"], mask)
        x = x.float()
        return x.gather(1, batch["first"].unsqueeze(-1).expand(-1, -1, x.shape[-1])), middle
