"""The reading cache goes by files: what changed is read, the rest is taken over, and all is as if read anew."""

import json
import os
import random
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from helpers.keeping import corpora
from helpers.reading import corpus

STORY = " ".join(f"word{i * 7919 % 613} and then thing{i * 104729 % 311}" for i in range(60))


def article(n, draw):
    """One of few texts, sometimes an edited copy, under one of few ids."""
    words = f"{STORY} and that was report {n % 7}. ".split()
    turned = words[n % 5 * 40 :] + words[: n % 5 * 40]
    day = draw.choice([None, f"2022-02-{draw.randrange(1, 28):02}"])
    return {"id": f"a{draw.randrange(12)}", "text": " ".join(turned), "date": day}


def write(folder, name, draw):
    lines = [json.dumps(article(draw.randrange(99), draw)) for _ in range(draw.randrange(1, 6))]
    lines += ["{broken"] * draw.randrange(2) + [json.dumps({"id": "e", "text": ""})] * draw.randrange(2)
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")


def content(folder):
    found = {"articles": corpora.whole(folder).to_pylist(), "about": json.loads((folder / "about.json").read_text())}
    for name in ("duplicates", "quarantine", "files", "ids"):
        found[name] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return found


@pytest.fixture
def files_read(monkeypatch):
    """The names of the files that are read."""
    read, names = corpus.read_input, []
    monkeypatch.setattr(corpus, "read_input", lambda file: (names.append(file.path.name), read(file))[1])
    return names


@pytest.mark.parametrize("seed", range(3))
def test_a_changed_corpus_is_as_if_read_anew(tmp_path, monkeypatch, files_read, seed):
    monkeypatch.setattr(corpora, "TOGETHER", 6)
    draw, folder = random.Random(seed), tmp_path / "corpus"
    folder.mkdir()
    for i in range(8):
        write(folder, f"f{i}", draw)
    corpora.read_corpus(folder, store=tmp_path / "store")
    for step in range(3):
        changed = {f"{draw.choice('afz')}{draw.randrange(9)}" for _ in range(2)}
        for name in changed:
            write(folder, name, draw)
        gone = draw.choice(sorted(folder.iterdir()))
        gone.unlink()
        files_read.clear()
        kept = corpora.read_corpus(folder, store=tmp_path / "store")
        assert set(files_read) <= {f"{name}.jsonl" for name in changed}
        anew = corpora.read_corpus(folder, store=tmp_path / f"anew{step}")
        assert content(kept) == content(anew)
        assert all(len(part) <= 6 for part in corpora.columns(kept))


def test_a_small_file_beside_a_large_one(tmp_path, write_lines, files_read):
    large = write_lines("large.jsonl", [{"id": f"a{i}", "text": f"{STORY} {i} " * (i % 3 + 1)} for i in range(40)])
    small = write_lines("small.jsonl", [{"id": "b", "text": "Something new."}])
    corpora.read_corpus(large, store=tmp_path / "store")
    files_read.clear()
    folder = corpora.read_corpus([large, small], store=tmp_path / "store")
    assert files_read == ["small.jsonl"] and len(corpora.whole(folder)) == 41
    assert content(folder) == content(corpora.read_corpus([large, small], store=tmp_path / "anew"))


def test_the_original_is_the_one_published_first(tmp_path, write_lines):
    dates = {"late": "2022-03-01", "undated": None, "early": "2022-02-01", "same": "2022-02-01"}
    path = write_lines("x.jsonl", [{"id": name, "text": STORY, "date": day} for name, day in dates.items()])
    folder = corpora.read_corpus(path, store=tmp_path / "store")
    of = pq.read_table(folder / "duplicates.parquet").to_pylist()
    assert {row["article_id"]: row["duplicate_of"] for row in of} == dict.fromkeys(("late", "undated", "same"), "early")


def test_texts_compared_before_are_not_compared_again(tmp_path, write_lines, monkeypatch):
    write_lines("x.jsonl", [{"id": f"a{i}", "text": STORY} for i in range(3)])
    corpora.read_corpus(tmp_path, store=tmp_path / ".store")
    compared = []
    repeats = corpora.duplicates.repeats
    monkeypatch.setattr(corpora.duplicates, "repeats", lambda a, b: compared.append(b) or repeats(a, b))
    write_lines("y.jsonl", [{"id": "new", "text": STORY.replace("word7", "other")}])
    folder = corpora.read_corpus(tmp_path, store=tmp_path / ".store")
    assert len(compared) == 1 and len(pq.read_table(folder / "duplicates.parquet")) == 3


def test_a_limited_reading_is_taken_for_no_other(tmp_path, write_lines):
    path = write_lines("x.jsonl", [{"id": f"a{i}", "text": f"Text {i}"} for i in range(5)])
    assert len(corpora.whole(corpora.read_corpus(path, store=tmp_path / "s", limit=2))) == 2
    assert len(corpora.whole(corpora.read_corpus([path, path], store=tmp_path / "s"))) == 5


def test_old_readings_of_the_same_inputs_go_when_nobody_uses_them(tmp_path, write_lines):
    other = corpora.read_corpus(write_lines("y.jsonl", [{"text": "Another corpus"}]), store=tmp_path / "s")
    readings = []
    for day in range(3):
        path = write_lines("x.jsonl", [{"text": f"Text of day {day}"}])
        readings.append(corpora.read_corpus(path, store=tmp_path / "s"))
        for folder in filter(Path.is_dir, (readings[0], other)):
            os.utime(folder / "reading.json", (time.time() - 2 * corpora.UNUSED,) * 2)
    assert [folder.is_dir() for folder in readings] == [False, True, True] and other.is_dir()


def test_a_damaged_earlier_reading_is_not_taken_over(tmp_path, write_lines):
    write_lines("x.jsonl", [{"id": f"a{i}", "text": f"Text {i}"} for i in range(5)])
    first = corpora.read_corpus(tmp_path, store=tmp_path / ".s")
    (first / "articles-000000.arrow").write_bytes(b"ARROW1")
    write_lines("y.jsonl", [{"id": "b", "text": "More."}])
    assert len(corpora.whole(corpora.read_corpus(tmp_path, store=tmp_path / ".s"))) == 6


def test_what_is_set_apart_is_kept_too(tmp_path):
    (tmp_path / "a.exe").write_bytes(b"MZ\0")
    (tmp_path / "b.txt").write_text("Some words.")
    folder = corpora.read_corpus(tmp_path, store=tmp_path / ".s")
    (tmp_path / "c.exe").write_bytes(b"MZ\1")
    again = corpora.read_corpus(tmp_path, store=tmp_path / ".s")
    for reading, paths in ((folder, "a"), (again, "ac")):
        shown = pq.read_table(reading / "quarantine.parquet")["path"].to_pylist()
        assert shown == [str(tmp_path / f"{name}.exe") for name in paths]
