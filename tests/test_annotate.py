import pytest

from helpers import ROOT, annotate, tables
from helpers.finding import entities

HAS_MODEL = (ROOT / "helpers" / "models" / "encoder.onnx").exists()
needs_model = pytest.mark.skipif(not HAS_MODEL, reason="the language model is not in helpers/models")


def load(corpus, outputs, **options):
    return annotate.load(corpus, outputs=outputs, progress=False, **options)


def records(n, **more):
    return [{"id": f"a{i}", "text": f"Berg said on day {i} that Hale would come. " * 2, **more} for i in range(n)]


def test_all_tables_have_their_columns(fake_engine, write_lines, outputs):
    found = load(write_lines("x.jsonl", records(3)), outputs)
    for name in ("articles", *tables.FOUND, "quarantine"):
        assert list(getattr(found, name).columns) == tables.SCHEMAS[name].names
    assert list(found.articles["article_id"]) == ["a0", "a1", "a2"]
    assert set(found.mentions["article_id"]) == {"a0", "a1", "a2"}
    assert found.statements["spans"][0] == [(0, 5)]
    assert "3 articles" in repr(found)


def test_nothing_is_annotated_twice(fake_engine, write_lines, outputs):
    path = write_lines("x.jsonl", records(3))
    first = load(path, outputs)
    assert len(fake_engine) == 3
    again = load(path, outputs)
    assert len(fake_engine) == 3 and again.mentions.equals(first.mentions)
    write_lines("x.jsonl", [*records(3), {"id": "new", "text": "Hale said so."}])
    assert len(load(path, outputs).articles) == 4 and len(fake_engine) == 4


def test_the_same_text_is_read_once_and_counted_for_each_article(fake_engine, write_lines, outputs):
    found = load(
        write_lines("x.jsonl", [{"id": "a", "text": "Berg said so."}, {"id": "b", "text": "Berg said so."}]), outputs
    )
    assert len(fake_engine) == 1
    assert list(found.statements["article_id"]) == ["a", "b"] and list(found.articles["duplicate_of"].fillna("")) == [
        "",
        "a",
    ]


def test_rows_come_in_the_order_of_articles_and_text(fake_engine, write_lines, outputs):
    one = records(30)
    load(write_lines("x.jsonl", one[10:]), outputs)
    found = load(write_lines("y.jsonl", one), outputs)
    assert list(dict.fromkeys(found.mentions["article_id"])) == [f"a{i}" for i in range(30)]
    assert found.mentions.groupby("article_id")["start"].apply(lambda s: s.is_monotonic_increasing).all()


def test_one_bad_article_leaves_the_rest(fake_engine, write_lines, outputs):
    found = load(
        write_lines("x.jsonl", [*records(2), {"id": "bad", "text": "This will EXPLODE"}, {"id": "empty", "text": ""}]),
        outputs,
    )
    assert list(found.articles["article_id"]) == ["a0", "a1"]
    reasons = dict(zip(found.quarantine["article_id"], found.quarantine["reason"], strict=True))
    assert "made to fail" in reasons["bad"] and reasons["empty"] == "no text"
    assert found.about["inputs"] == 4 == found.about["analysed"] + found.about["quarantined"]


def test_ill_typed_rows_are_quarantined_with_the_column(fake_engine, write_lines, outputs, monkeypatch):
    monkeypatch.setattr(entities, "find_mentions", lambda *a: [("0", 1, *["x"] * 8)])
    found = load(write_lines("x.jsonl", [{"text": "Berg came."}]), outputs)
    assert "column start does not take '0'" in found.quarantine["reason"][0]


def test_no_articles_at_all(fake_engine, write_lines, outputs):
    found = load(write_lines("x.jsonl", [{"text": ""}]), outputs)
    assert len(found.articles) == 0 and len(found.quarantine) == 1 and len(found.acts) == 0


def test_footer_names_what_made_the_numbers(fake_engine, write_lines, outputs):
    markup = str(annotate.notebook_footer(load(write_lines("x.jsonl", records(1)), outputs), corpus="<x>"))
    assert "fingerprint" in markup and "&lt;x&gt;" in markup and "<x>" not in markup


@needs_model
def test_the_sample_article(outputs):
    found = load("seeds", outputs)
    text = found.articles["text"][0]
    for name in tables.FOUND:
        frame = getattr(found, name)
        assert len(frame), name
        assert (frame["start"] < frame["end"]).all() and (frame["end"] <= len(text)).all()
    for row in found.mentions.itertuples():
        assert text[row.start : row.end] == row.text
    for row in found.statements.itertuples():
        assert row.text == " … ".join(text[s:e] for s, e in row.spans)
        assert row.cue != row.cue or text[row.cue_start : row.cue_end] == row.cue
    for row in found.acts.itertuples():
        assert text[row.start : row.end] == row.cue and row.evidence == text[row.sentence_start : row.sentence_end]
        assert row.act_id == f"{row.article_id}:{row.start}-{row.category}"
    for row in found.participants.itertuples():
        assert text[row.start : row.end] == row.text and row.role in ("actor", "target")
    assert set(found.participants["act_id"]) <= set(found.acts["act_id"]) and found.acts["act_id"].is_unique


def test_ids_of_acts_name_their_article(fake_engine, write_lines, outputs):
    text = "Berg said so."
    found = load(write_lines("x.jsonl", [{"id": "a", "text": text}, {"id": "b", "text": text}]), outputs)
    assert found.acts["act_id"].tolist() == ["a:0-ACCUSE", "b:0-ACCUSE"]
    assert set(found.participants["act_id"]) == {"a:0-ACCUSE", "b:0-ACCUSE"}
