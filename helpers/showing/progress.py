"""Bars that show how far a piece of work is: in a notebook, on a terminal, or not at all."""

import sys
import time
from typing import Any, Self

from helpers.showing.display import Html, escape


def draw(words: str, done: int, total: int | None) -> Html:
    """Show how far a piece of work is."""
    bar = f'<progress value="{int(done)}" max="{int(total)}"></progress> ' if total and done < total else ""
    return Html(f'<div style="font:13px system-ui,sans-serif">{bar}{escape(words)}</div>', words)


class Silent:
    """A progress bar that shows nothing."""

    def __init__(self, words: str = "", total: int | None = None) -> None:
        self.words, self.total, self.done = words, total, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def update(self, n: int = 1) -> None:
        self.done += n

    def close(self) -> None:
        """End the bar."""


class InNotebook(Silent):
    """A bar in one output that is replaced, so that a saved notebook holds one line in place of hundreds; quick work
    shows none.
    """

    def __init__(self, words: str, total: int | None) -> None:
        super().__init__(words, total)
        self.began = self.shown = time.monotonic()
        self.handle = None

    def update(self, n: int = 1) -> None:
        self.done += n
        now = time.monotonic()
        if now - self.shown > (0.5 if self.handle else 1.5):
            self.shown = now
            self._show(
                f"{self.words}: {self.done:,}{f' of {self.total:,}' if self.total else ''} articles, "
                f"{now - self.began:.0f} s"
            )

    def _show(self, words: str) -> None:
        from IPython.display import display as show

        if self.handle is None:
            self.handle = show(draw(words, self.done, self.total), display_id=True)
        else:
            self.handle.update(draw(words, self.done, self.total))

    def close(self) -> None:
        if self.handle:
            self._show(f"{self.words}: {self.done:,} articles in {time.monotonic() - self.began:.0f} s")


def bar(words: str, total: int | None, progress: bool) -> Any:
    """A progress bar with update(n): in a notebook, on a terminal, or silent."""
    if not progress:
        return Silent(words, total)
    kernel = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if getattr(kernel, "kernel", None) is not None:
        return InNotebook(words, total)
    from tqdm import tqdm

    return tqdm(
        desc=words,
        total=total,
        unit=" articles",
        delay=1.5,
        mininterval=0.5,
        leave=False,
        file=sys.stderr,
        dynamic_ncols=True,
    )
