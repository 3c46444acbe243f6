"""Sample files in every format that is read, made in code, with texts of our own."""

import gzip
import io
import json
import textwrap
import zipfile
from datetime import date, timedelta

import openpyxl
import pandas as pd
from pypdf import PdfReader, PdfWriter
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PLACES = "Osmark Velden Harrow Tarnby Lunde Corvia Estmoor Brandal Quill Sunder".split()
SUBJECTS = "grain water fishing border railway energy customs refugee prisoner harbour".split()


def story(i):
    """One article: title, two paragraphs, date, outlet, url, number of words in the text."""
    place, subject = PLACES[i % 10], SUBJECTS[i // 10 % 10]
    title = f"{place} talks on {subject} go into round {i + 2}"
    first = (
        f"Envoys of Norland and Ruritania met in {place} on the {subject} question, and the chair said that it was the "
        f"meeting number {i + 2} of the year. “We have not given up on the {subject} talks,” the minister of {place} "
        "told reporters after the session, which had lasted until the morning."
    )
    second = (
        f"The opposition in {place} called the draft a gift to the other side. A long-term solution would need the "
        f"consent of both parliaments, and nobody expected that before the vote on {subject} in the autumn of the year."
    )
    day = date(2022, 1, 3) + timedelta(days=i)
    return {
        "title": title,
        "paragraphs": [first, second],
        "date": day,
        "outlet": f"The {place} Courier",
        "url": f"https://news.example/{place.lower()}/{i}",
        "words": len(f"{first} {second}".split()),
    }


def stories(n, start=0):
    return [story(i) for i in range(start, start + n)]


def long_date(day):
    return f"{day:%B} {day.day}, {day.year}"


def text_of(item):
    return "\n\n".join(item["paragraphs"])


def record(item, number):
    return {
        "id": f"n{number}",
        "title": item["title"],
        "text": text_of(item),
        "date": item["date"].isoformat(),
        "source": item["outlet"],
        "url": item["url"],
    }


# -- containers of text ----------------------------------------------------------------------------------------------


def word(lines):
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    escaped = [line.replace("&", "&amp;").replace("<", "&lt;") for line in lines]
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in escaped)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{paragraphs}</w:body></w:document>'
        )
    return data.getvalue()


def rtf(lines, rows=()):
    """rows: (cell, cell) of tables, one list an article."""

    def escape(words):
        return "".join(
            f"\\u{ord(c)}?" if ord(c) > 127 else f"\\{c}" if c in "{}\\" else c for c in words.replace("\t", "\\tab ")
        )

    body = "".join(f"{escape(line)}\\par\n" for line in lines)
    for row in rows:
        cells = "".join(f"\\intbl {escape(cell)}\\cell" for cell in row)
        body += f"\\trowd\\cellx1000\\cellx9000{cells}\\row\n"
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0 Arial;}}}}\\f0 {body}}}".encode("ascii")


def pdf(pages, title=""):
    """A PDF of pages of lines."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(pages))), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, lines in enumerate(pages):
        words = b"BT /F1 10 Tf 50 800 Td 13 TL "
        for line in lines:
            shown = line.encode("cp1252", "replace")
            shown = shown.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            words += b"(" + shown + b") Tj T* "
        words += b"ET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * i)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words))
    objects.append(b"<< /Title (" + title.encode("cp1252") + b") >>")
    data, places = b"%PDF-1.4\n", []
    for number, made in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, made)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        len(objects),
        start,
    )


def printed(paragraphs, head="", lines_a_page=50, width=80):
    """Pages of lines, with a running head and page numbers, words broken at line ends."""
    wrapper = textwrap.TextWrapper(width, break_long_words=True)
    lines = [line for paragraph in paragraphs for line in wrapper.wrap(paragraph)]
    pages = [lines[i : i + lines_a_page] for i in range(0, len(lines), lines_a_page)]
    return [[head, *page, f"Page {i}"] for i, page in enumerate(pages, 1)] if head else pages


def locked(data):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page(item):
    paragraphs = "".join(f"<p>{p}</p>" for p in item["paragraphs"] * 2)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{item["title"]}</title>'
        f'<meta property="og:site_name" content="{item["outlet"]}">'
        f'<meta property="article:published_time" content="{item["date"].isoformat()}">'
        f'<link rel="canonical" href="{item["url"]}"></head><body><nav><a href="/">Home</a> <a href="/m">Menu</a></nav>'
        f"<article><h1>{item['title']}</h1>{paragraphs}</article><footer>All about us</footer></body></html>"
    ).encode()


def mhtml(item):
    return (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: "
        + item["url"]
        + "\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="--b1"\r\n\r\n----b1\r\n'
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        f"Content-Location: {item['url']}\r\n\r\n"
    ).encode() + (page(item) + b"\r\n----b1\r\nContent-Type: text/css\r\n\r\nbody {}\r\n----b1--\r\n")


def mail(item, body=None, kind="plain", more=b"", boundary=""):
    head = (
        f"From: {item['outlet']} <news@example.org>\r\nTo: me@example.org\r\nSubject: Fwd: {item['title']}\r\n"
        f"Date: {item['date']:%a, %d %b %Y} 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
    )
    text = f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{body if body is not None else text_of(item)}\r\n"
    if not boundary:
        return (head + text).encode()
    head += f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n--{boundary}\r\n'
    return (head + text).encode() + more + f"\r\n--{boundary}--\r\n".encode()


def warc(items, packed):
    data = io.BytesIO()
    writer = WARCWriter(data, gzip=packed)
    answers = [(item["url"], page(item), "text/html; charset=utf-8", "200 OK") for item in items]
    answers += [
        ("https://news.example/logo.png", b"\x89PNG", "image/png", "200 OK"),
        ("https://news.example/old", b"", "text/html", "301 Moved"),
    ]
    for address, content, kind, status in answers:
        headers = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
        made = writer.create_warc_record(address, "response", payload=io.BytesIO(content), http_headers=headers)
        writer.write_record(made)
    return data.getvalue()


def zipped(members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def wacz(items):
    return zipped(
        {
            "datapackage.json": "{}",
            "archive/data.warc.gz": warc(items, True),
            "pages/pages.jsonl": '{"format": "json-pages-1.0"}\n{"url": "https://news.example/", "ts": "2022"}\n',
            "indexes/index.cdx.gz": gzip.compress(b"x"),
        }
    )


def workbook(items, sheets=("Articles",)):
    book = openpyxl.Workbook()
    for i, name in enumerate(sheets):
        sheet = book.active if not i else book.create_sheet()
        sheet.title = name
        sheet.append(["Headline", "Body", "Date", "Outlet", "ID"])
        for number, item in enumerate(items, 7):
            sheet.append([item["title"], text_of(item), item["date"], item["outlet"], number])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


# -- exports of databases --------------------------------------------------------------------------------------------


def nexis_text(items, stated=None):
    parts = []
    for i, item in enumerate(items, 1):
        body = "\n\n".join(textwrap.fill(p, 80) for p in item["paragraphs"])
        parts.append(
            f"\n\n{'':31}{i} of {stated or len(items)} DOCUMENTS\n\n\n{'':30}{item['outlet']}\n\n"
            f"{'':25}{long_date(item['date'])} {item['date']:%A}\n{'':29}Late Edition - Final\n\n{item['title']}\n\n"
            f"BYLINE: By ANNA WRITER\n\nSECTION: Section A; Column 0; Foreign Desk; Pg. 1\n\n"
            f"LENGTH: {item['words']} words\n\nDATELINE: OSMARK\n\n{body}\n\nURL: {item['url']}\n\n"
            f"SUBJECT: TALKS (90%); TREATIES (70%)\n\nLOAD-DATE: {long_date(item['date'])}\n\nLANGUAGE: ENGLISH\n\n"
            f"PUBLICATION-TYPE: Newspaper\n\n{'':14}Copyright 2022 {item['outlet']}\n{'':25}All Rights Reserved\n"
        )
    return "".join(parts)


def nexis_page(items):
    parts = []
    for i, item in enumerate(items, 1):
        body = "".join(f'<p class="c8"><span class="c2">{p}</span></p>' for p in item["paragraphs"])
        parts.append(
            f'<br><div class="c0"><p class="c1"><span class="c2">{i} of {len(items)} DOCUMENTS</span></p></div>'
            f'<br><div class="c0"><p class="c1"><span class="c2">{item["outlet"]}</span></p></div>'
            f'<div class="c3"><p><span class="c4">{long_date(item["date"])}</span> {item["date"]:%A}</p></div>'
            f'<div class="c4"><p class="c5"><span class="c6">{item["title"]}</span></p></div>'
            f'<div class="c4"><p class="c5"><span class="c7">BYLINE: </span>By ANNA WRITER</p></div>'
            f'<div class="c4"><p class="c5"><span class="c7">LENGTH: </span>{item["words"]} words</p></div>'
            f'<div class="c4">{body}</div>'
            f'<div class="c4"><p class="c5"><span class="c7">LOAD-DATE: </span>{long_date(item["date"])}</p></div>'
            f'<div class="c0"><p><span>Copyright 2022 {item["outlet"]}<br>All Rights Reserved</span></p></div>'
        )
    return ("<html><head><title>x</title></head><body>" + "".join(parts) + "</body></html>").encode()


def uni_lines(items, stated=None):
    lines = ["User Name: A. Reader", "Date and Time: Tuesday, March 1, 2022 10:00:00 AM EST", "Job Number: 1234567"]
    lines += [f"Documents ({stated or len(items)})"]
    for i, item in enumerate(items, 1):
        lines += [f"{i}. {item['title']}", "Client/Matter: -None-", "Search Terms: talks", "Search Type: Terms"]
    for item in items:
        lines += [
            item["title"],
            item["outlet"],
            f"{long_date(item['date'])} {item['date']:%A}",
            f"Copyright 2022 {item['outlet']} All Rights Reserved",
            "Section: A; Pg. 1",
            f"Length: {item['words']} words",
            "Byline: Anna Writer",
            "Body",
            *item["paragraphs"],
            "Classification",
            "Language: ENGLISH",
            "Publication-Type: Newspaper",
            "Subject: TALKS (90%)",
            f"Load-Date: {long_date(item['date'])}",
            "End of Document",
        ]
    return lines


def coded_rows(item, number):
    return [
        ("SE", "Foreign Desk"),
        ("HD", item["title"]),
        ("BY", "By Anna Writer"),
        ("WC", f"{item['words']} words"),
        ("PD", f"{item['date'].day} {item['date']:%B %Y}"),
        ("SN", item["outlet"]),
        ("SC", "COUR"),
        ("LA", "English"),
        ("CY", "Copyright 2022. All rights reserved."),
        ("LP", item["paragraphs"][0]),
        ("TD", item["paragraphs"][1]),
        ("AN", f"Document COUR0000202202{number % 28 + 1:02}ei2300{number:03}"),
    ]


def factiva_coded_page(items):
    tables = ""
    for number, item in enumerate(items):
        cells = "".join(
            f"<tr><td><b>{code}</b>&nbsp;</td><td><p>{words}</p></td></tr>" for code, words in coded_rows(item, number)
        )
        tables += f'<div class="article enArticle"><table>{cells}</table></div>'
    return f"<html><head><title>Factiva</title></head><body>{tables}<p>© 2022 Factiva, Inc.</p></body></html>".encode()


def factiva_coded_text(items):
    return "\n\n".join(
        "\n".join(f"{code}   {words}" for code, words in coded_rows(item, number)) for number, item in enumerate(items)
    )


def factiva_plain(items):
    """Lines without codes, as in the page and the RTF."""
    for number, item in enumerate(items):
        yield from (
            "Foreign Desk; SECTA",
            item["title"],
            "By Anna Writer",
            f"{item['words']} words",
            f"{item['date'].day} {item['date']:%B %Y}",
            item["outlet"],
            "COUR",
            "English",
            f"Copyright 2022 {item['outlet']}. All Rights Reserved.",
            *item["paragraphs"],
            f"Document COUR0000202202{number % 28 + 1:02}ei2300{number:03}",
        )


def factiva_plain_page(items):
    body = "".join(f"<p>{line}</p>" for line in factiva_plain(items))
    return f"<html><head><title>Factiva</title></head><body>{body}</body></html>".encode()


def factiva_xml(items):
    articles = ""
    for number, item in enumerate(items):
        first, second = (f"<paragraph>{p}</paragraph>" for p in item["paragraphs"])
        articles += (
            f"<article><accessionNo>COUR00002022{number:04}</accessionNo>"
            f"<headline><paragraph>{item['title']}</paragraph></headline>"
            f"<publicationDate><date>{item['date'].isoformat()}</date></publicationDate>"
            f"<wordCount>{item['words']}</wordCount><sourceName>{item['outlet']}</sourceName>"
            f"<leadParagraph>{first}</leadParagraph><tailParagraphs>{second}</tailParagraphs></article>"
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><PerformSearch><articles>{articles}</articles></PerformSearch>'.encode()
    )


def proquest_blocks(items):
    for number, item in enumerate(items, 1):
        yield "_" * 60
        yield f"Document {number} of {len(items)}"
        yield item["title"]
        yield "Author: Writer, Anna."
        yield f"Publication info: {item['outlet']}; Osmark [Osmark]{item['date']:%d %b %Y}: A.1."
        yield "Abstract: The talks went on, says this summary, which is not the text."
        yield "Links: Linking Service"
        yield f"Full text: {item['paragraphs'][0]}"
        yield item["paragraphs"][1]
        yield "Subject: Talks; Treaties;"
        yield "Location: Osmark;"
        yield f"Title: {item['title']}"
        yield f"Publication title: {item['outlet']}"
        yield f"Publication date: {item['date']:%b %-d, %Y}"
        yield f"ProQuest document ID: {26000 + number}"
        yield f"Document URL: {item['url']}"
        yield "Copyright: Copyright 2022"
        yield "Database: Newsstream"
    yield "_" * 60
    yield "Contact ProQuest"
    yield "Copyright © 2022 ProQuest LLC. All rights reserved."


def proquest_text(items):
    return "\n\n".join(textwrap.fill(block, 90) for block in proquest_blocks(items))


def proquest_page(items):
    blocks = ""
    for block in proquest_blocks(items):
        label, colon, rest = block.partition(": ")
        bold = f"<strong>{label}: </strong>{rest}" if colon and len(label) < 25 else block
        blocks += f"<p>{bold}</p>"
    return f"<html><head><title>ProQuest</title></head><body>{blocks}</body></html>"


def feed(items):
    made = "".join(
        f"<item><title>{i['title']}</title><link>{i['url']}</link><guid>{i['url']}</guid>"
        f"<pubDate>{i['date']:%a, %d %b %Y} 08:00:00 GMT</pubDate><description>short</description>"
        f"<content:encoded><![CDATA[{''.join(f'<p>{p}</p>' for p in i['paragraphs'])}]]></content:encoded></item>"
        for i in items
    )
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{items[0]['outlet']}</title>{made}</channel></rss>"
    ).encode()


def atom(items):
    made = "".join(
        f'<entry><title>{i["title"]}</title><link rel="alternate" href="{i["url"]}"/><id>{i["url"]}</id>'
        f'<published>{i["date"].isoformat()}T08:00:00Z</published><content type="html">'
        f"{''.join(f'&lt;p&gt;{p}&lt;/p&gt;' for p in i['paragraphs'])}</content></entry>"
        for i in items
    )
    title = f"<title>{items[0]['outlet']}</title>"
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{title}{made}</feed>'.encode()


# -- a folder as users have it ---------------------------------------------------------------------------------------


def valid_files():
    """{name: (bytes, articles in it)} of 40 files."""
    of = lambda n: stories(n, len(made) * 7)  # noqa: E731  other articles in every file
    made: dict = {}

    def add(name, data, n):
        made[name] = (data.encode() if isinstance(data, str) else data, n)

    add("plain.txt", text_of(of(1)[0]), 1)
    add("2022-02-03 dated.txt", text_of(of(1)[0]), 1)
    add("western.txt", text_of(of(1)[0]).encode("cp1252"), 1)
    add("wide.txt", text_of(of(1)[0]).encode("utf-16"), 1)
    add("marks.md", f"# Heading\n\n{text_of(of(1)[0])}", 1)
    add("word.docx", word([of(1)[0]["title"], *of(1)[0]["paragraphs"]]), 1)
    add("rich.rtf", rtf(of(1)[0]["paragraphs"]), 1)
    add("rich inside.doc", rtf(of(1)[0]["paragraphs"]), 1)
    add("printed.pdf", pdf(printed(of(1)[0]["paragraphs"]), "Talks go into the next round"), 1)
    add("page.html", page(of(1)[0]), 1)
    add("page without ending", page(of(1)[0]), 1)
    add("saved.mhtml", mhtml(of(1)[0]), 1)
    add("mail.eml", mail(of(1)[0]), 1)
    attached = (
        b"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
    )
    add("attached.eml", mail(of(1)[0], "See below", more=attached + text_of(of(1)[0]).encode(), boundary="b"), 1)
    records = [record(item, i) for i, item in enumerate(of(3))]
    add("list.json", json.dumps(records), 3)
    records = [record(item, i) for i, item in enumerate(of(3))]
    add("object.json", json.dumps({"status": "ok", "articles": records}), 3)
    lines = "".join(json.dumps(record(item, i)) + "\n" for i, item in enumerate(of(3)))
    add("lines.jsonl", lines, 3)
    lines = "".join(json.dumps(record(item, i)) + "\n" for i, item in enumerate(of(3)))
    add("packed.jsonl.gz", gzip.compress(lines.encode()), 3)
    frame = pd.DataFrame([record(item, i) for i, item in enumerate(of(3))])
    add("commas.csv", frame.to_csv(index=False), 3)
    add("semicolons.csv", pd.DataFrame([record(i, 9) for i in of(2)]).to_csv(index=False, sep=";"), 2)
    add("tabs.tsv", pd.DataFrame([record(i, 9) for i in of(2)]).to_csv(index=False, sep="\t"), 2)
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[ns]") + pd.Timedelta(nanoseconds=7)
    add("nanoseconds.parquet", frame.assign(text=[text_of(i) for i in of(3)]).to_parquet(), 3)
    add("book.xlsx", workbook(of(3)), 3)
    add("packed.zip", zipped({"a/x.txt": text_of(of(1)[0]), "b/y.docx": word(of(1)[0]["paragraphs"])}), 2)
    add("nexis.txt", nexis_text(of(10)), 10)
    add("nexis.html", nexis_page(of(4)), 4)
    add("nexis_uni.docx", word(uni_lines(of(5))), 5)
    add("nexis_uni.rtf", rtf(uni_lines(of(5))), 5)
    add("nexis_uni.pdf", pdf(printed(uni_lines(of(3)))), 3)
    add("factiva codes.html", factiva_coded_page(of(4)), 4)
    add("factiva codes.txt", factiva_coded_text(of(4)), 4)
    add("factiva.html", factiva_plain_page(of(4)), 4)
    add("factiva.xml", factiva_xml(of(4)), 4)
    add("factiva.rtf", rtf(list(factiva_plain(of(4)))), 4)
    add("proquest.txt", proquest_text(of(6)), 6)
    add("proquest.html", proquest_page(of(6)), 6)
    add("proquest.eml", mail(of(1)[0], proquest_page(of(100)), "html"), 100)
    add("crawl.warc.gz", warc(of(3), True), 3)
    add("crawl.wacz", wacz(of(3)), 3)
    add("feed.xml", feed(of(4)), 4)
    return made


def broken_files():
    """{name: (bytes, words of the reason)} of 20 files that hold nothing to be analysed."""
    german = (
        "Der Minister sagte am Dienstag, dass die Gespräche in der nächsten Woche weitergehen würden, und niemand "
        "wolle einen Krieg. Die Opposition nannte den Entwurf ein Geschenk an die andere Seite, das man ablehnen müsse."
    )
    russian = "Министр иностранных дел заявил во вторник, что переговоры продолжатся на следующей неделе. " * 3
    whole = pdf(printed(story(1)["paragraphs"]))
    return {
        "x empty.txt": (b"", "no text"),
        "x blank.md": (b" \n\n ", "no text"),
        "x dots.txt": (b"... --- ...", "no words"),
        "x addresses.txt": (b"https://a.example/1\nhttps://a.example/2\n", "offline"),
        "x addresses.csv": (b"url,tag\nhttps://a.example/1,war\n", "offline"),
        "x german.txt": (german.encode(), "in German"),
        "x koi8.txt": (russian.encode("koi8-r"), "in Russian"),
        "x sound.mp3": (b"ID3\x04", "files ending in .mp3"),
        "x binary.txt": (bytes(range(256)) * 9, "binary"),
        "x cut.pdf": (whole[:60], "broken"),
        "x scan.pdf": (pdf([[]] * 3), "text recognition"),
        "x locked.pdf": (locked(whole), "password"),
        "x old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .docx"),
        "x not.docx": (b"not a Word file", "broken file"),
        "x cut.rtf": (rtf(story(1)["paragraphs"])[:-300], "its end is missing"),
        "x cut.xlsx": (workbook(stories(1))[:-500], "broken file"),
        "x cut.json": (b'[{"text": "Words', "broken JSON"),
        "x cut.zip": (b"PK\x03\x04", "broken file"),
        "x other.xml": (b"<?xml version='1.0'?><catalog><b/></catalog>", "XML of a kind"),
        "x bare.html": (b"<html><head><title>x</title></head><body></body></html>", "no article text"),
    }
