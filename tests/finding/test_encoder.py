"""The encoder as a black box: offsets, determinism, and labels a reader would give."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import text
from helpers.finding import cue_reading, encoder, features, opinion_reading

ARTICLE = (
    "KAMPALA — Foreign Minister Ruth Okello of Uganda said on Friday that her government would "
    "reopen the embassy in Lisbon.\n\n"
    "“We have waited long enough,” Okello told the Daily Monitor. “It is time to talk.”\n\n"
    "Portugal welcomed the decision, according to a spokesman for Prime Minister Rui Tavares."
)


def encode(string):
    return encoder.load().encode(text.read(string))


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_encoded_and_offsets_are_inside_it(string):
    found = encode(string)
    spans = [(e.start, e.end) for e in found.entities] + [
        s for a in found.attributions for s in (*a.content, a.source, a.cue) if s
    ]
    assert all(0 <= s < e <= len(string) for s, e in spans)
    reading = opinion_reading.read_tone(found, [(0, len(string))])
    assert -1 <= reading.tone <= 1 and all(0 <= s < e <= len(string) for (s, e), _ in reading.words)


def test_names_and_statements_of_a_short_article():
    found = encode(ARTICLE)
    names = {(ARTICLE[e.start : e.end], e.type) for e in found.entities}
    assert {
        ("Ruth Okello", "PER"),
        ("Uganda", "LOC"),
        ("Lisbon", "LOC"),
        ("Portugal", "LOC"),
        ("Rui Tavares", "PER"),
    } <= names
    said = [
        (ARTICLE[a.content[0][0] : a.content[0][1]], ARTICLE[a.source.start : a.source.end] if a.source else None)
        for a in found.attributions
    ]
    assert any("waited long enough" in content and source == "Okello" for content, source in said)


def test_the_same_text_gets_the_same_labels_whatever_follows():
    # windows are run one by one and never padded, so a run of other articles in between changes nothing
    first = encode(ARTICLE)
    encode("Something else entirely. " * 50)
    second = encode(ARTICLE)
    assert first.entities == second.entities and first.attributions == second.attributions
    assert np.array_equal(first.states, second.states)


def test_probabilities_are_probabilities():
    found = encode("The army shelled the town and the rebels agreed to talk.")
    shelled = cue_reading.read_cue(found, 2, 3)
    config = encoder.load().config
    for chances, labels in ((shelled.kind, "kinds"), (shelled.modality, "modalities"), (shelled.plover, "plover")):
        assert list(chances) == config[labels] and sum(chances.values()) == pytest.approx(1, abs=1e-4)
    stance = opinion_reading.read_stance(found, [(0, 56)], 0, 8)
    assert sum(stance.values()) == pytest.approx(1, abs=1e-4) and 0 <= shelled.reciprocal <= 1
    assert opinion_reading.read_stance(found, [(56, 56)], 0, 8) == {}


def test_tone_tells_plain_cases_apart():
    good, bad = (
        encode("It was a wonderful, generous gesture and a great joy."),
        encode("It was a vile, murderous attack and a terrible disaster."),
    )
    good, bad = (opinion_reading.read_tone(found, [(0, 60)]).tone for found in (good, bad))
    assert good > 0.15 > -0.15 > bad


def test_a_statement_of_several_sentences_has_their_tones_by_length():
    string = "It was a wonderful, generous gesture. The meeting starts at nine on Tuesday in the town hall."
    found = encode(string)
    cut = string.index("The")
    first, second, both = (
        opinion_reading.read_tone(found, [span]).tone for span in ((0, cut), (cut, len(string)), (0, len(string)))
    )
    sizes = [len([w for w in found.words if a <= w.start < b]) for a, b in ((0, cut), (cut, len(string)))]
    assert first > 0.2 > abs(second)
    assert both == pytest.approx((first * sizes[0] + second * sizes[1]) / sum(sizes), abs=0.01)


def test_a_stance_is_judged_in_the_sentence_of_its_target():
    string = "“Ines Duarte is a coward and a liar. The bridge opens in Porto on Monday,” he said."
    found = encode(string)
    towards = {
        name: opinion_reading.read_stance(found, [(1, string.index(",”"))], at, at + len(name))
        for name in ("Ines Duarte", "Porto")
        for at in [string.index(name)]
    }
    assert max(towards["Ines Duarte"], key=towards["Ines Duarte"].get) == "neg"
    assert max(towards["Porto"], key=towards["Porto"].get) == "neu"


def test_a_cue_is_read_for_its_kind_and_its_parties():
    found = encode("Guyanese warplanes bombed two villages in Suriname overnight.")
    bombed = cue_reading.read_cue(found, 2, 3)
    assert max(bombed.kind, key=bombed.kind.get) == "FORCE" and max(bombed.plover, key=bombed.plover.get) == "ASSAULT"
    actor = bombed.participants["actor"][0]
    assert actor.first < 2 and actor.score > bombed.nobody["actor"]
    talks = cue_reading.read_cue(encode("The two presidents met for talks in Geneva on Sunday."), 3, 4)
    assert max(talks.kind, key=talks.kind.get) == "TALK" and talks.reciprocal > 0.5


def test_a_model_of_another_format_says_so(tmp_path):
    for name in encoder.FILES:
        (tmp_path / name).write_bytes((encoder.MODELS / name).read_bytes())
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({k: v for k, v in config.items() if k != "format"}))
    with pytest.raises(ValueError, match="format 1, this version reads 3"):
        encoder.Encoder(tmp_path)


def test_windows_decide_every_word_once():
    string = "\n\n".join(f"Paragraph {n} has a few words in it, and more. " * (1 + n % 9) for n in range(40))
    document = text.read(string)
    words = features.words_of(document)
    pieces = features.piece_ids(encoder.load().tokenizer, string, words)
    starts = {features.inside(words, s.start, s.end)[0] for s in document.sentences}
    ranges = features.windows(words, pieces, starts)
    assert [n for _, a, b, _ in ranges for n in range(a, b)] == list(range(len(words)))
    assert all(left <= a < b <= right for left, a, b, right in ranges)
    assert all(
        sum(len(p) for p in pieces[left:right]) <= features.WINDOW + 2 * features.CONTEXT
        for left, _, _, right in ranges
    )


def test_spans_never_break_the_tagging_scheme():
    labels = ("O", "B-X", "I-X", "B-Y", "I-Y")
    rng = np.random.default_rng(0)
    for _ in range(50):
        path = encoder.viterbi(np.log(rng.dirichlet(np.ones(5), size=12)), labels)
        for before, after in zip([0, *path], path, strict=False):
            assert not labels[after].startswith("I") or labels[before][1:] == labels[after][1:]


def test_a_folder_that_is_no_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="not a model folder"):
        encoder.load(str(tmp_path))


def test_a_source_is_never_an_article_alone(monkeypatch):
    found = encode("In May the Rev. Amos Kirwa said that he would not leave.")
    at = [k for k, w in enumerate(found.words) if found.document.text[w.start : w.end] == "the"][0]
    chances = np.zeros((len(found.words), 3))
    chances[:, 0], chances[at : at + 5, 2] = 1, 0.2
    monkeypatch.setattr(found, "spans", lambda head: [(at, at + 1, "SOURCE", 0.6)])
    monkeypatch.setattr(found, "probabilities", lambda head: chances)
    ((first, last, *_),) = found._whole_sources()
    assert found.document.text[slice(*found.offsets(first, last))] == "the Rev. Amos Kirwa"
