"""The scheme: what an act counts as, who is shown on a side, the export as events."""

from types import SimpleNamespace

import pytest

from helpers import scheme
from helpers.counting.acts import parties

NORLAND, RURITANIA, BERG = ("LOC:norland", "Norland"), ("LOC:ruritania", "Ruritania"), ("PER:anna berg", "Anna Berg")


def shown(*pairs):
    return scheme.display_of(SimpleNamespace(entity=entity, acts_for=acts_for) for entity, acts_for in pairs)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], None),
        ([(None, None)], None),
        ([("Norland", None)], "Norland"),
        ([("Anna Berg", "Norland"), ("Ruritania", float("nan"))], "Norland (Anna Berg); Ruritania"),
        ([("Norland", "Norland"), ("Norland", None)], "Norland"),
        ([(None, "Norland")], "Norland"),
    ],
)
def test_who_stands_on_a_side(pairs, words):
    assert shown(*pairs) == words


@pytest.mark.parametrize(
    ("category", "modality", "rung"),
    [
        ("FORCE", "actual", 9),
        ("FORCE", "threatened", 4),
        ("MOBILIZE", "announced", 6),
        ("FORCE", "denied", -2),
        ("AID", "announced", -2),
        ("AID", "denied", 2),
        ("FORCE", "possible", 0),
        ("NONE", "actual", 0),
    ],
)
def test_what_the_modality_leaves(category, modality, rung):
    assert scheme.scored_rung(category, modality) == rung


def test_events_are_pairs(make_acts):
    found = make_acts(
        ("a", 0, "FORCE", "actual", [(*BERG, *NORLAND), RURITANIA], [(None, "protesters")], {}),
        ("a", 9, "TALK", "actual", [NORLAND, RURITANIA], [], {"reciprocal": True, "plover": "AGREE"}),
        ("a", 20, "SANCTION", "actual", [NORLAND], [], {}),
        ("a", 30, "FORCE", "possible", [NORLAND], [RURITANIA], {}),
        ("a", 40, "CYBER", "actual", [NORLAND], [RURITANIA], {"rung": 7}),
    )
    events = scheme.export_events(*found)
    assert list(events.columns) == list(scheme.EVENT_COLUMNS)
    assert events[["source", "target", "plover", "reciprocal"]].fillna("").values.tolist() == [
        ["Anna Berg", "protesters", "ASSAULT", False],
        ["Ruritania", "protesters", "ASSAULT", False],
        ["Norland", "Ruritania", "AGREE", True],
        ["Ruritania", "Norland", "AGREE", True],
        ["Norland", "", "SANCTION", False],
    ]
    assert events["quad_class"].tolist() == [4, 4, 1, 1, 4] and events["cameo_root"][2] == "03"
    as_states = scheme.export_events(found[0], parties(*found))
    assert as_states["source_id"][0] == "LOC:norland" and as_states["target_id"][0] == "words:protesters"
    assert not len(scheme.export_events(found[0].head(0), found[1].head(0)))
