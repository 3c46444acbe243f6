"""What lies in real folders beside articles: one fault loses one input, and says so."""

import gzip
import json
import os
import zipfile
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.reading import corpus, encodings, folders, formats, languages, mending
from helpers.reading.articles import Article, Rejected
from helpers.reading.dates import AMBIGUOUS
from tests.reading import samples


def read(path, **options):
    return list(corpus.read(path, **options))


def reasons(items):
    return [item.reason for item in items if isinstance(item, Rejected)]


# -- files and folders -----------------------------------------------------------------------------------------------


def test_a_word_file_of_more_than_64_kib(tmp_path):
    paragraphs = [p for item in samples.stories(300) for p in item["paragraphs"]]
    (tmp_path / "x.docx").write_bytes(samples.word(paragraphs))
    (article,) = read(tmp_path)
    assert article.text == "\n".join(paragraphs) and len(article.text) > 100_000


def test_links_pipes_and_devices_are_listed_and_links_out_are_not_followed(tmp_path):
    inside, outside = tmp_path / "corpus", tmp_path / "outside"
    (inside / "sub").mkdir(parents=True)
    outside.mkdir()
    (inside / "a.txt").write_text("Some words")
    (outside / "secret.txt").write_text("A secret")
    (inside / "b.txt").symlink_to(outside / "secret.txt")
    (inside / "c").symlink_to(outside)
    (inside / "d.txt").symlink_to("nowhere")
    (inside / "e.txt").symlink_to("e.txt")
    (inside / "sub" / "f").symlink_to(inside)
    (inside / "g.txt").symlink_to(inside / "a.txt")
    os.mkfifo(inside / "h.txt")
    items = read(inside)
    assert [item.text for item in items if isinstance(item, Article)] == ["Some words"]
    out = "a link that leads out of the corpus (follow_links in a .toml file follows it)"
    there = "a link to a place in the corpus, which is read there"
    pipe = "neither a file nor a folder (a pipe or a device)"
    nowhere = "a link that leads nowhere"
    assert [reason.partition(":")[0] for reason in reasons(items)] == [out, out, nowhere, nowhere, there, pipe, there]
    (inside / "how.toml").write_text("follow_links = true\n")
    assert [item.text for item in read(inside) if isinstance(item, Article)] == ["Some words", "A secret", "A secret"]


def test_a_pipe_as_corpus_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="neither a file nor a folder"):
        read(tmp_path / "pipe")


def test_an_address_as_corpus_is_refused():
    with pytest.raises(FileNotFoundError, match="offline"):
        read("https://news.example/article")


def test_a_folder_without_permission_is_listed(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "open.txt").write_text("Some words")
    whole = os.scandir

    def scandir(folder):
        if str(folder).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return whole(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    items = read(tmp_path)
    assert reasons(items) == ["a folder that can't be opened: Permission denied"] and len(items) == 2


def test_file_names_that_are_not_utf8(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        with open(name, "w") as file:
            file.write("Some words")
    except OSError:
        pytest.skip("this file system allows only names in UTF-8")
    (article,) = read(tmp_path)
    assert article.path.endswith("caf\\xe9.txt") and article.article_id == "caf\\xe9"
    article.path.encode()


def test_archive_members_with_broken_names(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("caf\u00e9.txt", "Some words")
        archive.writestr("fine.txt", "More words")
    data = (tmp_path / "x.zip").read_bytes().replace("\u00e9".encode(), b"\xff\xfe")
    (tmp_path / "x.zip").write_bytes(data)
    items = read(tmp_path)
    assert [item.text for item in items if isinstance(item, Article)] == ["Some words", "More words"]
    for item in items:
        item.path.encode()


def test_tiny_records_do_not_fill_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "RECORDS_AT_LEAST", 1_000)
    lines = b'{"text":"a b"}\n' * 1_500
    (tmp_path / "x.jsonl.gz").write_bytes(gzip.compress(lines))
    last = None
    for n, item in enumerate(corpus.read(tmp_path)):  # noqa: B007
        last = item
    assert n == 1_000 and "more than 1,000 records" in last.reason and "most_records" in last.reason
    (tmp_path / "how.toml").write_text("most_records = 1_600\n")
    assert sum(1 for _ in corpus.read(tmp_path)) == 1_500


def test_many_records_of_one_id_take_linear_time(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"id": "a", "text": "Some words"}\n' * 20_000)
    ids = [item.article_id for item in corpus.read(tmp_path)]
    assert len(set(ids)) == 20_000 and ids[:3] == ["a", "a-2", "a-3"]


# -- records ---------------------------------------------------------------------------------------------------------


UNTOLD = "binary data, or text in an encoding that can't be told: save it as UTF-8"


def test_one_bad_line_loses_one_record_and_names_its_row(tmp_path):
    bad = bytes([1, 2, 3, 4, 0xFE, 0xFF]) * 30
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "One"}\n' + bad + b'\n{"text": "Three"}\n')
    (tmp_path / "b.csv").write_bytes(b"id,text\n1,One\n2," + bad + b"\n3,Three\n")
    items = read(tmp_path)
    assert [getattr(item, "text", None) or (item.row, item.reason) for item in items] == [
        "One",
        (2, UNTOLD),
        "Three",
        "One",
        (3, UNTOLD),
        "Three",
    ]


def test_times_in_nanoseconds_and_out_of_range(tmp_path):
    table = pa.table(
        {
            "text": ["One word", "Two words", "Three words"],
            "date": pa.array([1_643_882_400_000_000_123, None, 0], pa.timestamp("ns")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    far = pa.table({"text": ["Four words"], "date": pa.array([2**60], pa.timestamp("us"))})
    pq.write_table(far, tmp_path / "b.parquet")
    a, b, c, d = read(tmp_path)
    assert (a.published, b.published) == (datetime(2022, 2, 3, 10), None)
    assert d.published is None and d.notes == "date not understood: out of range"


def test_ids_stay_as_they_are(write_lines):
    path = write_lines("x.jsonl", [{"id": " a  b ", "text": "One"}, {"id": "x" * 3_000, "text": "Two"}])
    first, second = read(path)
    assert first.article_id == " a  b " and first.notes is None
    assert len(second.article_id) == 2_000 and second.notes == "the id was cut at 2,000 characters"


def test_two_columns_that_could_be_the_text(tmp_path, write_lines):
    path = write_lines("x.jsonl", [{"body": "The longer text of it", "content": "Another text of it"}])
    (article,) = read(path)
    assert article.text == "The longer text of it" and "could be body or content: body was read" in article.notes
    (tmp_path / "y.csv").write_text("id,text,text\n1,First words,Second words\n")
    (article,) = read(tmp_path / "y.csv")
    assert article.text == "First words" and "two columns are named text" in article.notes
    (tmp_path / "z.jsonl").write_text('{"text": "First words", "text": "Second words"}\n')
    (article,) = read(tmp_path / "z.jsonl")
    assert article.text == "First words" and "two columns are named text" in article.notes


def test_dates_that_can_be_read_in_two_ways_are_said(tmp_path):
    (tmp_path / "x.csv").write_text("text,date\nOne word,03/02/2022\nTwo words,13/02/2022\n")
    first, second = read(tmp_path)
    assert (first.published, first.notes) == (None, AMBIGUOUS) and second.published == datetime(2022, 2, 13)


# -- encodings and languages -----------------------------------------------------------------------------------------


def test_one_bad_byte_is_mended():
    text = "“We will stay,” the minister said. It’s what the café’s owner wanted. " * 10
    data = text.encode().replace("“".encode(), b"\x93", 1)
    assert encodings.decode(data) == (text, "1 stray byte in UTF-8: read as Windows-1252")


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [
        (
            "外務大臣は火曜日、海峡を閉鎖する意図はないと述べた。来週ジュネーブで交渉が続く見通しである。",
            "shift_jis",
            "Japanese",
        ),
        ("Министр иностранных дел заявил во вторник, что переговоры продолжатся в Женеве.", "koi8-r", "Russian"),
        (
            "外交部長週二表示，該國無意關閉海峽。下週將在日內瓦繼續談判。政府正在考慮新的制裁措施，記者會上他說。",
            "big5",
            "Chinese",
        ),
    ],
)
def test_other_encodings_are_read_or_set_apart_as_the_language_they_are(tmp_path, text, encoding, language):
    assert encodings.decode(text.encode(encoding))[0] == text
    (tmp_path / "x.txt").write_bytes(text.encode(encoding))
    assert reasons(read(tmp_path)) == [f"in {language}, as it seems: only English is analysed"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Der Minister sagte am Dienstag, dass die Gespräche weitergehen würden und niemand einen Krieg wolle. " * 3,
            "German",
        ),
        (
            "De minister zei dinsdag dat de gesprekken zouden doorgaan en dat niemand een oorlog wil in de regio. " * 3,
            "Dutch",
        ),
        (
            "Le ministre a déclaré mardi que les pourparlers continueraient et que personne ne voulait la guerre. " * 3,
            "French",
        ),
        ("The minister said on Tuesday that the talks would go on and that nobody wanted a war. " * 3, None),
        (
            "The minister said: “Niemand will einen Krieg.” Then he left the room, and nobody asked him why he had.",
            None,
        ),
        ("Berg met Hale.", None),
        ("Osmark 3 Velden 2; Harrow 1 Tarnby 0; Lunde 4 Corvia 4", None),
        ("", None),
    ],
)
def test_languages(text, language):
    assert languages.other_language(text) == language


def test_other_languages_are_read_when_asked(tmp_path):
    (tmp_path / "x.txt").write_text("Der Minister sagte am Dienstag, dass die Gespräche weitergehen würden. " * 5)
    assert "in German" in reasons(read(tmp_path))[0]
    (tmp_path / "how.toml").write_text('language = "any"\n')
    assert isinstance(read(tmp_path)[0], Article)


# -- mending ---------------------------------------------------------------------------------------------------------


def test_glued_paragraphs_are_split():
    text = "The talks ended on Friday.The minister left.“We will stay,” he said.”Berg agreed to that."
    mended, note = mending.split_glued(text)
    assert mended.split("\n\n") == [
        "The talks ended on Friday.",
        "The minister left.",
        "“We will stay,” he said.”",
        "Berg agreed to that.",
    ]
    assert note == "3 paragraphs that were glued together are split"


@pytest.mark.parametrize(
    "text",
    [
        "He wrote to Example.Com about it and to www.Other.Org later.",
        "The U.S.Army and the U.K.Navy said so.",
        "One slip of the pen.The rest is fine.",
        "Two paragraphs.\n\nThat are parted. By all means.",
    ],
)
def test_what_is_not_glued_stays(text):
    assert mending.split_glued(text) == (text, None)


# -- descriptions ----------------------------------------------------------------------------------------------------


def test_a_description_inside_a_folder_holds_for_what_is_below(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text("Corps,Datum,Blatt\nSome words,03/02/2022,Courier\n")
    (tmp_path / "a" / "how.toml").write_text(
        'date_order = "DMY"\n[columns]\nbody = "Corps"\ndate = "Datum"\nsource = "Blatt"\n'
    )
    first, second = read(tmp_path)
    assert (first.text, first.published, first.outlet) == ("Some words", datetime(2022, 2, 3), "Courier")
    assert "no column with the text" in second.reason


def test_inputs_of_a_description_inside_a_folder_leave_the_rest_with_a_reason(tmp_path):
    (tmp_path / "a.txt").write_text("Some words")
    (tmp_path / "b.txt").write_text("More words")
    (tmp_path / "how.toml").write_text('inputs = ["a.*"]\n')
    first, second = read(tmp_path)
    assert first.text == "Some words" and second.reason.startswith("not among the inputs")


def test_a_toml_of_something_else_is_set_apart_and_a_wrong_key_of_ours_is_said(tmp_path):
    (tmp_path / "a.txt").write_text("Some words")
    (tmp_path / "other.toml").write_text("[tool.other]\nx = 1\n")
    assert "describes no corpus" in reasons(read(tmp_path))[0]
    (tmp_path / "other.toml").write_text('date_order = "DMY"\nlangage = "any"\n')
    with pytest.raises(ValueError, match="unknown langage .did you mean language"):
        read(tmp_path)


# -- the reading cache -----------------------------------------------------------------------------------------------


def key_of(path):
    return corpus.corpus_key(corpus.take_inventory(path))


def test_the_key_goes_by_content_options_and_packages(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_text("Some words")
    before = path.stat()
    keys = [key_of(tmp_path)]
    path.write_text("Same bytes")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    keys.append(key_of(tmp_path))
    (tmp_path / "how.toml").write_text('date_order = "DMY"\n')
    keys.append(key_of(tmp_path))
    monkeypatch.setattr(corpus, "version_of", lambda name: "99")
    keys.append(key_of(tmp_path))
    assert len(set(keys)) == 4 and key_of(tmp_path) == keys[-1]


def test_the_key_of_a_large_file_sees_its_middle(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "HASHED_WHOLE", 1_000)
    monkeypatch.setattr(corpus, "BLOCK", 64)
    path = tmp_path / "a.txt"
    path.write_bytes(b"a" * 4_000)
    before = path.stat()
    key = key_of(path)
    path.write_bytes(b"a" * 2_000 + b"b" + b"a" * 1_999)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert key_of(path) != key


# -- whatever lies there ---------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(blacklist_characters="/\0!", blacklist_categories=("Cs",)), min_size=1, max_size=12)
ENDINGS = st.sampled_from(".txt .eml .mhtml .html .rtf .pdf .xml .warc .xlsx .csv .jsonl .toml .gz".split())
STARTS = st.sampled_from(
    [
        b"",
        b"%PDF-1.4\n",
        b"{\\rtf1 ",
        b"WARC/1.0\r\n",
        b"PK\x03\x04",
        b"<html>",
        b"From: x\nSubject: y\nMIME-Version: 1.0\n\n",
    ]
    + [b"1 of 3 DOCUMENTS\n\n", b"End of Document\n", b"HD  x\nLP  y\nPD  z\n", b"Document 1 of 2\nFull text: \n"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(NAMES, ENDINGS, STARTS, st.binary(max_size=200)), max_size=4))
def test_whatever_lies_in_a_folder_comes_out(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("any")
    for name, ending, start, data in files:
        try:
            (folder / (name.lstrip("~.") + "x" + ending)).write_bytes(start + data)
        except OSError:
            continue
    try:
        found = folders.describe(folder)
    except ValueError:  # a description that can't be followed
        return
    paths = {item.path.partition("!")[0] for item in corpus.read(folder)}
    assert {folders.show_path(file.path) for file in found} == paths
    json.dumps(sorted(paths)).encode()
