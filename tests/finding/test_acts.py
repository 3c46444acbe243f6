"""Acts as they ship, the network included: categories, who towards whom, modality, attribution. All sentences are the
project's own; the sample
article against its coding by hand.
"""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import text
from helpers.finding import acts, encoder, entities, statements
from helpers.scheme import LADDER, MODALITIES, PLOVER_OF, quad_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = json.loads((ROOT / "tests/data/sample_acts.json").read_text(encoding="utf-8"))


def find(words, **options):
    document = text.read(words)
    encoding = encoder.load().encode(document)
    mentions = entities.find_mentions(document, encoding)
    return acts.find_acts(
        document, encoding, mentions, statements.find_statements(document, encoding, mentions), **options
    )


def of(words, category, **options):
    """The first act of a category, with its participants."""
    found, participants = find(words, **options)
    act = next((a for a in found if a.category == category), None)
    assert act is not None, [(a.category, a.cue) for a in found]
    return act, [p for p in participants if p.act_id == act.act_id]


# What is done by whom towards whom: the network gets most of these right, not all, so a share of them is asked for.
WHO_WHOM = (
    ("Venezuela was attacked by Guyana at dawn on Sunday.", "FORCE", "Guyana", "Venezuela"),
    ("Turkish warplanes bombed Kurdish positions in northern Syria.", "FORCE", "Turkey", None),
    ("The minister condemned the attack by Eritrea on Ethiopia.", "FORCE", "Eritrea", "Ethiopia"),
    ("Kenyan troops, who have been fighting al-Shabab for years, shelled the town.", "FORCE", "Kenya", None),
    ("Israeli jets struck a building in Beirut, and four civilians were killed.", "FORCE", "Israel", None),
    ("Peru has recalled its ambassador from Mexico.", "SANCTION", "Peru", "Mexico"),
    ("The United States imposed new sanctions on Belarus on Friday.", "SANCTION", "United States", "Belarus"),
    ("Rwanda accused Burundi of sheltering rebels.", "ACCUSE", "Rwanda", "Burundi"),
    ("Senators accused the president of lying to Congress.", "ACCUSE", "Senators", "president"),
    ("Jordan called on Israel to withdraw its troops from the valley.", "REQUEST", "Jordan", "Israel"),
    ("Egyptian police arrested dozens of protesters in Cairo.", "COERCE", "Egypt", "protesters"),
    ("The journalist was detained by Turkish authorities on Monday.", "COERCE", "Turk", "journalist"),
    ("Germany delivered 40 tanks to Ukraine last week.", "AID", "Germany", "Ukraine"),
    ("Thousands of people protested against the government of Georgia.", "PROTEST", "people", "Georgia"),
    (
        "Guyana sent troops to the border. It also expelled the ambassador of Venezuela.",
        "SANCTION",
        "Guyana",
        "Venezuela",
    ),
    ("Warsaw refused to meet the envoy of Belarus.", "REJECT", "Poland", "Belarus"),
    ("Norway's parliament threatened Iceland with consequences if it kept fishing.", "THREATEN", "Norway", "Iceland"),
    ("Sudan released twelve prisoners from Chad.", "YIELD", "Sudan", None),
)
MODALITY = (
    ("Kenya will deploy two battalions along the Somali border next week.", "MOBILIZE", "announced"),
    ("Egypt did not attack Ethiopia, its foreign minister said.", "FORCE", "denied"),
    ("Norway could impose sanctions on Belarus, diplomats said.", "SANCTION", "possible"),
    ("Algeria expelled the French ambassador on Monday.", "SANCTION", "actual"),
    ("If Serbia sends police across the line, Kosovo will arrest them.", "COERCE", "conditional"),
    ("Iran threatened to bomb the base if the talks failed.", "FORCE", "threatened"),
    ("Chad plans to close its border with Sudan next month.", "COERCE", "announced"),
    ("Ghana may send food to Togo.", "AID", "possible"),
)


def share_right(cases, judged):
    wrong = [words for words, *expected in cases if not judged(words, *expected)]
    return 1 - len(wrong) / len(cases), wrong


def test_who_does_what_to_whom():
    def judged(words, category, actor, target):
        for act in find(words)[0]:
            if (
                act.category == category
                and actor in (act.actor or "")
                and (target is None or target in (act.target or ""))
            ):
                return True
        return False

    share, wrong = share_right(WHO_WHOM, judged)
    assert share >= 0.7, wrong


def test_modality():
    share, wrong = share_right(
        MODALITY, lambda words, kind, how: any(a.category == kind and a.modality == how for a in find(words)[0])
    )
    assert share >= 0.6, wrong


TRAPS = (
    "The goalkeeper was under attack from the first minute and conceded three goals.",
    "A price war between the two airlines has halved fares.",
    "The new missile can strike targets 900 kilometres away and weighs two tonnes.",
    "After a long battle with cancer the singer died at home.",
    "The brigade is trained for winter warfare and speaks three languages.",
    "Shares of the company rose four percent after the quarterly report.",
    "The museum opens its new wing on Sunday with a concert.",
    "The storm hit the coast of Mozambique and cut off the town.",
    "Tensions between Greece and Turkey have risen for years.",
)


def test_traps_are_left_alone():
    share, wrong = share_right([(words,) for words in TRAPS], lambda words: not find(words)[0])
    assert share >= 0.7, wrong


def test_victims_are_not_actors():
    act, _ = of("Four civilians were killed when Israeli jets struck the building.", "FORCE")
    assert "civilians" not in (act.actor or "")


def test_parties_on_both_sides_are_actors():
    act, participants = of("The leaders of Chile and Bolivia held talks in Lima on Tuesday.", "TALK")
    assert act.reciprocal and act.target is None
    assert {p.role for p in participants} == {"actor"}


def test_offices_act_for_their_state_and_keep_their_name():
    act, participants = of("Russian Foreign Minister Ivan Petrenko condemned Norway on Monday.", "ACCUSE")
    actor = next(p for p in participants if p.role == "actor")
    assert actor.acts_for == "Russia" and act.actor == "Russia (Ivan Petrenko)"


def test_citizens_do_not_act_for_their_state():
    _, participants = of("Russian singer Ivan Petrenko condemned Norway on Monday.", "ACCUSE")
    assert all(p.acts_for is None for p in participants if p.role == "actor")


def test_statements_say_who_says_it():
    act, _ = of("“Turkey bombed our villages on Sunday,” Greek Defence Minister Nikos Pappas said.", "FORCE")
    assert act.attribution == "quoted" and "Pappas" in act.speaker


def test_own_codebook_wins_and_is_read_like_any_cue(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("category,rung,cues,examples\nCYBER,7,hack,They hacked the ministry\n", encoding="utf-8")
    act, participants = of("Ruritania hacked Norland's ministry of defence on Monday.", "CYBER", codebook=own)
    assert (act.cue, act.rung, act.plover, act.modality) == ("hacked", 7, None, "actual")
    assert any(p.role == "actor" and p.text == "Ruritania" for p in participants)


def test_the_plover_type_belongs_to_the_category():
    for words in (
        "Spain thanked Morocco for its support.",
        "Finland and Sweden signed an agreement.",
        "Qatar sent food to Sudan.",
    ):
        for act in find(words)[0]:
            assert (
                quad_of(act.category)
                and act.plover is not None
                and PLOVER_OF.get(act.category, act.category) is not None
            )


# -- the sample article ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    words = next((ROOT / "seeds").glob("*.txt")).read_text(encoding="utf-8")
    return find(words)[0]


def pairs(found):
    """Coded and found acts whose cues overlap, of the same quad class, one to one."""
    left, out = list(found), []
    for coded in SAMPLE["acts"]:
        hit = next(
            (
                a
                for a in left
                if a.start < coded["end"]
                and coded["start"] < a.end
                and quad_of(a.category) == quad_of(coded["category"])
            ),
            None,
        )
        if hit is not None:
            left.remove(hit)
            out.append((coded, hit))
    return out


def names(cell):
    known = {"U.S.": "United States", "North Atlantic Treaty Organization": "NATO"}
    return {known.get(n, n) for part in re.split(r"[;()]", cell or "") if (n := part.strip()) and n != "implied"}


def test_the_sample_article_is_read_as_it_is_coded(sample):
    got = pairs(sample)
    assert 2 * len(got) / (len(sample) + len(SAMPLE["acts"])) >= SAMPLE_F1
    right = lambda role: sum(
        bool(names(c[role]) & names(getattr(a, role))) or not names(c[role]) and not getattr(a, role) for c, a in got
    )  # noqa: E731
    assert sum(c["modality"] == a.modality for c, a in got) / len(got) >= 0.7
    assert right("actor") / len(got) >= 0.6


SAMPLE_F1 = 0.6


def test_quiet_sentences_of_the_sample_have_no_act(sample):
    loud = [a.cue for a in sample for start, end in SAMPLE["quiet"] if start <= a.start < end]
    assert len(loud) <= 4, loud  # the aim is none: plans and training inside long sentences are still taken for acts


# -- any text --------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="aAbe Ruia.,\n\"“”’'()\u00a0attacked sanctions", max_size=200))
def test_any_text_gives_rows_that_fit_it(words):
    found, participants = find(words)
    ids = {a.act_id for a in found}
    for act in found:
        assert words[act.start : act.end] == act.cue and act.category in LADDER and act.modality in MODALITIES
        assert words[act.sentence_start : act.sentence_end] == act.evidence and 0 < act.confidence < 1
    for p in participants:
        assert (
            words[p.start : p.end] == p.text and p.act_id in ids and p.role in ("actor", "target") and 0 <= p.score <= 1
        )
