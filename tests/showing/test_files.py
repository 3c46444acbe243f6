"""Tables and figures are saved where they are made, and listed once."""

import re
from urllib.parse import unquote

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from helpers import tables
from helpers.showing import canvas, plots
from helpers.showing.files import Files


def test_tables_and_figures_share_a_name_and_are_listed_once(tmp_path):
    kept, (figure, axes) = Files(tmp_path), plt.subplots()
    for _ in range(2):  # a cell that runs twice
        kept.save("acts", pd.DataFrame({"n": [1, 2]}), axes)
    plt.close(figure)
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("acts.*"))
    assert written == ["figures/acts.png", "figures/acts.svg", "tables/acts.csv", "tables/acts.parquet"]
    assert kept._repr_html_().count("csv, parquet") == 1 == kept._repr_html_().count("png, svg")


@pytest.fixture
def found():
    """(articles, mentions) of 40 articles."""
    canvas.use_house_style()
    text = "Berg met <b>Hale</b> & Lind in Oslo. " * 4
    rows = [
        (
            f"a{i}",
            f"News {i} <i>",
            text,
            pd.Timestamp(f"2022-01-{1 + i % 28:02}"),
            "Post" if i % 2 else "Mail & Co",
            "https://x.org/a?b=1&c" if i else "javascript:alert(1)",
            "f",
            9,
            None,
            None,
        )
        for i in range(40)
    ]
    rng = np.random.default_rng(0)
    mentions = pd.DataFrame(
        [
            (f"a{i}", 37 * k, 37 * k + 4, f"PER:{who}", who)
            for i in range(40)
            for k, who in enumerate(rng.choice(list("ABC"), 4))
        ],
        columns=["article_id", "start", "end", "entity_id", "entity"],
    )
    return tables.make_frame("articles", rows), mentions


def picked(folder, address):
    """The (article, start) pairs that a link shows, as the page's script picks them."""
    file, _, fragment = address.partition("#")
    rows = re.findall(r'<tr data-k="([^"]*)" data-day="([^"]*)"><td>(.*?)</tr>', (folder / file).read_text(), re.S)
    for part in filter(None, fragment.split("&")):
        name, _, value = part.partition("=")
        value = unquote(value)
        if name in ("since", "before"):
            rows = [r for r in rows if (r[1] >= value if name == "since" else r[1] < value)]
        else:
            rows = [r for r in rows if f"|{name}={value}|" in r[0].replace("&amp;", "&")]
    return rows


@pytest.mark.parametrize("one_page", [10_000, 10])
def test_every_number_opens_its_passages(tmp_path, found, monkeypatch, one_page):
    monkeypatch.setattr("helpers.showing.passages.ONE_PAGE", one_page)
    articles, mentions = found
    kept, outlets = Files(tmp_path, articles), articles.set_index("article_id")["outlet"]
    counts = mentions.assign(outlet=mentions["article_id"].map(outlets))
    counts = counts.groupby(["entity_id", "entity", "outlet"]).size().rename("n").reset_index()
    ax = plots.ranked_bars(counts, "n", "entity", stack="outlet", entity="entity_id", title="T")
    shown = str(kept.save("bars", ax, behind=mentions, kinds=["names"]))
    places = re.findall(r'<a class="opens" href="../passages/([^"]+)" title="[^"]*: (\d+)"', shown)
    assert len(places) == 6
    for address, n in places:
        assert len(picked(tmp_path / "passages", address.replace("&amp;", "&"))) == int(n)
    svg = (tmp_path / "figures" / "bars.svg").read_text()
    assert svg.count('xlink:href="../passages/') == 6
    table = kept.link(counts.drop_duplicates("entity_id"), mentions, "entity_id")
    for link, name in zip(table["passages"], table["entity_id"], strict=True):
        address = re.search(r"passages/([^\"]+)", str(link))[1]
        assert len(picked(tmp_path / "passages", address)) == (mentions["entity_id"] == name).sum()


def test_passages_are_spread_over_articles_with_their_source_and_escaped(tmp_path, found):
    articles, mentions = found
    kept = Files(tmp_path, articles)
    kept.link(mentions.head(1), mentions, "entity_id")
    page = next((tmp_path / "passages").glob("*.html")).read_text()
    first = re.findall(r"News (\d+)", page)[:40]
    assert len(set(first)) == 40, "one of each article before a second one"
    assert "&lt;b&gt;Hale" in page and "<b>Hale" not in page and "javascript:" not in page
    assert 'href="https://x.org/a?b=1&amp;c"' in page and "Mail &amp; Co" in page and "2022-01-02" in page
    assert "default-src 'none'" in page and "mathjax_ignore" in page


def test_a_chart_without_rows_is_a_sentence(tmp_path):
    shown = Files(tmp_path).save(
        "x", plots.ranked_bars(pd.DataFrame({"n": [], "e": []}), "n", "e", title="T", empty="None.")
    )
    assert "None." in str(shown) and "<img" not in str(shown) and not (tmp_path / "figures").exists()
