"""Choosers: in JupyterLab a list to pick a parameter from; anywhere else nothing, so that batch runs lose nothing."""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from helpers.showing import session

MOST = 2_000  # values in one list


def offer(notebook: MutableMapping[str, Any], **values: Iterable[str]) -> None:
    """Show a list for each parameter, with what it is set to now. A choice sets the parameter in the notebook; the
    cells below then have to be run again.

    notebook: its `globals()`; values: {parameter: values to choose from}. Outside a Jupyter server nothing is shown.
    """
    if not session.in_jupyter():
        return
    import ipywidgets
    from IPython.display import display

    note = ipywidgets.HTML("Choose, then run the cells below again (Run ▸ Run Selected Cell and All Below).")
    boxes = [_box(ipywidgets, notebook, name, options) for name, options in values.items()]
    display(ipywidgets.VBox([note, *boxes]))  # type: ignore[no-untyped-call]


def _box(widgets: Any, notebook: MutableMapping[str, Any], name: str, options: Iterable[str]) -> Any:
    known = [str(option) for option in dict.fromkeys(options) if option is not None and option == option][:MOST]
    box = widgets.Combobox(
        description=name,
        options=known,
        value=str(notebook.get(name, "")),
        placeholder="type a few letters",
        ensure_option=False,
        continuous_update=False,
    )

    def chosen(change: Mapping[str, Any]) -> None:
        notebook[name] = change["new"]

    box.observe(chosen, names="value")
    return box
