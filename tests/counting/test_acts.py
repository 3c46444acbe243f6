"""Summaries of acts: rungs, directions, index, change, passages."""

import numpy as np
import pandas as pd
import pytest

from helpers import scheme, tables
from helpers.counting import acts as ladder
from helpers.counting import statistics
from helpers.showing import charts, colours, display, plots

WORDS = "Norland attacked Ruritania. Ruritania denied shelling Norland. Norland will send aid to Ruritania."


def act(article, category, modality, actor, target, start=0, attribution="narrator", confidence=0.7):
    rung = scheme.LADDER.get(category, 7)
    return (
        article,
        start,
        start + 7,
        WORDS[start : start + 7],
        category,
        rung,
        modality,
        attribution,
        None,
        None,
        actor,
        None,
        target,
        None,
        None,
        WORDS[:27],
        0,
        27,
        confidence,
    )


@pytest.fixture
def articles():
    dates = pd.date_range("2024-01-01", periods=20, freq="D")
    rows = [
        (f"a{i}", f"Title {i}", WORDS, day.to_pydatetime(), "Post", None, "x.txt", 14, "a0" if i == 1 else None, None)
        for i, day in enumerate(dates)
    ]
    return tables.make_frame("articles", rows)


@pytest.fixture
def acts():
    rows = []
    for i in range(20):
        rows.append(act(f"a{i}", "FORCE" if i >= 10 else "TALK", "actual", "Norland (Anna Berg)", "Ruritania"))
        rows.append(act(f"a{i}", "FORCE", "denied", "Ruritania", "Norland", start=28))
        rows.append(
            act(
                f"a{i}",
                "FORCE",
                "possible",
                "Ruritania; Freedonia",
                "Norland (implied)",
                start=40,
                attribution="reported",
            )
        )
    return tables.make_frame("acts", rows)


def test_select_scores_and_filters(acts, articles):
    chosen = ladder.select(acts, articles)
    assert list(chosen["rung_scored"].unique()) == [-2, 0, 9]
    assert len(ladder.select(acts, articles, reported=False)) == 40
    assert "a1" not in set(ladder.select(acts, articles, duplicates=False)["article_id"])
    assert (ladder.select(acts, articles, announced=False)["modality"] != "announced").all()


def test_rungs_directions_quads(acts, articles):
    chosen = ladder.select(acts, articles)
    assert ladder.count_rungs(chosen)["n"].sum() == 60
    pairs = ladder.count_directions(chosen)
    top = pairs[(pairs["actor"] == "Ruritania") & (pairs["target"] == "Norland")].iloc[0]
    assert top["n"] == 40 and top["friendly"] == 20
    assert set(ladder.count_quads(chosen)["quad"]) == {"verbal cooperation", "material conflict"}
    talk = ladder.talk_and_deeds(chosen).set_index("actor")
    assert talk.loc["Norland", "deed"] == 9 and talk.loc["Norland", "talk"] == -2


def test_index_has_intervals_and_is_per_thousand_sentences(acts, articles):
    chosen, sentences = ladder.select(acts, articles), ladder.count_sentences(articles)
    assert sentences.sum() == 60
    index = ladder.index_by_actor(chosen, sentences).set_index("actor")
    assert index.loc["Norland", "index"] == pytest.approx(1000 * (10 * 9 - 10 * 2) / 60)
    assert index.loc["Norland", "low"] < index.loc["Norland", "index"] < index.loc["Norland", "high"]
    one = ladder.index_by_actor(chosen[chosen["article_id"] == "a3"], sentences[["a3"]])
    assert np.isnan(one["low"]).all()


def test_change_of_level_is_found_and_chance_is_not(acts, articles):
    chosen, sentences = ladder.select(acts, articles), ladder.count_sentences(articles)
    series = ladder.index_over_time(chosen, articles, sentences)
    changes = statistics.change_points(series)
    assert (
        list(changes["period"]) == [pd.Timestamp("2024-01-11")] and changes["after"].iloc[0] > changes["before"].iloc[0]
    )
    flat = series.assign(index=np.tile([1.0, 2.0], 10))
    assert not len(statistics.change_points(flat)) and not len(statistics.change_points(series.head(5)))


def test_events_sensitivity_extremes(acts, articles):
    chosen, sentences = ladder.select(acts, articles), ladder.count_sentences(articles)
    events = ladder.count_events(chosen).set_index("category")
    assert events.loc["TALK", "acts"] == 10 and events.loc["TALK", "in_independent_texts"] == 9
    panel = ladder.count_sensitivity(acts, articles, sentences).set_index("variant")
    assert panel.loc["all acts", "n"] == 60
    ends = ladder.extremes(chosen, n=3)
    assert (ends.loc[ends["direction"] == "up", "rung_scored"] > 0).all() and len(ends) == 6
    assert ladder.choose_article(chosen, articles, "Title 7") == "a7"
    assert ladder.marks_of(chosen, "a0")[0][2] == "TALK"


def test_nothing_found_is_a_sentence_everywhere(articles):
    none = ladder.select(tables.make_frame("acts"), articles)
    sentences = ladder.count_sentences(articles)
    series = ladder.index_over_time(none, articles.assign(published=pd.NaT), sentences)
    assert charts.plot_ladder(
        ladder.count_rungs(none), colours=colours.MODALITY_COLOURS, title=ladder.tell_ladder(none)
    )
    assert plots.heat_map(
        ladder.count_directions(none),
        "target",
        "actor",
        "rung",
        title=ladder.tell_directions(ladder.count_directions(none)),
    )
    assert plots.intervals(ladder.index_by_actor(none, sentences), "index", "actor", low="low", high="high", title="x")
    assert charts.plot_talk_and_deeds(ladder.talk_and_deeds(none), title=ladder.tell_talk(ladder.talk_and_deeds(none)))
    assert charts.plot_index_over_time(
        series,
        statistics.change_points(series),
        title="x",
        note=ladder.tell_changes(statistics.change_points(series), series),
    )
    assert plots.ranked_bars(ladder.count_quads(none), "n", "actor", stack="quad", title="x")
    assert not len(ladder.count_sensitivity(none, articles, sentences)) and not len(ladder.count_events(none))
    ends = ladder.extremes(none)
    assert "No act" in str(
        display.evidence(ends[ends["direction"] == "up"], articles, label="category", empty="No act.")
    )
    assert ladder.choose_article(none, articles.iloc[:0]) == "" and ladder.text_of(articles.iloc[:0], "") == ("", "")


def test_own_categories_work_in_every_chart(articles):
    rows = [act(f"a{i}", "CYBER", "actual", "Norland", "Ruritania") for i in range(5)]
    own = ladder.select(tables.make_frame("acts", rows), articles)
    assert (own["rung_scored"] == 7).all() and colours.legend_of(own)["CYBER"]
    assert "CYBER  +7" in set(ladder.count_rungs(own)["label"])
    assert charts.plot_ladder(ladder.count_rungs(own), colours=colours.MODALITY_COLOURS, title="x")
    assert len(ladder.index_by_actor(own, ladder.count_sentences(articles))) == 1
    assert len(ladder.talk_and_deeds(own)) == 1 and not len(scheme.export_events(own))
