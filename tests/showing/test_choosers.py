"""A chooser sets the parameter it is called after; where nobody works in the notebook there is none."""

from helpers.showing import choosers, session


def test_a_choice_sets_the_parameter(monkeypatch):
    shown = []
    monkeypatch.setattr(session, "in_jupyter", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    notebook = {"entity": ""}
    choosers.offer(notebook, entity=["Norland", "Ruritania", "Norland", None])
    box = shown[0].children[1]
    assert box.options == ("Norland", "Ruritania") and box.description == "entity"
    box.value = "Ruritania"
    assert notebook["entity"] == "Ruritania"


def test_batch_runs_show_no_chooser(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    choosers.offer({"entity": ""}, entity=["Norland"])
    assert not shown
