"""The steps from one article's text to the rows found in it, in order."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from helpers import resolve, text
from helpers.finding import acts, encoder, entities, statements, tone


class Options(NamedTuple):
    """What changes the annotations: the language model and the codebook of acts ("": the ones that come with the
    project).
    """

    model: str = ""
    codebook: str = ""


def annotate_text(
    words: str, *, options: Options = Options(), lost: dict[str, Exception] | None = None
) -> dict[str, Sequence[tuple]]:
    """Return {table name: rows without article_id} for one article's text. Raises what the steps raise.

    lost: a dictionary that takes the errors of single kinds of findings, {kind: error}; that kind then has no rows
    and the others stay.
    """
    document = text.read(words)
    encoding = encoder.load(resolve(options.model) if options.model else None).encode(document)
    mentions = entities.find_mentions(document, encoding)
    said: list[statements.Statement] = []
    stances: list[tone.Stance] = []
    done: list[acts.Act] = []
    participants: list[acts.Participant] = []
    with _loses("statements", lost):
        said = statements.find_statements(document, encoding, mentions)
    with _loses("tone and stances", lost):
        said, stances = tone.score_statements(document, encoding, mentions, said)
    with _loses("acts", lost):
        codebook = resolve(options.codebook) if options.codebook else None
        done, participants = acts.find_acts(document, encoding, mentions, said, codebook=codebook)
    return {"mentions": mentions, "statements": said, "stances": stances, "acts": done, "participants": participants}


@contextlib.contextmanager
def _loses(kind: str, lost: dict[str, Exception] | None) -> Iterator[None]:
    try:
        yield
    except (MemoryError, OSError):  # the machine's fault, not the text's
        raise
    except Exception as error:
        if lost is None:
            raise
        lost[kind] = error
