"""The escalation index: its unit, intervals, change over time, and what it hangs on."""

import numpy as np
import pandas as pd
import pytest

from helpers import tables
from helpers.counting import acts, escalation, statistics

WORDS = "Norland attacked Ruritania. Nobody spoke. It rained."
NORLAND, RURITANIA = ("LOC:norland", "Norland"), ("LOC:ruritania", "Ruritania")


@pytest.fixture
def articles():
    dates = pd.date_range("2024-01-01", periods=20, freq="D")
    rows = [
        (f"a{i}", None, WORDS, day.to_pydatetime(), None, None, "x", 8, "a0" if i == 1 else None, None)
        for i, day in enumerate(dates)
    ]
    return tables.make_frame("articles", rows)


@pytest.fixture
def found(make_acts):
    rows = []
    for i in range(20):
        rows.append((f"a{i}", 8, "FORCE" if i >= 10 else "TALK", "actual", [NORLAND], [RURITANIA], {}))
        rows.append((f"a{i}", 28, "FORCE", "denied", [RURITANIA], [NORLAND], {}))
        rows.append((f"a{i}", 35, "FORCE", "threatened", [RURITANIA], [NORLAND], {"attribution": "quoted"}))
    return make_acts(*rows)


def test_index_of_deeds_per_thousand_sentences(found, articles):
    told, sentences = acts.select(found[0], articles), escalation.count_sentences(articles)
    sides = acts.parties(told, found[1])
    assert sentences.sum() == 60
    index = escalation.index_by_actor(told, sides, sentences).set_index("actor_id")
    assert list(index.index) == ["LOC:norland"]  # the other only denies and threatens
    assert index.loc["LOC:norland", "index"] == pytest.approx(1000 * (10 * 9 - 10 * 2) / 60)
    assert index.loc["LOC:norland", "low"] < index.loc["LOC:norland", "index"] < index.loc["LOC:norland", "high"]
    one = escalation.index_by_actor(told[told["article_id"] == "a3"], sides, sentences[["a3"]])
    assert np.isnan(one["low"]).all()
    assert escalation.tell_index(index.reset_index()).startswith("Escalation index by actor, n = ")


def test_the_unit_can_be_read_on_one_article(articles):
    sentences = escalation.count_sentences(articles)
    assert "an article of average length here (3 sentences) makes 3,000" in escalation.tell_unit(sentences)
    assert "this article (3 sentences) makes 3,000" in escalation.tell_unit(sentences[["a0"]])
    assert escalation.tell_unit(sentences.iloc[:0]).endswith("per 1,000 sentences.")


def test_change_of_level_is_found_and_chance_is_not(found, articles):
    told, sentences = acts.select(found[0], articles), escalation.count_sentences(articles)
    series = escalation.index_over_time(told, articles, sentences)
    changes = statistics.change_points(series)
    assert list(changes["period"]) == [pd.Timestamp("2024-01-11")]
    assert changes["after"].iloc[0] > changes["before"].iloc[0]
    flat = series.assign(index=np.tile([1.0, 2.0], 10))
    assert not len(statistics.change_points(flat)) and not len(statistics.change_points(series.head(5)))


def test_sensitivity(found, articles):
    panel = escalation.count_sensitivity(found[0], articles, escalation.count_sentences(articles)).set_index("variant")
    assert panel["n"].to_dict() == {
        "told as done": 20,
        "also announced, threatened": 40,
        "done, told by the article itself": 20,
        "done, no repeated articles": 19,
    }
    assert panel.loc["also announced, threatened", "index"] > panel.loc["told as done", "index"]
