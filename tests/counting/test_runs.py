import pandas as pd
import pytest

from helpers import tables
from helpers.counting import runs


def mention(start, name):
    return ("a", start, start + 4, name, "PER", "named", f"PER:{name.lower()}", name, None, "exact", 0.9)


def statement(start, speaker, tone):
    return (
        "a",
        start,
        start + 3,
        [(start, start + 3)],
        "x",
        "direct",
        "said",
        0,
        1,
        speaker,
        speaker,
        0,
        1,
        f"PER:{speaker}",
        None,
        tone,
        None,
        tone,
        0.9,
    )


@pytest.fixture
def two(tmp_path, make_run):
    make_run(
        tmp_path,
        "first",
        "2026-01-01T10:00:00+00:00",
        [mention(0, "Berg"), mention(9, "Hale")],
        [statement(0, "Berg", -0.5), statement(5, "Berg", -0.3)],
    )
    make_run(
        tmp_path,
        "second",
        "2026-01-02T10:00:00+00:00",
        [mention(0, "Berg"), mention(5, "Berg"), mention(20, "Moe")],
        [statement(0, "Berg", 0.5), statement(5, "Berg", 0.3)],
    )
    return tmp_path


def test_two_runs_side_by_side(two):
    pair = runs.find_pair(two / "second")
    assert repr(pair) == "first compared with second"
    rows = runs.compare_rows(pair).set_index("table")
    assert list(rows.loc["mentions"]) == [2, 3, 1, 2] and list(rows.loc["articles"]) == [1, 1, 0, 0]
    counts = runs.compare_counts(pair, "mentions", "entity", "entity_id").set_index("entity")
    assert counts["change"].to_dict() == {"Berg": 1, "Hale": -1, "Moe": 1}
    tones = runs.compare_means(pair, "statements", "speaker", "tone")
    assert tones.to_dict("records") == [
        {"speaker": "Berg", "n_first": 2, "n_second": 2, "first": -0.4, "second": 0.4, "change": 0.8}
    ]
    assert "the same articles" in runs.tell_changes(pair)
    settings = runs.compare_settings(pair).set_index("what")
    assert settings.loc["run", "changed"] and not settings.loc["articles", "changed"]


def test_runs_by_name_and_newest(two):
    assert repr(runs.find_pair(two / "interactive")) == "first compared with second"
    assert repr(runs.find_pair(two / "interactive", "second", "first")) == "second compared with first"
    assert "no run called thrid" in runs.find_pair(two / "interactive", "thrid").why_not


def test_nothing_to_compare_is_one_sentence(tmp_path, make_run):
    make_run(tmp_path, "only", "2026-01-01T10:00:00+00:00")
    pair = runs.find_pair(tmp_path / "only")
    assert not pair and "no earlier run of the same inputs" in pair.why_not
    for frame in (
        runs.compare_settings(pair),
        runs.compare_rows(pair),
        runs.compare_counts(pair, "acts", "category"),
        runs.compare_means(pair, "statements", "speaker", "tone"),
    ):
        assert len(frame) == 0
    assert runs.tell_change(pair, pd.DataFrame({"change": []}), "x", "acts") == "Nothing to compare with yet"


def test_runs_of_other_inputs_are_compared_only_when_named(two, make_run):
    run = make_run(two, "other", "2026-01-03T10:00:00+00:00", inputs_given=["elsewhere"])
    assert "no earlier run of the same inputs" in runs.find_pair(run).why_not
    assert repr(runs.find_pair(run, "second")) == "second compared with other"


def test_actors_by_their_ids(tmp_path, make_run, make_acts):
    norland, berg = ("LOC:norland", "Norland"), ("PER:anna berg", "Anna Berg")
    before = make_acts(("a", 0, "FORCE", "actual", [norland], [], {}), ("a", 9, "FORCE", "denied", [norland], [], {}))
    after = make_acts(("a", 0, "FORCE", "actual", [(*berg, "LOC:norland", "Kingdom of Norland")], [], {}))
    for name, found in (("first", before), ("second", after)):
        run = make_run(tmp_path, name, f"2026-01-0{1 + (name == 'second')}T10:00:00+00:00")
        for table, frame in zip(("acts", "participants"), found, strict=True):
            tables.save(frame, table, run)
    pair = runs.find_pair(tmp_path / "second")
    assert not len(runs.compare_actors(pair))  # the same state, whatever it is called
    named = runs.compare_actors(pair, level="named").set_index("actor_id")["change"]
    assert named.to_dict() == {"LOC:norland": -1, "PER:anna berg": 1}
    rows = runs.compare_rows(pair).set_index("table")
    assert list(rows.loc["acts"]) == [2, 1, 1, 0] and list(rows.loc["participants"]) == [2, 1, 2, 1]
    assert not len(runs.compare_counts(pair, "acts", "category", only={"modality": "actual"}))


def test_runs_of_another_version_are_not_compared(two, make_run):
    run = make_run(two, "newer", "2026-01-03T10:00:00+00:00", versions={"this project": "0.3.0"})
    pair = runs.find_pair(run)
    assert not pair and pair.why_not.startswith(
        "The runs second (0.2) and newer (0.3) were made by versions whose tables"
    )
    assert repr(runs.find_pair(run, "first", "second")) == "first compared with second"
