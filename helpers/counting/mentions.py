"""From mentions to counts: who is in the news, how often, where, when and beside whom.

Frames in, frames out. `select` applies the switches once (demonyms, metonyms, pronouns, descriptions);
every other function takes what it returns. Rows keep article_id, start and end as long as they stand for one mention.
"""

import bisect
import difflib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from helpers import text
from helpers.counting.claims import most_frequent
from helpers.counting.statistics import choose_period
from helpers.text import normalise

OTHER_FORMS = "other forms"


def select(
    mentions: pd.DataFrame,
    articles: pd.DataFrame,
    *,
    demonyms: bool = True,
    metonyms: bool = False,
    pronouns: bool = False,
    nominals: bool = False,
    types: Iterable[str] = ("PER", "ORG", "LOC"),
) -> pd.DataFrame:
    """The mentions that count, as the switches say; with columns n_characters and published, outlet of their article.

    demonyms: "Russian", "Americans" count for the country. metonyms: Kremlin, Moscow, Washington … count for their
    state where they stand for it.
    pronouns: "he" and "she" count. nominals: descriptions ("the senior official") count.
    """
    kinds = ["named"] + ["demonym"] * demonyms + ["pronoun"] * pronouns + ["nominal"] * nominals
    chosen = mentions[mentions["kind"].isin(kinds) & mentions["type"].isin(types)].copy()
    if metonyms and len(chosen):
        folds = chosen["metonym_of"].notna() & (chosen["metonym_of"] != "")
        names = mentions.drop_duplicates("entity_id").set_index("entity_id")["entity"]
        targets = chosen.loc[folds, "metonym_of"]
        chosen.loc[folds, "entity_id"] = targets
        chosen.loc[folds, "entity"] = [names.get(i, str(i).partition(":")[2].title()) for i in targets]
        chosen.loc[folds, "type"] = "LOC"
    lengths = articles["text"].str.len().clip(lower=1)
    about = articles[["article_id", "published", "outlet"]].assign(n_characters=lengths)
    return chosen.merge(about, on="article_id", how="inner").reset_index(drop=True)


def count_entities(mentions: pd.DataFrame, articles: pd.DataFrame, **switches: Any) -> pd.DataFrame:
    """Entities by number of mentions, as `rank` gives them; switches as in `select`."""
    return rank(select(mentions, articles, **switches))


def _names(selected: pd.DataFrame) -> pd.Series:
    """entity_id -> the name most often shown for it."""
    pairs = (
        selected.groupby(["entity_id", "entity"], sort=False)
        .size()
        .reset_index(name="n")
        .sort_values("n", ascending=False, kind="stable")
    )
    return pairs.drop_duplicates("entity_id").set_index("entity_id")["entity"]


def rank(selected: pd.DataFrame) -> pd.DataFrame:
    """Entities of selected mentions: entity_id, entity, type, mentions, articles, share; most mentioned first, ties in
    order of appearance.
    """
    if not len(selected):
        return pd.DataFrame(
            {
                "entity_id": [],
                "entity": [],
                "type": [],
                "mentions": pd.Series(dtype=int),
                "articles": pd.Series(dtype=int),
                "share": pd.Series(dtype=float),
            }
        )
    table = (
        selected.groupby("entity_id", sort=False)
        .agg(type=("type", "first"), mentions=("start", "size"), articles=("article_id", "nunique"))
        .reset_index()
    )
    table.insert(1, "entity", table["entity_id"].map(_names(selected)))
    table["share"] = table["mentions"] / table["mentions"].sum()
    return table.sort_values("mentions", ascending=False, kind="stable", ignore_index=True)


def top(selected: pd.DataFrame, n: int = 15) -> pd.DataFrame:
    """The rows of the n most mentioned entities, with their most frequent name as `entity`."""
    ranked = rank(selected).head(n)
    rows = selected[selected["entity_id"].isin(ranked["entity_id"])].copy()
    rows["entity"] = rows["entity_id"].map(ranked.set_index("entity_id")["entity"])
    return rows


def count_forms(selected: pd.DataFrame, *, limit: int = 15, forms: int = 4) -> pd.DataFrame:
    """By which words the most mentioned entities are named: entity_id, entity, form, n, articles (of the entity), rank
    of the form. Rare forms become "other forms".
    """
    rows = top(selected, limit)
    if not len(rows):
        return pd.DataFrame(columns=["entity_id", "entity", "form", "n", "articles", "rank"])
    table = (
        rows.groupby(["entity_id", "entity", "text"], sort=False)
        .size()
        .reset_index(name="n")
        .rename(columns={"text": "form"})
    )
    table = table.sort_values("n", ascending=False, kind="stable")
    table["rank"] = table.groupby("entity_id").cumcount()
    table.loc[table["rank"] >= forms, ["form", "rank"]] = [OTHER_FORMS, forms]
    table = table.groupby(["entity_id", "entity", "form", "rank"], sort=False, as_index=False)["n"].sum()
    table["articles"] = table["entity_id"].map(rank(selected).set_index("entity_id")["articles"])
    order = {i: k for k, i in enumerate(rank(selected)["entity_id"].head(limit))}
    return table.sort_values(
        ["entity_id", "rank"],
        key=lambda c: c.map(order) if c.name == "entity_id" else c,
        kind="stable",
        ignore_index=True,
    )


def share_by_outlet(selected: pd.DataFrame, *, limit: int = 8, outlets: int = 12) -> pd.DataFrame:
    """Share of voice: of the mentions of the `limit` most mentioned entities in an outlet, how many are this entity's:
    outlet, entity_id, entity, share, n, of.
    """
    rows = top(selected, limit)
    rows = rows[rows["outlet"].notna() & (rows["outlet"] != "")]
    if not len(rows):
        return pd.DataFrame(columns=["outlet", "entity_id", "entity", "share", "n", "of"])
    biggest = rows["outlet"].value_counts().index[:outlets]
    table = (
        rows[rows["outlet"].isin(biggest)]
        .groupby(["outlet", "entity_id", "entity"], sort=False)
        .size()
        .reset_index(name="n")
    )
    table["of"] = table.groupby("outlet")["n"].transform("sum")
    return table.assign(share=table["n"] / table["of"])


def share_over_time(selected: pd.DataFrame, *, limit: int = 6) -> pd.DataFrame:
    """Share of voice by day, week or month: period, entity_id, entity, share, percent, n, of. Empty when no article has
    a date.
    """
    rows = top(selected, limit)
    rows = rows[rows["published"].notna()]
    if not len(rows):
        return pd.DataFrame(columns=["period", "entity_id", "entity", "share", "percent", "n", "of"])
    unit = choose_period(rows["published"])
    period = rows["published"].dt.to_period(unit).dt.start_time
    table = rows.assign(period=period).groupby(["period", "entity_id"]).size().unstack(fill_value=0)
    of = table.sum(axis=1)
    table = table.stack().reset_index(name="n")
    table["of"] = table["period"].map(of)
    table["entity"] = table["entity_id"].map(_names(rows))
    order = {entity: k for k, entity in enumerate(rank(rows)["entity_id"])}
    table = table.assign(share=table["n"] / table["of"], percent=100 * table["n"] / table["of"])
    return table.sort_values(
        ["entity_id", "period"],
        key=lambda c: c.map(order) if c.name == "entity_id" else c,
        kind="stable",
        ignore_index=True,
    )


def first_mentions(selected: pd.DataFrame, *, limit: int = 15) -> pd.DataFrame:
    """Where the most mentioned entities come in: entity_id, entity, first (date of the first article with one, if
    dated), article_id, start, end, text of that mention, place (median position of an article's first mention, 0 top to
    1 end), opening (share of its articles that name it in the first tenth).
    """
    rows = top(selected, limit)
    if not len(rows):
        return pd.DataFrame(
            columns=["entity_id", "entity", "first", "article_id", "start", "end", "text", "place", "opening"]
        )
    firsts = rows.sort_values("start", kind="stable").drop_duplicates(["entity_id", "article_id"])
    place = firsts["start"] / firsts["n_characters"]
    table = firsts.assign(place=place, opening=place <= 0.1)
    summary = table.groupby("entity_id").agg(place=("place", "median"), opening=("opening", "mean"))
    earliest = table.sort_values(["published", "start"], kind="stable", na_position="last").drop_duplicates("entity_id")
    earliest = earliest[["entity_id", "entity", "published", "article_id", "start", "end", "text"]].rename(
        columns={"published": "first"}
    )
    return earliest.merge(summary, on="entity_id").sort_values(["place", "start"], kind="stable", ignore_index=True)


def dispersion(selected: pd.DataFrame, *, limit: int = 12) -> pd.DataFrame:
    """Where in their articles the most mentioned entities stand: entity_id, entity, position (0 top to 1 end),
    article_id, start, end; one row a mention.
    """
    rows = top(selected, limit)
    rows = rows.assign(position=rows["start"] / rows["n_characters"] if len(rows) else [])
    return rows[["entity_id", "entity", "position", "article_id", "start", "end", "text"]]


def sentences_of(articles: pd.DataFrame, article_ids: Iterable[str] | None = None) -> dict[str, list]:
    """article_id -> sorted starts and ends of its sentences."""
    rows = articles if article_ids is None else articles[articles["article_id"].isin(set(article_ids))]
    return {article: text.sentences(words) for article, words in zip(rows["article_id"], rows["text"], strict=True)}


def cooccurrence(
    selected: pd.DataFrame, articles: pd.DataFrame, *, limit: int = 12, largest: int = 5_000
) -> pd.DataFrame:
    """Pairs of the most mentioned entities that stand in one sentence: a_id, a, b_id, b, sentences, articles, lift;
    strongest first; with article_id, start, end (and sentence_start, sentence_end) of the first such sentence.

    lift: how many times more often than if the two were independent (1: as chance has it). largest: of a corpus with
    more articles, so many are read, evenly spread over it.
    """
    columns = [
        "a_id",
        "a",
        "b_id",
        "b",
        "pair",
        "sentences",
        "articles",
        "lift",
        "article_id",
        "start",
        "end",
        "sentence_start",
        "sentence_end",
    ]
    rows = top(selected, limit)
    if not len(rows):
        return pd.DataFrame(columns=columns)
    named = list(dict.fromkeys(rows["article_id"]))
    if len(named) > largest:
        rows = rows[rows["article_id"].isin({named[int(k * len(named) / largest)] for k in range(largest)})]
    spans = sentences_of(articles, rows["article_id"])
    together: Counter = Counter()
    alone: Counter = Counter()
    where: dict[tuple, tuple] = {}
    papers: dict[tuple, set] = defaultdict(set)
    total = 0
    names = rows.drop_duplicates("entity_id").set_index("entity_id")["entity"]
    order = {i: k for k, i in enumerate(rank(rows)["entity_id"])}
    for article, group in rows.groupby("article_id", sort=False):
        sentences = spans.get(article, [])
        total += len(sentences)
        starts = [s[0] for s in sentences]
        inside: dict[int, dict] = defaultdict(dict)
        for start, end, entity in zip(group["start"], group["end"], group["entity_id"], strict=True):
            inside[bisect.bisect_right(starts, start) - 1].setdefault(entity, (int(start), int(end)))
        for number, found in inside.items():
            alone.update(found.keys())
            for a, b in itertools.combinations(sorted(found, key=order.__getitem__), 2):
                together[a, b] += 1
                papers[a, b].add(article)
                if (a, b) not in where and number >= 0:
                    where[a, b] = (article, *found[a], *sentences[number])
    made = [
        (
            a,
            names[a],
            b,
            names[b],
            f"{names[a]} + {names[b]}",
            n,
            len(papers[a, b]),
            n * max(total, 1) / (alone[a] * alone[b]),
            *where.get((a, b), (None,) * 5),
        )
        for (a, b), n in together.most_common()
    ]
    return pd.DataFrame(made, columns=columns)


def as_matrix(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs both ways round, for a heat map: a_id, a, b_id, b, sentences."""
    columns = ["a_id", "a", "b_id", "b", "sentences"]
    turned = pairs.rename(columns={"a": "b", "b": "a", "a_id": "b_id", "b_id": "a_id"})
    return pd.concat([pairs[columns], turned[columns]], ignore_index=True)


def shared_sentences(selected: pd.DataFrame, articles: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The sentences behind `cooccurrence`, both ways round: article_id, start, end, a_id, b_id, entity_id (of a)."""
    ids = set(pairs["a_id"]) | set(pairs["b_id"])
    rows = selected[selected["entity_id"].isin(ids)]
    spans = sentences_of(articles, rows["article_id"])
    made = []
    for article, group in rows.groupby("article_id", sort=False):
        starts = [s[0] for s in spans[article]]
        inside: dict[int, set] = defaultdict(set)
        for start, entity in zip(group["start"], group["entity_id"], strict=True):
            inside[bisect.bisect_right(starts, start) - 1].add(entity)
        for number, found in inside.items():
            made += [(article, *spans[article][number], a, b, a) for a, b in itertools.permutations(sorted(found), 2)]
    return pd.DataFrame(made, columns=["article_id", "start", "end", "a_id", "b_id", "entity_id"])


def audit(selected: pd.DataFrame) -> pd.DataFrame:
    """Every form of words with the entity it was linked to and why: entity, form, kind, rule, n, articles, entity_id;
    and the first place (article_id, start, end).
    """
    columns = ["entity", "form", "kind", "rule", "n", "articles", "entity_id", "article_id", "start", "end"]
    if not len(selected):
        return pd.DataFrame(columns=columns)
    names = _names(selected)
    table = (
        selected.assign(rule=selected["rule"].fillna(""))
        .groupby(["entity_id", "text", "kind", "rule"], sort=False)
        .agg(
            n=("start", "size"),
            articles=("article_id", "nunique"),
            article_id=("article_id", "first"),
            start=("start", "first"),
            end=("end", "first"),
        )
        .reset_index()
    )
    table["entity"] = table["entity_id"].map(names)
    table["_"] = table.groupby("entity_id")["n"].transform("sum")
    return table.sort_values(
        ["_", "entity_id", "n"], ascending=[False, True, False], kind="stable", ignore_index=True
    ).rename(columns={"text": "form"})[columns]


class Entity(NamedTuple):
    """An entity of the corpus, or (entity_id None) a sentence in `name` when the corpus has none."""

    entity_id: str | None
    name: str

    @property
    def found(self) -> bool:
        return self.entity_id is not None


def find_entity(mentions: pd.DataFrame, wanted: str = "") -> Entity:
    """Return the entity wanted (entity_id, name or any of its forms, case and accents aside; "": the one named most).
    A corpus without entities gives one without entity_id, whose `name` says so. Raises ValueError with the nearest
    names when nothing fits.
    """
    mentions = mentions[mentions["type"] != "MISC"]
    ranked = rank(mentions)
    if not len(ranked):
        return Entity(None, "No entity was found in this corpus.")
    if not wanted:
        by_name = mentions[mentions["kind"].isin(["named", "demonym"])]
        top = rank(by_name if len(by_name) else mentions)["entity_id"][0]
        return Entity(*ranked.loc[ranked["entity_id"] == top, ["entity_id", "entity"]].iloc[0])
    key = normalise(wanted)
    for fits in (
        ranked["entity_id"].str.lower() == wanted.strip().lower(),
        ranked["entity"].map(normalise) == key,
        ranked["entity_id"].isin(mentions.loc[mentions["text"].map(normalise) == key, "entity_id"]),
        ranked["entity"].map(normalise).str.contains(key, regex=False),
    ):
        if fits.any():
            return Entity(*ranked.loc[fits, ["entity_id", "entity"]].iloc[0])
    near = difflib.get_close_matches(wanted, list(ranked["entity"]), n=3, cutoff=0.4)
    names = near or list(ranked["entity"].head(3))
    raise ValueError(f"No entity is called {wanted}; {'nearest' if near else 'there are'}: {', '.join(names)}")


def keyword_in_context(
    selected: pd.DataFrame, articles: pd.DataFrame, entity_id: str | None, *, width: int = 60, limit: int = 5_000
) -> pd.DataFrame:
    """The (first `limit`) mentions of one entity with the words around them: left, words, right, rule, article_id,
    start, end; in the order of articles and text.
    """
    rows = selected[selected["entity_id"] == entity_id].head(limit)
    texts = articles.set_index("article_id")["text"]
    made = []
    for row in rows.itertuples():
        words = texts[row.article_id]
        left, right = words[max(0, row.start - width) : row.start], words[row.end : row.end + width]
        left, right = left.rpartition("\n")[2], right.partition("\n")[0]
        made.append(
            (
                left if row.start <= width else left.partition(" ")[2] if len(left) == width else left,
                words[row.start : row.end],
                right.rpartition(" ")[0] if len(right) == width else right,
                row.rule,
                row.article_id,
                row.start,
                row.end,
            )
        )
    return pd.DataFrame(made, columns=["left", "words", "right", "rule", "article_id", "start", "end"])


# -- sentences for titles --------------------------------------------------------------------------------------------


def tell_top(selected: pd.DataFrame) -> str:
    """The ranking in a sentence: who leads only where the numbers carry it, else what is shown."""
    ranked = rank(selected)
    if not len(ranked):
        return "No person, organisation or place was found"
    first = most_frequent(selected, "entity_id")
    if first is None:
        shown = text.count(len(selected), "mention")
        return f"Persons, organisations and places by number of mentions, n = {shown}"
    top, second = ranked.iloc[0], ranked.iloc[1]
    next_one = f"{second['entity']} next ({second['mentions']:,})"
    return f"{top['entity']} is mentioned most ({top['mentions']:,} times), {next_one}"


def tell_numbers(selected: pd.DataFrame, articles: pd.DataFrame) -> str:
    """n for the note below a chart."""
    n = selected["article_id"].nunique()
    return (
        f"{len(selected):,} mentions of {selected['entity_id'].nunique():,} entities in {n:,} article{'s' * (n != 1)}."
    )


def tell_pairs(pairs: pd.DataFrame) -> str:
    """The chart of pairs in a sentence."""
    if not len(pairs):
        return "No two of these entities stand in one sentence"
    n = int(pairs["sentences"].sum())
    return f"Entities named in the same sentence, n = {len(pairs):,} pairs in {n:,} sentences"
