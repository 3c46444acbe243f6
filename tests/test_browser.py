"""A real JupyterLab in headless Chromium opens each notebook, runs it and finds figures and tables; then the pages of a
run are opened.

Screenshots are kept in outputs/screenshots. Skipped where there is no Chromium (set CHROMIUM to its path when it is
somewhere unusual).
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from helpers import ROOT

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
)
SHOTS = ROOT / "outputs" / "screenshots"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
]

# Running before the kernel is there opens a dialog: wait for all four.
READY = """async () => { const app = window.jupyterapp; await app.restored; const panel = app.shell.currentWidget;
if (!panel?.context) return false;
await panel.context.ready; await panel.sessionContext.ready; await panel.sessionContext.session?.kernel?.info;
return true }"""
# How far it is, cheaply: asked twice a second.
PROGRESS = """() => { const panel = window.jupyterapp.shell.currentWidget, list = panel.content.model.cells;
let cells = 0, done = 0, errors = 0;
for (let i = 0; i < list.length; i++) { const cell = list.get(i);
if (cell.type != "code" || !cell.sharedModel.source.trim()) continue; cells++; done += cell.executionCount ? 1 : 0;
for (let j = 0; j < cell.outputs.length; j++) errors += cell.outputs.get(j).type == "error" ? 1 : 0 }
return {cells, done, errors, busy: panel.sessionContext.session.kernel.status != "idle"} }"""
STATE = """() => { const model = window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON();
const cells = model.cells.filter(c => c.cell_type == "code" && c.source.length);
const outputs = cells.flatMap(c => c.outputs); const has = (o, kind) => o.data && o.data[kind];
return {cells: cells.length, done: cells.filter(c => c.execution_count).length,
errors: outputs.filter(o => o.output_type == "error").map(o => o.ename + ": " + o.evalue),
figures: outputs.filter(o => has(o, "text/html") && String(o.data["text/html"]).includes("<figure")).length,
paged: document.querySelectorAll("table.dataTable").length,
links: document.querySelectorAll("figure.chart a.opens").length,
tables: outputs.filter(o => has(o, "text/html") && String(o.data["text/html"]).includes("<table")).length} }"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project, so that running a notebook never touches the tree."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    shutil.copytree(
        ROOT, folder, ignore=shutil.ignore_patterns(".venv*", ".git", "outputs", "__pycache__", "training", "tests")
    )
    (folder / "outputs").mkdir()
    return folder


@pytest.fixture(scope="module")
def lab(copy, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
        "PYTHONPATH": str(copy),  # the copy's helpers, not the installed ones
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyter",
                "lab",
                "--no-browser",
                "--allow-root",
                "--ip=127.0.0.1",
                f"--port={port}",
                "--port-retries=0",
                "--IdentityProvider.token=t",
                f"--ServerApp.root_dir={copy}",
                "--LabApp.expose_app_in_browser=True",
            ],
            cwd=copy,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            for _ in range(600):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token=t", timeout=5):  # noqa: S310
                        break
                except OSError:
                    assert server.poll() is None, (home / "log").read_text()[-2000:]
                    time.sleep(0.5)
            yield f"http://127.0.0.1:{port}/lab/tree/notebooks/{{}}?token=t&reset"
        finally:
            server.terminate()
            server.wait(30)


@pytest.fixture(scope="module")
def browser():
    SHOTS.mkdir(parents=True, exist_ok=True)
    with playwright.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_notebook_runs_in_jupyterlab(lab, browser, path):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    try:
        page.goto(lab.format(path.name), timeout=300_000)
        page.wait_for_function("() => window.jupyterapp", timeout=300_000)
        for _ in range(120):
            if page.evaluate(READY):
                break
            time.sleep(0.5)
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        deadline = time.monotonic() + 300
        while (state := page.evaluate(PROGRESS))["busy"] or (state["done"] < state["cells"] and not state["errors"]):
            assert time.monotonic() < deadline, state
            time.sleep(0.5)
        state = page.evaluate(STATE)
        assert not state["errors"], state
        assert state["done"] == state["cells"], state
        assert state["tables"] >= 1, state
        assert state["figures"] >= 1 or path.stem[:2] in ("05", "06"), state  # these two may have nothing to draw yet
        time.sleep(1)
        page.screenshot(path=SHOTS / f"{path.stem}_end.png")
        page.evaluate(
            "() => { const n = window.jupyterapp.shell.currentWidget.content; n.activeCellIndex = 0; "
            "return n.scrollToItem(Math.min(5, n.widgets.length - 1), 'start') }"
        )
        time.sleep(1)
        page.screenshot(path=SHOTS / f"{path.stem}.png")
        assert page.locator(".jp-Dialog").count() == 0
    finally:
        page.close()


@pytest.fixture(scope="module")
def run(copy):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-m", "helpers.batch", "seeds", "--run-id", "browser", "--quiet"],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return copy / "outputs" / "browser"


def test_pages_of_a_run_open_and_link(browser, run):
    page, complaints, asked = browser.new_page(viewport={"width": 1100, "height": 1000}), [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((run.parent / "index.html").as_uri())
    page.screenshot(path=SHOTS / "index.png")
    page.get_by_role("link", name="browser", exact=True).click()
    page.wait_for_url("**/report/index.html", wait_until="load")
    assert page.locator(".finding").count() == 5 and page.locator(".finding blockquote").count() == 5
    report = run / "report"
    assert (report / "index.html").stat().st_size < 1_000_000
    for file in sorted(report.glob("*.html")):
        page.goto(file.as_uri())
        images = page.evaluate(
            "() => [...document.images].map(i => i.complete && i.naturalWidth > 0 && i.alt.length > 20)"
        )
        assert all(images), file.name
        page.screenshot(path=SHOTS / f"report_{file.stem}.png", full_page=True)
        links = page.evaluate("() => [...document.querySelectorAll('a')].map(a => a.href)")
        local = [link.partition("#")[0] for link in links if link.startswith("file:")]
        files = {Path(urllib.request.url2pathname(link.removeprefix("file://"))) for link in local}
        assert all(linked.exists() for linked in files), [linked for linked in files if not linked.exists()]
        page.set_viewport_size({"width": 400, "height": 800})
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, file.name
        page.set_viewport_size({"width": 1100, "height": 1000})
    page.goto((report / "01_entity_counts.html").as_uri())
    box = page.locator(".house.table", has=page.locator("a.opens")).first
    box = page.locator(f"#{box.get_attribute('id')}")
    box.scroll_into_view_if_needed()
    field, rows = box.locator("input[type=search]"), box.locator("tbody tr a.opens")
    before = rows.count()
    field.fill("zzzz no such words")
    playwright.expect(rows).to_have_count(0)
    field.fill("")
    playwright.expect(rows).to_have_count(before)
    number = int(re.search(r"\d+", rows.first.inner_text())[0])
    rows.first.click()
    assert f"{number} of" in page.locator("#picked").inner_text(), "a number opens as many passages as it says"
    page.goto((report / "01_entity_counts.html").as_uri())
    area = page.locator("figure.chart a.opens").first
    number = int(re.search(r": (\d+)", area.get_attribute("title"))[1])
    area.click()
    assert f"{number} of" in page.locator("#picked").inner_text(), "a bar opens as many passages as it is long"
    page.goto((report / "index.html").as_uri())
    page.get_by_role("link", name="All runs").click()
    assert page.get_by_role("heading", name="Runs").is_visible()
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert not complaints, complaints
    assert all(re.match("file:|data:", url) for url in asked), asked
    page.close()


def test_hostile_text_does_nothing_in_a_browser(browser, copy, nasty, tmp_path):
    (tmp_path / "x.jsonl").write_text(
        json.dumps(
            {
                "id": "<script>document.title='owned'</script>",
                "title": "<img src=x onerror=\"document.title='owned'\">",
                "text": nasty,
            }
        )
        + "\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "helpers.batch",
            str(tmp_path / "x.jsonl"),
            "--run-id",
            "hostile",
            "--only",
            "00",
            "--only",
            "02",
            "--quiet",
        ],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    page, dialogs = browser.new_page(), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for file in (copy / "outputs" / "hostile" / "report" / "index.html", copy / "outputs" / "index.html"):
        page.goto(file.as_uri())
        time.sleep(0.5)
        assert "owned" not in page.title() and not dialogs
    page.close()
