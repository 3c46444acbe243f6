"""A run's tables for other programs: one workbook for spreadsheets, and a Frictionless data package that says what
every column of the CSV files means.
"""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from helpers import tables

MOST_ROWS = 100_000  # of a sheet; the CSV files hold all
LONGEST_CELL = 32_767  # characters that a spreadsheet's cell holds
SHEET_NAME = 31  # characters, at most
KINDS = (("bool", "boolean"), ("int", "integer"), ("float", "number"), ("double", "number"), ("timestamp", "datetime"))


def write(folder: Path) -> list[Path]:
    """Write `tables.xlsx` and `tables/datapackage.json` of a run's folder from the tables that are there; return both
    paths. A sheet holds the first 100,000 rows of its table, and the first sheet says which tables have more.
    """
    files = sorted((folder / "tables").glob("*.parquet"))
    return [
        _write_workbook(files, folder / "tables.xlsx"),
        _write_package(files, folder / "tables" / "datapackage.json"),
    ]


def _write_workbook(files: list[Path], path: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    contents = book.create_sheet("contents")
    contents.append(["sheet", "table", "rows", "rows in the sheet"])
    names: set[str] = set()
    for file in files:
        rows = pq.read_metadata(file).num_rows
        name = _sheet_name(file.stem, names)
        contents.append([name, file.stem, rows, min(rows, MOST_ROWS)])
        sheet = book.create_sheet(name)
        frame = tables.as_cells(_first_rows(file))
        sheet.append(list(frame.columns))
        for values in frame.itertuples(index=False, name=None):
            sheet.append([_cell(value) for value in values])
    return tables.write_atomically(path, book.save)


def _first_rows(file: Path) -> pd.DataFrame:
    """The first rows of a table, as many as a sheet holds; several row groups are read only as far as needed."""
    read = pq.ParquetFile(file)
    first = next(read.iter_batches(batch_size=MOST_ROWS), None)
    return (read.schema_arrow.empty_table() if first is None else first).to_pandas()


def _sheet_name(table: str, taken: set[str]) -> str:
    name = table[:SHEET_NAME]
    for number in range(2, 100):
        if name not in taken:
            break
        name = f"{table[: SHEET_NAME - 3]}_{number}"
    taken.add(name)
    return name


def _cell(value: object) -> object:
    """A value as openpyxl takes it: no control characters, no zone, no missing value."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_CELL]
    if isinstance(value, pd.Timestamp):
        return value.tz_localize(None).to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def _write_package(files: list[Path], path: Path) -> Path:
    package = {
        "profile": "tabular-data-package",
        "name": "newsroom-notebooks-run",
        "resources": [_resource(file) for file in files],
    }
    text = json.dumps(package, indent=1, ensure_ascii=False)
    return tables.write_atomically(path, lambda temporary: temporary.write_text(text, "utf-8"))


def _resource(file: Path) -> dict:
    schema, meanings = pq.read_schema(file), tables.meanings(file.stem)
    fields = [
        {"name": field.name, "type": _kind(str(field.type)), "description": meanings.get(field.name, "")}
        for field in schema
    ]
    return {
        "name": file.stem,
        "path": f"{file.stem}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _kind(arrow: str) -> str:
    return next((kind for beginning, kind in KINDS if arrow.startswith(beginning)), "string")
