"""Tables and figures are saved where they are made, and listed once."""

import matplotlib.pyplot as plt
import pandas as pd

from helpers.showing.files import Files


def test_tables_and_figures_share_a_name_and_are_listed_once(tmp_path):
    kept, (figure, axes) = Files(tmp_path), plt.subplots()
    for _ in range(2):  # a cell that runs twice
        kept.save("acts", pd.DataFrame({"n": [1, 2]}), axes)
    plt.close(figure)
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("acts.*"))
    assert written == ["figures/acts.png", "figures/acts.svg", "tables/acts.csv", "tables/acts.parquet"]
    assert kept._repr_html_().count("csv, parquet") == 1 == kept._repr_html_().count("png, svg")
