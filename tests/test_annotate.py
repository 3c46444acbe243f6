import importlib.util
import os
import signal
import subprocess
import sys

import pytest

from helpers import ROOT, annotate, tables

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
    found = load(write_lines("x.jsonl", [{"id": "a", "text": "Berg said so."}, {"id": "b", "text": "Berg said so."}]), outputs)
    assert len(fake_engine) == 1
    assert list(found.statements["article_id"]) == ["a", "b"] and list(found.articles["duplicate_of"].fillna("")) == ["", "a"]


def test_rows_come_in_the_order_of_articles_and_text(fake_engine, write_lines, outputs):
    one = records(30)
    load(write_lines("x.jsonl", one[10:]), outputs)
    found = load(write_lines("y.jsonl", one), outputs)
    assert list(dict.fromkeys(found.mentions["article_id"])) == [f"a{i}" for i in range(30)]
    assert found.mentions.groupby("article_id")["start"].apply(lambda s: s.is_monotonic_increasing).all()


def test_one_bad_article_leaves_the_rest(fake_engine, write_lines, outputs):
    found = load(write_lines("x.jsonl", [*records(2), {"id": "bad", "text": "This will EXPLODE"}, {"id": "empty", "text": ""}]), outputs)
    assert list(found.articles["article_id"]) == ["a0", "a1"]
    reasons = dict(zip(found.quarantine["article_id"], found.quarantine["reason"], strict=True))
    assert "made to fail" in reasons["bad"] and reasons["empty"] == "no text"
    assert found.about["inputs"] == 4 == found.about["analysed"] + found.about["quarantined"]


def test_ill_typed_rows_are_quarantined_with_the_column(fake_engine, write_lines, outputs, monkeypatch):
    real = annotate._stage

    def stage(module, function):
        return (lambda *a: [("0", 1, *["x"] * 8)]) if module == "entities" else real(module, function)

    monkeypatch.setattr(annotate, "_stage", stage)
    found = load(write_lines("x.jsonl", records(1)), outputs)
    assert "column start does not take '0'" in found.quarantine["reason"][0]


def test_no_articles_at_all(fake_engine, write_lines, outputs):
    found = load(write_lines("x.jsonl", [{"text": ""}]), outputs)
    assert len(found.articles) == 0 and len(found.quarantine) == 1 and len(found.acts) == 0


def test_engine_key_follows_code_data_and_options(tmp_path, monkeypatch):
    annotate.engine_key.cache_clear()
    before = annotate.engine_key()
    codebook = tmp_path / "codebook.csv"
    codebook.write_text("cue,category\nx,AID\n")
    with_codebook = annotate.engine_key(annotate.Options(codebook=str(codebook)))
    codebook.write_text("cue,category\nx,FORCE\n")
    annotate.engine_key.cache_clear()
    assert len({before, with_codebook, annotate.engine_key(annotate.Options(codebook=str(codebook)))}) == 3
    assert annotate.engine_key() == before
    with pytest.raises(FileNotFoundError, match="no such model"):
        annotate.engine_key(annotate.Options(model=str(tmp_path / "gone")))


def test_a_changed_file_is_read_again(fake_engine, tmp_path, outputs):
    path = tmp_path / "x.txt"
    path.write_text("Berg said so.")
    assert load(path, outputs).articles["n_words"][0] == 3
    path.write_text("Berg said so again.")
    assert load(path, outputs).articles["n_words"][0] == 4


def test_an_interrupted_write_leaves_no_part(fake_engine, write_lines, outputs, monkeypatch):
    monkeypatch.setattr(annotate.Path, "rename", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        load(write_lines("x.jsonl", records(1)), outputs)
    monkeypatch.undo()
    assert not list(outputs.parent.glob(".annotations/**/keys.parquet"))
    assert not list(outputs.parent.glob(".annotations/**/articles-*"))


def test_the_store_lies_beside_the_run(tmp_path):
    assert annotate.store_folder(tmp_path / "run") == ROOT / "outputs" / ".annotations"
    (tmp_path / ".annotations").mkdir()
    assert annotate.store_folder(tmp_path / "run") == tmp_path / ".annotations"


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
        assert text[row.start:row.end] == row.text
    for row in found.statements.itertuples():
        assert row.text == " … ".join(text[s:e] for s, e in row.spans)
        assert row.cue != row.cue or text[row.cue_start:row.cue_end] == row.cue
    for row in found.acts.itertuples():
        assert text[row.start:row.end] == row.cue and row.evidence == text[row.sentence_start:row.sentence_end]


@needs_model
@pytest.mark.slow
def test_processes_find_the_same(outputs, write_lines, story, monkeypatch):
    path = write_lines("x.jsonl", [{"id": str(i), "text": story.replace("Berg", name)} for i, name in enumerate(["Berg", "Dahl", "Lind", "Moe", "Nygaard", "Ruud"])])
    alone = load(path, outputs, workers=1)
    (outputs.parent.parent / "other" / ".annotations").mkdir(parents=True)
    together = load(path, outputs.parent.parent / "other" / "run", workers=2)
    for name in tables.FOUND:
        assert getattr(alone, name).equals(getattr(together, name)), name


KILLER = """
import os, signal, sys
sys.path.insert(0, {root!r})
from helpers import annotate
if __name__ == "__main__":
    found = annotate.load({path!r}, outputs={outputs!r}, workers=2, progress=False)
    print(list(found.quarantine["article_id"]), list(found.quarantine["reason"]), len(found.articles))
"""


@needs_model
@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_text_that_kills_its_process_is_named(outputs, write_lines, tmp_path):
    """A package on the path of the workers makes one text kill the process that reads it."""
    path = write_lines("x.jsonl", [{"id": f"a{i}", "text": f"Berg said on day {i} that Hale would come."} for i in range(5)] + [{"id": "killer", "text": "PLEASE DIE NOW"}])
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal\nfrom helpers import text\nread = text.read\n"
        f"text.read = lambda words: os.kill(os.getpid(), {int(signal.SIGKILL)}) if 'PLEASE DIE' in words else read(words)\n")
    script = tmp_path / "run.py"
    script.write_text(KILLER.format(root=str(ROOT), path=str(path), outputs=str(outputs)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=240)
    assert done.stdout.startswith("['killer']") and "process that worked on it died" in done.stdout and done.stdout.strip().endswith("5"), done


def test_dask_is_imported_by_one_module_only():
    users = [path.name for path in (ROOT / "helpers").glob("*.py") if "import dask" in path.read_text("utf-8") or "from dask" in path.read_text("utf-8")]
    assert users == ["annotate.py"] and importlib.util.find_spec("distributed")


def test_progress_in_a_notebook_is_one_output(monkeypatch):
    shown = []
    handle = type("Handle", (), {"update": lambda self, what: shown.append(str(what))})()
    monkeypatch.setattr("IPython.display.display", lambda what, display_id: (shown.append(str(what)), handle)[1])
    bar = annotate._InNotebook("Annotating", 10)
    bar.update(1)
    assert not shown                                        # quick work shows nothing
    bar.shown -= 5
    with bar:
        bar.update(4)
    assert "Annotating: 5 of 10 articles" in shown[0] and "<progress" in shown[0]
    assert "Annotating: 5 articles in" in shown[-1]
