"""Two runs side by side: what changed in settings, rows, counts and means."""

from pathlib import Path

import pandas as pd

from helpers import resolve, tables
from helpers.keeping.runs import read_runs


class Pair:
    """Two runs to compare: `first` and `second` are their manifests, or `why_not` a sentence."""

    def __init__(self, first: dict | None, second: dict | None, why_not: str = "") -> None:
        self.first, self.second, self.why_not = first, second, why_not

    def __bool__(self) -> bool:
        return not self.why_not

    def __repr__(self) -> str:
        return self.why_not or f"{self.first['folder'].name} compared with {self.second['folder'].name}"

    def read(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The table `name` of both runs (empty tables when there is nothing to compare)."""
        return (
            (_saved(self.first, name), _saved(self.second, name))
            if self
            else (tables.make_frame(name), tables.make_frame(name))
        )


def _saved(manifest: dict, name: str) -> pd.DataFrame:
    path = manifest["folder"] / "tables" / f"{name}.parquet"
    return pd.read_parquet(path) if path.exists() else tables.make_frame(name)


def find_pair(outputs: str | Path, first: str = "", second: str = "") -> Pair:
    """Choose two runs below the folder that `outputs` lies in.

    second: a run's name; "": the run whose folder `outputs` is, else the newest; first: a run's name; "": the newest
    one before the second that read the same inputs.
    """
    here = resolve(outputs)
    runs = {
        m["folder"].name: m for m in read_runs(here.parent) if (m["folder"] / "tables" / "articles.parquet").exists()
    }
    for wanted in filter(None, (first, second)):
        if wanted not in runs:
            return Pair(
                None, None, f"There is no run called {wanted} in {here.parent}; there are {', '.join(runs) or 'none'}."
            )
    newest_first = list(runs.values())
    late = runs.get(second or here.name) or next(iter(newest_first), None)
    earlier = [
        m
        for m in newest_first
        if late
        and m is not late
        and m["started"] <= late["started"]
        and m["status"] != "running"
        and m["corpus"]["inputs_given"] == late["corpus"]["inputs_given"]
    ]
    early = runs.get(first) or next(iter(earlier), None)
    if not late or not early:
        return Pair(
            None,
            None,
            "There is no earlier run of the same inputs to compare with: name two runs, or run the notebooks a second time.",
        )
    return Pair(early, late)


def compare_settings(pair: Pair) -> pd.DataFrame:
    """Return what, first, second, changed for corpus, counts, parameters and versions."""
    if not pair:
        return pd.DataFrame(columns=["what", "first", "second", "changed"])

    def facts(m):
        about = m["corpus"]
        return {
            "run": m["folder"].name,
            "started": m["started"],
            "inputs": ", ".join(about["inputs_given"]),
            "fingerprint of the corpus": about.get("fingerprint", "")[:16],
            "articles": about.get("analysed"),
            "not analysed": about.get("quarantined"),
            "code, model and data files": about.get("engine"),
            **m.get("found", {}),
            **{f"parameter {k}": v for k, v in m["parameters"].items()},
            **{f"version of {k}": v for k, v in m["versions"].items()},
        }

    a, b = facts(pair.first), facts(pair.second)
    shown = lambda value: None if value is None else f"{value:,}" if isinstance(value, int) else str(value)  # noqa: E731
    rows = [
        (name, shown(a.get(name)), shown(b.get(name)), a.get(name) != b.get(name)) for name in dict.fromkeys([*a, *b])
    ]
    return pd.DataFrame(rows, columns=["what", "first", "second", "changed"], dtype=object)


def compare_rows(pair: Pair) -> pd.DataFrame:
    """Return table, first, second, only_first, only_second: rows found in both runs and in one only (same place, same
    labels).
    """
    marks = {
        "articles": ["article_id"],
        "mentions": ["article_id", "start", "end", "entity_id"],
        "statements": ["article_id", "start", "end", "speaker"],
        "stances": ["article_id", "start", "end", "target_id", "target_start"],
        "acts": ["article_id", "start", "end", "category", "actor_id", "target_id"],
    }
    rows = []
    for name, keys in marks.items() if pair else ():
        a, b = (set(map(str, frame[keys].itertuples(index=False, name=None))) for frame in pair.read(name))
        rows.append((name, len(a), len(b), len(a - b), len(b - a)))
    return pd.DataFrame(rows, columns=["table", "first", "second", "only_first", "only_second"])


def compare_counts(pair: Pair, table: str, label: str, key: str | None = None, *, limit: int = 20) -> pd.DataFrame:
    """Return label, key, first, second, change (rows per article, so that corpora of different size compare), largest
    change first; no row where nothing changed.
    """
    key = key or label
    names = list(dict.fromkeys([label, key]))
    columns = [*names, "first", "second", "change"]
    if not pair:
        return pd.DataFrame(columns=columns)
    sides = [
        (frame.dropna(subset=[key]), len(articles))
        for frame, articles in zip(pair.read(table), pair.read("articles"), strict=True)
    ]
    counts = [frame.groupby(key).size() / (n or 1) for frame, n in sides]
    shown = pd.concat([frame[names] for frame, _ in sides]).drop_duplicates(key, keep="last").set_index(key)
    both = pd.concat(counts, axis=1, keys=["first", "second"]).fillna(0.0)
    both["change"] = both["second"] - both["first"]
    both = both[both["change"].abs() > 1e-9].join(shown).rename_axis(key).reset_index()
    return (
        both.reindex(both["change"].abs().sort_values(ascending=False, kind="stable").index)
        .head(limit)[columns]
        .reset_index(drop=True)
    )


def compare_means(pair: Pair, table: str, label: str, value: str, *, least: int = 2, limit: int = 15) -> pd.DataFrame:
    """Return label, n_first, n_second, first, second, change for the mean of `value`, for labels with at least `least`
    rows in both runs.
    """
    columns = [label, "n_first", "n_second", "first", "second", "change"]
    if not pair:
        return pd.DataFrame(columns=columns)
    a, b = (
        frame.dropna(subset=[label, value]).groupby(label)[value].agg(["size", "mean"]) for frame in pair.read(table)
    )
    both = (
        a.join(b, lsuffix="_a", rsuffix="_b", how="inner").query("size_a >= @least and size_b >= @least").reset_index()
    )
    both.columns = [label, "n_first", "first", "n_second", "second"]
    both["change"] = both["second"] - both["first"]
    both = both[both["change"].abs() > 1e-9]
    return (
        both.reindex(both["change"].abs().sort_values(ascending=False, kind="stable").index)
        .head(limit)[columns]
        .reset_index(drop=True)
    )


def tell_changes(pair: Pair) -> str:
    """Return one sentence: the finding of the comparison."""
    if not pair:
        return pair.why_not
    rows = compare_rows(pair)
    changed = int(rows["only_first"].sum() + rows["only_second"].sum())
    same = pair.first["corpus"].get("fingerprint") == pair.second["corpus"].get("fingerprint")
    where = "the same articles" if same else "different articles"
    return (
        f"The two runs read {where} and differ in nothing that was found"
        if not changed
        else f"The two runs read {where}; {changed:,} rows were found by one of them only"
    )


def tell_change(pair: Pair, changes: pd.DataFrame, label: str, what: str) -> str:
    """Return a chart title: the largest change."""
    if not pair or not len(changes) or not changes["change"].abs().max():
        return f"No change in {what}" if pair else "Nothing to compare with yet"
    top = changes.iloc[0]
    return f"{top[label]}: {abs(top['change']):,.2g} {what} an article {'more' if top['change'] > 0 else 'fewer'} than in the first run"
