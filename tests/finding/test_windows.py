"""No window is over the network's positions, whatever the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import text
from helpers.finding import encoder, features, opinion_reading

WORDS = ("a", "Oslo", "said", "internationalisation", "U.S.", "12", "—", "\u0301", "𝔘𝔫", "Ærøskøbing", "“a", "b”")
LINE = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
LINES = st.tuples(st.lists(LINE, min_size=1, max_size=5), st.integers(1, 120)).map(lambda x: x[0] * x[1])


def prepared(string):
    document = text.read(string)
    words = features.words_of(document)
    pieces = features.piece_ids(encoder.load().tokenizer, string, words)
    starts = {features.inside(words, s.start, s.end)[0] for s in document.sentences}
    return words, pieces, starts


@given(LINES, st.sampled_from(["\n\n", "\n", " ", ". "]))
@settings(max_examples=60, deadline=None)
def test_every_window_fits_and_every_word_is_decided_once(lines, between):
    words, pieces, starts = prepared(between.join(lines))
    ranges = features.windows(words, pieces, starts)
    assert [n for _, a, b, _ in ranges for n in range(a, b)] == list(range(len(words)))
    for left, _, _, right in ranges:
        made = features.assemble(words, pieces, left, right, 1, 2)
        breaks = len({word.paragraph for word in words[left:right]})
        assert len(made.ids) == sum(map(len, pieces[left:right])) + breaks + 1 <= features.POSITIONS


@pytest.mark.parametrize("line", ["a", "Lee", "“a", "- 1", "internationalisation"])
def test_many_short_paragraphs_are_read(line):
    encoded = encoder.load().encode(text.read(f"{line}\n\n" * 400))
    assert len(encoded.states) == len(encoded.words) >= 400
    assert -1 <= opinion_reading.read_tone(encoded, [(0, len(encoded.document.text))]).tone <= 1


def test_a_passage_that_fits_only_without_separators_is_read_without_them():
    words, pieces, _ = prepared("a\n\n" * 400)
    assert len(features.assemble(words, pieces, 0, 320, 1, 2).ids) == 322
    assert len(features.assemble(words, pieces, 0, 100, 1, 2).ids) == 201
