"""Tone, stance and the statistics that summarise them."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ROOT, text
from helpers.counting import speakers as sentiment
from helpers.finding import encoder, entities, statements

GOLD = ROOT.parent / "shared" / "gold"


def frame(rows):
    columns = ["article_id", "speaker", "tone"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(speaker_id=table["speaker"], vader=table["tone"], text="words", start=range(len(table)), end=range(1, len(table) + 1))


ARTICLES = pd.DataFrame({"article_id": [f"a{n}" for n in range(40)], "outlet": ["Post", "Star"] * 20, "published": pd.date_range("2024-01-01", periods=40), "duplicate_of": [None] * 39 + ["a0"]})


def test_curly_apostrophes_do_not_hide_a_negation():
    assert sentiment.vader_tone("We didn’t see a good answer") == sentiment.vader_tone("We didn't see a good answer") < 0


@pytest.mark.parametrize("words", ["There are no plans to attack our neighbour.", "Nobody has any reason to fear us.", "We are not planning to invade anyone.", "We don’t intend to strike first."])
def test_denials_of_hostility_are_not_scored_as_attacks(words):
    assert sentiment.adjusted(-0.6, words) > 0 or "Nobody" in words


def test_deterrence_is_neutral_and_insults_stay_insults():
    assert abs(sentiment.adjusted(-0.5, "Our fleet stands ready to deter any aggression.")) < sentiment.NEUTRAL
    assert sentiment.adjusted(-0.8, "They are liars and thieves.") == -0.8


def test_bootstrap_resamples_articles_not_statements():
    values = np.repeat([0.5, -0.5, 0.4, -0.3], 25)
    articles = np.repeat(["a", "b", "c", "d"], 25)
    _, low, high = sentiment.bootstrap_mean(values, articles)
    _, low_alone, high_alone = sentiment.bootstrap_mean(values, np.arange(100))
    assert high - low > 3 * (high_alone - low_alone)
    assert np.isnan(sentiment.bootstrap_mean([0.1, 0.2], ["a", "a"])[1])


def test_bootstrap_interval_covers_the_truth():
    rng = np.random.default_rng(1)
    hits = 0
    for trial in range(100):
        effects = rng.normal(0, 0.4, 25)
        values = (effects[:, None] + rng.normal(0, 0.3, (25, 4))).ravel()
        _, low, high = sentiment.bootstrap_mean(values, np.repeat(np.arange(25), 4), draws=400, seed=trial)
        hits += low <= 0 <= high
    assert hits >= 86


def test_summary_counts_and_shares():
    table = frame([("a0", "Lind", 0.5), ("a0", "Lind", -0.5), ("a1", "Lind", 0.0), ("a2", "Park", 0.9), ("a3", None, 0.9)])
    summary = sentiment.speaker_summary(table, ARTICLES)
    lind = summary.iloc[0]
    assert (lind["speaker"], lind["n_statements"], lind["n_articles"], lind["n_outlets"]) == ("Lind", 3, 2, 2)
    assert lind[["negative", "neutral", "positive"]].tolist() == pytest.approx([1 / 3] * 3)
    assert lind["mean"] == pytest.approx(0) and lind["article_mean"] == pytest.approx(0)
    assert not summary["enough"].any() and len(summary) == 2
    assert "not as a ranking" in sentiment.warn_small(summary)


def test_copies_count_once():
    table = frame([("a0", "Lind", 0.5), ("a39", "Lind", 0.5)])
    assert sentiment.without_copies(table, ARTICLES)["article_id"].tolist() == ["a0"]


def test_comparison_needs_enough_and_finds_a_real_gap():
    rng = np.random.default_rng(0)
    rows = [(f"a{n % 15}", "Lind", rng.normal(0.3, 0.1)) for n in range(60)] + [(f"a{n % 15}", "Park", rng.normal(-0.3, 0.1)) for n in range(60)]
    pairs = sentiment.compare_speakers(frame(rows), draws=200)
    assert len(pairs) == 1 and abs(pairs["delta"].iloc[0]) > 0.9 and pairs["p_holm"].iloc[0] < 0.05
    assert sentiment.compare_speakers(frame(rows[:20]), draws=50).empty


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.lists(st.floats(-1, 1), min_size=1, max_size=30))
@settings(deadline=None)
def test_cliffs_delta_is_what_counting_pairs_gives(first, second):
    expected = np.mean([(a > b) - (a < b) for a in first for b in second])
    assert sentiment.cliffs_delta(first, second) == pytest.approx(expected)


def test_holm_matches_a_worked_example():
    assert sentiment.holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])


def test_a_users_own_scorer(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def score(texts):\n    return [(0.5, ['mine']) for _ in texts]\n\ndef short(texts):\n    return []\n\ndef loud(texts):\n    return [(7, []) for _ in texts]\n")
    table = frame([("a0", "Lind", 0.1)]).assign(tone_terms=None)
    assert sentiment.rescored(table, f"{file}:score")[["tone", "tone_terms"]].values.tolist() == [[0.5, "mine"]]
    for wrong, message in ((f"{file}:short", "0 results for 1"), (f"{file}:loud", "outside -1..1"), (f"{file}:none", "no function"), ("nowhere.py:score", "give a Python file")):
        with pytest.raises(ValueError, match=message):
            sentiment.rescored(table, wrong)


def test_no_dates_no_outlets_no_statements():
    bare = ARTICLES.assign(published=pd.NaT, outlet=None)
    empty = frame([])
    assert sentiment.tone_over_time(frame([("a0", "Lind", 0.1)]), bare).empty and sentiment.tone_by_outlet(frame([("a0", "Lind", 0.1)]), bare).empty
    assert sentiment.speaker_summary(empty, bare).empty and sentiment.count_speakers(empty.assign(kind=[]), bare).empty
    assert "No statement" in sentiment.tell_speakers(empty, bare)


def test_masking_takes_names_out_of_the_words():
    from helpers.finding.entities import Mention

    string = "The Justice Department said no."
    mention = Mention(4, 22, "Justice Department", "ORG", "named", "ORG:justice department", "Justice Department", None, "name", 1.0)
    assert sentiment.masked(string, 0, len(string), [mention]) == "The Name said no."


def scored(string):
    document = text.read(string)
    encoding = encoder.load().encode(document)
    mentions = entities.find_mentions(document, encoding)
    return sentiment.score_statements(document, encoding, mentions, statements.find_statements(document, encoding, mentions))


def test_tone_and_its_words():
    (praise,), _ = scored("“It was a wonderful evening and we are deeply grateful,” Ines Duarte said.")
    (attack,), _ = scored("“This is a shameful betrayal by a gang of liars,” Ines Duarte said.")
    assert praise.tone > sentiment.NEUTRAL and attack.tone < -sentiment.NEUTRAL
    assert {"wonderful", "grateful"} & set(praise.tone_terms.split("; ")) and {"shameful", "betrayal", "liars"} & set(attack.tone_terms.split("; "))


def test_words_of_the_tone_are_whole_words():
    (found,), _ = scored("“They didn’t care and they wouldn’t help us,” Ines Duarte said.")
    assert not {"didn", "wouldn"} & set((found.tone_terms or "").split("; "))


def test_the_marks_of_the_strongest_statements_have_their_colours():
    table = frame([("a0", "Lind", 0.9), ("a0", "Lind", -0.9)])
    assert set(sentiment.extremes(table)["side"]) <= set(sentiment.SIDE_COLOURS)


def test_stance_is_kept_apart_from_tone():
    _, stances = scored("Foreign Minister Ruth Okello praised Portugal and condemned Spain for a cowardly attack on fishermen, saying that “Portugal is a true friend and Spain is a disgrace.”")
    towards = {s.target: s.stance for s in stances}
    assert towards["Portugal"] > towards["Spain"] and towards["Spain"] < 0


@pytest.mark.skipif(not (GOLD / "seed/tone.json").exists(), reason="needs the hand-coded sample (../shared/gold), which does not come with the project")
def test_no_tone_of_the_sample_article_has_the_wrong_sign():
    gold = json.loads((GOLD / "seed/tone.json").read_text(encoding="utf-8"))
    found, _ = scored((ROOT / "seeds" / gold["source"]).read_text(encoding="utf-8"))
    wrong = []
    for item in gold["items"]:
        best = max(found, key=lambda s: min(item["end"], s.end) - max(item["start"], s.start))
        if item["tone"] * best.tone < 0 and min(abs(item["tone"]), abs(best.tone)) >= sentiment.NEUTRAL:
            wrong.append((item["id"], item["tone"], best.tone, best.text))
    assert not wrong
