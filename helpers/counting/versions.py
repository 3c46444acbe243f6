"""The same statement in several articles: cut, or with another verb ("said", "claimed", "admitted"), side by side.

Statements are alike when the shorter one's runs of four words (case and punctuation aside) stand mostly in the longer
one. They are looked up by these runs, so that time goes with the text.
"""

import re
from collections import Counter, defaultdict

import pandas as pd

from helpers.reading.duplicates import Groups

ALIKE = 0.6  # of the shorter statement's runs of words
RUN, SHORTEST = 4, 6  # words
COMMON = 40  # a run that more statements hold tells nothing
_WORD = re.compile(r"[^\W_]+")


def find(statements: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """The statements that several articles print: version (number of the group), outlet, published, speaker_id,
    speaker, verb, text, tone, kind, article_id, start, end; largest groups first, within them by date.

    Where articles name their outlets, a group has at least two of them.
    """
    columns = ["version", "outlet", "published", "speaker_id", "speaker", "verb", "text", "tone", "kind"]
    columns += ["article_id", "start", "end"]
    if not len(statements):
        return pd.DataFrame(columns=columns)
    rows = statements.reset_index(drop=True)
    about = articles.drop_duplicates("article_id").set_index("article_id")
    rows = rows.assign(
        outlet=rows["article_id"].map(about["outlet"]), published=rows["article_id"].map(about["published"])
    )
    groups = _group(list(rows["text"]), list(rows["article_id"]))
    rows = rows.assign(version=groups).dropna(subset=["version"])
    sizes = rows.groupby("version")["article_id"].transform("nunique")
    outlets = rows.groupby("version")["outlet"].transform("nunique")
    rows = rows[(sizes > 1) & ((outlets > 1) | rows["outlet"].isna())]
    order = rows.groupby("version")["article_id"].transform("nunique")
    rows = rows.assign(_=-order).sort_values(["_", "version", "published"], kind="stable", ignore_index=True)
    rows["version"] = pd.factorize(rows["version"])[0] + 1
    return rows.rename(columns={"cue": "verb"})[columns]


def _group(texts: list[str], articles: list[str]) -> list[int | None]:
    """A number for each statement that is like one of another article, None for the others."""
    runs = []
    for text in texts:
        words = _WORD.findall(text.casefold())
        runs.append(
            {hash(tuple(words[k : k + RUN])) for k in range(len(words) - RUN + 1)} if len(words) >= SHORTEST else set()
        )
    holders = defaultdict(list)
    for row, own in enumerate(runs):
        for run in own:
            holders[run].append(row)
    shared: Counter[tuple[int, int]] = Counter()
    for rows in holders.values():
        if 1 < len(rows) <= COMMON:
            shared.update((a, b) for k, a in enumerate(rows) for b in rows[k + 1 :] if articles[a] != articles[b])
    versions = Groups(len(texts))
    alike = [pair for pair, n in shared.items() if n >= ALIKE * min(len(runs[pair[0]]), len(runs[pair[1]]))]
    for a, b in alike:
        versions.join(a, b)
    members = {row for pair in alike for row in pair}
    return [versions.of(row) if row in members else None for row in range(len(texts))]
