"""Who gets quoted: kind of source and gender, by the words of the text; reporting verbs; what an outlet prints.

The kind comes from the words that stand for the speaker ("experts", "a senior official"), then from title, apposition
and descriptions of that speaker in the same article ("Sen. Holm", "Holm, a retired teacher", "the senator"), then from
offices held (`people.csv`) and the entity's type. Gender comes only from "he", "she", a title or a word such as
"woman" in the same article, never from a given name. What the text does not say is a class of its own.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from helpers import DATA
from helpers.counting.speakers import named
from helpers.text import normalise, rows_of

UNKNOWN, NOT_SAID = "unknown", "not said"
_APPOSITION = re.compile(
    r", (?:who is |one of )?((?:an? |the |his |her |its |former |[\w.’']+[’']s )[^,;.\n“”\"]{2,70})"
)
_CLAUSE = re.compile(r" (?:who|that|which|said|says|told|wrote|was|is|has|had) ")


class Source(NamedTuple):
    """Kind and gender of one source, and the words that say so ("" when nothing does)."""

    kind: str
    kind_words: str
    gender: str
    gender_words: str


@functools.cache
def _kinds() -> dict[str, re.Pattern]:
    """{kind: pattern of its words}, in the order of `data/counting/source_kinds.csv`: an earlier kind wins."""
    words: dict[str, list[str]] = {}
    for line in rows_of(DATA / "counting" / "source_kinds.csv"):
        words.setdefault(line["kind"], []).append(line["words"])
    return {kind: re.compile(rf"(?<![\w’'-])(?:{_either(some)})(?![\w-])", re.I) for kind, some in words.items()}


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) + ("" if w.endswith(".") else "s?") for w in sorted(words, key=len, reverse=True))


@functools.cache
def _genders() -> dict[str, str]:
    """{word in lower case: m or f} of pronouns, titles and relatives."""
    found = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f"}
    for name, column in (("titles.csv", "words"), ("relations.csv", "word")):
        found |= {line[column].lower(): line["gender"] for line in rows_of(DATA / name) if line["gender"]}
    return found


@functools.cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    """Names of people who held an office, and of outlets, normalised."""
    people = frozenset(normalise(line["name"]) for line in rows_of(DATA / "people.csv"))
    rows = [line for line in rows_of(DATA / "organisations.csv") if line["kind"] == "outlet"]
    names = (name for row in rows for name in (row["name"], *row["acronyms"].split(";"), *row["variants"].split(";")))
    return people, frozenset(normalise(name) for name in names if name.strip())


def describe(statements: pd.DataFrame, mentions: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Statements with a known speaker: article_id, start, end, speaker_id, speaker, source (kind: official, expert,
    citizen, victim, anonymous, organisation, media, unknown), source_words (that say so), gender (male, female, not
    said), gender_words.
    """
    known = named(statements)
    texts = articles.set_index("article_id")["text"]
    wanted = known["speaker_id"].unique()
    near = mentions.loc[mentions["entity_id"].isin(wanted), ["article_id", "entity_id", "start", "end", "text", "kind"]]
    words = dict(iter(near.groupby(["article_id", "entity_id"], sort=False, observed=True)))
    seen: dict[tuple, tuple[list[str], list[str]]] = {}
    rows = []
    columns = ["article_id", "start", "end", "speaker_id", "speaker", "speaker_mention"]
    for article, start, end, identifier, speaker, said in known[columns].itertuples(index=False, name=None):
        key = (article, identifier)
        if key not in seen:
            about = words.get(key)
            seen[key] = ([], []) if about is None else _said_of(texts[article], about)
        own = said if isinstance(said, str) else ""
        rows.append((article, start, end, identifier, speaker, *_judge(own, identifier, speaker, *seen[key])))
    names = [*columns[:5], "source", "source_words", "gender", "gender_words"]
    return pd.DataFrame(rows, columns=names)


def _said_of(text: str, mentions: pd.DataFrame) -> tuple[list[str], list[str]]:
    """What an article says of an entity: titles, appositions and descriptions; and its pronouns and honorifics."""
    about, gendered = [], []
    for start, end, words, kind in mentions[["start", "end", "text", "kind"]].itertuples(index=False, name=None):
        if kind == "nominal":
            about.append(words)
            gendered.append(words)
        elif kind == "pronoun":
            gendered.append(words)
        elif kind == "named":
            before = " ".join(re.split(r"[,;:“”\"\n]", text[max(0, start - 40) : start])[-1].split()[-2:])
            about += [f"{before} \0", words]
            gendered += [before, words]
            after = _APPOSITION.match(text, end)
            about += [_CLAUSE.split(after[1])[0]] if after else []
    return about, gendered


def _judge(own: str, identifier: str, speaker: str, about: Sequence[str], gendered: Sequence[str]) -> Source:
    kind, words = UNKNOWN, ""
    if identifier.startswith(("ORG:", "LOC:")):
        own, about = "", ()  # words near a name tell of persons only
    for said in ([own] if own else []) + list(about):
        kind, words = _kind_of(said)
        if words:
            break
    if not words:
        kind, words = _kind_of_entity(identifier, speaker)
    gender, gender_words = _gender_of([own, *gendered])
    return Source(kind, words, gender if kind != "organisation" or gender_words else NOT_SAID, gender_words)


def _kind_of(words: str) -> tuple[str, str]:
    """Kind of source that words tell, and the word that does. Words before a name (marked) tell it as a title only."""
    title = words.endswith("\0")
    for kind, pattern in _kinds().items():
        for match in pattern.finditer(words):
            if not title or match.end() == len(words) - 2:
                return kind, match[0]
    return UNKNOWN, ""


def _kind_of_entity(identifier: str, speaker: str) -> tuple[str, str]:
    people, outlets = _known()
    name = normalise(speaker)
    if identifier.startswith("PER:"):
        return ("official", "held an office") if name in people else (UNKNOWN, "")
    if identifier.startswith("LOC:"):
        return "official", "a state or place"
    if identifier.startswith("ORG:"):
        return ("media", "an outlet") if name in outlets else ("organisation", "an organisation")
    return UNKNOWN, ""


def _gender_of(said: Iterable[str]) -> tuple[str, str]:
    """The gender that all gendered words agree on."""
    found = {gender: word for word, gender in _gendered(said)}
    if len(found) != 1:
        return NOT_SAID, ""
    ((gender, word),) = found.items()
    return {"m": "male", "f": "female"}[gender], word


def _gendered(said: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = _genders()
    for words in said:
        parts = words.split()
        for word in (parts[:1] + parts[-1:]) if parts else ():
            gender = known.get(word.lower())
            if gender:
                yield word, gender


def count_sources(sources: pd.DataFrame) -> pd.DataFrame:
    """Statements by kind of source and gender: source, gender, n, articles, speakers, share (of all of them)."""
    groups = sources.groupby(["source", "gender"], sort=False)
    table = groups.agg(n=("start", "size"), articles=("article_id", "nunique"), speakers=("speaker_id", "nunique"))
    table = table.reset_index().assign(share=lambda t: t["n"] / max(1, len(sources)))
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def tell_sources(sources: pd.DataFrame) -> str:
    """How many statements could be classified, in a sentence for a chart's note."""
    if not len(sources):
        return "No statement has a known speaker."
    kind, gender = (sources["source"] != UNKNOWN).mean(), (sources["gender"] != NOT_SAID).mean()
    said = f"the text says the kind of source of {kind:.0%} and the gender of {gender:.0%}"
    return f"Of {len(sources):,} statements with a speaker, {said}."


def count_verbs(statements: pd.DataFrame, *, most: int = 12) -> pd.DataFrame:
    """Reporting verbs, as they stand, of the most quoted speakers: speaker_id, speaker, verb, n, share (of
    the speaker's statements with a verb).
    """
    known = named(statements).dropna(subset=["cue"])
    known = known[known["speaker_id"].isin(known["speaker_id"].value_counts().index[:most])]
    known = known.assign(verb=known["cue"].str.lower())
    table = known.groupby(["speaker_id", "speaker", "verb"], sort=False).size().rename("n").reset_index()
    table["share"] = table["n"] / table.groupby("speaker_id")["n"].transform("sum")
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def count_outlets(statements: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """What each outlet prints: outlet, articles, statements, an_article (statements an article), speakers, direct and
    no_speaker (shares); no row when no article names its outlet.
    """
    sizes = articles.groupby("outlet").size()
    rows = statements.assign(outlet=statements["article_id"].map(articles.set_index("article_id")["outlet"]))
    groups = named(rows).groupby("outlet")["speaker_id"].nunique()
    made = [
        (outlet, n, len(mine), len(mine) / n, int(groups.get(outlet, 0)), *_shares(mine))
        for outlet, n in sizes.items()
        for mine in (rows[rows["outlet"] == outlet],)
    ]
    columns = ["outlet", "articles", "statements", "an_article", "speakers", "direct", "no_speaker"]
    table = pd.DataFrame(made, columns=columns)
    return table.sort_values("statements", ascending=False, kind="stable", ignore_index=True)


def _shares(statements: pd.DataFrame) -> tuple[float, float]:
    return float((statements["kind"] == "direct").mean()), float(statements["speaker"].isna().mean())
