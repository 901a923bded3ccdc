"""Who was said to control a place, by whom and when, as published. Rivals side by side; unclear is a value. Pure."""

from dataclasses import dataclass
from datetime import datetime

from sijill.exercises.demo_story import OPENING, local

INSIDE, PERIMETER, ADMINISTERS, ANSWERS = "guards-inside", "perimeter", "administers", "answers"
_SDF, _ARMY, _INTERIOR = "Syrian Democratic Forces", "Syrian army", "Syrian Interior Ministry"
_SOURCE_TOWN = "ynetnews.com and straitstimes.com, 20 January 2026"
_SOURCE_ARTICLE = "rudaw.net, 25 January 2026"


@dataclass(frozen=True, slots=True)
class Said:
    """One control statement. `holder` "" and no words: it is said to be unclear. `by`: the demo user who enters it."""

    place: str
    aspect: str
    holder: str
    speaker: str
    stated_at: datetime
    note: str = ""
    since: datetime | None = None
    words: str = ""
    by: str = "sdf-duty"


_JAN_19, _JAN_20, _JAN_21 = local(1, 19, 12), local(1, 20, 12), local(1, 21, 9)
_JAN_22, _JAN_23, _JAN_25 = local(1, 22, 12), local(1, 23, 12), local(1, 25, 12)

CONTROL = (
    *(Said(place, aspect, "SDF", _SDF, OPENING) for place in ("SHADDADI", "GHUWAYRAN", "AQTAN")
      for aspect in (INSIDE, PERIMETER, ADMINISTERS, ANSWERS)),
    # al-Shaddadi: SDF until 19 January; the same day two statements
    *(Said("SHADDADI", aspect, "", _SDF, _JAN_19, f"Outside our control ({_SOURCE_TOWN})", _JAN_19)
      for aspect in (INSIDE, PERIMETER, ADMINISTERS)),
    *(Said("SHADDADI", aspect, "SY-ARMY", _ARMY, _JAN_19, f"Says it controls town and prison ({_SOURCE_TOWN})", _JAN_19,
           by="sy-duty") for aspect in (INSIDE, PERIMETER, ADMINISTERS)),
    # al-Hol
    Said("AL-HOL", INSIDE, "SDF", _SDF, OPENING, by="camps-duty"),
    Said("AL-HOL", PERIMETER, "SDF", _SDF, OPENING, by="camps-duty"),
    Said("AL-HOL", ADMINISTERS, "CAMPS", "Rojava camps administration", OPENING, by="camps-duty"),
    *(Said("AL-HOL", aspect, "", _SDF, _JAN_20, "Forced to withdraw on 20 January", _JAN_20, by="camps-duty")
      for aspect in (INSIDE, PERIMETER)),
    Said("AL-HOL", PERIMETER, "SY-ARMY", _ARMY, _JAN_21, "Army at the perimeter from 21 January", _JAN_21,
         by="camps-duty"),
    Said("AL-HOL", ADMINISTERS, "UNHCR", "OCHA", _JAN_22, "Camp management by 22 January", by="camps-duty"),
    Said("AL-HOL", ADMINISTERS, "UNHCR", "UNHCR spokesperson", _JAN_23, "Camp management since 1 January",
         local(1, 1, 0), by="camps-duty"),
    Said("AL-HOL", INSIDE, "", "UNHCR", _JAN_23, "Not inside the camp on 23 January", by="camps-duty"),
    *(Said("AL-HOL", aspect, "", "Head of the Rojava camps office", _JAN_25,
           f"Unclear who currently controls the camp ({_SOURCE_ARTICLE})", by="camps-duty")
      for aspect in (INSIDE, PERIMETER, ADMINISTERS, ANSWERS)),
    # al-Aqtan: changes hands with people inside
    Said("AQTAN", PERIMETER, "SY-ARMY", "Reuters", _JAN_19, "SDF members besieged inside, 19 to 23 January", _JAN_19),
    *(Said("AQTAN", aspect, "SY-MOI", _INTERIOR, _JAN_23, "Syrian prisons administration from 23 January", _JAN_23,
           by="sy-duty") for aspect in (INSIDE, ADMINISTERS, ANSWERS)),
    *(Said("AQTAN", aspect, "", _SDF, _JAN_23, "Fighters evacuated (thenewregion.com, 23 January 2026)", _JAN_23)
      for aspect in (INSIDE, PERIMETER, ADMINISTERS)),
    # Sulaymaniyah: excluded; reported by one paper and denied, see the figures
)  # fmt: skip
