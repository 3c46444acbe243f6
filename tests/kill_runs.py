"""Kill a run at random moments, start the same command again, and compare its tables: make kills (50 times; ARGS="10")

Each round begins without anything kept. The run is ended by SIGKILL, SIGTERM or SIGINT in turn at a random moment of
the time that an undisturbed run takes; then the same command runs to its end. The tables must have the hashes of the
undisturbed run, no manifest may stand at "running" and no folder of temporary files may be left.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SENTENCE = "Foreign Minister Anna Berg said on day {} that Norland would answer. President Hale threatened Ruritania."
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


def start(folder: Path, workers: int) -> subprocess.Popen:
    """The command, in a group of its own and with a folder of its own for temporary files."""
    command = [sys.executable, "-m", "helpers.batch", str(folder / "x.jsonl"), "--outputs", str(folder / "o")]
    command += ["--run-id", "r", "--only", "00", "--quiet", "--workers", str(workers)]
    about = {**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONPATH": str(ROOT)}
    # a shell that starts this in the background lets it ignore Ctrl-C, which its children would inherit
    signal.signal(signal.SIGINT, signal.default_int_handler)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=ROOT, env=about, start_new_session=True, **quiet)


def tables_of(folder: Path) -> dict[str, str]:
    """{file: hash} of the tables that a run left."""
    files = sorted((folder / "o" / "r" / "tables").glob("*.csv"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def left(folder: Path) -> list[str]:
    """What should not be there: temporary files, and manifests of runs that seem to go on."""
    found = [*(folder / "tmp").iterdir(), *(folder / "o").rglob(".tmp*")]
    for path in (folder / "o").glob("*/manifest.json"):
        if json.loads(path.read_text("utf-8"))["status"] == "running":
            found.append(path)
    return [str(path.relative_to(folder)) for path in found]


def disturb(folder: Path, number: signal.Signals, after: float, workers: int) -> str:
    """Start the command and end it after some seconds; returns in what state it was."""
    shutil.rmtree(folder / "o", ignore_errors=True)
    process = start(folder, workers)
    try:
        process.wait(after)
        return "ended before"
    except subprocess.TimeoutExpired:
        kept = any((folder / "o").glob(".annotations/found/*/[!.]*/keys.parquet"))
        if number == signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        process.wait(60)
    return "annotating" if kept else "starting or reading"


def main() -> int:
    """Returns 0 when all rounds came to the same tables and left nothing."""
    rounds, random_of = int((sys.argv[1:] or ["50"])[0]), random.Random(1)
    moments: Counter[str] = Counter()
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tmp").mkdir()
        lines = [json.dumps({"id": f"a{i}", "text": SENTENCE.format(i)}) + "\n" for i in range(120)]
        (folder / "x.jsonl").write_text("".join(lines), "utf-8")
        for _ in range(2):  # the second time with files of Python and system at hand, as in the rounds
            shutil.rmtree(folder / "o", ignore_errors=True)
            began = time.monotonic()
            assert start(folder, 1).wait() == 0
        whole, lasts = tables_of(folder), time.monotonic() - began
        print(f"an undisturbed run: {len(whole)} tables, {lasts:.0f} s", flush=True)
        for i in range(rounds):
            number, after = SIGNALS[i % 3], random_of.uniform(0.1, lasts)
            while (state := disturb(folder, number, after, 1 + i % 2)) == "ended before":
                after *= 0.9
            moments[state] += 1
            stopped = left(folder) if number != signal.SIGKILL else []
            code = start(folder, 1).wait()
            if code or tables_of(folder) != whole or left(folder) or stopped:
                said = f"round {i}: {number.name} after {after:.1f} s: exit {code}, left {left(folder) or stopped}"
                changed = [name for name, value in whole.items() if tables_of(folder).get(name) != value]
                wrong.append(said + f", other tables: {changed}")
                print(wrong[-1], flush=True)
    print(f"{rounds} kills ({dict(moments)}): {rounds - len(wrong)} with the same tables and nothing left behind")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
