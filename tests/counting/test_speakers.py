"""What speakers say and in what tone, summed up."""

import numpy as np
import pandas as pd
import pytest

from helpers.counting import speakers
from helpers.showing import colours


def frame(rows):
    columns = ["article_id", "speaker", "tone"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        speaker_id=table["speaker"],
        vader=table["tone"],
        text="words",
        start=range(len(table)),
        end=range(1, len(table) + 1),
    )


ARTICLES = pd.DataFrame(
    {
        "article_id": [f"a{n}" for n in range(40)],
        "outlet": ["Post", "Star"] * 20,
        "published": pd.date_range("2024-01-01", periods=40),
        "duplicate_of": [None] * 39 + ["a0"],
    }
)


def test_summary_counts_and_shares():
    table = frame(
        [("a0", "Lind", 0.5), ("a0", "Lind", -0.5), ("a1", "Lind", 0.0), ("a2", "Park", 0.9), ("a3", None, 0.9)]
    )
    summary = speakers.speaker_summary(table, ARTICLES)
    lind = summary.iloc[0]
    assert (lind["speaker"], lind["n_statements"], lind["n_articles"], lind["n_outlets"]) == ("Lind", 3, 2, 2)
    assert lind[["negative", "neutral", "positive"]].tolist() == pytest.approx([1 / 3] * 3)
    assert lind["mean"] == pytest.approx(0) and lind["article_mean"] == pytest.approx(0)
    assert not summary["enough"].any() and len(summary) == 2
    assert "not as a ranking" in speakers.warn_small(summary)


def test_a_speaker_has_one_id_and_one_name():
    table = frame([("a0", "Lind", 0.5), ("a1", "Eva Lind", 0.5), ("a2", "Eva Lind", 0.5), ("a3", "An official", 0.1)])
    table = table.assign(speaker_id=["PER:eva lind"] * 3 + [None], kind="direct")
    counts = speakers.count_speakers(table)
    assert counts.to_dict("list") == {
        "speaker": ["Eva Lind", "An official"],
        "speaker_id": ["PER:eva lind", "words:an official"],
        "kind": ["direct"] * 2,
        "n": [3, 1],
    }
    assert set(speakers.passages_of(table)["speaker_id"]) == {"PER:eva lind", "words:an official"}


def test_comparison_needs_enough_and_finds_a_real_gap():
    rng = np.random.default_rng(0)
    rows = [(f"a{n % 15}", "Lind", rng.normal(0.3, 0.1)) for n in range(60)] + [
        (f"a{n % 15}", "Park", rng.normal(-0.3, 0.1)) for n in range(60)
    ]
    pairs = speakers.compare_speakers(frame(rows), draws=200)
    assert len(pairs) == 1 and abs(pairs["delta"].iloc[0]) > 0.9 and pairs["p_holm"].iloc[0] < 0.05
    assert speakers.compare_speakers(frame(rows[:20]), draws=50).empty


def test_a_users_own_scorer(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "def score(texts):\n    return [(0.5, ['mine']) for _ in texts]\n"
        "def short(texts):\n    return []\n"
        "def loud(texts):\n    return [(7, []) for _ in texts]\n"
    )
    table = frame([("a0", "Lind", 0.1)]).assign(tone_terms=None)
    assert speakers.rescored(table, f"{file}:score")[["tone", "tone_terms"]].values.tolist() == [[0.5, "mine"]]
    for wrong, message in (
        (f"{file}:short", "0 results for 1"),
        (f"{file}:loud", "outside -1..1"),
        (f"{file}:none", "no function"),
        ("nowhere.py:score", "give a Python file"),
    ):
        with pytest.raises(ValueError, match=message):
            speakers.rescored(table, wrong)


def test_no_dates_no_outlets_no_statements():
    bare = ARTICLES.assign(published=pd.NaT, outlet=None)
    empty = frame([])
    assert (
        speakers.tone_over_time(frame([("a0", "Lind", 0.1)]), bare).empty
        and speakers.tone_by_outlet(frame([("a0", "Lind", 0.1)]), bare).empty
    )
    assert speakers.speaker_summary(empty, bare).empty and speakers.count_speakers(empty.assign(kind=[])).empty
    assert "No statement" in speakers.tell_speakers(empty)


def test_the_marks_of_the_strongest_statements_have_their_colours():
    table = frame([("a0", "Lind", 0.9), ("a0", "Lind", -0.9)])
    assert set(speakers.extremes(table)["side"]) <= set(colours.SIDE_COLOURS)


def test_a_title_names_the_most_critical_only_where_many_statements_say_so():
    rows = [(f"a{i % 12}", who, 0.0) for i in range(36) for who in ("Lind", "Park")]
    said = frame(rows)
    stances = said[["article_id", "start", "end"]].assign(
        target_id="LOC:norland", target="Norland", stance=[-0.9 if who == "Lind" else 0.0 for _, who, _ in rows]
    )
    title = speakers.tell_stances(speakers.stance_cells(said, stances))
    assert title == "Lind is most critical of Norland"


def test_stances_go_by_ids():
    said = frame([("a0", "Lind", 0.5), ("a0", "Anna Lind", -0.5), ("a1", "Park", 0.0)])
    said["speaker_id"] = ["PER:lind", "PER:lind", None]
    stances = said[["article_id", "start", "end"]].assign(
        target_id="LOC:norland", target="Norland", stance=[0.4, 0.2, -1.0]
    )
    cells = speakers.stance_cells(said, stances).set_index("speaker_id")
    assert cells["n"].to_dict() == {"PER:lind": 2, "words:park": 1}
    assert cells.loc["PER:lind", "shown"] == "+0.3 (2)"
    assert "most critical" not in speakers.tell_stances(cells), "one statement makes no superlative"
    assert speakers.stance_cells(said.head(0), stances).empty and speakers.stance_cells(said, stances.head(0)).empty
