"""The catalogues of translations, without GNU gettext.

`python -m sijill.interfaces.web.catalogue` extract | fill | compile | check

extract    find every sentence in the code and the templates and bring the catalogues up to date
fill LANGUAGE FILE.json    add translations {"English": "translation" or [plural forms]}; "? …" marks an uncertain one
compile    write the .mo files that the server reads (they are committed)
check      exit 1 when a catalogue lacks a sentence, a placeholder differs, Arabic is not complete or a .mo is stale
"""

import io
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import extract as babel_extract
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[2]
LOCALE = PACKAGE / "locale"
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "ckb": "nplurals=2; plural=(n != 1);",
}
COMPLETE = ("ar",)
UNCERTAIN = "uncertain"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+)\}")
Key = tuple[str, str, str]  # context, sentence, plural


def sentences() -> dict[Key, set[str]]:
    """Every sentence of the code and the templates, with the files it stands in."""
    found: dict[Key, set[str]] = defaultdict(set)
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.glob("interfaces/web/templates/**/*.html")]):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        source = templatize(text) if path.suffix == ".html" else text
        for key in _extracted(source):
            found[key].add(path.relative_to(PACKAGE.parent).as_posix())
    return found


def _extracted(source: str) -> Iterator[Key]:
    stream = io.BytesIO(source.encode())
    for _line, message, _comments, context in babel_extract("python", stream, keywords=KEYWORDS, options={}):
        one, many = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
        if one:
            yield str(context or ""), str(one), str(many)


def po_path(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _load(language: str) -> polib.POFile:
    path = po_path(language)
    catalogue = polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Project-Id-Version": "sijill",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    return catalogue


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def _save(catalogue: polib.POFile, language: str) -> None:
    catalogue.sort(key=_key)
    po_path(language).parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(po_path(language)))


def extract() -> None:
    """Bring every catalogue up to date with the sentences there are; translations are kept, leftovers go."""
    wanted = sentences()
    for language in PLURALS:
        old = {_key(entry): entry for entry in _load(language)}
        new = _load(language)
        new.clear()
        for key, files in wanted.items():
            entry = old.get(key) or _blank(key, language)
            entry.occurrences = [(name, "") for name in sorted(files)]
            entry.flags = ["python-format"] if "%(" in key[1] else []
            new.append(entry)
        _save(new, language)
        print(f"{language}: {len(new)} sentences, {len(new.untranslated_entries())} untranslated")


def _blank(key: Key, language: str) -> polib.POEntry:
    context, one, many = key
    forms = int(PLURALS[language].partition("=")[2].partition(";")[0])
    plural = dict.fromkeys(range(forms), "") if many else {}
    return polib.POEntry(msgctxt=context or None, msgid=one, msgid_plural=many, msgstr="", msgstr_plural=plural)


def fill(language: str, source: Path) -> None:
    """Add translations from a JSON file; a sentence that no catalogue has is an error."""
    catalogue = _load(language)
    entries = {entry.msgid: entry for entry in catalogue}
    for sentence, given in json.loads(source.read_text(encoding="utf-8")).items():
        if sentence not in entries:
            raise SystemExit(f"no such sentence: {sentence!r} (run extract first)")
        entry = entries[sentence]
        forms = [given] if isinstance(given, str) else list(given)
        entry.comment = UNCERTAIN if any(form.startswith("? ") for form in forms) else ""
        forms = [form.removeprefix("? ") for form in forms]
        if entry.msgid_plural:
            entry.msgstr_plural = dict(enumerate(forms))
        else:
            entry.msgstr = forms[0]
    _save(catalogue, language)


def compile_all() -> None:
    """Write the .mo files."""
    for language in PLURALS:
        _load(language).save_as_mofile(str(po_path(language).with_suffix(".mo")))


def problems() -> list[str]:
    """What is wrong with the catalogues; nothing when they are in order."""
    wanted = set(sentences())
    found = []
    for language in PLURALS:
        catalogue = _load(language)
        there = {_key(entry) for entry in catalogue}
        found += [f"{language}: not extracted: {key[1]!r}" for key in sorted(wanted - there)]
        found += [f"{language}: no longer used: {key[1]!r}" for key in sorted(there - wanted)]
        found += [f"{language}: placeholders differ: {e.msgid!r}" for e in catalogue if _differs(e)]
        if language in COMPLETE:
            found += [f"{language}: not translated: {e.msgid!r}" for e in catalogue.untranslated_entries()]
        compiled = po_path(language).with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
            found.append(f"{language}: django.mo is stale: run compile")
    return found


def _differs(entry: polib.POEntry) -> bool:
    """True when a translation uses a placeholder the sentence does not have, or a single form lacks one."""
    allowed = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural or "")
    if entry.msgid_plural:
        return any(_placeholders(form) - allowed for form in entry.msgstr_plural.values())
    return bool(entry.msgstr) and _placeholders(entry.msgstr) != allowed


def _placeholders(text: str) -> set[str]:
    return {match.group() for match in _PLACEHOLDER.finditer(text)}


def main(arguments: list[str]) -> int:
    """The command line."""
    match arguments:
        case ["extract"]:
            extract()
        case ["fill", language, source] if language in PLURALS:
            fill(language, Path(source))
        case ["compile"]:
            compile_all()
        case ["check"]:
            wrong = problems()
            print("\n".join(wrong) or "the catalogues are in order")
            return 1 if wrong else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
