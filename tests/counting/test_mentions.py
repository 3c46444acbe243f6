"""From mentions to counting. The sentences here are our own."""

from typing import NamedTuple

import pandas as pd
import pytest

from helpers import text
from helpers.counting import mentions as counting
from helpers.counting import suggestions
from helpers.finding import entities
from helpers.showing import charts


class Span(NamedTuple):
    start: int
    end: int
    type: str
    score: float = 1.0


class Marked:
    """An encoding that holds the spans a test marks in the text."""

    def __init__(self, words, marks):
        self.entities, cursor = [], 0  # marks stand in the order of the text
        for name, type_ in marks:
            start = words.index(name, cursor)
            cursor = start + len(name)
            self.entities.append(Span(start, cursor, type_))


def read(words, *marks, **options):
    document = text.read(words)
    return document, entities.find_mentions(document, Marked(words, marks), **options)


def corpus(*texts_and_marks, **columns):
    articles, rows = [], []
    for number, (words, marks) in enumerate(texts_and_marks):
        articles.append(
            {
                "article_id": f"a{number}",
                "title": None,
                "text": words,
                "published": pd.NaT,
                "outlet": None,
                "duplicate_of": None,
                **{k: v[number] for k, v in columns.items()},
            }
        )
        rows += [(f"a{number}", *mention) for mention in read(words, *marks)[1]]
    return pd.DataFrame(rows, columns=["article_id", *entities.Mention._fields]), pd.DataFrame(articles)


def test_switches():
    words = "Moscow warned Norway. Norwegian ships left. Eva Holm stayed. She smiled."
    mentions, articles = corpus(
        (words, [("Eva Holm", "PER")]), (words, [("Eva Holm", "PER")]), duplicate_of=[None, "a0"]
    )

    def n(**switches):
        return dict(counting.count_entities(mentions, articles, **switches).set_index("entity")["mentions"])

    assert n() == {"Norway": 4, "Moscow": 2, "Eva Holm": 2}
    assert n(demonyms=False)["Norway"] == 2
    assert n(metonyms=True)["Russia"] == 2 and "Moscow" not in n(metonyms=True)
    assert n(pronouns=True)["Eva Holm"] == 4


def test_tables_of_the_notebook():
    dates = pd.to_datetime(["2022-01-01", "2022-01-20"])
    mentions, articles = corpus(
        ("Norway met Chile. Norway won.", []), ("Chile met Norway.", []), published=list(dates), outlet=["Post", "Mail"]
    )
    chosen = counting.select(mentions, articles)
    pair = counting.cooccurrence(chosen, articles).iloc[0]
    assert (pair["a"], pair["b"], pair["sentences"], pair["articles"]) == ("Norway", "Chile", 2, 2)
    assert counting.share_by_outlet(chosen).set_index(["outlet", "entity"])["share"].to_dict()[
        "Post", "Norway"
    ] == pytest.approx(2 / 3)
    assert counting.share_over_time(chosen).groupby("period")["share"].sum().tolist() == pytest.approx(
        [1.0] * counting.share_over_time(chosen)["period"].nunique()
    )
    assert counting.find_entity(chosen, "norway") == ("LOC:norway", "Norway")
    with pytest.raises(ValueError, match="No entity is called Norwai; nearest: Norway"):
        counting.find_entity(chosen, "Norwai")
    context = counting.keyword_in_context(chosen, articles, "LOC:chile")
    assert context["words"].tolist() == ["Chile", "Chile"] and context["left"][0] == "Norway met "
    assert set(charts.place_pairs(counting.cooccurrence(chosen, articles))) == {"LOC:norway", "LOC:chile"}
    audit = counting.audit(chosen)
    assert audit["n"].sum() == len(chosen)


def test_empty_corpus_gives_empty_tables_and_sentences():
    mentions, articles = corpus(("nothing here", []))
    chosen = counting.select(mentions, articles)
    for make in (
        counting.rank,
        counting.count_forms,
        counting.share_by_outlet,
        counting.share_over_time,
        counting.first_mentions,
        counting.dispersion,
        counting.audit,
        suggestions.suggest,
    ):
        assert not len(make(chosen))
    assert not len(counting.cooccurrence(chosen, articles))
    assert not counting.find_entity(chosen).found
    assert counting.tell_top(chosen).startswith("No ")


def test_suggestions_are_lines_and_nothing_more():
    mentions, articles = corpus(
        ("Karl Meier spoke.", [("Karl Meier", "PER")]),
        ("Meier spoke.", [("Meier", "PER")]),
        ("Karl Mejer spoke.", [("Karl Mejer", "PER")]),
    )
    chosen = counting.select(mentions, articles)
    lines = suggestions.suggest(chosen)["line"].tolist()
    assert len(counting.rank(chosen)) == 3
    assert any(line.startswith("merge,") and "PER:meier" in line for line in lines)
