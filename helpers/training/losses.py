"""What each task is trained by: a batch -> one number to make smaller."""

import torch
import torch.nn.functional as F

from helpers.finding.opinion_reading import PASSAGE, TARGET
from helpers.training.acts import KIND_OF_PLOVER, LABEL, UNKNOWN, Cue, neighbourhoods
from helpers.training.model import KINDS, PLOVER, ROLES

CUES_READ = 5  # a window, drawn anew each time
TOGETHER = 16  # neighbourhoods in one call
SHARE = 0.3  # of the losses of acts, which are sums of many parts, beside those of the other tasks
IMAGINED = 1  # candidates a window that are no cues, as the network itself marks them


def loss_of(network, batch, rng):
    task = batch["task"]
    if task == "acts":
        return acts(network, batch, rng)
    if task in ("tone", "stance"):
        return opinions(network, batch)
    states, heads = network.states(batch), network.heads
    if task == "entities":
        return tags(heads, "entities", states, batch)
    return statements(heads, states, batch)


def tags(heads, head, states, batch):
    return F.cross_entropy(heads.tags[head](states).flatten(0, 1), batch[head].flatten(), ignore_index=UNKNOWN)


def statements(heads, states, batch):
    total = sum(tags(heads, head, states, batch) for head in ("content", "source", "cue"))
    if not batch["links"]:
        return total
    row, first, last = (torch.tensor([link[k] for link in batch["links"]]) for k in range(3))
    for role in ("source", "cue"):
        scores = heads.point(role, states, first, last, row)
        scores[:, :-1] = scores[:, :-1].masked_fill(~batch["words"][row], -1e4)
        answer = torch.tensor([UNKNOWN if link[3].get(role) is None else link[3][role] for link in batch["links"]])
        if (answer >= 0).any():
            total = total + 0.5 * F.cross_entropy(scores, answer, ignore_index=UNKNOWN)
    return total


# -- tone and stance --------------------------------------------------------------------------------------------------


def opinions(network, batch):
    """Every sentence of a passage is read again; the tone of a passage is the mean over its sentences, by length."""
    middle = network.middle(batch)
    asked = [
        (row, number, part)
        for row, window in enumerate(batch["windows"])
        for number, judged in enumerate(window.judged)
        for part in judged.parts
    ]
    place = {key: k for k, key in enumerate(dict.fromkeys((row, number) for row, number, _ in asked))}
    answers = torch.tensor([batch["windows"][row].judged[number].value for row, number in place])
    asked.sort(key=lambda a: a[2].last - a[2].first)
    kinds, owners, sizes = [], [], []
    for first in range(0, len(asked), 2 * TOGETHER):
        some = asked[first : first + 2 * TOGETHER]
        kinds.append(judge_parts(network, middle, batch, some))
        owners += [place[a[:2]] for a in some]
        sizes += [float(a[2].said[1] - a[2].said[0]) for a in some]
    found, owners, sizes = torch.cat(kinds), torch.tensor(owners), torch.tensor(sizes)
    if batch["task"] == "stance":
        return F.cross_entropy(found, answers[owners], label_smoothing=0.05)
    total = torch.zeros(len(place)).index_add(0, owners, found * sizes)
    mean = total / torch.zeros(len(place)).index_add(0, owners, sizes)
    return 8 * F.mse_loss(mean, answers)


def judge_parts(network, middle, batch, asked):
    """Tone (parts) or scores of stances (parts, 3) of sentences read again."""
    spans = []
    for row, _, part in asked:
        first = batch["windows"][row].pieces.first
        spans.append(
            (row, first[part.first], first[part.last] if part.last < len(first) else int(batch["mask"][row].sum()))
        )
    longest = max(end - begin for _, begin, end in spans)
    count = len(asked)
    marks, mask = torch.zeros(count, longest, dtype=torch.long), torch.zeros(count, longest, dtype=torch.bool)
    region, target = torch.zeros(count, longest, dtype=torch.bool), torch.zeros(count, longest, dtype=torch.bool)
    parts = []
    for k, ((row, _, part), (_, begin, end)) in enumerate(zip(asked, spans, strict=True)):
        first = [*batch["windows"][row].pieces.first, end]
        parts.append(F.pad(middle[row, begin:end], (0, 0, 0, longest - (end - begin))))
        mask[k, : end - begin] = True
        marks[k, first[part.said[0]] - begin : min(first[part.said[1]], end) - begin] = PASSAGE
        region[k, [p - begin for p in first[part.said[0] : part.said[1]]]] = True
        if part.target:
            marks[k, first[part.target[0]] - begin : min(first[part.target[1]], end) - begin] = TARGET
            target[k, [p - begin for p in first[part.target[0] : part.target[1]]]] = True
    states = network.reader(torch.stack(parts), marks, mask[:, None, None, :]).float()
    if batch["task"] == "tone":
        return network.heads.tones(states, region)
    return network.heads.stances(states, region | target, target)


# -- acts -------------------------------------------------------------------------------------------------------------


def acts(network, batch, rng):
    states, middle = network.both(batch)
    scores = network.heads.tags["act"](states)
    total = 0.0
    if (batch["tags"] >= 0).any():
        total = total + 2 * F.cross_entropy(scores.flatten(0, 1), batch["tags"].flatten(), ignore_index=UNKNOWN)
    chances = scores.softmax(-1)
    chosen = []
    for row, window in enumerate(batch["windows"]):
        chosen += [(row, cue) for cue in rng.sample(window.cues, min(len(window.cues), CUES_READ))]
        if window.type:
            cue = likeliest(chances[row, : len(window.words)].detach(), window)
            chosen.append((row, cue))
        elif window.cues or (batch["tags"][row] == 0).any():
            chosen += [(row, cue) for cue in imagined(chances[row].detach(), batch["tags"][row], window, rng)]
    near = sorted(neighbourhoods(batch, chosen), key=lambda n: n[2] - n[1])
    for first in range(0, len(near), TOGETHER):  # of like length, so that little is padded
        total = total + read_again(network.reader, middle, batch, near[first : first + TOGETHER]) / len(near)
    return SHARE * total


def likeliest(chances, window):
    """A sentence with one type and no cue: the word that most likely opens its kind is read again for the type."""
    kind = KIND_OF_PLOVER.get(window.type, window.type)
    at = int(chances[:, LABEL[f"B-{kind}"]].argmax())
    return Cue(at, at + 1, KINDS.index(kind), UNKNOWN, UNKNOWN, PLOVER.index(window.type), {}, (0, len(window.words)))


def imagined(chances, truth, window, rng):
    """Words that look like cues and are none."""
    count = len(window.words)
    like = 1 - chances[:count, 0]
    likely = ((truth[:count] == 0) & (like > 0.12)).nonzero().flatten().tolist()
    runs = []
    for word in likely:
        if runs and runs[-1][1] == word:
            runs[-1][1] = word + 1
        else:
            runs.append([word, word + 1])
    rng.shuffle(runs)
    for first, last in runs[:IMAGINED]:
        sentence = next(
            (c.sentence for c in window.cues if c.sentence[0] <= first < c.sentence[1]),
            (max(0, first - 20), min(count, last + 20)),
        )
        yield Cue(first, last, 0, UNKNOWN, UNKNOWN, UNKNOWN, {}, sentence)


def read_again(reader, middle, batch, near):
    """The losses of the second reading, added up over the cues."""
    longest = max(end - begin for _, begin, end, *_ in near)
    count, width = len(near), middle.shape[-1]
    states, marks = torch.zeros(count, longest, width), torch.zeros(count, longest, dtype=torch.long)
    mask, cue = torch.zeros(count, longest, dtype=torch.bool), torch.zeros(count, longest, dtype=torch.bool)
    parts = []
    for k, (row, begin, end, _, _, which) in enumerate(near):
        parts.append(F.pad(middle[row, begin:end], (0, 0, 0, longest - (end - begin))))
        mask[k, : end - begin] = True
        place = batch["windows"][row].pieces.first
        at = lambda word, place=place, begin=begin, end=end: min(
            max((place[word] if word < len(place) else end) - begin, 0), end - begin
        )
        marks[k, at(which.sentence[0]) : at(which.sentence[1])] = 1
        marks[k, at(which.first) : at(which.last)] = 2
        cue[k, [p - begin for p in place[which.first : which.last] if begin <= p < end]] = True
    states = reader(torch.stack(parts), marks, mask[:, None, None, :]).float()
    kind, modality, reciprocal, plover, nobody = reader.judge(states, mask, cue)
    total = 0.0
    for found, name, share, smooth in (
        (kind, "kind", 1.0, 0.05),
        (modality, "modality", 0.7, 0.05),
        (plover, "plover", 0.5, 0.05),
    ):
        answers = torch.tensor([getattr(c, name) for *_, c in near])
        if (answers >= 0).any():
            total = total + share * F.cross_entropy(
                found, answers, ignore_index=UNKNOWN, label_smoothing=smooth, reduction="sum"
            )
    answers = torch.tensor([c.reciprocal for *_, c in near])
    known = answers >= 0
    if known.any():
        total = total + 0.7 * F.binary_cross_entropy_with_logits(
            reciprocal[known], answers[known].float(), reduction="sum"
        )
    return total + participants(reader, states, nobody, batch, near)


def participants(reader, states, nobody, batch, near):
    """Pointers: minus the log of the summed probability of each participant's words, averaged, or of nobody. Extents:
    outside, opens, goes on.
    """
    roles = reader.roles(states).unflatten(-1, (len(ROLES), 4))
    total = 0.0
    for k, (row, begin, _end, a, b, cue) in enumerate(near):
        place = torch.tensor(batch["windows"][row].pieces.first[a:b]) - begin
        if not len(place):
            continue
        words = roles[k, place]  # (words, roles, 4)
        for number, role in enumerate(ROLES):
            if role not in cue.participants:
                continue
            spans = [(max(x, a) - a, min(y, b) - a) for x, y in cue.participants[role] if x < b and a < y]
            logs = torch.cat([words[:, number, 0], nobody[k, number : number + 1]]).log_softmax(0)
            total = total - (sum(logs[x:y].logsumexp(0) for x, y in spans) / len(spans) if spans else logs[-1])
            if cue.kind > 0:
                answer = torch.zeros(b - a, dtype=torch.long)
                for x, y in spans:
                    answer[x:y] = 2
                    answer[x] = 1
                total = total + F.cross_entropy(words[:, number, 1:], answer, reduction="sum") / 8
    return total
