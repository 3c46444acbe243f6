"""Bytes to characters: which encoding a text is in, and what had to be mended."""

import codecs
import re

from charset_normalizer import from_bytes

from helpers.reading.streams import Unreadable

FEW = 200  # one stray byte in so many that are right: a damaged UTF-8 text, not another encoding
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Letters of English and its neighbours, quotation marks, dashes, currency signs, the bullet: what Windows-1252 holds
# when it is Windows-1252.
_WESTERN = re.compile("[\u2018-\u201e\u2026\u2013\u2014\u2022£€©®°·«»½¼¾§\xa0\xadÀ-ÖØ-öø-ÿŒœŠšŽžŸ™ªº¡¿´]")
_OTHERS = (
    *("cp932", "euc_jp", "big5", "gb18030", "cp949"),
    *("koi8_r", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "mac_roman"),
)
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")  # many of them: another encoding taken for Japanese
_STRAY = re.compile("[\x01-\x08\x0e-\x1f]")


def decode(data: bytes) -> tuple[str, str | None]:
    """Return (text, note): by the byte order mark, else as UTF-8, with stray bytes mended one by one, else as
    Windows-1252, else in the encoding that the bytes speak for. The note says what was assumed.

    Raises Unreadable for binary data, and where no encoding gives a text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), None
            except UnicodeDecodeError as error:
                if encoding != "utf-8":
                    raise Unreadable(f"not valid {encoding.upper()}") from error
                data = data[len(mark) :]
    try:
        text, note = data.decode("utf-8"), None
    except UnicodeDecodeError:
        text, note = _not_utf8(data)
    if text.count("\0") * 20 > len(text):
        raise Unreadable("binary data, or UTF-16 without a byte order mark")
    if note and len(_STRAY.findall(text)) * 50 > len(text):
        raise Unreadable("binary data, not text")
    return text, note


def _not_utf8(data: bytes) -> tuple[str, str]:
    mended = data.decode("utf-8", "mended")
    wrong = sum(1 for _ in _MENDED.finditer(mended))
    right = sum(1 for byte in data if byte >= 0xC2) - wrong
    if right > wrong or (wrong == 1 and len(data) > FEW and right):
        return (
            _MENDED.sub(lambda match: match[1], mended),
            f"{wrong} stray byte{'s' * (wrong > 1)} in UTF-8: read as Windows-1252",
        )
    western = data.decode("cp1252", "replace")
    odd = [character for character in western if character > "\x7f" and not _WESTERN.match(character)]
    high = sum(1 for byte in data if byte > 0x7F)
    words = re.findall(r"[^\W\d_]+", western)
    foreign = sum(1 for word in words if sum(1 for c in word if c > "\x7f") * 2 > len(word) > 1)
    if len(odd) * 10 <= high and foreign * 4 <= len(words):
        return western, "not UTF-8: read as Windows-1252"
    guesses = from_bytes(data[:100_000], cp_isolation=list(_OTHERS))
    likely = [guess for guess in guesses if len(_HALF_WIDTH.findall(str(guess))) * 5 <= len(str(guess))]
    if not likely:
        raise Unreadable("binary data, or text in an encoding that can't be told: save it as UTF-8")
    encoding = likely[0].encoding
    return data.decode(encoding, "replace"), f"not UTF-8: read as {encoding.replace('_', '-')}"


_MENDED = re.compile("\ue000([^\ue001]*)\ue001")


def _mend(error: UnicodeError) -> tuple[str, int]:
    """What stands for bytes that are no UTF-8: their Windows-1252 characters, between two marks so that they count."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return f"\ue000{bad.decode('cp1252', 'replace')}\ue001", error.end


codecs.register_error("mended", _mend)
