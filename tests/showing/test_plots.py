import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pytest  # noqa: E402
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from helpers.showing import canvas, charts, colours, links, plots  # noqa: E402


@pytest.fixture(autouse=True)
def style():
    canvas.use_house_style()
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts + ax.get_yticklabels() + ax.get_xticklabels()]


def test_the_same_actor_has_the_same_colour():
    assert colours.colour("LOC:russia") == colours.colour("ORG:Russia") == colours.FIXED["russia"]
    assert colours.colour("PER:anna berg") == colours.colour("PER:anna berg") in colours.PALETTE
    assert colours.colour(None) == colours.colour(float("nan")) == colours.OTHER


def test_bars_are_sorted_and_labelled():
    ax = plots.ranked_bars(pd.DataFrame({"n": [3, 5, 4], "e": list("abc")}), "n", "e", title="T", note="n = 12")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["b", "c", "a"]
    assert {"5", "4", "3"} <= set(texts(ax))
    assert ax.figure.get_suptitle() == "T" and "n = 12" in ax.figure.get_supxlabel()


def test_left_out_bars_are_said():
    ax = plots.ranked_bars(
        pd.DataFrame({"n": range(30), "e": [f"e{i}" for i in range(30)]}), "n", "e", title="", limit=10
    )
    assert "Showing 10 of 30." in ax.figure.get_supxlabel()


def test_dollars_are_words_not_mathematics(tmp_path):
    title = "From $600 million to $200 million"
    ax = plots.ranked_bars(pd.DataFrame({"n": [1], "e": ["$x$ and $y_{"]}), "n", "e", title=title)
    canvas.save(ax, "x", tmp_path)
    assert ax.figure._suptitle.get_parse_math() is False


EMPTY = pd.DataFrame({"n": [], "e": [], "t": pd.Series(dtype="datetime64[s]"), "low": [], "high": []})


@pytest.mark.parametrize(
    "draw",
    [
        lambda f: plots.ranked_bars(f, "n", "e", title="T", empty="None found."),
        lambda f: plots.intervals(f, "n", "e", low="low", high="high", title="T", empty="None found."),
        lambda f: plots.lines_over_time(f, "t", "n", title="T", empty="None found."),
        lambda f: plots.heat_map(f, "e", "e", "n", title="T", empty="None found."),
    ],
)
def test_no_rows_give_a_sentence(draw):
    assert "None found." in texts(draw(EMPTY))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.floats(-1e6, 1e6)), min_size=1, max_size=6))
def test_any_label_and_number_can_be_drawn(rows):
    frame = pd.DataFrame(rows, columns=["e", "n"])
    ax = plots.ranked_bars(frame, "n", "e", title=rows[0][0])
    ax.figure.canvas.draw()
    plt.close("all")


@pytest.mark.parametrize("n", [1, 2, 20])
def test_every_primitive_draws(tmp_path, n):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "e": [f"Someone with a long name number {i}" for i in range(n)],
            "v": rng.normal(size=n),
            "k": 5,
            "id": "PER:x",
        }
    )
    frame["low"], frame["high"] = frame["v"] - 0.3, frame["v"] + 0.3
    frame["t"] = pd.date_range("2022-01-01", periods=n)
    frame["c"] = [f"c{i % 3}" for i in range(n)]
    drawings = [
        plots.intervals(
            frame, "v", "e", low="low", high="high", n="k", entity="id", title="T", ends=("worse", "better")
        ),
        plots.lines_over_time(frame, "t", "v", series="c", low="low", high="high", title="T", label="tone"),
        plots.heat_map(frame, "c", "e", "v", title="T", centre=0.0),
        plots.heat_map(frame.assign(v=frame["v"].abs()), "c", "e", "v", title="T"),
        plots.ranked_bars(frame.assign(v=frame["v"].abs()), "v", "e", stack="c", title="T"),
    ]
    for i, ax in enumerate(drawings):
        png, svg = canvas.save(ax, f"x{i}", tmp_path)
        assert png.stat().st_size > 3_000 and svg.stat().st_size > 3_000


def test_charts_go_into_given_panels():
    figure, panels = plt.subplots(1, 2)
    frame = pd.DataFrame({"n": [1, 2], "e": ["a", "b"]})
    assert plots.ranked_bars(frame, "n", "e", title="T", note="n = 3", ax=panels[0]) is panels[0]
    assert plots.ranked_bars(frame.head(0), "n", "e", title="T", ax=panels[1]) is panels[1]


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("short", "short"),
        ("a " * 40, 34),
        ("x" * 50, 34),
        (None, "(not named)"),
        (float("nan"), "(not named)"),
        ("two\nlines", "two lines"),
    ],
)
def test_labels_fit(label, short):
    words = canvas.shorten(label)
    assert words == short if isinstance(short, str) else len(words) <= short and words.endswith("…")


def test_names_of_figures_stay_in_the_folder(tmp_path):
    with pytest.raises(ValueError, match="plain file name"):
        canvas.save(canvas.say("x"), "../x", tmp_path)


def test_every_bar_cell_and_point_says_what_stands_behind_it():
    frame = pd.DataFrame({"n": [3, 2], "e": ["a", "b"], "id": ["PER:a", "PER:b"], "k": ["x", "y"]})
    bars = plots.ranked_bars(frame, "n", "e", stack="k", entity="id", title="T")
    assert [spot.key for spot in links.spots(bars.figure)] == [{"id": "PER:a", "k": "x"}, {"id": "PER:b", "k": "y"}]
    cells = plots.heat_map(frame.assign(e_id=frame["id"]), "k", "e", "n", title="T")
    assert {tuple(spot.key.items()) for spot in links.spots(cells.figure)} == {
        (("e_id", "PER:a"), ("k", "x")),
        (("e_id", "PER:b"), ("k", "y")),
    }
    frame["t"] = pd.to_datetime(["2022-01-01", "2022-02-01"])
    line = plots.lines_over_time(frame, "t", "n", title="T")
    spans = [{"since": "2022-01-01", "before": "2022-02-01"}, {"since": "2022-02-01"}]
    assert [spot.key for spot in links.spots(line.figure)] == spans
    for spot in links.spots(bars.figure):
        assert 0 <= spot.left < spot.left + spot.width <= 1 and 0 <= spot.top < spot.top + spot.height <= 1
    assert links.describe(bars.figure) == "T. a, x: 3; b, y: 2."


def test_two_of_one_name_stay_two_rows():
    frame = pd.DataFrame({"x": ["c", "c"], "y": ["Lee", "Lee"], "y_id": ["PER:lee", "ORG:lee"], "v": [1.0, 2.0]})
    ax = plots.heat_map(frame, "x", "y", "v", title="T")
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Lee", "Lee"]


def test_many_mentions_become_a_histogram(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"entity_id": "PER:a", "entity": "A", "position": rng.random(50_000)})
    _, svg = canvas.save(charts.plot_dispersion(frame, title="T"), "x", tmp_path)
    assert svg.stat().st_size < 200_000
