"""The tables and figures of one notebook, saved where they are made and listed at its end."""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers import tables
from helpers.showing import display, plots


class Files:
    """Saves into a run's folder; as the last value of a cell it shows what was written."""

    def __init__(self, outputs: str | Path) -> None:
        self.outputs = outputs
        self.written: dict[tuple[str, str], list[tables.Saved | Path]] = {}

    def save(self, name: str, *made: pd.DataFrame | Axes | Figure) -> None:
        """Write frames as tables (CSV, Parquet) and drawings as figures (PNG, SVG), all under one name."""
        for thing in made:
            if isinstance(thing, pd.DataFrame):
                self.written["table", name] = [tables.save(thing, name, self.outputs)]
            else:
                self.written["figure", name] = [*plots.save(thing, name, self.outputs)]

    def _repr_html_(self) -> str:
        return str(display.files(*(self.written[key] for key in sorted(self.written, reverse=True))))

    def __repr__(self) -> str:
        return f"{len(self.written)} tables and figures in {self.outputs}"
