"""Two runs side by side: what changed in settings, rows, counts and means."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from helpers import resolve, tables
from helpers.counting import selection
from helpers.counting.acts import counted, parties, select, with_actors
from helpers.keeping.runs import read_runs


class _Articles(NamedTuple):
    """The articles of a run, as `selection.select` takes them."""

    articles: pd.DataFrame
    about: dict

    def only(self, rows: pd.Series) -> "_Articles":
        return self._replace(articles=self.articles[rows].reset_index(drop=True))


class Pair:
    """Two runs to compare: `first` and `second` are their manifests, or `why_not` a sentence. filters: which articles
    of both count, as `selection.select` takes them; all when there are none.
    """

    def __init__(
        self, first: dict | None, second: dict | None, why_not: str = "", filters: Mapping[str, Any] = {}
    ) -> None:
        self.first, self.second, self.why_not = first or {}, second or {}, why_not
        self.counted: list[_Articles] = []
        for manifest in (self.first, self.second) if self and filters else ():
            every = _Articles(_saved(manifest, "articles"), {})
            self.counted.append(selection.select(every, **filters, keep_boilerplate=True))

    def __bool__(self) -> bool:
        return not self.why_not

    def __repr__(self) -> str:
        return self.why_not or f"{self.first['folder'].name} compared with {self.second['folder'].name}"

    def read(self, name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The table `name` of both runs, of the articles that count (empty tables when there is nothing to compare)."""
        if not self:
            return tables.make_frame(name), tables.make_frame(name)
        first, second = _saved(self.first, name), _saved(self.second, name)
        if self.counted:
            ids = [set(run.articles["article_id"]) for run in self.counted]
            first, second = (f[f["article_id"].isin(i)] for f, i in zip((first, second), ids, strict=True))
        return first, second


def _saved(manifest: dict, name: str) -> pd.DataFrame:
    path = manifest["folder"] / "tables" / f"{name}.parquet"
    return pd.read_parquet(path) if path.exists() else tables.make_frame(name)


def find_pair(outputs: str | Path, first: str = "", second: str = "", **filters: Any) -> Pair:
    """Choose two runs below the folder that `outputs` lies in.

    second: a run's name; "": the run whose folder `outputs` is, else the newest; first: a run's name; "": the newest
    one before the second that read the same inputs with the same version of the tables. filters: as `Pair` takes them.
    Raises ValueError, in one sentence, for a filter that cannot be read.
    """
    here = resolve(outputs)
    runs = {
        m["folder"].name: m for m in read_runs(here.parent) if (m["folder"] / "tables" / "articles.parquet").exists()
    }
    for wanted in filter(None, (first, second)):
        if wanted not in runs:
            there = f"there are {', '.join(runs) or 'none'}"
            return Pair(None, None, f"There is no run called {wanted} in {here.parent}; {there}.")
    late = runs.get(second or here.name) or next(iter(runs.values()), {})
    earlier = [m for m in runs.values() if late and _precedes(m, late)]
    comparable = [m for m in earlier if _version(m) == _version(late)]
    early = runs.get(first) or next(iter([*comparable, *earlier]), None)
    if not late or not early:
        return Pair(
            None,
            None,
            "There is no earlier run of the same inputs to compare with: name two runs, or run the notebooks a second "
            "time.",
        )
    if _version(early) != _version(late):
        names = f"{early['folder'].name} ({_version(early)}) and {late['folder'].name} ({_version(late)})"
        return Pair(None, None, f"The runs {names} were made by versions whose tables differ: they are not compared.")
    return Pair(early, late, filters=filters)


def _precedes(early: dict, late: dict) -> bool:
    """Whether a finished run of the same inputs came before another one."""
    same = early["corpus"]["inputs_given"] == late["corpus"]["inputs_given"]
    return early is not late and early["started"] <= late["started"] and early["status"] != "running" and same


def _version(manifest: dict) -> str:
    """The version whose tables a run has: 0.2 of 0.2.1."""
    return ".".join(manifest["versions"].get("this project", "0.1").split(".")[:2])


def compare_settings(pair: Pair) -> pd.DataFrame:
    """Return what, first, second, changed for corpus, counts, parameters and versions."""
    if not pair:
        return pd.DataFrame(columns=["what", "first", "second", "changed"])

    def shown(value: object) -> str | None:
        return None if value is None else f"{value:,}" if isinstance(value, int) else str(value)

    def facts(m: dict) -> dict:
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
        "acts": ["article_id", "start", "end", "category", "modality"],
        "participants": ["act_id", "role", "start", "end", "entity_id", "acts_for_id"],
    }
    rows = []
    for name, keys in marks.items() if pair else ():
        a, b = (set(map(str, frame[keys].itertuples(index=False, name=None))) for frame in pair.read(name))
        rows.append((name, len(a), len(b), len(a - b), len(b - a)))
    return pd.DataFrame(rows, columns=["table", "first", "second", "only_first", "only_second"])


def compare_counts(
    pair: Pair, table: str, label: str, key: str | None = None, *, only: Mapping[str, str] = {}, limit: int = 20
) -> pd.DataFrame:
    """Return label, key, first, second, change (rows per article, so that corpora of different size compare), largest
    change first; no row where nothing changed. only: {column: value} that rows must have.
    """
    frames = [frame.dropna(subset=[key or label]) for frame in pair.read(table)]
    for column, value in only.items():
        frames = [frame[frame[column] == value] for frame in frames]
    return _compare(pair, frames, label, key or label, limit)


def compare_actors(pair: Pair, *, level: str = "state", limit: int = 20) -> pd.DataFrame:
    """Return actor, actor_id, first, second, change: acts told as done per article, by actor (level as in
    `acts.parties`), largest change first; no row where nothing changed.
    """
    sides = zip(*(pair.read(name) for name in ("articles", "acts", "participants", "mentions")), strict=True)
    frames = []
    for articles, acts, participants, mentions in sides:
        done = counted(select(acts, articles))
        frames.append(with_actors(done, parties(done, participants, level=level, mentions=mentions)))
    return _compare(pair, frames, "actor", "actor_id", limit)


def _compare(pair: Pair, frames: list[pd.DataFrame], label: str, key: str, limit: int) -> pd.DataFrame:
    names = list(dict.fromkeys([label, key]))
    columns = [*names, "first", "second", "change"]
    if not pair:
        return pd.DataFrame(columns=columns)
    sizes = [len(articles) or 1 for articles in pair.read("articles")]
    counts = [frame.groupby(key).size() / n for frame, n in zip(frames, sizes, strict=True)]
    shown = pd.concat([frame[names] for frame in frames]).drop_duplicates(key, keep="last").set_index(key)
    both = pd.concat(counts, axis=1, keys=["first", "second"]).fillna(0.0)
    both["change"] = both["second"] - both["first"]
    both = both[both["change"].abs() > 1e-9].join(shown).rename_axis(key).reset_index()
    order = both["change"].abs().sort_values(ascending=False, kind="stable").index
    return both.reindex(order).head(limit)[columns].reset_index(drop=True)


def compare_means(
    pair: Pair, table: str, label: str, value: str, *, key: str | None = None, least: int = 2, limit: int = 15
) -> pd.DataFrame:
    """Return label (and `key`, which rows are grouped by), n_first, n_second, first, second, change for the mean of
    `value`, for those with at least `least` rows in both runs.
    """
    key = key or label
    names = list(dict.fromkeys([label, key]))
    columns = [*names, "n_first", "n_second", "first", "second", "change"]
    if not pair:
        return pd.DataFrame(columns=columns)
    frames = [frame.dropna(subset=[key, value]) for frame in pair.read(table)]
    a, b = (frame.groupby(key)[value].agg(["size", "mean"]) for frame in frames)
    both = a.join(b, lsuffix="_a", rsuffix="_b", how="inner").query("size_a >= @least and size_b >= @least")
    both.columns = ["n_first", "first", "n_second", "second"]
    both["change"] = both["second"] - both["first"]
    shown = pd.concat([frame[names] for frame in frames]).drop_duplicates(key, keep="last").set_index(key)
    both = both[both["change"].abs() > 1e-9].join(shown).rename_axis(key).reset_index()
    order = both["change"].abs().sort_values(ascending=False, kind="stable").index
    return both.reindex(order).head(limit)[columns].reset_index(drop=True)


def tell_counted(pair: Pair) -> str:
    """Which articles of the two runs count; "" when nothing is compared."""
    names = ("First run", "Second run")
    return "\n".join(f"{name}: {selection.tell(run)}" for name, run in zip(names, pair.counted, strict=False))


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
    """Return a chart title: what changed and how many."""
    if not pair or not len(changes) or not changes["change"].abs().max():
        return f"No change in {what}" if pair else "Nothing to compare with yet"
    return f"Change in {what} an article, by {label}: {len(changes):,} that changed"
