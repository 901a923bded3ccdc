"""The questions that several speakers answered, and what of the simulated register stands beside each. Pure.

What stands beside a topic is a count of the register, invented as its people are; it never makes a claim true or false.
"""

from dataclasses import dataclass
from typing import Any

_IN = {"what": "entered", "books": ("ICS",), "event": "transfer-in"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One topic; `beside` is the measure, with books and the facility by their codes."""

    code: str
    english: str
    arabic: str
    unit: str = "persons"
    beside: dict[str, Any] | None = None


def _standing(book: str, *accounts: str, facility: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"what": "standing", "books": (book,), "accounts": accounts}
    return found | ({"facility": facility} if facility else {})


TOPICS = (
    Asked("first-batch", "In the first batch", "في الدفعة الأولى", beside=_IN),
    Asked("moved-in-total", "Moved to Iraq in total", "مجموع المنقولين إلى العراق", beside=_IN),
    Asked("ceiling", "To be moved, at most", "الحد الأعلى لمن قد يُنقل"),
    Asked("expected-next", "Expected next", "المتوقع لاحقًا"),
    Asked("held-in-all", "Held in north-east Syria in all", "مجموع المحتجزين في شمال شرق سوريا",
          beside=_standing("SDF", "held")),
    Asked("nationals", "Iraqi nationals among them", "العراقيون بينهم", beside=_IN | {"nationality": "IQ"}),
    Asked("remainder-foreign", "The remainder, foreign nationals", "الباقون، من الأجانب",
          beside=_IN | {"not_nationality": "IQ"}),
    Asked("syrians", "Syrian nationals among them", "السوريون بينهم", beside=_IN | {"nationality": "SY"}),
    Asked("arabs-in-all", "Arab nationals other than Iraqi, with Syrians", "العرب من غير العراقيين، ومنهم السوريون"),
    Asked("other-arabs", "Arab nationals other than Iraqi and Syrian", "عرب من غير العراقيين والسوريين",
          beside=_IN | {"nationality": "other-arab"}),
    Asked("others", "Other nationals", "جنسيات أخرى", beside=_IN | {"nationality": "other"}),
    Asked("nationalities", "How many nationalities", "عدد الجنسيات", "nationalities"),
    Asked("under-18", "Under 18 among those moved", "من هم دون الثامنة عشرة بين المنقولين",
          beside=_IN | {"age_class": "child"}),
    Asked("escaped-at-shaddadi", "Escaped at al-Shaddadi", "الفارون من الشدادي",
          beside=_standing("SDF", "control-lost", "reported-escaped", facility="SHADDADI")),
    Asked("recaptured", "Recaptured after al-Shaddadi", "من أُعيد القبض عليهم بعد الشدادي",
          beside={"what": "entered", "books": ("SY-MOI",), "event": "admission", "facility": "SHADDADI"}),
    Asked("held-at-shaddadi", "Held at al-Shaddadi", "المحتجزون في الشدادي",
          beside=_standing("SDF", "held", facility="SHADDADI")),
    Asked("held-at-aqtan", "Held at al-Aqtan", "المحتجزون في الأقطان",
          beside=_standing("SDF", "held", "under-another", facility="AQTAN")),
    Asked("al-hol-families", "Families at al-Hol", "العائلات في مخيم الهول", "families"),
    Asked("al-hol-individuals", "Individuals at al-Hol", "الأفراد في مخيم الهول",
          beside=_standing("CAMPS", "stated", facility="AL-HOL")),
    Asked("al-hol-fled", "Fled from al-Hol", "الفارون من مخيم الهول"),
    Asked("who-controls-al-hol", "Who controls al-Hol", "من يسيطر على مخيم الهول", "words"),
    Asked("placed-where", "Where they are placed", "أين وُضعوا", "words"),
    Asked("held-at-nasiriyah", "Present at Nasiriyah Central", "الموجودون في سجن الناصرية المركزي",
          beside=_standing("ICS", "stated", facility="NASIRIYAH")),
    Asked("displaced", "Inmates moved to make room", "النزلاء المنقولون لإفساح المكان",
          beside={"what": "entered", "books": ("ICS",), "event": "arrival", "facility": "NASIRIYAH"}),
    Asked("origin", "Where the convoys left from", "من أين انطلقت القوافل", "words"),
    Asked("handed-over-yet", "Whether anybody was handed over yet", "هل سُلّم أحد بعد", "words"),
    Asked("who-pays", "Who pays", "من يدفع", "words"),
    Asked("who-guards", "Who carries the security duties", "من يتحمل الأعباء الأمنية", "words"),
)  # fmt: skip
