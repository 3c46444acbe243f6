from helpers.showing import progress


def test_progress_in_a_notebook_is_one_output(monkeypatch):
    shown = []
    handle = type("Handle", (), {"update": lambda self, what: shown.append(str(what))})()
    monkeypatch.setattr("IPython.display.display", lambda what, display_id: (shown.append(str(what)), handle)[1])
    bar = progress.InNotebook("Annotating", 10)
    bar.update(1)
    assert not shown  # quick work shows nothing
    bar.shown -= 5
    with bar:
        bar.update(4)
    assert "Annotating: 5 of 10 articles" in shown[0] and "<progress" in shown[0]
    assert "Annotating: 5 articles in" in shown[-1]
