"""A folder as users have it: every format, and what can't be read beside it."""

import base64
from datetime import datetime

import pytest

from helpers.reading import corpus
from helpers.reading.articles import Article, Rejected
from tests.reading import samples


def fill(folder, files):
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)


def by_file(folder, items):
    found: dict = {}
    for item in items:
        name = item.path.removeprefix(f"{folder}/").partition("!")[0]
        found.setdefault(name, []).append(item)
    return found


def test_every_article_of_forty_files_is_read(tmp_path):
    files = samples.valid_files()
    assert len(files) == 40
    fill(tmp_path, files)
    items = list(corpus.read(tmp_path))
    assert [item for item in items if isinstance(item, Rejected)] == []
    assert {name: len(found) for name, found in by_file(tmp_path, items).items()} == {
        name: n for name, (_, n) in files.items()
    }


def test_twenty_broken_files_more_are_set_apart_each_with_its_reason(tmp_path):
    files, broken = samples.valid_files(), samples.broken_files()
    assert len(broken) == 20
    fill(tmp_path, files | broken)
    items = list(corpus.read(tmp_path))
    found = by_file(tmp_path, items)
    for name, (_, reason) in broken.items():
        assert [type(item) for item in found[name]] == [Rejected], (name, found[name])
        assert reason in found[name][0].reason, (name, found[name])
    assert sum(isinstance(item, Article) for item in items) == sum(n for _, n in files.values())


EXPORTS = {
    "nexis.txt": samples.nexis_text,
    "nexis.html": samples.nexis_page,
    "uni.docx": lambda items: samples.word(samples.uni_lines(items)),
    "uni.rtf": lambda items: samples.rtf(samples.uni_lines(items)),
    "uni.txt": lambda items: "\n".join(samples.uni_lines(items)),
    "uni.pdf": lambda items: samples.pdf(samples.printed(samples.uni_lines(items), head="Talks | 1 March 2022")),
    "codes.html": samples.factiva_coded_page,
    "codes.txt": samples.factiva_coded_text,
    "codes.rtf": lambda items: samples.rtf([], [r for n, i in enumerate(items) for r in samples.coded_rows(i, n)]),
    "plain.html": samples.factiva_plain_page,
    "plain.rtf": lambda items: samples.rtf(list(samples.factiva_plain(items))),
    "factiva.xml": samples.factiva_xml,
    "proquest.txt": samples.proquest_text,
    "proquest.html": samples.proquest_page,
    "proquest.eml": lambda items: samples.mail(items[0], samples.proquest_page(items), "html"),
    "rss.xml": samples.feed,
    "atom.xml": samples.atom,
    "crawl.warc": lambda items: samples.warc(items, False),
    "book.xlsx": samples.workbook,
}
WITH_ADDRESS = ("nexis.txt", "proquest", "rss", "atom", "crawl")
ONE_OUTLET = ("rss", "atom")  # the feed's


@pytest.mark.parametrize("name", EXPORTS)
def test_title_date_outlet_and_text_of_every_article_in_an_export(tmp_path, name):
    items = samples.stories(7)
    data = EXPORTS[name](items)
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    articles = list(corpus.read(path))
    assert [type(article) for article in articles] == [Article] * 7, articles
    for article, item in zip(articles, items, strict=True):
        expected_outlet = items[0]["outlet"] if name.startswith(ONE_OUTLET) else item["outlet"]
        assert (article.title, article.outlet) == (item["title"], expected_outlet)
        assert article.published.date() == item["date"] and article.notes is None
        first, second = item["paragraphs"]
        text = article.text.removeprefix(item["title"]).strip()  # a page's headline is part of it
        assert text.startswith(first) and text.endswith(second), text
        assert article.url == item["url"] or not name.startswith(WITH_ADDRESS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nexis.txt", samples.nexis_text(samples.stories(4), stated=6)),
        ("uni.txt", "\n".join(samples.uni_lines(samples.stories(4), stated=6))),
        ("proquest.txt", samples.proquest_text(samples.stories(6)).replace("Document 2 of 6", "x", 1)),
    ],
)
def test_an_export_that_holds_less_than_it_states_says_so(tmp_path, name, data):
    (tmp_path / name).write_text(data, "utf-8")
    items = list(corpus.read(tmp_path))
    (missing,) = [item for item in items if isinstance(item, Rejected)]
    assert "the file states 6 documents and holds" in missing.reason and "missing are" in missing.reason


def test_an_article_shorter_than_its_head_states_says_so(tmp_path):
    item = samples.story(1) | {"words": 2_000}
    (tmp_path / "nexis.txt").write_text(samples.nexis_text([item]), "utf-8")
    (article,) = corpus.read(tmp_path)
    assert article.notes == "its head states 2,000 words, 88 were read"


def test_a_document_without_text_is_set_apart_with_its_number(tmp_path):
    items = samples.stories(3)
    items[1] = items[1] | {"paragraphs": []}
    (tmp_path / "nexis.txt").write_text(samples.nexis_text(items), "utf-8")
    kinds = [(type(item), getattr(item, "row", None)) for item in corpus.read(tmp_path)]
    assert kinds == [(Article, None), (Rejected, 2), (Article, None)]


def test_forwarded_and_malformed_mails_with_many_documents(tmp_path):
    items = samples.stories(5)
    mail = samples.mail(items[0], samples.proquest_page(items), "html")
    inner = b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + mail
    (tmp_path / "a forwarded.eml").write_bytes(samples.mail(items[0], "For you", more=inner, boundary="b"))
    (tmp_path / "b unknown charset.eml").write_bytes(mail.replace(b"charset=utf-8", b"charset=x-none"))
    (tmp_path / "c no end.eml").write_bytes(
        samples.mail(
            items[0],
            "x",
            more=b"--b\r\nContent-Type: text/html\r\n\r\n" + samples.proquest_page(items).encode(),
            boundary="b",
        )[:-7]
    )
    (tmp_path / "d no head.eml").write_bytes(b"\r\n" + samples.proquest_page(items).encode())
    quoted = "".join(f"> {line}\n" for line in samples.proquest_text(items).split("\n"))
    (tmp_path / "e quoted.eml").write_bytes(samples.mail(items[0], quoted))
    found = by_file(tmp_path, corpus.read(tmp_path))
    for name, articles in found.items():
        assert [getattr(a, "title", a) for a in articles] == [item["title"] for item in items], name


def test_a_mail_with_attachments_gives_the_attached_articles(tmp_path):
    item = samples.story(3)
    attached = (
        b"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "
        b'filename="x.docx"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    attached += base64.encodebytes(samples.word(item["paragraphs"]))
    (tmp_path / "m.eml").write_bytes(samples.mail(item, "Please read this.", more=attached, boundary="b"))
    (article,) = corpus.read(tmp_path)
    assert article.path.endswith("m.eml!x.docx") and article.text == "\n".join(item["paragraphs"])


def test_a_named_sheet_is_read(tmp_path):
    (tmp_path / "b.xlsx").write_bytes(samples.workbook(samples.stories(2), sheets=("Notes", "Press")))
    (tmp_path / "how.toml").write_text('sheet = "Press"\n')
    first = next(corpus.read(tmp_path))
    assert (first.title, first.published, first.article_id) == (samples.story(0)["title"], datetime(2022, 1, 3), "7")
    (tmp_path / "how.toml").write_text('sheet = "Other"\n')
    assert next(corpus.read(tmp_path)).reason == "no sheet Other (there are Notes, Press)"


def test_printed_pages_lose_running_heads_and_hyphens(tmp_path):
    words = ("grain", "water", "rail", "trade", "law")
    pages = [
        [
            f"THE COURIER, 3 MARCH 2022, page {i}",
            f"The {word} minister told the parliament in the capital that the long-term inter-",
            f"national treaty on {word} would stand. He spoke of a {word} and long-",
            f"term plan for {word}.",
            f"A second paragraph follows here and it is printed over the end of the page on {word}, so that the",
            f"- {i} -",
        ]
        for i, word in enumerate(words, 1)
    ]
    (tmp_path / "x.pdf").write_bytes(samples.pdf(pages))
    (article,) = corpus.read(tmp_path)
    assert "COURIER" not in article.text and "- 3 -" not in article.text
    assert "international treaty on rail" in article.text and "rail and long-term plan for rail.\n\n" in article.text
    assert (
        "end of the page on rail, so that the The trade minister told" in article.text
    )  # one paragraph across the pages
