"""What a column of a list means, by its header in English, Arabic or Sorani; and the small words in its cells. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from sijill.domain.people.spelling import compact


class Field(StrEnum):
    """What a column may hold. IGNORE is a choice; a column without a field has not been understood."""

    NAME = "name"
    GIVEN = "given"
    FATHER = "father"
    GRANDFATHER = "grandfather"
    FAMILY = "family"
    KUNYA = "kunya"
    ALIAS = "alias"
    MOTHER = "mother"
    SEX = "sex"
    BIRTH = "birth"
    AGE = "age"
    NATIONALITY = "nationality"
    NUMBER = "number"
    ISSUER = "issuer"
    DOCUMENT = "document"
    HALL = "hall"
    ADMITTED = "admitted"
    IGNORE = "ignore"


F = Field
REPEATABLE = frozenset({F.NAME, F.NUMBER, F.DOCUMENT, F.IGNORE})
NAMING = frozenset({F.NAME, F.GIVEN, F.NUMBER})  # without one of these nobody can be told from anybody
PARTS = (F.GIVEN, F.FATHER, F.GRANDFATHER, F.FAMILY)

_HEADERS = {
    F.NAME: (
        "name, full name, fullname, name and surname, name in full, name english, name (en), "
        "name arabic, name (ar), detainee name, person, الاسم, الاسم الكامل, الاسم الثلاثي, "
        "الاسم الرباعي, الاسم الرباعي واللقب, اسم المحتجز, اسم النزيل, الاسم بالانجليزية, "
        "الاسم بالعربية, اسم, ناو, ناوی تەواو, ناوی سیانی, ناوی چوارینی, ناوی دەستبەسەرکراو"
    ),
    F.GIVEN: ("given, given name, first name, forename, الاسم الاول, الاسم الشخصي, ناوی یەکەم, ناوی خۆی"),
    F.FATHER: (
        "father, father name, father's name, fathers name, middle name, second name, اسم الاب, "
        "اسم الوالد, الاب, ناوی باوک, باوک"
    ),
    F.GRANDFATHER: ("grandfather, grandfather name, grandfather's name, third name, اسم الجد, الجد, ناوی باپیر, باپیر"),
    F.FAMILY: (
        "family, family name, surname, last name, tribe name, اللقب, اسم العائلة, الشهرة, "
        "الكنية العائلية, نازناو, ناوی خێزان"
    ),
    F.KUNYA: ("kunya, kunyah, teknonym, الكنية, کونیە, کونیەت"),
    F.ALIAS: (
        "alias, aliases, nickname, nom de guerre, also known as, aka, الاسم المستعار, الاسم الحركي, "
        "اسم الشهرة, ناوی خوازراو"
    ),
    F.MOTHER: ("mother, mother name, mother's name, mothers name, اسم الام, اسم الوالدة, الام, ناوی دایک, دایک"),
    F.SEX: ("sex, gender, m/f, الجنس, النوع, ڕەگەز, رەگەز"),
    F.BIRTH: (
        "birth, date of birth, birth date, birthdate, dob, born, birth year, year of birth, yob, "
        "تاريخ الميلاد, تاريخ الولادة, الميلاد, المواليد, سنة الميلاد, سنة الولادة, التولد, "
        "بەرواری لەدایکبوون, ڕۆژی لەدایکبوون, ساڵی لەدایکبوون, لەدایکبوون"
    ),
    F.AGE: ("age, age (years), estimated age, العمر, السن, العمر التقديري, تەمەن"),
    F.NATIONALITY: (
        "nationality, citizenship, country, country of origin, nat, الجنسية, البلد, بلد الاصل, "
        "ڕەگەزنامە, رەگەزنامە, وڵات"
    ),
    F.NUMBER: (
        "number, no of person, isn, internment number, internment serial number, prisoner number, "
        "detainee number, id number, previous number, old number, file number, case number, "
        "registration number, reference, ref, رقم, الرقم, رقم المحتجز, رقم النزيل, رقم السجين, "
        "الرقم السابق, رقم الملف, رقم التسجيل, رقم القضية, ژمارە, ژمارەی پێشوو, ژمارەی زیندانی, "
        "ژمارەی دۆسیە, ژمارەی تۆمار"
    ),
    F.ISSUER: ("issuer, number issuer, issued by, numbered by, جهة الاصدار, الجهة المصدرة, دەرکەر, لایەنی دەرکەر"),
    F.DOCUMENT: (
        "document, document number, passport, passport number, passport no, identity card, id card, "
        "civil id, national id, رقم الوثيقة, الوثيقة, جواز السفر, رقم الجواز, رقم الهوية, هوية الاحوال, "
        "البطاقة الوطنية, پاسپۆرت, ژمارەی پاسپۆرت, ناسنامە, بەڵگەنامە"
    ),
    F.HALL: ("hall, wing, section, ward, block, dormitory, cell block, القاعة, القاطع, الجناح, القسم, هۆڵ, بەش, قاوش"),
    F.ADMITTED: (
        "admitted, admission date, date of admission, date admitted, arrival date, entry date, "
        "held since, تاريخ الدخول, تاريخ الادخال, تاريخ الايداع, تاريخ الاستلام, بەرواری هاتن, "
        "بەرواری وەرگرتن, ڕێکەوتی هاتن"
    ),
    F.IGNORE: (
        "note, notes, remark, remarks, comment, comments, serial, s/n, sn, no, no., #, ملاحظات, "
        "الملاحظات, ملاحظة, ت, التسلسل, تسلسل, م, تێبینی, تێبینیەکان, ز, زنجیرە"
    ),
}
HEADERS: dict[str, Field] = {
    compact(word) or word.strip(): field for field, words in _HEADERS.items() for word in words.split(",")
}
_SEXES = {
    "M": "m, male, man, boy, ذكر, رجل, نێر, پیاو",
    "F": "f, female, woman, girl, انثى, أنثى, امرأة, مێ, ئافرەت, ژن",
    "unknown": "unknown, not known, مجهول, غير معروف, نەزانراو",
}
SEXES = {compact(word): code for code, words in _SEXES.items() for word in words.split(",")}


def field_of(header: str) -> Field | None:
    """What a header means; None when it is not understood."""
    return HEADERS.get(compact(header) or header.strip())


def propose(headers: Sequence[str]) -> dict[int, Field]:
    """Column number -> field for headers that are understood. Of a field that stands once the first column counts."""
    found: dict[int, Field] = {}
    for index, header in enumerate(headers):
        field = field_of(header)
        if field is not None and (field in REPEATABLE or field not in found.values()):
            found[index] = field
    return found


def mapping_flaw(mapping: Mapping[int, Field], width: int) -> str:
    """The code of what is wrong with a mapping of columns; "" when it can be used."""
    if any(not 0 <= index < width for index in mapping):
        return "column-missing"
    fields = [f for f in mapping.values() if f not in REPEATABLE]
    if len(fields) != len(set(fields)):
        return "column-twice"
    return "" if NAMING & set(mapping.values()) else "nothing-to-name-by"
