"""A file of the model or the word lists that was changed is refused, not read."""

import re
import shutil

import pytest

from helpers import DATA, MODELS
from helpers.finding.pipeline import Options
from helpers.keeping import engine, sums


@pytest.fixture
def lists(tmp_path):
    """A copy of the word lists with their hashes."""
    shutil.copytree(DATA, tmp_path / "data")
    sums.write_sums(tmp_path / "data")
    return tmp_path / "data"


@pytest.mark.parametrize("folder", [DATA, DATA / "reading", MODELS])
def test_the_files_that_ship_have_the_hashes_that_ship(folder):
    assert (folder / sums.SUMS).is_file()
    sums.check_sums(folder)  # after a change that is meant: make sums


def test_an_altered_byte_is_refused_and_a_meant_change_is_not(lists):
    path = lists / "titles.csv"
    before = path.read_bytes()
    path.write_bytes(before[:-2] + bytes([before[-2] ^ 1]) + before[-1:])
    with pytest.raises(ValueError, match="titles.csv is not the one that shipped.*make sums"):
        sums.check_sums(lists)
    sums.write_sums(lists)
    sums.check_sums(lists)


def test_missing_and_foreign_files_are_named(lists):
    (lists / "places.csv").rename(lists / "spaces.csv")
    with pytest.raises(ValueError, match="places.csv is missing"):
        sums.check_sums(lists)
    sums.write_sums(lists)
    (lists / "more.csv").write_text("x")
    with pytest.raises(ValueError, match="more.csv has no hash"):
        sums.check_sums(lists)


def test_a_model_with_an_altered_byte_does_not_run(tmp_path):
    model = shutil.copytree(MODELS, tmp_path / "model")
    sums.write_sums(model)
    engine.engine_key(Options(model=str(model)))
    data = bytearray((model / "heads.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (model / "heads.npz").write_bytes(data)
    engine.engine_key.cache_clear()
    with pytest.raises(ValueError, match="heads.npz is not the one that shipped"):
        engine.engine_key(Options(model=str(model)))
    (model / sums.SUMS).unlink()  # a model of one's own, without hashes
    engine.engine_key(Options(model=str(model)))


def named(folder):
    """The tables that the code of a folder of helpers names, by their path below helpers/data."""
    source = "\n".join(path.read_text("utf-8") for path in (DATA.parent / folder).glob("*.py"))
    return {path for path in DATA.rglob("*.csv") if re.search(rf"[\"/]{re.escape(path.name)}\b", source)}


def test_annotations_depend_on_the_tables_that_finding_reads_and_on_no_others():
    depends = {path for path in engine.engine_files() if path.suffix == ".csv"}
    assert depends == named("finding") | {DATA / "words.csv"}  # helpers/text.py looks words up in that one
    assert named("reading") == set((DATA / "reading").glob("*.csv")) and not named("reading") & depends
