"""What a run costs: python -m helpers.benchmark

Compares the processor time of `python -m helpers.batch seeds` with its floor: the bodies of the same notebooks in one
plain Python process, plus one bare kernel with pandas and matplotlib for each notebook. Annotations are there already
in both. Then the speed of annotating itself.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from helpers import ROOT, annotate, notebooks
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


def main() -> int:
    """Print the figures; returns 0."""
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
    articles = [item for item in corpus.read("seeds") if isinstance(item, Article)]
    texts = [article.text for article in articles]
    annotate.annotate_text(texts[0])  # load the model
    began, repeats = time.process_time(), 10
    for _ in range(repeats):
        annotate.annotate_text(texts[0])
    words = repeats * sum(article.n_words for article in articles)
    print(f"annotating: {words / (time.process_time() - began):,.0f} words per processor second (one thread)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
