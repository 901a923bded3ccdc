"""Who and what is in the demo: invented authorities, places, users, and the list of 300 people. Pure."""

import csv
import io
import random

from sijill.domain.access.rules import DutyKind

PEOPLE = 300
AUTHORITIES = {
    "NORTH": {
        "en": "Northern Prisons Administration",
        "ar": "إدارة السجون الشمالية",
        "ckb": "بەڕێوەبەرایەتی زیندانەکانی باکوور",
    },
    "CARRY": {"en": "Joint Transport Command", "ar": "قيادة النقل المشتركة", "ckb": "فەرماندەیی گواستنەوەی هاوبەش"},
    "SOUTH": {
        "en": "Southern Correctional Service",
        "ar": "دائرة الإصلاح الجنوبية",
        "ckb": "خزمەتگوزاری چاکسازی باشوور",
    },
}
# code -> (authority, kind, region, names, latitude, longitude, halls)
FACILITIES = {
    "N-TELL": (
        "NORTH",
        "prison",
        "SY-HA",
        {"en": "Tell Sahl Prison", "ar": "سجن تل سهل"},
        36.50,
        40.75,
        ("H1", "H2", "H3"),
    ),
    "N-WADI": (
        "NORTH",
        "detention-centre",
        "SY-HA",
        {"en": "Wadi Detention Centre", "ar": "مركز احتجاز الوادي"},
        36.02,
        40.73,
        (),
    ),
    "S-HUB": (
        "SOUTH",
        "prison",
        "IQ-BG",
        {"en": "Southern Hub Prison", "ar": "سجن المحور الجنوبي"},
        33.31,
        44.20,
        ("A", "B", "C"),
    ),
    "S-RIVER": ("SOUTH", "prison", "IQ-DQ", {"en": "River Prison", "ar": "سجن النهر"}, 31.05, 46.26, ()),
    "S-HILLS": ("SOUTH", "prison", "IQ-AR", {"en": "Hills Prison", "ar": "سجن التلال"}, 36.19, 44.01, ()),
}
# user name -> (name, duty, authority, facility)
USERS: dict[str, tuple[str, DutyKind, str, str | None]] = {
    "nadia": ("Nadia, registrar", DutyKind.REGISTRAR, "NORTH", None),
    "karim": ("Karim, coordinator", DutyKind.COORDINATOR, "NORTH", None),
    "samir": ("Samir, sending officer", DutyKind.SENDING_OFFICER, "NORTH", None),
    "dunya": ("Dunya, duty officer", DutyKind.DUTY_OFFICER, "NORTH", None),
    "carla": ("Carla, carrying officer", DutyKind.CARRYING_OFFICER, "CARRY", None),
    "omar": ("Omar, duty officer", DutyKind.DUTY_OFFICER, "CARRY", None),
    "rana": ("Rana, registrar", DutyKind.REGISTRAR, "CARRY", None),
    "rami": ("Rami, receiving officer", DutyKind.RECEIVING_OFFICER, "SOUTH", None),
    "zainab": ("Zainab, registrar", DutyKind.REGISTRAR, "SOUTH", None),
    "layla": ("Layla, coordinator", DutyKind.COORDINATOR, "SOUTH", None),
    "hadi": ("Hadi, officer at River Prison", DutyKind.RECEIVING_OFFICER, "SOUTH", "S-RIVER"),
    "viola": ("Viola, visiting body", DutyKind.VISITING_BODY, "NORTH", None),
}
# Arabic and Latin spellings of invented name parts.
GIVEN = (
    "سامر Samer",
    "وائل Wael",
    "نزار Nizar",
    "عماد Imad",
    "باسل Basel",
    "رامز Ramez",
    "فراس Firas",
    "غسان Ghassan",
    "مازن Mazen",
    "حازم Hazem",
    "لؤي Louay",
    "أنس Anas",
    "زياد Ziad",
    "طارق Tarek",
    "هيثم Haitham",
    "شادي Shadi",
)
FAMILY = (
    "السهلي al-Sahli",
    "النهري al-Nahri",
    "الجبلي al-Jabali",
    "الوادي al-Wadi",
    "الرملي al-Ramli",
    "البحري al-Bahri",
    "الحقلي al-Haqli",
    "الصخري al-Sakhri",
    "الغابي al-Ghabi",
    "الينبوعي al-Yanbui",
    "التلّي al-Talli",
    "الكرمي al-Karmi",
)
NATIONALITIES = ("IQ", "SY", "TN", "EG", "JO", "MA")


def the_list() -> bytes:
    """The list of 300 people held at Tell Sahl, as its administration would send it: CSV with Arabic headers."""
    chance = random.Random(20260105)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(
        ["الاسم", "اسم الأب", "اسم الجد", "اللقب", "الجنس", "تاريخ الميلاد", "الجنسية", "رقم السجين", "القاعة"]
    )
    for no in range(1, PEOPLE + 1):
        given, father, grandfather = (chance.choice(GIVEN).split()[0] for _ in range(3))
        family = chance.choice(FAMILY).split()[0]
        year = chance.randint(1962, 2006)
        born = (
            ""
            if no % 29 == 0
            else str(year)
            if no % 3 == 0
            else f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        )
        nationality = chance.choice(NATIONALITIES)
        sheet.writerow(
            [given, father, grandfather, family, "ذكر", born, nationality, f"DEMO-{no:04}", f"H{no % 3 + 1}"]
        )
    return out.getvalue().encode()
