"""Tone and stance of what is said."""

import json

import pytest

from helpers import ROOT, text
from helpers.finding import encoder, entities, opinion_reading, statements, tone
from helpers.finding.entities import Mention
from helpers.scheme import NEUTRAL

GOLD = ROOT.parent / "shared" / "gold"


def test_curly_apostrophes_do_not_hide_a_negation():
    assert tone.vader_tone("We didn’t see a good answer") == tone.vader_tone("We didn't see a good answer") < 0


@pytest.mark.parametrize(
    "words",
    [
        "There are no plans to attack our neighbour.",
        "Nobody has any reason to fear us.",
        "We are not planning to invade anyone.",
        "We don’t intend to strike first.",
    ],
)
def test_denials_of_hostility_are_not_scored_as_attacks(words):
    assert tone.adjusted(-0.6, words) > 0 or "Nobody" in words


@pytest.mark.parametrize(
    "words",
    [
        "We extend our condolences to the people of Turkey.",
        "The meeting begins at nine on Monday.",
    ],
)
def test_condolence_and_dates_are_no_attacks_whatever_stands_around_them(words):
    war = "Missiles killed forty people in the city on Monday. Soldiers shot prisoners, officials said. "
    for around in ("{}", war + "“{}” Mr. Orlov said. The massacre shocked the world."):
        string = around.format(words)
        start = string.index(words)
        encoding = encoder.load().encode(text.read(string))
        assert opinion_reading.read_tone(encoding, [(start, start + len(words))]).tone > -0.25


def test_deterrence_is_neutral_and_insults_stay_insults():
    assert abs(tone.adjusted(-0.5, "Our fleet stands ready to deter any aggression.")) < NEUTRAL
    words = "They are liars and thieves."
    assert tone.adjusted(-0.8, words) == -0.8
    assert opinion_reading.read_tone(encoder.load().encode(text.read(words)), [(0, len(words))]).tone < -NEUTRAL


def test_masking_takes_names_out_of_the_words():
    string = "The Justice Department said no."
    mention = Mention(
        4, 22, "Justice Department", "ORG", "named", "ORG:justice department", "Justice Department", None, "name", 1.0
    )
    assert tone.masked(string, 0, len(string), [mention]) == "The Name said no."


def scored(string):
    document = text.read(string)
    encoding = encoder.load().encode(document)
    mentions = entities.find_mentions(document, encoding)
    return tone.score_statements(document, encoding, mentions, statements.find_statements(document, encoding, mentions))


def test_tone_and_its_words():
    (praise,), _ = scored("“It was a wonderful evening and we are deeply grateful,” Ines Duarte said.")
    (attack,), _ = scored("“This is a shameful betrayal by a gang of liars,” Ines Duarte said.")
    assert praise.tone > NEUTRAL and attack.tone < -NEUTRAL
    assert {"wonderful", "grateful"} & set(praise.tone_terms.split("; ")) and {"shameful", "betrayal", "liars"} & set(
        attack.tone_terms.split("; ")
    )


def test_words_of_the_tone_are_whole_words():
    (found,), _ = scored("“They didn’t care and they wouldn’t help us,” Ines Duarte said.")
    assert not {"didn", "wouldn"} & set((found.tone_terms or "").split("; "))


def test_stance_is_kept_apart_from_tone():
    _, stances = scored(
        "Foreign Minister Ruth Okello praised Portugal and condemned Spain for a cowardly attack on fishermen, "
        "saying that “Portugal is a true friend.” She told reporters that “Spain is a disgrace.”"
    )
    towards = {s.target: s.stance for s in stances}
    assert towards["Portugal"] > towards["Spain"] and towards["Spain"] < 0


@pytest.mark.skipif(
    not (GOLD / "seed/tone.json").exists(),
    reason="needs the hand-coded sample (../shared/gold), which does not come with the project",
)
def test_no_tone_of_the_sample_article_has_the_wrong_sign():
    gold = json.loads((GOLD / "seed/tone.json").read_text(encoding="utf-8"))
    found, _ = scored((ROOT / "seeds" / gold["source"]).read_text(encoding="utf-8"))
    wrong = []
    for item in gold["items"]:
        best = max(found, key=lambda s: min(item["end"], s.end) - max(item["start"], s.start))
        if item["tone"] * best.tone < 0 and min(abs(item["tone"]), abs(best.tone)) >= NEUTRAL:
            wrong.append((item["id"], item["tone"], best.tone, best.text))
    assert not wrong
