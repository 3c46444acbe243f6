"""The steps from one article's text to the rows found in it, in order."""

from collections.abc import Sequence
from typing import NamedTuple

from helpers import resolve, text
from helpers.finding import acts, encoder, entities, statements, tone


class Options(NamedTuple):
    """What changes the annotations: the language model and the codebook of acts ("": the ones that come with the
    project).
    """

    model: str = ""
    codebook: str = ""


def annotate_text(words: str, *, options: Options = Options()) -> dict[str, Sequence[tuple]]:
    """Return {table name: rows without article_id} for one article's text. Raises what the steps raise."""
    document = text.read(words)
    encoding = encoder.load(resolve(options.model) if options.model else None).encode(document)
    mentions = entities.find_mentions(document, encoding)
    said = statements.find_statements(document, encoding, mentions)
    said, stances = tone.score_statements(document, encoding, mentions, said)
    codebook = resolve(options.codebook) if options.codebook else None
    done, participants = acts.find_acts(document, encoding, mentions, said, codebook=codebook)
    return {"mentions": mentions, "statements": said, "stances": stances, "acts": done, "participants": participants}
