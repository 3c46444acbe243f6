"""Which language a text is in, so that one that is not English is set apart and not analysed as if it were.

Texts of fewer than FEWEST_WORDS words are kept in doubt, unless they are in another script; so are texts in which the
detector finds no language (tables, lists).
"""

import functools
import re
from typing import Any

from helpers import DATA
from helpers.text import rows_of, word_list

FEWEST_WORDS = 25
SURE = 0.9  # the detector's probability
ENGLISH = 0.2  # share of words such as "the" and "of": English in any case; other languages reach 0.1, news has 0.35
LOOKED_AT_FIRST = 1_500  # characters; most texts need no more
LOOKED_AT = 4_000  # characters, from a text's beginning and from its middle
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")


@functools.cache
def _languages() -> dict[str, str]:
    return {row["code"]: row["name"] for row in rows_of(DATA / "reading" / "languages.csv")}


@functools.cache
def _detector() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _is_english(text: str) -> bool:
    common, words = word_list("English function words", "reading/english_words.csv"), _WORD.findall(text)
    return sum(word.lower() in common for word in words) >= ENGLISH * len(words)


def other_language(text: str) -> str | None:
    """Return the name of the language of a text that is surely not English, None for English and in doubt."""
    if _is_english(text[:LOOKED_AT_FIRST]):
        return None
    middle = max(len(text) // 2, LOOKED_AT)
    part = text[:LOOKED_AT] + " " + text[middle : middle + LOOKED_AT]
    words = _WORD.findall(part)
    if not words:
        return None
    letters = sum(map(len, words))
    foreign_script = letters >= 20 and len(_LATIN.findall(part)) * 2 < letters
    if len(words) < FEWEST_WORDS and not foreign_script:
        return None
    code, sure = _detector().classify(part)
    if foreign_script:
        return _languages().get(code, "another script") if code != "en" else "another script"
    return _languages().get(code) if code != "en" and sure >= SURE else None
