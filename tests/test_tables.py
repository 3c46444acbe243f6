import os
import stat

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import tables

MENTION = ("a", 0, 5, "Biden", "PER", "named", "PER:joe biden", "Joe Biden", None, "exact", 0.9)


def test_every_column_has_a_meaning():
    frame = tables.describe()
    assert set(frame["table"]) == set(tables.SCHEMAS)
    assert (frame["meaning"].str.len() > 5).all()


@pytest.mark.parametrize("name", tables.FOUND)
def test_found_rows_lead_back_to_the_text(name):
    assert tables.SCHEMAS[name].names[:3] == ["article_id", "start", "end"]


def test_empty_frames_have_the_columns():
    for name, schema in tables.SCHEMAS.items():
        assert list(tables.make_frame(name).columns) == schema.names


def test_wrong_type_names_table_column_and_value():
    with pytest.raises(TypeError, match=r"mentions.*start.*'0'"):
        tables.make_table("mentions", [("a", "0", *MENTION[2:])])


def test_missing_value_where_one_is_needed():
    with pytest.raises(TypeError, match="entity_id is empty in row 1"):
        tables.make_table("mentions", [MENTION, (*MENTION[:6], None, *MENTION[7:])])


def test_wrong_number_of_values():
    with pytest.raises(TypeError, match="10 values for the 11 columns"):
        tables.make_table("mentions", [MENTION[:-1]])


def test_spans_come_back_as_tuples(tmp_path):
    row = ("a", 0, 9, [(0, 3), (5, 9)], "x … y", "direct", *[None] * 13)
    path = tables.write_parquet(tables.make_table("statements", [row]), tmp_path / "s.parquet")
    assert tables.to_frame(pq.read_table(path))["spans"][0] == [(0, 3), (5, 9)]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")

    def fails(temporary):
        temporary.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        tables.write_atomically(path, fails)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"]


@pytest.mark.skipif(os.name == "nt", reason="file modes")
def test_files_can_be_read_by_others(tmp_path):
    path = tables.write_atomically(tmp_path / "x", lambda p: p.write_text("x"))
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~tables._umask()


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")), min_size=1, max_size=5
    )
)
def test_no_cell_is_a_formula_and_nothing_is_lost(tmp_path_factory, words):
    folder = tmp_path_factory.mktemp("csv")
    saved = tables.save(pd.DataFrame({"words": words, "n": range(len(words))}), "t", folder)
    again = pd.read_csv(saved.csv, keep_default_na=False, dtype=str, encoding="utf-8-sig")
    for cell, word in zip(again["words"], words, strict=True):
        assert cell[:1] not in ("=", "+", "-", "@")
        assert cell.replace("\r\n", "\n") in (word, "'" + word) or cell == word
    assert list(pd.read_parquet(saved.parquet)["words"]) == words


def test_negative_numbers_stay_numbers(tmp_path):
    saved = tables.save(pd.DataFrame({"tone": [-0.5, 0.5]}), "t", tmp_path)
    assert saved.csv.read_text("utf-8-sig") == "tone\n-0.5\n0.5\n"


def test_a_named_index_is_kept(tmp_path):
    saved = tables.save(pd.DataFrame({"n": [1]}, index=pd.Index(["Russia"], name="entity")), "t", tmp_path)
    assert list(pd.read_parquet(saved.parquet).columns) == ["entity", "n"]


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".."])
def test_names_of_tables_stay_in_the_folder(tmp_path, name):
    with pytest.raises(ValueError, match="plain file name"):
        tables.save(pd.DataFrame({"n": [1]}), name, tmp_path)


def test_columns_that_mix_numbers_and_words(tmp_path):
    saved = tables.save(pd.DataFrame({"x": [1, "two", None]}, dtype=object), "t", tmp_path)
    assert list(pd.read_parquet(saved.parquet)["x"].fillna("")) == ["1", "two", ""]
