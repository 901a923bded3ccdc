"""Where a row of the article is looked at on the demo: by whom, at which address, and which words must stand there.

The row's own sentence, and what is not answered, are in docs/reference/article-trace.md. Pure: read by two tests.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

_SPACE = UUID("d3b07384-d9a0-4c9b-8f5e-7a2b1c0e4d56")  # the demo's ids are the same at every loading
FIRST_BATCH = f"/batches/{uuid5(_SPACE, 'batch/1')}"


@dataclass(frozen=True, slots=True)
class Look:
    """One page and the words that answer the row; the reader is a user of the demo."""

    address: str
    words: tuple[str, ...]
    reader: str = "analyst"


def _topic(code: str, *words: str) -> Look:
    return Look(f"/figures/{code}", words)


_COUNCIL = "Council decision of 21 January: Iraqi and foreign detainees, to government correctional facilities"
_ARMY = "Says it controls town and prison"
ROWS: dict[str, tuple[Look, ...]] = {
    # actors
    "A1": (Look(FIRST_BATCH, ("SDF prisons administration", "DEMO sending officer, SDF prisons")),),
    "A2": (Look(FIRST_BATCH, ("US forces (CJTF-OIR)", "DEMO carrying officer, US forces")),
           _topic("first-batch", "US Central Command")),
    "A3": (_topic("handed-over-yet", "Iraqi foreign minister"),
           _topic("who-pays", "Iraqi foreign minister", "should not fall solely")),
    "A4": (_topic("nationals", "Spokesperson, Iraqi Interior Ministry"),
           Look(FIRST_BATCH, ("Iraqi Interior Ministry", "not the Kurdistan Region"))),
    "A5": (_topic("first-batch", "Spokesperson for the commander-in-chief, Iraq"),
           _topic("expected-next", "Spokesperson for the commander-in-chief, Iraq")),
    "A6": (Look(FIRST_BATCH, ("Ministerial Council for National Security", _COUNCIL)),),
    "A7": (Look("/distribution", ("Karkh Central Prison", "Nasiriyah Central Prison", "Hillah Central Prison")),),
    "A8": (_topic("moved-in-total", "First Karkh Investigation Court"),),
    "A10": (_topic("who-guards", "asked of the EU and the US, no answer published"),),
    "A11": (_topic("who-guards", "asked of the EU and the US, no answer published"),),
    "A12": (Look("/places/SHADDADI/control", ("Syrian army", _ARMY)),),
    "A13": (Look("/places/AL-HOL/control", ("Rojava camps administration", "Head of the Rojava camps office")),
            _topic("al-hol-families", "Rojava officials")),
    "A14": (Look("/?day=2026-02-24", ("outside every sum: al-Hol camp", "7,130 families, 25,183 individuals")),),
    "A15": (_topic("first-batch", "Rudaw", "Shafaq News", "published by"),),
    # processes and decisions
    "P1": (_topic("handed-over-yet", "Iraqi foreign minister", "could be", "A condition"),),
    "P2": (Look(FIRST_BATCH, (_COUNCIL, "2026-01-21")),),
    "P3": (Look(FIRST_BATCH, (_COUNCIL, "only to:", "prison", "juvenile centre")),),
    "P6": (Look("/?day=2026-02-24", ("Karkh Central Prison", "5,704")),),
    "P7": (Look("/distribution", ("Karkh Central Prison", "Nineveh prison", "Juvenile centre, Baghdad")),
           _topic("placed-where", "among various prisons", "a single prison facility")),
    "P9": (Look(FIRST_BATCH, ("150 of 150 people received", "2026-01-21", "2026-01-24")),),
    "P10": (_topic("expected-next", "no number", "depend on the security and field situation"),),
    "P14": (_topic("who-pays", "should not fall solely", "no amount was published"),
            Look("/sharing", ("Unallocated: nobody has agreed to pay",), reader="iq-finance")),
    "P15": (_topic("who-guards", "security and financial", "Not on Iraq alone"),),
    "P16": (Look("/places/SHADDADI/control", ("Syrian army", "2026-01-19", "Outside our control")),
            Look("/?day=2026-01-19", ("al-Shaddadi Prison", "Syrian army"))),
    "P17": (Look("/losses", ("control lost", "al-Shaddadi Prison", "al-Aqtan Prison, Raqqa"), reader="visitor"),),
    "P18": (Look("/places/AL-HOL/control", ("Forced to withdraw on 20 January",)),),
    "P19": (_topic("escaped-at-shaddadi", "1,500", "120", "200", "control lost"),),
    "P20": (_topic("first-batch", "US Central Command", "Spokesperson for the commander-in-chief, Iraq", "2026-01-21"),),
    # quantities
    "Q1": (_topic("first-batch", "150", "144", "US Central Command", "Spokesperson for the commander-in-chief, Iraq"),),
    "Q2": (_topic("ceiling", "up to 7,000", "could be", "US Central Command"),),
    "Q3": (_topic("held-in-all", "7,000", "estimated"),),
    "Q4": (_topic("nationals", "1,500 to 2,000", "expected", "467", "85"),),
    "Q5": (_topic("remainder-foreign", "5,000 to 5,500", "derived", "7,000 less 1,500 to 2,000"),),
    "Q6": (_topic("escaped-at-shaddadi", "120 to 1,500", "may have been", "From several facilities, one of them named"),),
    "Q7": (_topic("al-hol-families", "7,130", "Rojava officials", "families"),),
    "Q8": (_topic("al-hol-individuals", "25,183", "Rojava officials", "outside the sums"),),
    "Q9": (_topic("al-hol-fled", "no number", "remains unclear how many"),),
    "Q10": (_topic("who-controls-al-hol", "who currently controls the camp", "unclear"),
            Look("/places/AL-HOL/control", ("Unclear who currently controls the camp", "contradict each other"))),
    "Q11": (_topic("handed-over-yet", "the transfer of 150", "2026-01-21", "four days after the first arrival"),),
    # dates
    "D1": (_topic("nationals", "rudaw.net, 25 January 2026", "2026-01-25"),),
    "D2": (_topic("first-batch", "Said on 21 January", "2026-01-21", "2026-01-25"),),
    # places
    "L1": (Look("/distribution", ("Hasaka SY-HA", "Ghuwayran Prison, Hasaka", "al-Shaddadi Prison")),),
    "L2": (Look("/places/SHADDADI", ("al-Shaddadi Prison", "SY-HA")),
           Look("/places/SHADDADI/control", ("Lost with people inside",))),
    "L3": (Look("/places/GHUWAYRAN", ("Ghuwayran Prison, Hasaka", "SDF prisons administration")),),
    "L4": (Look("/places/AL-HOL", ("al-Hol camp", "stated, unverified", "25,183")),),
    "L5": (Look("/places/AQTAN", ("al-Aqtan Prison, Raqqa", "SY-RA")),),
    "L7": (Look("/distribution", ("Baghdad IQ-BG", "Dhi Qar IQ-DQ", "Babil IQ-BB", "Nineveh IQ-NI")),),
    "L8": (Look("/distribution", ("Sulaymaniyah IQ-SU", "excluded", "not the Kurdistan Region")),),
    "L9": (Look("/distribution", ("Baghdad IQ-BG", "Karkh Central Prison")),),
    # page furniture
    "F2": (_topic("first-batch", "Rudaw", "rudaw.net, 25 January 2026", "Published on"),),
}  # fmt: skip
