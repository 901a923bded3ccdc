"""How names and numbers are compared: one plain spelling for many, and the words a search can start with. Pure."""

import re
import unicodedata
from collections.abc import Iterator

WORD_LENGTH_MAX = 64
QUERY_WORDS_MAX = 8

# Letters that are written one for the other in Arabic, Persian and Kurdish hands. Harakat and hamza above or below go
# with the combining marks; what is left here are letters of their own. Escapes, so that no editor reorders the line.
_LETTERS = str.maketrans(
    {
        "\u0671": "\u0627",  # alef wasla
        "\u0649": "\u064a",  # alef maksura -> yeh
        "\u06cc": "\u064a",  # Farsi yeh
        "\u06ce": "\u064a",  # yeh with small v
        "\u06d0": "\u064a",  # e
        "\u06d2": "\u064a",  # yeh barree
        "\u06a9": "\u0643",  # keheh
        "\u06af": "\u0643",  # gaf
        "\u0629": "\u0647",  # teh marbuta
        "\u06d5": "\u0647",  # ae
        "\u06be": "\u0647",  # heh doachashmee
        "\u06c1": "\u0647",  # heh goal
        "\u06c0": "\u0647",
        "\u06c6": "\u0648",  # oe
        "\u06c7": "\u0648",
        "\u06cb": "\u0648",
        "\u0695": "\u0631",  # reh with small v
        "\u06b5": "\u0644",  # lam with small v
        "\u0686": "\u062c",  # tcheh
        "\u067e": "\u0628",  # peh
        "\u0698": "\u0632",  # jeh
        "\u06a4": "\u0641",  # veh
        "\u0621": "",  # hamza alone
        "\u0640": "",  # tatweel
        "\u0131": "i",
        "\u00f8": "o",
        "\u0111": "d",
        "\u0142": "l",
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u0259": "e",
    }
)
_APOSTROPHES = str.maketrans(
    dict.fromkeys("'`\u00b4\u2018\u2019\u201b\u02bb\u02bc\u02be\u02bf\u02b9\u02c8\u2032", None)
)
_ARTICLES = frozenset({"al", "el", "ال"})
_SUN_ARTICLES = re.compile(r"^a([dnrstz])h?$")  # ash-Shami, an-Nuri
_ARABIC_ARTICLE = "ال"
_SERVANT = frozenset({"عبد", "abd", "abdul", "abdel"})  # written as a word of its own, or joined to the next
_SERVANT_OF = "عبدال"
_BREAKS = re.compile(r"[^\w]+")


def plain(text: str) -> str:
    """The plain spelling: one form for letters that are written one for the other, no marks, ASCII digits, one case.

    Applied twice it changes nothing more; word breaks are kept as they are.
    """
    if text.isascii() and text.isprintable():
        return text.lower().translate(_APOSTROPHES)
    for _ in range(4):  # folding can make characters that fold once more
        before, text = text, _plain_once(text)
        if text == before:
            break
    return text


def _plain_once(text: str) -> str:
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = []
    for character in folded:
        kind = unicodedata.category(character)
        if kind == "Nd":
            kept.append(str(unicodedata.digit(character)))
        elif kind not in ("Mn", "Cf", "Cc", "Cs"):
            kept.append(character)
        elif character in "\t\n\r":
            kept.append(" ")
    return "".join(kept).translate(_APOSTROPHES).translate(_LETTERS)


def compact(text: str) -> str:
    """A number as it is compared: plain, letters and digits only."""
    return "".join(c for c in plain(text) if c.isalnum())


def script_of(text: str) -> str:
    """ISO 15924 code of the script most letters of this text are in; "Zyyy" for none or another one."""
    counts: dict[str, int] = {}
    for character in text:
        if character.isalpha():
            script = _script(character)
            counts[script] = counts.get(script, 0) + 1
    return max(sorted(counts), key=lambda s: counts[s]) if counts else "Zyyy"


_SCRIPTS = {"LATIN": "Latn", "ARABIC": "Arab", "CYRILLIC": "Cyrl", "GREEK": "Grek", "HEBREW": "Hebr", "SYRIAC": "Syrc",
            "ARMENIAN": "Armn", "GEORGIAN": "Geor", "CJK": "Hani", "HANGUL": "Hang", "DEVANAGARI": "Deva"}  # fmt: skip


def _script(character: str) -> str:
    return _SCRIPTS.get(unicodedata.name(character, "").split(" ")[0], "Zyyy")


def name_words(name: str) -> frozenset[str]:
    """Every word a search for this name may start with: hyphenated ones also in parts, articles also left off."""
    found: set[str] = set()
    previous = ""
    for word in plain(name).split():
        parts = [p for p in _BREAKS.split(word) if p]
        found.update(parts)
        if len(parts) > 1:
            found.add("".join(parts))
        if previous in _ARTICLES or previous in _SERVANT:
            found.add(previous + "".join(parts))
        found.update(_without_article(part) for part in parts)
        found.update(part[len(_SERVANT_OF) :] for part in parts if part.startswith(_SERVANT_OF) and len(part) >= 7)
        previous = word
    return frozenset(w[:WORD_LENGTH_MAX] for w in found if w)


def number_words(number: str) -> frozenset[str]:
    """Every word a search for this number may start with: whole, in pieces of three and more, without leading zeros."""
    whole = compact(number)
    pieces = [p for p in _BREAKS.split(plain(number)) if len(p) >= 3]
    bare = [p.lstrip("0") for p in [whole, *pieces]]
    return frozenset(w[:WORD_LENGTH_MAX] for w in [whole, *pieces, *bare] if w)


def _without_article(word: str) -> str:
    """An Arabic word without its article, when enough is left to be a name."""
    return word[2:] if word.startswith(_ARABIC_ARTICLE) and len(word) >= 4 else word


def query_words(text: str) -> tuple[str, ...]:
    """The words of a typed search, each to be matched by the start of some stored word. Longest first, once each."""
    found = list(_query_words(plain(text)))
    if any(w not in _ARTICLES for w in found):
        found = [w for w in found if w not in _ARTICLES]
    words = sorted({w[:WORD_LENGTH_MAX] for w in found}, key=lambda w: (-len(w), w))
    return tuple(words[:QUERY_WORDS_MAX])


def _query_words(text: str) -> Iterator[str]:
    for word in text.split():
        if any(c.isdigit() for c in word):
            yield compact(word)
            continue
        parts = [p for p in _BREAKS.split(word) if p]
        if len(parts) > 1 and (parts[0] in _ARTICLES or _SUN_ARTICLES.match(parts[0])):
            parts = parts[1:]
        yield from (_without_article(part) for part in parts)


def range_end(prefix: str) -> str:
    """The first text after every text that starts with this prefix, in code-point order."""
    last = ord(prefix[-1])
    following = 0xE000 if last == 0xD7FF else last + 1
    return prefix[:-1] + chr(following) if last < 0x10FFFF else prefix + "\U0010ffff"
