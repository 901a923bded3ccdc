"""Who and what is in the demo operation: authorities, places, users, decisions. Pure.

Authorities and places are those of the published operation; users, capacities and halls are invented, (I) below.
"""

from dataclasses import dataclass
from datetime import date

from sijill.domain.access.rules import DutyKind

_BOOKS = {
    "SDF": ("SDF prisons administration", "إدارة سجون قسد"),
    "CJTF": ("US forces (CJTF-OIR)", "القوات الأمريكية (قوة المهام المشتركة)"),
    "ICS": ("Iraqi Correctional Service", "دائرة الإصلاح العراقية"),
    "SY-MOI": ("Syrian Interior Ministry, Prisons and Corrections", "وزارة الداخلية السورية، إدارة السجون والإصلاح"),
    "CAMPS": ("Rojava camps administration", "إدارة المخيمات في روجآفا"),
    "SY-ARMY": ("Syrian army", "الجيش السوري"),
    "UNHCR": ("UNHCR (camp management)", "المفوضية السامية لشؤون اللاجئين (إدارة المخيم)"),
    "IQ-COUNCIL": ("Iraqi Ministerial Council for National Security", "المجلس الوزاري للأمن الوطني العراقي"),
    "IQ-MOI": ("Iraqi Interior Ministry", "وزارة الداخلية العراقية"),
    "KARKH-COURT": ("First Karkh Investigation Court", "محكمة تحقيق الكرخ الأولى"),
    "KARKH-JUVENILE": ("Karkh Juvenile Court", "محكمة أحداث الكرخ"),
}
_WITHOUT_A_BOOK = {
    "IQ-MFA": ("Iraqi Foreign Ministry", "وزارة الخارجية العراقية"),
    "EU": ("European Union", "الاتحاد الأوروبي"),
    "US-GOV": ("United States government", "حكومة الولايات المتحدة"),
    "COALITION": ("Global Coalition", "التحالف الدولي"),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A facility of the demo; `holder` "" = no authority here keeps it."""

    holder: str
    kind: str
    region: str
    english: str
    arabic: str
    latitude: float
    longitude: float
    halls: tuple[str, ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """The names by language."""
        return {"en": self.english, "ar": self.arabic}


_SIX = ("1", "2", "3", "4", "5", "6")
FACILITIES = {
    "SHADDADI": Site("SDF", "prison", "SY-HA", "al-Shaddadi Prison", "سجن الشدادي", 36.06, 40.73, ("A", "B")),
    "GHUWAYRAN": Site("SDF", "prison", "SY-HA", "Ghuwayran Prison, Hasaka", "سجن غويران، الحسكة", 36.49, 40.75, _SIX),
    "AQTAN": Site("SDF", "prison", "SY-RA", "al-Aqtan Prison, Raqqa", "سجن الأقطان، الرقة", 36.02, 39.02),
    "AL-HOL": Site("CAMPS", "camp", "SY-HA", "al-Hol camp", "مخيم الهول", 36.38, 41.15),
    "KARKH": Site("ICS", "prison", "IQ-BG", "Karkh Central Prison", "سجن الكرخ المركزي", 33.27, 44.22, _SIX),
    "NASIRIYAH": Site("ICS", "prison", "IQ-DQ", "Nasiriyah Central Prison", "سجن الناصرية المركزي", 31.02, 46.23),
    "HILLAH": Site("ICS", "prison", "IQ-BB", "Hillah Central Prison", "سجن الحلة المركزي", 32.48, 44.43),
    "NINEVEH": Site("ICS", "prison", "IQ-NI", "Nineveh prison", "سجن نينوى", 36.34, 43.13),
    "BAGHDAD-JUVENILE": Site(
        "ICS", "juvenile-centre", "IQ-BG", "Juvenile centre, Baghdad", "مركز الأحداث، بغداد", 33.34, 44.40
    ),
    "SULAYMANIYAH": Site("", "prison", "IQ-SU", "Prison in Sulaymaniyah", "سجن في السليمانية", 35.56, 45.43),
}  # fmt: skip
AUTHORITIES = {code: {"en": en, "ar": ar} for code, (en, ar) in (_BOOKS | _WITHOUT_A_BOOK).items()}
KEEPS_BOOK = frozenset(_BOOKS)
_D = DutyKind
_READS_ALL = ("SDF", "CJTF", "ICS", "SY-MOI", "CAMPS")
# user name -> (name, duty, authorities, facility): plain roles, no real official
USERS: dict[str, tuple[str, DutyKind, tuple[str, ...], str | None]] = {
    "sdf-registrar": ("DEMO registrar, SDF prisons", _D.REGISTRAR, ("SDF",), None),
    "sdf-coordinator": ("DEMO coordinator, SDF prisons", _D.COORDINATOR, ("SDF",), None),
    "sdf-sender": ("DEMO sending officer, SDF prisons", _D.SENDING_OFFICER, ("SDF",), None),
    "sdf-duty": ("DEMO duty officer, SDF prisons", _D.DUTY_OFFICER, ("SDF",), None),
    "sdf-second": ("DEMO second duty officer, SDF prisons", _D.DUTY_OFFICER, ("SDF",), None),
    "us-carrier": ("DEMO carrying officer, US forces", _D.CARRYING_OFFICER, ("CJTF",), None),
    "us-duty": ("DEMO duty officer, US forces", _D.DUTY_OFFICER, ("CJTF",), None),
    "iq-registrar": ("DEMO registrar, Iraq", _D.REGISTRAR, ("ICS",), None),
    "iq-coordinator": ("DEMO coordinator, Iraq", _D.COORDINATOR, ("ICS",), None),
    "iq-receiver": ("DEMO receiving officer, Iraq", _D.RECEIVING_OFFICER, ("ICS",), None),
    "iq-sender": ("DEMO sending officer, Karkh", _D.SENDING_OFFICER, ("ICS",), "KARKH"),
    "iq-carrier": ("DEMO carrying officer, Iraq", _D.CARRYING_OFFICER, ("ICS",), None),
    "iq-nasiriyah": ("DEMO receiving officer, Nasiriyah", _D.RECEIVING_OFFICER, ("ICS",), "NASIRIYAH"),
    "iq-duty": ("DEMO duty officer, Iraq", _D.DUTY_OFFICER, ("ICS",), None),
    "iq-second": ("DEMO second duty officer, Iraq", _D.DUTY_OFFICER, ("ICS",), None),
    "iq-legal": ("DEMO legal officer, Iraq", _D.LEGAL_OFFICER, ("ICS",), None),
    "iq-finance": ("DEMO finance officer, Iraq", _D.FINANCE_OFFICER, ("ICS",), None),
    "iq-planner": ("DEMO planner, Iraq", _D.PLANNER, ("ICS",), None),
    "sy-registrar": ("DEMO registrar, Syrian prisons", _D.REGISTRAR, ("SY-MOI",), None),
    "sy-duty": ("DEMO duty officer, Syrian prisons", _D.DUTY_OFFICER, ("SY-MOI",), None),
    "camps-duty": ("DEMO duty officer, camps", _D.DUTY_OFFICER, ("CAMPS",), None),
    "analyst": ("DEMO analyst", _D.ANALYST, _READS_ALL, None),
    "visitor": ("DEMO visiting body", _D.VISITING_BODY, _READS_ALL, None),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a body decided, as published; kinds and regions only where it binds a batch."""

    body: str
    decided_on: date
    document: str
    kinds: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    ceiling: int | None = None


DECISIONS = (
    Ruling("Damascus and the SDF", date(2026, 1, 18), "Agreement of 18 January: control of the prisons is to change;"
           " planned, not actual"),
    Ruling("Ministerial Council for National Security", date(2026, 1, 21), "Council decision of 21 January: Iraqi and"
           " foreign detainees, to government correctional facilities", kinds=("prison", "juvenile-centre")),
    Ruling("Iraqi Interior Ministry", date(2026, 1, 21), "Interior Ministry, 21 January: not the Kurdistan Region",
           excluded=("IQ-KR", "IQ-AR", "IQ-DA", "IQ-SU")),
    Ruling("US forces (CJTF-OIR)", date(2026, 1, 21), "Announcement of 21 January: up to 7,000 could be moved; entered"
           " as the demo's ceiling (I)", ceiling=7000),
    Ruling("Prime Minister of Iraq", date(2026, 1, 25), "Statement of 25 January: a temporary step"),
)  # fmt: skip
