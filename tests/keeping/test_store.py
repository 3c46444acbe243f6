import shutil
from pathlib import Path

import pytest

from helpers import ROOT, annotate
from helpers.finding.pipeline import Options
from helpers.keeping import engine, store, sums


def load(corpus, outputs, **options):
    return annotate.load(corpus, outputs=outputs, progress=False, **options)


def records(n, **more):
    return [{"id": f"a{i}", "text": f"Berg said on day {i} that Hale would come. " * 2, **more} for i in range(n)]


def test_engine_key_follows_code_data_and_options(tmp_path, monkeypatch):
    engine.engine_key.cache_clear()
    before = engine.engine_key()
    codebook = tmp_path / "codebook.csv"
    codebook.write_text("cue,category\nx,AID\n")
    with_codebook = engine.engine_key(Options(codebook=str(codebook)))
    codebook.write_text("cue,category\nx,FORCE\n")
    engine.engine_key.cache_clear()
    assert len({before, with_codebook, engine.engine_key(Options(codebook=str(codebook)))}) == 3
    assert engine.engine_key() == before
    with pytest.raises(FileNotFoundError, match="no such model"):
        engine.engine_key(Options(model=str(tmp_path / "gone")))


def test_a_changed_file_is_read_again(fake_engine, tmp_path, outputs):
    path = tmp_path / "x.txt"
    path.write_text("Berg said so.")
    assert load(path, outputs).articles["n_words"][0] == 3
    path.write_text("Berg said so again.")
    assert load(path, outputs).articles["n_words"][0] == 4


def test_an_interrupted_write_leaves_no_part(fake_engine, write_lines, outputs, monkeypatch):
    monkeypatch.setattr(Path, "rename", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        load(write_lines("x.jsonl", records(1)), outputs)
    monkeypatch.undo()
    assert not list(outputs.parent.glob(".annotations/**/keys.parquet"))
    assert not list(outputs.parent.glob(".annotations/**/articles-*"))


def test_the_store_lies_beside_the_run(tmp_path):
    assert store.store_folder(tmp_path / "run") == ROOT / "outputs" / ".annotations"
    (tmp_path / ".annotations").mkdir()
    assert store.store_folder(tmp_path / "run") == tmp_path / ".annotations"


def test_only_what_finding_depends_on_changes_the_key(tmp_path, monkeypatch):
    """A copy of the project: a chart's title or a column's description leaves the annotations, a word list or a finder
    does not.
    """
    for folder in ("finding", "data", "showing"):
        shutil.copytree(ROOT / "helpers" / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("text.py", "scheme.py", "tables.py"):
        shutil.copy(ROOT / "helpers" / name, tmp_path / name)
    monkeypatch.setattr(engine, "HELPERS", tmp_path)
    monkeypatch.setattr(engine, "DATA", tmp_path / "data")

    def key_after(path):
        with (tmp_path / path).open("a", encoding="utf-8") as file:
            file.write("\n# changed\n")
        sums.write_sums(tmp_path / "data")
        engine.engine_key.cache_clear()
        return engine.engine_key()

    engine.engine_key.cache_clear()
    key = engine.engine_key()
    assert key == key_after("showing/charts.py") == key_after("tables.py") == key_after("data/README.md")
    keys = [key, *map(key_after, ("finding/quoting.py", "text.py", "scheme.py", "data/titles.csv"))]
    engine.engine_key.cache_clear()
    assert len(set(keys)) == 5
