"""Statements: marks, layers, speakers, outlets. All sentences are our own, except the sample article's."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import ROOT, text
from helpers.finding import encoder, entities, passages, statements

GOLD = ROOT.parent / "shared" / "gold"


def said(string):
    document = text.read(string)
    encoding = encoder.load().encode(document)
    return statements.find_statements(document, encoding, entities.find_mentions(document, encoding))


def one(string, words):
    found = [s for s in said(string) if words in s.text]
    assert len(found) == 1, [s.text for s in said(string)]
    return found[0]


@given(st.text(alphabet=st.sampled_from("ab .,:\"'“”‘’\n—AB"), max_size=160) | st.text(max_size=80))
@settings(max_examples=80, deadline=None)
def test_no_text_makes_it_raise_and_every_offset_means_its_words(string):
    for statement in said(string):
        assert statement.text == " … ".join(string[a:b] for a, b in statement.spans)
        assert statement.start == statement.spans[0][0] and statement.end == statement.spans[-1][1]
        if statement.cue is not None:
            assert string[statement.cue_start : statement.cue_end] == statement.cue
        if statement.speaker_mention is not None:
            assert string[statement.speaker_mention_start : statement.speaker_mention_end] == statement.speaker_mention
        assert statement.kind in ("direct", "mixed", "indirect") and 0 <= statement.confidence <= 1


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), max_size=12))
def test_spans_inserted_one_by_one_are_the_spans_merged_at_once(pairs):
    merged = []
    for start, length in pairs:
        passages.insert(merged, start, start + length)
    assert merged == passages.disjoint([(a, a + n) for a, n in pairs])


@pytest.mark.parametrize(
    ("string", "words", "speaker", "kind"),
    [
        ("“The bridge is closed,” Mayor Ines Duarte said on Tuesday.", "bridge is closed", "Ines Duarte", "direct"),
        (
            '"The bridge is closed until further notice," Mayor Ines Duarte said on Tuesday.',
            "bridge is closed",
            "Ines Duarte",
            "direct",
        ),
        (
            "Mayor Ines Duarte said that the bridge would stay closed for a month.",
            "bridge would stay closed",
            "Ines Duarte",
            "indirect",
        ),
        (
            "According to General Tomas Brandt, the convoy never reached the border.",
            "convoy never reached",
            "Tomas Brandt",
            "indirect",
        ),
        (
            "Mayor Ines Duarte told reporters that the bridge was “a danger to everybody who uses it.”",
            "a danger to everybody",
            "Ines Duarte",
            "mixed",
        ),
    ],
)
def test_who_said_it_and_how(string, words, speaker, kind):
    found = one(string, words)
    assert (found.speaker, found.kind) == (speaker, kind)


def test_a_pronoun_speaker_is_resolved():
    string = "President Maria Keller arrived in Vienna on Monday.\n\n“We are close to a deal,” she said."
    found = one(string, "close to a deal")
    assert found.speaker_mention.lower() == "she" and found.speaker == "Maria Keller"


def test_layers_are_peeled_and_the_outlet_goes_to_via():
    string = "The ships will leave on Friday, Admiral Jon Reyes said, according to Reuters."
    found = one(string, "ships will leave")
    assert found.speaker == "Jon Reyes" and found.via == "Reuters"
    string = "The Guardian reported that Admiral Jon Reyes said the ships would leave on Friday."
    found = one(string, "the ships would leave")
    assert found.speaker == "Jon Reyes" and "Guardian" in found.via


def test_a_split_quotation_is_one_statement_with_two_pieces():
    string = "“We will not wait,” Prime Minister Amadou Sow said. “The time for talk is over.”"
    found = said(string)
    assert [[string[a:b] for a, b in s.spans] for s in found] == [
        ["“We will not wait,”", "“The time for talk is over.”"]
    ]
    assert found[0].speaker == "Amadou Sow"


def test_a_quotation_over_two_paragraphs_is_one_statement():
    string = (
        "“The first lesson is that nobody listened to us,” Amadou Sow said. “The second is harder.\n\n“It is that "
        "nobody ever will.”"
    )
    found = [s for s in said(string) if "nobody ever will" in s.text]
    assert len(found) == 1 and "second is harder" in found[0].text


def test_an_unbalanced_mark_costs_one_quote_not_the_article():
    string = (
        "“This one never ends, said Ines Duarte.\n\nRain fell.\n\n“The bridge is closed for now,” Mayor Ines "
        "Duarte said."
    )
    assert any(s.text.startswith("“The bridge is closed") and s.speaker == "Ines Duarte" for s in said(string))
    assert not any("Rain fell" in s.text for s in said(string))


def test_a_transcript():
    string = (
        "KELLER: Thank you for coming. We have news.\n\nSOW: We heard it already this morning.\n\nKELLER: Then you "
        "know that the treaty is signed.\n\nSOW: Yes."
    )
    by_speaker = {s.text: s.speaker_mention for s in said(string)}
    assert by_speaker.get("We heard it already this morning.") == "SOW"
    assert any("treaty is signed" in t and who == "KELLER" for t, who in by_speaker.items())


def test_single_marks_beside_double_ones():
    string = (
        "'We will not negotiate while our cities burn,' army spokesman Nabil Abdallah told state television.\n\n"
        '"Our priority is to save lives," Minister Badr Abdelatty said.'
    )
    assert [(s.kind, s.speaker) for s in said(string)] == [("direct", "Nabil Abdallah"), ("direct", "Badr Abdelatty")]


def test_silence_is_no_statement():
    assert not said("Cairo did not immediately respond to a request for comment.")


def test_a_nickname_in_quotation_marks_belongs_to_the_name():
    string = (
        "William “Bill” Stanton, a former diplomat, disagreed.\n\n“I have seen this movie before and it ends with "
        "nothing,” he said."
    )
    assert [s.speaker for s in said(string)] == ["William “Bill” Stanton"]


def test_a_pronoun_that_nothing_resolves_is_no_speaker():
    assert [s.speaker for s in said("“They will regret this decision for years,” they said.")] in ([None], [])
    found = one(
        "The plan failed because of Ines Duarte, who said that the bridge would stay closed.",
        "bridge would stay closed",
    )
    assert found.speaker == "Ines Duarte"


def test_a_signed_quotation():
    string = (
        "“Nobody asked the people who live on this river.” ― Ines Duarte\n“We were asked twice and said no.” — "
        "Amadou Sow"
    )
    assert [(s.speaker_mention, s.kind) for s in said(string)] == [("Ines Duarte", "direct"), ("Amadou Sow", "direct")]


def test_time_is_linear_up_to_a_megabyte_of_layout():
    # the encoder is linear by construction (windows); the rules are what could go wrong, so they are timed alone
    class Silent:
        attributions = []

    unit = "“We will wait,” she said, according to Reuters. Lind’s response was to say ‘no’.\n\n"

    def seconds(copies):
        document = text.read(unit * copies)
        times = []
        for _ in range(3):  # the best of three: other programs on the machine only ever add
            began = time.process_time()
            statements.find_statements(document, Silent(), [])
            times.append(time.process_time() - began)
        return min(times)

    assert seconds(4000) < 16 * 5 * max(seconds(250), 0.01)


@pytest.mark.skipif(
    not (GOLD / "seed/statements.json").exists(),
    reason="needs the hand-coded sample (../shared/gold), which does not come with the project",
)
def test_the_sample_article_comes_out_right():
    gold = json.loads((GOLD / "seed/statements.json").read_text(encoding="utf-8"))
    string = Path(ROOT / "seeds" / gold["file"]).read_text(encoding="utf-8")
    found = said(string)
    wrong = []
    for item in gold["attributions"]:
        if item["layer"] != "primary" or not item["speech"]:
            continue
        start, end = item["content"][0][0], item["content"][-1][1]
        best = max(found, key=lambda s: min(end, s.end) - max(start, s.start))
        overlap = (min(end, best.end) - max(start, best.start)) / (max(end, best.end) - min(start, best.start))
        speaker = best.speaker or ""
        name = item["resolved"].split(" (")[0].removeprefix("a ")
        if overlap < 0.5 or name not in speaker and speaker not in name:
            wrong.append((item["id"], best.text, speaker))
        elif item["via"] and item["via"].removeprefix("The ") not in (best.via or ""):
            wrong.append((item["id"], best.text, f"via {best.via}"))
    assert not wrong
