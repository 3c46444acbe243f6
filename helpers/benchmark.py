"""What a run costs: python -m helpers.benchmark [--articles 100000] [--notebooks] [--batch]

First the overhead: the processor time of `python -m helpers.batch seeds` against its floor, the bodies of the same
notebooks in one plain Python process plus one bare kernel with pandas and matplotlib for each. Then the speed of
annotating, and what a large corpus costs, measured on a store made for it (`keeping.synthetic`): every figure of a
process of its own, processor seconds and largest memory. Last a projection to a million articles.
"""

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from helpers import ROOT, annotate, notebooks
from helpers.keeping import synthetic
from helpers.reading import corpus
from helpers.reading.articles import Article

KERNEL = """
import sys, tempfile
from pathlib import Path
from typing import Any
from traitlets.config import Config
from jupyter_client import KernelManager
for i in range({n}):
    files = {{"transport": "ipc", "ip": tempfile.mkdtemp() + "/k", "kernel_name": "python3"}}
    manager = KernelManager(**files) if sys.platform != "win32" else KernelManager()
    manager.start_kernel()
    client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=120)
    client.execute_interactive("import pandas, matplotlib.pyplot", timeout=120)
    client.stop_channels(); manager.shutdown_kernel()
"""


def processor_seconds(command: list[str], **options: Any) -> float:
    """Return user and system seconds of a command and all its children. Raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def bodies(outputs: Path) -> str:
    """Return the code of all notebooks as one Python program, with the parameters a run over seeds/ has."""
    parts = []
    for path in notebooks.find_notebooks():
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                parts.append("".join(cell["source"]))
                if "parameters" in cell["metadata"].get("tags", []):
                    parts.append(f"outputs = {str(outputs)!r}")
    return "import matplotlib; matplotlib.use('agg')\n" + "\n".join(parts)


class Cost(NamedTuple):
    """Processor seconds and largest memory (bytes) of a process, and whether it came to its end."""

    seconds: float
    memory: int
    done: bool

    def __str__(self) -> str:
        end = "" if self.done else ", not finished"
        return f"{self.seconds:7.1f} CPU s  {self.memory / 1e9:5.2f} GB{end}"


# A process of its own that measures another one: memory is counted from the fork on, and this one is large.
LAUNCH = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], timeout=float(sys.argv[1]), stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, code)
"""


def measure(command: list[str], limit: int = 600) -> Cost:
    """Run a command and return what it and its children cost; one that takes longer than `limit` seconds is ended."""
    launcher = [sys.executable, "-S", "-c", LAUNCH, str(limit), *command]
    done = subprocess.run(launcher, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        return Cost(float("nan"), 0, False)
    seconds, memory, code = done.stdout.split()
    if code != "0":
        print(done.stderr[-600:], file=sys.stderr)
    return Cost(float(seconds), int(memory) * (1 if sys.platform == "darwin" else 1024), code == "0")


LOAD = "from helpers import annotate\nfound = annotate.load({corpus!r}, outputs={outputs!r}, progress=False)\n"
FIRST = LOAD + "found.articles.iloc[0]['text'], repr(found)"
ONE_TABLE = LOAD + "len(found.mentions)"
ONE_COLUMN = LOAD + "found.rows('mentions', ['entity_id']).column(0).value_counts()"


def body(path: Path, corpus: Path, outputs: Path) -> str:
    """Return the code of one notebook as a Python program."""
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    parts = ["import matplotlib; matplotlib.use('agg')"]
    for cell in cells:
        parts.append("".join(cell["source"]))
        if "parameters" in cell["metadata"].get("tags", []):
            parts.append(f"corpus, outputs = {str(corpus)!r}, {str(outputs)!r}")
    return "\n".join(parts)


def large(n: int, *, with_notebooks: bool, with_batch: bool, speed: float) -> None:
    """Print what a corpus of n articles costs that is annotated already."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        folder = Path(name)
        text = next(item for item in corpus.read("seeds") if isinstance(item, Article)).text
        made = synthetic.make_store(folder, n, synthetic.vary(text, 8))
        words = sum(len(line.split()) for line in itertools.islice(made.open(encoding="utf-8"), 80)) / 80
        store = sum(path.stat().st_size for path in (folder / ".annotations").rglob("*") if path.is_file())
        print(f"\n{n:,} articles of about {words:.0f} words; store {store / 1e6:,.0f} MB")
        given = {"corpus": str(made), "outputs": str(folder / "run")}
        opening = measure([sys.executable, "-c", FIRST.format(**given)])
        print(f"  opening (annotate.load, one text read)  {opening}")
        print(
            f"  counting one column in Arrow            {measure([sys.executable, '-c', ONE_COLUMN.format(**given)])}"
        )
        print(f"  the table mentions as pandas            {measure([sys.executable, '-c', ONE_TABLE.format(**given)])}")
        if with_notebooks:
            for path in notebooks.find_notebooks():
                program = folder / f"{path.stem}.py"
                program.write_text(body(path, made, folder / "run"), "utf-8")
                print(f"  {path.stem:<39} {measure([sys.executable, str(program)])}", flush=True)
        if with_batch:
            run = [sys.executable, "-m", "helpers.batch", str(made), "--quiet", "--outputs", str(folder)]
            print(f"  batch, annotated before                 {measure(run, 3600)}")
        (folder / "new.txt").write_text(text + "\n\nThis one is new.", "utf-8")
        given["corpus"] += f";{folder / 'new.txt'}"
        print(f"  one article more, in a file of its own  {measure([sys.executable, '-c', FIRST.format(**given)])}")
        print(
            f"  projected, not measured: a million articles have a store of {store / n * 1e6 / 1e9:,.0f} GB, open in "
            f"{opening.seconds / n * 1e6:,.0f} CPU s with {opening.memory / n * 1e6 / 1e9:,.1f} GB at most, and take "
            f"{words * 1e6 / speed / 3600:,.0f} CPU hours to annotate (10 machines of 16 cores: "
            f"{words * 1e6 / speed / 3600 / 160:,.1f} h; 100: {words * 1e6 / speed / 3600 / 1600:,.2f} h)"
        )


def overhead() -> None:
    """Print what running notebooks costs beside their bodies."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    n = len(notebooks.find_notebooks())
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "helpers.batch", "seeds", "--quiet", "--outputs", folder]
        # annotates, and compiles files
        subprocess.run(run, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        program = Path(folder, "bodies.py")
        program.write_text(bodies(Path(folder) / "plain"))
        began = time.monotonic()
        batch_seconds = min(processor_seconds(run, env=environment) for _ in range(2))
        wall = (time.monotonic() - began) / 2
        plain = min(
            processor_seconds([sys.executable, str(program)], env={**environment, "PYTHONPATH": str(ROOT)})
            for _ in range(2)
        )
        kernels = processor_seconds([sys.executable, "-c", KERNEL.format(n=n)], env=environment)
    print(f"batch over seeds, {n} notebooks: {batch_seconds:.1f} processor seconds, {wall:.1f} s on the clock")
    print(
        f"bodies in one process {plain:.1f} + {n} bare kernels {kernels:.1f} = {plain + kernels:.1f} processor seconds"
    )
    print(f"ratio {batch_seconds / (plain + kernels):.2f} (aim: at most 2)")


def words_per_second() -> float:
    """Return the words annotated in a processor second, by one thread."""
    articles = [item for item in corpus.read("seeds") if isinstance(item, Article)]
    texts = [article.text for article in articles]
    annotate.annotate_text(texts[0])  # load the model
    began, repeats = time.process_time(), 10
    for _ in range(repeats):
        annotate.annotate_text(texts[0])
    words = repeats * sum(article.n_words for article in articles)
    return words / (time.process_time() - began)


def main() -> int:
    """Print the figures; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m helpers.benchmark", description="What a run costs.")
    parser.add_argument(
        "--articles", type=int, default=10_000, help="size of the large corpus (default: 10000; 0: none)"
    )
    parser.add_argument("--notebooks", action="store_true", help="also every notebook over the large corpus")
    parser.add_argument("--batch", action="store_true", help="also the whole batch over it")
    parser.add_argument("--no-overhead", action="store_true", help="leave the run over seeds/ out")
    asked = parser.parse_args()
    if not asked.no_overhead:
        overhead()
    speed = words_per_second()
    print(f"annotating: {speed:,.0f} words per processor second (one thread)", flush=True)
    if asked.articles:
        large(asked.articles, with_notebooks=asked.notebooks, with_batch=asked.batch, speed=speed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
