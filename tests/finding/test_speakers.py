"""The steps that find who speaks and what marks show, one by one. The sentences are our own."""

from typing import NamedTuple

import pytest

from helpers import text
from helpers.finding import passages, quoting, speakers
from helpers.finding.mentions import Mention
from helpers.text import Span


class Spoken(NamedTuple):
    """A statement so far."""

    end: int
    spans: list
    speaker: str
    speaker_id: str
    speaker_mention_start: int
    speaker_mention_end: int


def index_of(words, *marked):
    """A text with mentions: (words, type[, kind])."""
    found = []
    for form, type_, *kind in marked:
        start = words.index(form, found[-1].end if found else 0)
        identifier = f"{type_}:{form.lower()}"
        kind = kind[0] if kind else "named"
        found.append(Mention(start, start + len(form), form, type_, kind, identifier, form, None, "", 1.0))
    return passages.Index(text.read(words), found)


def span(words, form):
    start = words.index(form)
    return Span(start, start + len(form))


# -- verbs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, verb",
    [(" said it", "said"), (" has also repeatedly warned", "has also repeatedly warned"), (" slept and said", None)],
)
def test_speech_verbs_after_auxiliaries(words, verb):
    found = speakers.verb_at(words, 0, len(words))
    assert (found and words[found.start : found.end]) == verb


def test_every_form_of_a_speech_verb_is_known():
    verbs, nouns, plain = speakers.cues()
    assert {"say", "said", "swore", "sworn", "admitted", "quipping", "denies", "found"} <= verbs
    assert "statement" in nouns and "statement" not in verbs
    assert plain < verbs and "added" in plain and "denied" not in plain


def test_titles_belong_to_the_phrase():
    words = "Then Deputy Foreign Minister Anna Berg spoke"
    assert words[speakers.phrase_start(words, words.index("Anna"), 0) :].startswith("Deputy")


# -- sources ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, source, marked, name",
    [
        ("Anna Berg said so", "Anna Berg", [("Anna Berg", "PER")], "Anna Berg"),
        ("a word from Orla Board said", "a word from", [("Orla Board", "ORG")], "a word from Orla Board"),
        ("Hale, who said that", "who", [("Hale", "PER")], "Hale"),
        ("He slept. I know who said that", "who", [("He", "PER", "pronoun")], None),
        ("Berg’s spokesman said", "Berg’s spokesman", [("Berg", "PER")], "Berg’s spokesman"),
        ("the head of Orla said", "the head of Orla", [("Orla", "ORG")], "the head of Orla"),
        ("Berg and Hale said", "Berg and Hale", [("Berg", "PER"), ("Hale", "PER")], "Berg and Hale"),
        ("they said", "they", [], None),
    ],
)
def test_whom_a_source_names(words, source, marked, name):
    assert speakers.speaker_of(index_of(words, *marked), span(words, source)).name == name


@pytest.mark.parametrize(
    "between, name", [("", "Anna Berg"), ("Clara Orr came. ", "Hale"), ("She told Clara Orr so. ", "Anna Berg")]
)
def test_who_goes_on_speaking(between, name):
    words = f"“Rain,” Anna Berg said. {between}“Snow,” she said."
    marked = [("Anna Berg", "PER")] + ([("Clara Orr", "PER")] if between else [])
    before = Spoken(7, [(0, 7)], "Anna Berg", "PER:anna berg", 8, 17)
    source = Span(words.index("she said"), words.index("she said") + 3)
    hale = speakers.Speaker("Hale", "PER:hale")
    assert speakers.continued(index_of(words, *marked), [before], source, hale).name == name


@pytest.mark.parametrize(
    "words, marked, source, cue",
    [
        ("“It rains and it snows,” Berg said.", [("Berg", "PER")], "Berg", "said"),
        ("“It rains and it snows,” said Berg.", [("Berg", "PER")], "Berg", "said"),
        ("Berg added: “It rains and it snows.”", [("Berg", "PER")], "Berg", "added"),
        ("“It rains and it snows.” — Ines Duarte", [], "Ines Duarte", None),
    ],
)
def test_a_source_by_position(words, marked, source, cue):
    index = index_of(words, *marked)
    quoted = Span(words.index("“"), words.index("”") + 1)
    said = speakers.with_source(index, passages.Said([quoted], None, None, (), 1.0))
    assert said.source == span(words, source)
    assert said.cue == (span(words, cue) if cue else None)


# -- marks and layers ------------------------------------------------------------------------------------------------


def test_a_piece_grows_to_the_marks_it_fills():
    words = "He said, “It rains and it snows,” twice."
    (piece,) = quoting.snapped(index_of(words), [span(words, "It rains and it")])
    assert words[piece.start : piece.end] == "“It rains and it snows,”"


def test_quotations_nobody_claimed():
    words = "“It rains and it snows,” and “rain” too."
    (said,) = quoting.unclaimed_quotations(index_of(words), [])
    assert [words[a:b] for a, b in said.pieces] == ["“It rains and it snows,”"]


@pytest.mark.parametrize(
    "pieces, kind",
    [(["“It rains,”"], "direct"), (["it snows"], "indirect"), (["“It rains,”", "it snows"], "mixed")],
)
def test_kinds(pieces, kind):
    words = "“It rains,” and it snows"
    assert quoting.kind_of(index_of(words), [span(words, piece) for piece in pieces]) == kind


def test_an_outlet_passes_on_what_somebody_said():
    words = "According to the Orla Post, Berg said that it would rain."
    index = index_of(words, ("Orla Post", "ORG"), ("Berg", "PER"))
    content = span(words, "Berg said that it would rain")
    (said,) = quoting.peeled(index, passages.Said([content], span(words, "Orla Post"), None, (), 1.0))
    assert said.source == span(words, "Berg") and said.via == (span(words, "Orla Post"),)
    assert quoting.via_of(index, said, *content, speakers.Speaker("Berg", "PER:berg")) == "Orla Post"


def test_turns_of_a_transcript():
    words = "BERG: It rains.\n\nHALE: It snows.\n\nBERG: It freezes."
    assert [words[slice(*said.source)] for said in quoting.turns(index_of(words))] == ["BERG", "HALE", "BERG"]


def test_spans_of_characters():
    assert passages.disjoint([(5, 8), (0, 2), (1, 4)]) == [(0, 4), (5, 8)]
    assert passages.covered([(0, 4), (5, 8)], 3, 6) == 2
    assert passages.tidy("  rain — ", 0, 9) == (2, 6)
