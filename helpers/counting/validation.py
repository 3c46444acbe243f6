"""How right are the numbers on your own articles? Draw rows, judge them by hand, get precision with its interval and
corrected counts.
"""

import csv
from pathlib import Path

import pandas as pd

from helpers import resolve, tables
from helpers.counting.acts import name_sides
from helpers.counting.statistics import wilson
from helpers.keeping.store import Tables

VERDICTS = {
    "right": True,
    "r": True,
    "yes": True,
    "y": True,
    "1": True,
    "true": True,
    "wrong": False,
    "w": False,
    "no": False,
    "n": False,
    "0": False,
    "false": False,
}
# What is to be judged in each table: the label, and the columns that a judge needs to see beside the passage.
JUDGED = {
    "mentions": ("entity", ["text", "type", "kind", "entity"], "Do the marked words mean this entity?"),
    "statements": ("kind", ["speaker", "via", "cue", "tone"], "Is the marked text a statement of this speaker?"),
    "stances": ("target", ["target", "stance"], "Does the statement take this stance towards the target?"),
    "acts": (
        "category",
        ["category", "modality", "who"],
        "Does the sentence report this act, by this actor towards this target?",
    ),
    "participants": (
        "role",
        ["role", "act", "text", "entity", "acts_for"],
        "Do the marked words stand for this actor or target of the act?",
    ),
}
REACH = 200  # characters of context on either side of the marked words


def draw_sample(
    frame: pd.DataFrame, articles: pd.DataFrame, table: str, *, n: int = 100, by: str = "", seed: int = 0
) -> pd.DataFrame:
    """Return up to `n` rows of a table, drawn at random, ready to be judged.

    by: a column whose values are drawn from evenly (rare categories are judged too); the column `weight` says how many
    rows each drawn row stands for. Columns: row, article_id, start, end, question, those to judge, passage with the
    words between [[ ]], verdict and note (empty). The same frame and seed draw the same rows.
    """
    _, columns, question = JUDGED[table]
    groups = [rows for _, rows in frame.groupby(by, dropna=False, sort=True, observed=True)] if by else [frame]
    quotas = _share_out([len(rows) for rows in groups], n)
    picked = [
        rows.sample(quota, random_state=seed).assign(weight=len(rows) / quota)
        for rows, quota in zip(groups, quotas, strict=True)
        if quota
    ]
    if not picked:
        return pd.DataFrame(
            columns=["row", "article_id", "start", "end", "question", *columns, "passage", "weight", "verdict", "note"]
        )
    sample = pd.concat(picked).sample(frac=1, random_state=seed)
    texts = articles.drop_duplicates("article_id").set_index("article_id")["text"]
    passages = [
        _passage(texts.get(a, ""), int(s), int(e))
        for a, s, e in zip(sample["article_id"], sample["start"], sample["end"], strict=True)
    ]
    sample = sample.assign(row=sample.index, question=question, passage=passages, verdict="", note="")
    kept = dict.fromkeys(
        [
            "row",
            "article_id",
            "start",
            "end",
            *(["act_id"] if table == "acts" else []),
            "question",
            *([by] if by else []),
            *columns,
            "passage",
            "weight",
            "verdict",
            "note",
        ]
    )
    return sample[list(kept)].reset_index(drop=True)


def _share_out(sizes: list[int], n: int) -> list[int]:
    """How many to draw from each group: evenly, what a small group can't give goes to the others."""
    quotas, left = [0] * len(sizes), min(n, sum(sizes))
    while left:
        open_groups = [i for i, size in enumerate(sizes) if quotas[i] < size]
        share = max(1, left // len(open_groups))
        for i in open_groups:
            more = min(share, sizes[i] - quotas[i], left)
            quotas[i] += more
            left -= more
    return quotas


def _passage(text: str, start: int, end: int) -> str:
    left, right = max(0, start - REACH), min(len(text), end + REACH)
    before, after = "…" if left else "", "…" if right < len(text) else ""
    return " ".join(f"{before}{text[left:start]}[[{text[start:end]}]]{text[end:right]}{after}".split())


def write_sample(sample: pd.DataFrame, name: str, outputs: str | Path) -> Path:
    """Write a sample as `<outputs>/validation/<name>.csv`, to be filled in with a spreadsheet (verdict: right or
    wrong). Never overwrites one that
    has verdicts in it: raises FileExistsError."""
    path = resolve(outputs) / "validation" / f"{name}.csv"
    if path.exists() and (read_csv(path)["verdict"].str.strip() != "").any():
        raise FileExistsError(f"{path} holds verdicts already; move it or choose another name")
    return tables.to_csv(sample, path)


def read_csv(path: str | Path) -> pd.DataFrame:
    """Return a judged sample as text columns (NA stays text), whatever separator the spreadsheet wrote."""
    text = resolve(path).read_text("utf-8-sig", "replace")
    head = text.partition("\n")[0]
    rows = list(csv.reader(text.splitlines(keepends=True), delimiter=max(",;\t", key=head.count)))
    return pd.DataFrame(rows[1:], columns=rows[0] if rows else ["verdict"], dtype="str")


def read_labels(path: str | Path) -> pd.DataFrame:
    """Return the judged rows of a sample with `right` (True, False) and `weight`; rows without verdict are left out.

    Raises ValueError that names line and word when a verdict is neither right nor wrong.
    """
    frame = read_csv(path)
    if "verdict" not in frame:
        raise ValueError(f"{path}: there is no column verdict")
    words = frame["verdict"].str.strip().str.lower()
    unknown = frame.index[~words.isin([*VERDICTS, ""])]
    if len(unknown):
        raise ValueError(
            f"{path}, line {unknown[0] + 2}: the verdict is {frame['verdict'][unknown[0]]!r}; write right or wrong"
        )
    judged = frame[words != ""].assign(right=words[words != ""].map(VERDICTS).astype(bool))
    weights = (
        pd.to_numeric(judged["weight"].str.replace(",", "."), errors="coerce")
        if "weight" in judged
        else pd.Series(1.0, index=judged.index)
    )
    return judged.assign(weight=weights.fillna(1.0)).reset_index(drop=True)


def measure_precision(labels: pd.DataFrame, by: str = "") -> pd.DataFrame:
    """Return label, n, right, precision, low, high: of all judged rows (label "all") and per value of `by`.

    Rows drawn evenly from groups count with their weight in "all"; its interval uses the effective number of rows
    (Kish).
    """
    if not len(labels):
        return pd.DataFrame(columns=["label", "n", "right", "precision", "low", "high"])
    parts = [("all", labels)] + (
        [(str(name), rows) for name, rows in labels.groupby(by, sort=True)] if by and by in labels else []
    )
    rows = []
    for name, part in parts:
        weights = part["weight"].astype(float)
        share = float((part["right"] * weights).sum() / weights.sum())
        effective = float(weights.sum() ** 2 / (weights**2).sum())
        rows.append((name, len(part), int(part["right"].sum()), share, *wilson(share * effective, effective)))
    return pd.DataFrame(rows, columns=["label", "n", "right", "precision", "low", "high"])


def correct_counts(counts: pd.DataFrame, precision: pd.DataFrame, label: str, n: str = "n") -> pd.DataFrame:
    """Return counts with corrected, low, high: the count times the precision of its label (of all rows where the label
    was not judged).

    This takes wrong rows out; rows the program missed are not added, so the corrected count is a floor.
    """
    table = precision.set_index("label")[["precision", "low", "high"]]
    factors = table.reindex(counts[label].astype(str)).fillna(table.loc["all"]).to_numpy()
    corrected = counts[[n]].to_numpy(dtype=float) * factors
    return counts.assign(corrected=corrected[:, 0], low=corrected[:, 1], high=corrected[:, 2])


def tell(precision: pd.DataFrame) -> str:
    """Return one sentence on a measured precision."""
    if not len(precision):
        return "No row has been judged yet"
    every = precision.iloc[0]
    between = f"between {every['low']:.0%} and {every['high']:.0%}"
    right = f"{every['right']:,} of {every['n']:,} judged rows are right"
    return f"{right}: precision {every['precision']:.0%}, {between}"


def choose(found: Tables, table: str) -> pd.DataFrame:
    """Return the rows of a table to be judged. Raises ValueError with the names there are."""
    if table not in JUDGED:
        raise ValueError(f"table {table!r} can't be judged; choose one of {', '.join(JUDGED)}")
    frame = getattr(found, table)
    if table == "acts":
        return frame.assign(who=name_sides(frame))
    if table == "participants":
        words = (found.acts["category"] + ": " + found.acts["cue"]).set_axis(found.acts["act_id"])
        return frame.assign(act=frame["act_id"].map(words))
    return frame


def offer(sample: pd.DataFrame, table: str, outputs: str | Path, labels: str = "") -> str:
    """Write the sample unless verdicts are given or there already; return a sentence that says what to do next."""
    if labels:
        return f"Verdicts are read from {labels}."
    try:
        path = write_sample(sample, table, outputs)
    except FileExistsError as error:
        return f"{error}. To use it, give its path as the parameter labels."
    todo = "Fill in the column verdict (right or wrong), then run this notebook with labels set to that path."
    return f"{len(sample)} rows written to {path}. {todo}"


def read_verdicts(labels: str) -> pd.DataFrame:
    """Return judged rows, none when no file is given."""
    return (
        read_labels(labels)
        if labels
        else pd.DataFrame({"right": pd.Series(dtype=bool), "weight": pd.Series(dtype=float)})
    )


def count_labels(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return the table's label and n, most frequent first."""
    label = JUDGED[table][0]
    return (
        frame.groupby(label, observed=True)
        .size()
        .rename("n")
        .reset_index()
        .sort_values("n", ascending=False, kind="stable", ignore_index=True)
    )


def correct(frame: pd.DataFrame, precision: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return the counts of a table's labels, corrected with the precision measured; none before anything was judged."""
    counts = count_labels(frame, table)
    return correct_counts(counts, precision, JUDGED[table][0]) if len(precision) else counts.head(0)
