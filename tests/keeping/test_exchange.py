"""A run's tables as a workbook and as a data package."""

import json

import openpyxl
import pandas as pd
import pytest

from helpers import tables
from helpers.keeping import exchange


@pytest.fixture
def run(tmp_path):
    where = ("a", 0, 4)
    tables.save(
        tables.make_frame("mentions", [(*where, "=1+1", "PER", "named", "PER:x", "X", None, None, 0.9)]),
        "mentions",
        tmp_path,
    )
    frame = pd.DataFrame({"speaker": ["\n=1", "\ufeff@x", "\0-1", "\uff1d1", "\x01calm"], "n": [1, 2, 3, 4, 5]})
    tables.save(frame, "a_table_with_a_name_that_no_sheet_can_have", tmp_path)
    tables.save(tables.make_frame("quarantine"), "quarantine", tmp_path)
    exchange.write(tmp_path)
    return tmp_path


def test_the_workbook_has_a_sheet_a_table_and_no_formula(run):
    book = openpyxl.load_workbook(run / "tables.xlsx")
    assert book.sheetnames == ["contents", "a_table_with_a_name_that_no_she", "mentions", "quarantine"]
    rows = list(book["a_table_with_a_name_that_no_she"].values)
    assert rows[0] == ("speaker", "n") and [row[1] for row in rows[1:]] == [1, 2, 3, 4, 5]
    assert all(row[0].startswith("'") for row in rows[1:5]) and rows[5][0] == "calm"
    assert not any(cell.data_type == "f" for sheet in book for line in sheet for cell in line)
    assert next(book["quarantine"].values) == ("path", "row", "article_id", "reason")


def test_csv_cells_are_safe_too(run):
    lines = (run / "tables" / "a_table_with_a_name_that_no_sheet_can_have.csv").read_text("utf-8-sig")
    assert lines.count("'") == 4


def test_the_package_says_what_every_column_means(run):
    package = json.loads((run / "tables" / "datapackage.json").read_text("utf-8"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    for name, resource in resources.items():
        fields = resource["schema"]["fields"]
        header = (run / "tables" / resource["path"]).read_text("utf-8-sig").splitlines()[0]
        assert [field["name"] for field in fields] == header.split(",")
        assert all(field["description"] for field in fields), name
    assert resources["mentions"]["schema"]["fields"][1] == {
        "name": "start",
        "type": "integer",
        "description": "where it starts in the article's text, in characters",
    }
