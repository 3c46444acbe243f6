import pandas as pd
import pytest

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
