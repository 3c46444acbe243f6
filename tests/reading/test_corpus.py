import gzip
import io
import json
import time
import tracemalloc
import zipfile
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.reading import corpus, streams
from helpers.reading.articles import Article, Rejected
from helpers.reading.documents import read_markdown


def read(path, **options):
    return list(corpus.read(path, **options))


def one(path):
    items = read(path)
    assert len(items) == 1, items
    return items[0]


def test_the_sample_article():
    article = one("seeds")
    assert article.article_id == "000_376782f32ab3d856"
    assert article.text.startswith("President Joe Biden has officially approved")
    assert "Ukraine’s" in article.text and "“We didn’t see" in article.text
    assert article.path == "seeds/000_376782f32ab3d856.txt"


def test_relative_paths_mean_the_root_wherever_we_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert isinstance(one("seeds"), Article)


def test_missing_input_names_the_nearest():
    with pytest.raises(FileNotFoundError, match="did you mean seeds"):
        read("seedz")


def test_ids_stay_strings_and_na_stays_text(write_lines):
    path = write_lines(
        "x.jsonl",
        [
            {"id": "0012", "text": "NA", "source": "NA"},
            {"id": "1e5", "text": "Some words"},
            {"id": 7, "text": "More words"},
        ],
    )
    assert [(a.article_id, a.text, a.outlet) for a in read(path)] == [
        ("0012", "NA", "NA"),
        ("1e5", "Some words", None),
        ("7", "More words", None),
    ]


def test_csv_keeps_strings_and_refuses_shifted_rows(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        'stories_id,title,text,publish_date,media_name\n0012,NA,"Two, words",2022-02-03,The '
        "Post\n0013,oops,one,too,many,cells\n"
        '0014,T,"with ""quotes"" and\nlines",2022-02-04,null\n',
        "utf-8",
    )
    first, second, third = read(path)
    assert (first.article_id, first.title, first.text, first.published, first.outlet) == (
        "0012",
        "NA",
        "Two, words",
        datetime(2022, 2, 3),
        "The Post",
    )
    assert isinstance(second, Rejected) and second.reason == "6 cells where the head has 5" and second.row == 3
    assert third.text == 'with "quotes" and\nlines' and third.outlet == "null"


def test_semicolons_and_tabs(tmp_path):
    (tmp_path / "a.csv").write_text("id;text\n1;Hello, world\n")
    (tmp_path / "b.tsv").write_text("id\ttext\n2\tHello; world\n")
    assert [a.text for a in read(tmp_path)] == ["Hello, world", "Hello; world"]


def test_encodings(tmp_path):
    (tmp_path / "a.txt").write_bytes("caf\xe9 \x93quoted\x94".encode("latin-1"))
    (tmp_path / "b.txt").write_bytes(b"\xef\xbb\xbfplain caf\xc3\xa9")
    (tmp_path / "c.txt").write_bytes("wide café".encode("utf-16"))
    a, b, c = read(tmp_path)
    assert a.text == "café “quoted”" and "Windows-1252" in a.notes
    assert b.text == "plain café" and b.notes is None
    assert c.text == "wide café"


def test_lines_of_utf16_and_cp1252(tmp_path):
    (tmp_path / "a.jsonl").write_bytes('{"text": "wide café"}\n{"text": "two"}\n'.encode("utf-16"))
    (tmp_path / "b.jsonl").write_bytes('{"text": "fine"}\n{"text": "caf\xe9"}\n'.encode("latin-1"))
    items = read(tmp_path)
    assert [a.text for a in items] == ["wide café", "two", "fine", "café"]
    assert [a.notes is None for a in items] == [True, True, True, False]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "no text"),
        ("b.txt", b" \n ", "no text"),
        ("c.txt", b"...", "no words"),
        ("d.pdf", b"%PDF-1.4", "broken PDF"),
        ("d2.mp3", b"ID3", "files ending in .mp3 are not read"),
        ("e", b"x", "without an ending"),
        ("f.txt", bytes(range(256)) * 9, "binary"),
        ("g.json", b"{", "not valid JSON"),
        ("h.jsonl", b"[1]\n", "not a JSON object"),
        ("i.zip", b"PK", "broken file"),
        ("j.gz", b"\x1f\x8b", "broken file"),
        ("k.parquet", b"PAR1", "broken file"),
        ("l.docx", b"x", "broken file"),
        ("m.json", b"[" * 100_000, "JSON"),
        ("n.csv", b"a,b\n1,2\n", "no column with the text"),
        ("o.csv", b"", "no records"),
        ("p.jsonl", b'{"text": 5}\n', "not words"),
    ],
)
def test_every_input_ends_with_a_reason(tmp_path, name, data, reason):
    (tmp_path / name).write_bytes(data)
    item = one(tmp_path / name)
    assert isinstance(item, Rejected) and reason in item.reason, item


def test_formats_and_packings_agree(tmp_path):
    records = [
        {"id": "a", "title": "T", "text": "Berg said “no”.", "date": "2022-02-03"},
        {"id": "b", "title": "U", "text": "Hale said yes.", "date": "2022-02-04"},
    ]
    lines = "".join(json.dumps(r) + "\n" for r in records).encode()
    (tmp_path / "a.jsonl").write_bytes(lines)
    (tmp_path / "b.json").write_text(json.dumps(records, indent=2))
    (tmp_path / "c.json").write_text(json.dumps({"status": "ok", "articles": records}))
    (tmp_path / "d.jsonl.gz").write_bytes(gzip.compress(lines))
    pd.DataFrame(records).to_csv(tmp_path / "e.csv", index=False)
    pd.DataFrame(records).to_parquet(tmp_path / "f.parquet")
    with zipfile.ZipFile(tmp_path / "g.zip", "w") as archive:
        archive.writestr("in/a.jsonl", lines)
        archive.writestr("../../escape.txt", "Zip member with a bad name")
        archive.write(tmp_path / "f.parquet", "f.parquet")
    expected = [("a", "T", "Berg said “no”.", datetime(2022, 2, 3)), ("b", "U", "Hale said yes.", datetime(2022, 2, 4))]
    for name in ("a.jsonl", "b.json", "c.json", "d.jsonl.gz", "e.csv", "f.parquet"):
        assert [(a.article_id, a.title, a.text, a.published) for a in read(tmp_path / name)] == expected, name
    packed = read(tmp_path / "g.zip")
    assert [a.article_id for a in packed] == ["a", "b", "escape", "a-2", "b-2"] and "more than once" in packed[3].notes
    assert packed[0].path.endswith("g.zip!in/a.jsonl")
    assert not (tmp_path.parent.parent / "escape.txt").exists()


def test_word_files(tmp_path):
    body = (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r><w:t>First.'
        "</w:t></w:r></w:p><w:p><w:r><w:t>Sec</w:t></w:r><w:r><w:t>ond.</w:t></w:r></w:p></w:document>"
    )
    with zipfile.ZipFile(tmp_path / "x.docx", "w") as archive:
        archive.writestr("word/document.xml", body)
    assert one(tmp_path / "x.docx").text == "First.\nSecond."
    with zipfile.ZipFile(tmp_path / "y.docx", "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + body)
    assert "document type" in one(tmp_path / "y.docx").reason


def test_web_pages(tmp_path):
    words = "The minister said that the talks would go on in Geneva next week, and that nobody wanted a war. " * 5
    (tmp_path / "x.html").write_text(
        "<html><head><title>Talks go on</title></head><body><nav>Menu</nav><article><h1>Talks go "
        f"on</h1><p>{words}</p><p>{words}</p></article></body></html>"
    )
    article = one(tmp_path / "x.html")
    assert "The minister said" in article.text and "Menu" not in article.text


def test_markdown(tmp_path):
    (tmp_path / "x.md").write_text(
        "---\ntitle: Talks\ndate: 2022-02-03\nsource: The Post\n---\n# Heading\n\nHe *said* [so](http://x.y/z) in "
        "snake_case [![Chart](c.png)](http://x.y).\n"
    )
    article = one(tmp_path / "x.md")
    assert (article.title, article.outlet, article.published) == ("Talks", "The Post", datetime(2022, 2, 3))
    assert article.text == "Heading\n\nHe said so in snake_case Chart.\n"


def test_brackets_of_markdown_take_linear_time():
    began = time.process_time()
    read_markdown(b"![" * 250_000)
    assert time.process_time() - began < 2  # it was 5


@pytest.mark.parametrize(
    "record",
    [
        {
            "stories_id": 5,
            "media_name": "Post",
            "publish_date": "2022-02-03 10:00:00",
            "text": "Words",
            "url": "https://x.y/a",
            "title": "T",
        },
        {
            "source": {"id": None, "name": "Post"},
            "publishedAt": "2022-02-03T10:00:00Z",
            "content": "Words",
            "url": "https://x.y/a",
            "title": "T",
        },
        {
            "source": "https://x.y/a",
            "source-hostname": "Post",
            "date": "2022-02-03T11:00:00+01:00",
            "text": "Words",
            "raw_text": "no",
            "title": "T",
        },
        {
            "Body": "Words",
            "Headline": "T",
            "Pub Date": "Thu, 03 Feb 2022 10:00:00 GMT",
            "Publication": "Post",
            "Link": "https://x.y/a",
        },
    ],
)
def test_usual_exports(write_lines, record):
    article = one(write_lines("x.jsonl", [record]))
    assert (article.text, article.title, article.outlet, article.url, article.published) == (
        "Words",
        "T",
        "Post",
        "https://x.y/a",
        datetime(2022, 2, 3, 10),
    )


def test_a_corpus_described_in_toml(tmp_path):
    (tmp_path / "x.csv").write_text("Corps,Datum\nDes mots,03/02/2022\n")
    description = tmp_path / "mine.toml"
    description.write_text('inputs = ["*.csv"]\ndate_order = "DMY"\n[columns]\ntext = "Corps"\npublished = "Datum"\n')
    assert one(description)[2:4] == ("Des mots", datetime(2022, 2, 3))
    description.write_text('input = ["*.csv"]\n')
    with pytest.raises(ValueError, match="unknown input"):
        read(description)


def test_several_inputs(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"Words {name}")
    assert len(read(f"{tmp_path}/a.txt; {tmp_path}/b.txt")) == 2
    assert len(read([tmp_path / "a.txt", tmp_path / "a.txt"])) == 1
    assert len(read(str(tmp_path / "[ab].txt"))) == 2
    assert len(read(tmp_path, limit=2)) == 2


@given(
    st.binary(max_size=300),
    st.sampled_from([".txt", ".md", ".json", ".jsonl", ".csv", ".tsv", ".parquet", ".docx", ".zip", ".gz", ".xyz"]),
)
def test_any_bytes_give_an_answer(tmp_path_factory, data, ending):
    path = tmp_path_factory.mktemp("any") / f"x{ending}"
    path.write_bytes(data)
    items = read(path)
    assert items or ending == ".zip"
    for item in items:
        if isinstance(item, Article):
            item.text.encode("utf-8")


def test_broken_surrogates_can_be_written(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"text": "half \\ud83d of an emoji", "title": "\\udc00"}\n')
    article = one(tmp_path / "x.jsonl")
    assert article.text == "half \N{REPLACEMENT CHARACTER} of an emoji"


def test_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "UNSUSPICIOUS", 2**20)
    zeros = gzip.compress(b'{"text": "' + b"a " * 50_000_000 + b'"}')
    (tmp_path / "x.jsonl.gz").write_bytes(zeros)
    (tmp_path / "y.txt.gz").write_bytes(zeros)
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.txt", b"a " * 20_000_000)
        archive.writestr("fine.txt", "A fine text")
    tracemalloc.start()
    items = read(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [isinstance(i, Rejected) for i in items] == [True, True, True, False]
    assert all("bomb" in i.reason for i in items[:3]) and peak < 80 * 2**20


def test_nested_archives_end(tmp_path):
    data = b"A text"
    for _ in range(6):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("x.zip" if data[:2] == b"PK" else "x.txt", data)
        data = inner.getvalue()
    (tmp_path / "x.zip").write_bytes(data)
    assert "deep" in one(tmp_path / "x.zip").reason


def test_large_files_are_streamed(tmp_path):
    record = {"text": "the word " * 500, "id": ""}
    with (tmp_path / "x.jsonl").open("w") as lines, (tmp_path / "y.json").open("w") as array:
        array.write("[")
        for i in range(1_500):
            record["id"] = f"{i}"
            lines.write(json.dumps(record) + "\n")
            array.write((", " if i else "") + json.dumps(record))
        array.write("]")
    for name in ("x.jsonl", "y.json"):
        tracemalloc.start()
        n = sum(1 for _ in corpus.read(tmp_path / name))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert n == 1_500 and peak < 4 * 2**20, (name, peak)


STORY = " ".join(f"word{i * 7919 % 613} and then thing{i * 104729 % 311}" for i in range(120))


def test_nothing_is_dropped_and_counts_add_up(write_lines):
    path = write_lines("x.jsonl", [{"text": STORY}, {"text": STORY}, {"text": ""}, {"nothing": 1}])
    items = read(path)
    assert [type(i) for i in items] == [Article, Article, Rejected, Rejected]
