"""Text structure: offsets are the promise, so most tests check that text[start:end] is what it should be."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import text

NEWSLIKE = st.text(alphabet=st.sampled_from("aB .,;:!?\"'“”‘’«»„—…-\n\t()0$\u00a0éй漢\u200b'"), max_size=300) | st.text(
    max_size=200
)


def quoted(string):
    return [string[q.start : q.end] for q in text.quotations(string)]


def split(string):
    return [string[s.start : s.end] for s in text.sentences(string)]


@given(NEWSLIKE)
@settings(max_examples=300, deadline=None)
def test_structure_holds_for_any_text(string):
    document = text.read(string)
    for spans in (document.paragraphs, document.sentences, text.words(string)):
        assert all(0 <= s.start < s.end <= len(string) for s in spans)
        assert all(a.end <= b.start for a, b in zip(spans, spans[1:], strict=False))
    assert all(
        not string[s.start].isspace() and not string[s.end - 1].isspace()
        for s in document.paragraphs + document.sentences
    )
    assert all(any(p.start <= s.start and s.end <= p.end for p in document.paragraphs) for s in document.sentences)
    assert all(any(p.start <= q.start and q.end <= p.end for p in document.paragraphs) for q in document.quotations)
    visible = {k for k, c in enumerate(string) if not c.isspace()}
    assert visible == {k for s in document.sentences for k in range(s.start, s.end) if not string[k].isspace()}


def test_sentences_end_where_readers_end_them():
    string = (
        "Sen. Ada Lind met Gen. Park in the U.S. The talks failed. “We tried,” she said. “Twice.” He left at 5 "
        "p.m. on Jan. 3."
    )
    assert split(string) == [
        "Sen. Ada Lind met Gen. Park in the U.S.",
        "The talks failed.",
        "“We tried,” she said.",
        "“Twice.”",
        "He left at 5 p.m. on Jan. 3.",
    ]


def test_line_breaks_end_paragraphs_except_in_wrapped_text():
    assert len(text.paragraphs("HEADLINE\nFirst paragraph.\n\nSecond.")) == 3
    wrapped = (
        "The council of the northern province voted on Monday to close all of\nits border posts until the end of "
        "the month, and the ministers who had\nasked for the vote left the hall before the count was read out to "
        "the\npress.\n\nNobody objected."
    )
    assert [wrapped[p.start : p.end].count("\n") for p in text.paragraphs(wrapped)] == [3, 0]


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        ('"We will go," he said. "Soon."', ['"We will go,"', '"Soon."']),
        ("“We will go,” he said.", ["“We will go,”"]),
        ("„Wir gehen“, sagte er.", ["„Wir gehen“"]),
        ("«Nous partons», dit-il.", ["«Nous partons»"]),
        ("``Go,'' he said.", ["``Go,''"]),
        ("'We will not go,' she said, 'and that's final.'", ["'We will not go,'", "'and that's final.'"]),
        ("The voters' will is the ministers' law in the '90s.", []),
        ('The 6\' 2" man and a 12" gun.', []),
        ("He called it “a ‘grave’ mistake” today.", ["“a ‘grave’ mistake”"]),
    ],
)
def test_quotation_marks(string, expected):
    assert quoted(string) == expected


def test_an_unbalanced_mark_costs_its_own_paragraph_only():
    string = "“This was never closed, he said.\n\nThen calm. “But this was,” she said."
    assert quoted(string)[-1] == "“But this was,”"
    assert not text.quotation_mask(string)[string.index("Then")]


def test_a_quotation_over_two_paragraphs_is_one_group():
    string = "“First part.\n\n“Second part,” said Lind. “Third.”"
    found = text.quotations(string)
    assert [string[q.start : q.end] for q in found] == ["“First part.", "“Second part,”", "“Third.”"]
    assert found[0].group == found[1].group != found[2].group


def test_time_is_linear():
    unit = "“We’ll go,” Ms. Lind’s aide said. 'No,' replied the voters' club—\n\n"

    def seconds(string):  # the best of three: other programs on the machine only ever add
        times = []
        for _ in range(3):
            began = time.process_time()
            text.read(string)
            times.append(time.process_time() - began)
        return min(times)

    assert seconds(unit * 3200) < 16 * 6 * max(seconds(unit * 200), 0.01)


def test_a_paragraph_of_a_megabyte_without_a_break():
    assert text.sentences("word " * 200_000)
    assert text.read("“" * 5000 + "a'" * 5000).text
