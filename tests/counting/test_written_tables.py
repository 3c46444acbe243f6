"""The tables that a run over the sample leaves: ids join, every column is explained."""

import json

import pandas as pd
import pytest

from helpers import batch

ARTICLES = ("article_id", "act_id")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder, manifest = batch.run(["seeds"], outputs=tmp_path_factory.mktemp("runs"), progress=False)
    assert manifest["status"] == "ok"
    return folder / "tables"


@pytest.mark.slow
def test_every_id_is_one_of_the_mentions_or_words(run):
    """States that participants act for, and those that capitals stand for, may themselves not be named."""
    mentions, sides = pd.read_parquet(run / "mentions.parquet"), pd.read_parquet(run / "participants.parquet")
    known = {*mentions["entity_id"], *mentions["metonym_of"].dropna(), *sides["acts_for_id"].dropna()}
    checked = 0
    for path in sorted(run.glob("*.parquet")):
        frame = pd.read_parquet(path)
        for name in (name for name in frame.columns if name.endswith("_id") and name not in ARTICLES):
            ids = set(frame[name].dropna())
            assert {i for i in ids - known if not i.startswith("words:")} == set(), (path.stem, name)
            checked += bool(ids)
    assert checked > 15


@pytest.mark.slow
def test_every_column_is_explained(run):
    package = json.loads((run / "datapackage.json").read_text("utf-8"))
    assert {resource["name"] for resource in package["resources"]} == {path.stem for path in run.glob("*.parquet")}
    fields = [(r["name"], f["name"], f["description"]) for r in package["resources"] for f in r["schema"]["fields"]]
    assert [(table, name) for table, name, meaning in fields if not meaning] == []
