"""Summaries of acts: rungs, directions, words and deeds, passages."""

import matplotlib

matplotlib.use("agg")

import numpy as np
import pandas as pd
import pytest

from helpers import scheme, tables
from helpers.counting import acts, escalation, statistics
from helpers.showing import charts, colours, display, plots

WORDS = "Norland attacked Ruritania. Ruritania denied shelling Norland. Norland will send aid to Ruritania."
NORLAND, RURITANIA, BERG = ("LOC:norland", "Norland"), ("LOC:ruritania", "Ruritania"), ("PER:anna berg", "Anna Berg")


@pytest.fixture
def articles():
    dates = pd.date_range("2024-01-01", periods=20, freq="D")
    rows = [
        (f"a{i}", f"Title {i}", WORDS, day.to_pydatetime(), "Post", None, "x.txt", 14, "a0" if i == 1 else None, None)
        for i, day in enumerate(dates)
    ]
    return tables.make_frame("articles", rows)


@pytest.fixture
def found(make_acts):
    """In each of 20 articles: Berg (for Norland) talks, later attacks; a denied attack; a possible one by two."""
    rows = []
    for i in range(20):
        kind = "FORCE" if i >= 10 else "AID"
        rows.append((f"a{i}", 8, kind, "actual", [(*BERG, *NORLAND)], [RURITANIA], {}))
        rows.append((f"a{i}", 45, "FORCE", "denied", [RURITANIA], [NORLAND], {}))
        other = (None, "Freedonian rebels")
        rows.append((f"a{i}", 71, "FORCE", "possible", [RURITANIA, other], [NORLAND], {"attribution": "reported"}))
    return make_acts(*rows)


@pytest.fixture
def told(found, articles):
    return acts.select(found[0], articles)


@pytest.fixture
def sides(told, found):
    return acts.parties(told, found[1])


def test_select_scores_and_filters(found, articles, told):
    assert list(told["rung_scored"].unique()) == [-3, -2, 0, 9]
    assert told["counted"].sum() == 20 and len(told) == 60
    assert len(acts.select(found[0], articles, reported=False)) == 40


@pytest.mark.parametrize(
    ("given", "read"),
    [("actual", ("actual",)), ("Actual; threatened", ("actual", "threatened")), ("all", acts.COUNTABLE)],
)
def test_modalities_that_count(given, read):
    assert acts.read_modalities(given) == read


@pytest.mark.parametrize(
    ("given", "why"), [("denied", "columns of its own"), ("done", "give some of"), ("", "give so")]
)
def test_what_never_counts_is_one_sentence(given, why):
    with pytest.raises(ValueError, match=why):
        acts.read_modalities(given)


def test_who_towards_whom_counts_deeds_and_keeps_the_rest_apart(told, sides):
    pairs = acts.count_directions(told, sides).set_index(["actor_id", "target_id"])
    done = pairs.loc[("LOC:norland", "LOC:ruritania")]
    assert (done["n"], done["articles"], done["hostile"], done["friendly"], done["rung"]) == (20, 20, 10, 10, 3.0)
    assert done["shown"] == "+3.0\n20 acts" and done["denied"] == done["possible"] == 0
    other = pairs.loc[("LOC:ruritania", "LOC:norland")]
    assert (other["n"], other["denied"], other["possible"]) == (0, 20, 20) and np.isnan(other["rung"])
    assert ("words:freedonian rebels", "LOC:norland") in pairs.index
    drawn = plots.heat_map(pairs.reset_index(), "target", "actor", "rung", title="x", centre=0, shown="shown")
    assert [t.get_text() for t in drawn.texts] == ["+3.0\n20 acts"]


def test_more_modalities_count_as_what_they_are(make_acts, articles):
    rows = [(f"a{i}", 8, "FORCE", m, [NORLAND], [RURITANIA], {}) for i, m in enumerate(scheme.MODALITIES)]
    found = make_acts(*rows)
    everything = acts.select(found[0], articles, modalities="all")
    row = acts.count_directions(everything, acts.parties(everything, found[1])).iloc[0]
    assert (row["n"], row["rung"], row["announced"], row["denied"], row["possible"]) == (4, (9 + 3 * 4) / 4, 3, 1, 1)
    note = acts.note_directions(everything, acts.parties(everything, found[1]))
    assert "acts that are actual, announced, threatened, conditional" in note and "1 possible, 1 denied" in note


def test_a_reciprocal_act_goes_both_ways_and_counts_once(make_acts, articles):
    both = {"reciprocal": True}
    found = make_acts(
        ("a0", 8, "TALK", "actual", [NORLAND, RURITANIA], [], both), ("a2", 8, "FORCE", "actual", [], [], {})
    )
    told = acts.select(found[0], articles)
    sides = acts.parties(told, found[1])
    pairs = acts.count_directions(told, sides)
    assert pairs[["actor", "target", "n", "both_ways"]].values.tolist() == [
        ["Norland", "Ruritania", 1, 1],
        ["Ruritania", "Norland", 1, 1],
    ]
    note = acts.note_directions(told, sides)
    assert "1 of them goes both ways" in note and "count such an act once" in note and "1 more names no actor" in note
    assert acts.count_rungs(told)["n"].sum() == 2
    assert acts.count_events(told, sides).set_index("category").loc["TALK", "events"] == 1
    assert acts.name_sides(told).tolist() == ["Norland; Ruritania ↔", "? → ?"]
    series = escalation.index_over_time(told, articles)
    assert series["n"].sum() == 2


def test_quads_words_and_deeds(told, sides):
    quads = acts.count_quads(told, sides)
    assert quads[["actor_id", "quad", "n"]].values.tolist() == [
        ["LOC:norland", "material cooperation", 10],
        ["LOC:norland", "material conflict", 10],
    ]
    talk = acts.talk_and_deeds(told, sides).set_index("actor_id")
    assert talk.loc["LOC:norland", "deed"] == 3 and np.isnan(talk.loc["LOC:norland", "talk"])
    assert "LOC:ruritania" not in talk.index  # what it denies and what is possible are neither words nor deeds
    manners = acts.count_modalities(told, sides).set_index(["actor_id", "modality"])["n"]
    assert manners["LOC:ruritania", "denied"] == manners["LOC:ruritania", "possible"] == 20


def test_quads_follow_the_plover_type(make_acts, articles):
    found = make_acts(("a0", 8, "AID", "actual", [NORLAND], [RURITANIA], {"plover": "COOPERATE"}))
    assert acts.select(found[0], articles)["quad"].tolist() == ["material cooperation"]


def test_events_and_passages(told, sides, articles, found):
    events = acts.count_events(told, sides).set_index("category")
    assert events.loc["AID", "acts"] == 10 and events.loc["AID", "in_independent_texts"] == 9
    ends = acts.extremes(told, n=3)
    assert (ends.loc[ends["direction"] == "up", "rung_scored"] > 0).all() and len(ends) == 6
    assert set(ends["modality"]) == {"actual"} and ends["who"][0] == "Norland (Anna Berg) → Ruritania"
    assert len(acts.denials(told)) == 20
    marks = acts.marks_of(told, found[1], "a0")
    assert tuple(sorted({m[2] for m in marks} - {"FORCE"})) == ("AID", "actor", "target")
    assert all(isinstance(m[3], str) for m in marks)
    shown = str(display.marked_text(WORDS, marks, legend=colours.legend_of(told)))
    assert colours.ROLE_COLOURS["actor"] in shown and colours.ROLE_COLOURS["target"] in shown


def test_titles_claim_no_more_than_the_numbers_carry(told, sides, make_acts, articles):
    assert acts.tell_directions(acts.count_directions(told, sides)).startswith("Who acts towards whom: 1 direction")
    rows = [(f"a{i % 20}", i, "FORCE", "actual", [NORLAND], [RURITANIA], {}) for i in range(200)]
    rows += [(f"a{i % 20}", 300 + i, "FORCE", "actual", [RURITANIA], [NORLAND], {}) for i in range(40)]
    many = make_acts(*rows)
    pairs = acts.count_directions(acts.select(many[0], articles), acts.parties(many[0], many[1]))
    assert acts.tell_directions(pairs) == "Most acts go from Norland towards Ruritania (200)"
    assert acts.tell_ladder(told) == "Of 60 reported acts, 20 are told as done: 10 escalate, 10 de-escalate"


def test_nothing_found_is_a_sentence_everywhere(articles):
    none = acts.select(tables.make_frame("acts"), articles)
    sides = acts.parties(none, tables.make_frame("participants"))
    series = escalation.index_over_time(none, articles.assign(published=pd.NaT))
    pairs = acts.count_directions(none, sides)
    changes = statistics.change_points(series)
    drawn = [
        charts.plot_ladder(acts.count_rungs(none), colours=colours.MODALITY_COLOURS, title=acts.tell_ladder(none)),
        plots.heat_map(pairs, "target", "actor", "rung", title=acts.tell_directions(pairs)),
        plots.intervals(escalation.index_by_actor(none, sides), "index", "actor", low="low", high="high", title="x"),
        charts.plot_talk_and_deeds(
            acts.talk_and_deeds(none, sides), title=acts.tell_talk(acts.talk_and_deeds(none, sides))
        ),
        charts.plot_index_over_time(series, changes, title="x", note=escalation.tell_changes(changes, series)),
        plots.ranked_bars(acts.count_quads(none, sides), "n", "actor", stack="quad", title="x"),
        plots.ranked_bars(acts.count_modalities(none, sides), "n", "actor", stack="modality", title="x"),
    ]
    assert all(len(ax.texts) == 1 for ax in drawn)
    assert not len(escalation.count_sensitivity(none, articles)) and not len(acts.count_events(none, sides))
    ends = acts.extremes(none)
    shown = display.evidence(ends[ends["direction"] == "up"], articles, label="category", empty="No act.")
    assert "No act." in str(shown) and not len(acts.denials(none))
    assert acts.marks_of(none, tables.make_frame("participants"), "a0") == []


def test_own_categories_work_in_every_chart(articles, make_acts):
    rows = [(f"a{i}", 8, "CYBER", "actual", [NORLAND], [RURITANIA], {"rung": 7}) for i in range(5)]
    found = make_acts(*rows)
    own = acts.select(found[0], articles)
    sides = acts.parties(own, found[1])
    assert (own["rung_scored"] == 7).all() and colours.legend_of(own)["CYBER"]
    assert "CYBER  +7" in set(acts.count_rungs(own)["label"])
    assert charts.plot_ladder(acts.count_rungs(own), colours=colours.MODALITY_COLOURS, title="x").patches
    assert len(escalation.index_by_actor(own, sides)) == 1
    assert len(acts.talk_and_deeds(own, sides)) == 1 and not len(scheme.export_events(own, sides))
