"""What was published about the operation, January and February 2026: by whom, where, when, in a few of the words. Pure.

Real and sourced, in conflict on purpose. Officials are named by their office. A claim is never averaged, overwritten or
turned into a count; a list that was disowned stays, with that state. None of it is ever seeded into the register.
"""

from dataclasses import dataclass
from datetime import date

_SHAFAQ = "https://www.shafaq.com/en/"
_K24 = "https://www.kurdistan24.net/en/story/"
_ARTICLE = "rudaw.net, 25 January 2026"
_TOTAL_13 = _SHAFAQ + "Security/Iraq-receives-about-6K-ISIS-members-from-Syria"
_LIST_16 = _SHAFAQ + "Security/Iraq-receives-total-of-5-704-ISIS-detainees-from-Syria"
_DISOWNED = _SHAFAQ + "society/Iraq-s-Justice-Ministry-No-official-release-on-ISIS-detainee-nationalities"
_CENTCOM_21 = _SHAFAQ + "Security/US-to-move-7-000-ISIS-detainees-from-Syria-to-Iraq"
_CENTCOM_13 = _SHAFAQ + "Security/CENTCOM-concludes-of-ISIS-detainees-transfer-to-Iraq"
_BATCH_23 = _SHAFAQ + "Security/Europeans-among-top-ISIS-leaders-in-first-detainee-transfer-to-Iraq"
_FOOD_24 = _SHAFAQ.replace("www.", "") + "society/Iraq-puts-25M-annual-price-tag-on-feeding-transferred-ISIS-detainees"
_JUSTICE_13 = "https://www.anews.com.tr/middle-east/2026/02/13/iraq-says-over-5000-isis-members-transferred-from-syria"
_JUSTICE_14 = "https://headlinez.news/iraq-5703-isis-prisoners-transferred-from-syria-nationalities-revealed"
_MINISTER_12 = "https://www.okaz.com.sa/politics/na/2235502"
_STRAITS = (
    "https://www.straitstimes.com/world/middle-east/"
    "syria-says-120-islamic-state-detainees-escaped-prison-kurdish-website-said-1500-escaped"
)
_US_OFFICIAL = (
    "https://www.asiaone.com/asia/us-estimates-200-islamic-state-fighters-escaped-syrian-prison-us-official-says"
)
_SDF_1500 = (
    "https://www.internazionale.it/ultime-notizie-reuters/2026/01/19/"
    "kurdish-rudaw-website-reports-around-1500-islamic-state-members-escaped-from-syria-s-shaddadi-prison"
)
_K24_953 = "https://www.kurdistan24.net/ar/story/891151"


def _jan(day: int) -> date:
    return date(2026, 1, day)


def _feb(day: int) -> date:
    return date(2026, 2, day)


@dataclass(frozen=True, slots=True)
class Published:
    """One published claim. `key` names it for others; `derived` are keys it follows from, by `rule`."""

    topic: str
    key: str
    low: int | None
    high: int | None
    modality: str
    speaker: str
    outlet: str
    published_on: date | None
    quoted: str
    address: str
    as_of: date | None = None
    note: str = ""
    derived: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Became:
    """A claim that was denied, disowned or withdrawn: by whom, where, when."""

    key: str
    state: str
    said_by: str
    outlet: str
    said_on: date
    address: str
    note: str = ""


_CENTCOM, _COMMANDER = "US Central Command", "Spokesperson for the commander-in-chief, Iraq"
_INTERIOR, _JUSTICE = "Spokesperson, Iraqi Interior Ministry", "Spokesperson, Iraqi Justice Ministry"
_CENTER, _FM = "National Center for International Judicial Cooperation", "Iraqi foreign minister"
_MINISTER, _MEDIA_CELL = "Iraqi justice minister", "Head of the Security Media Cell, Iraq"
_DOCUMENT = "A list attributed to the Iraqi Correctional Service"
_CAMPS, _US = "Rojava officials", "A US official, to Reuters"
_HERE = "Derived here"
P = Published

CLAIMS = (
    # the first batch, and what followed
    P("first-batch", "first-us", 150, 150, "stated", _CENTCOM, "Shafaq News", _jan(21), "150 prisoners", _CENTCOM_21,
      _jan(21)),
    P("first-batch", "first-iq", 150, 150, "stated", _COMMANDER, "Rudaw", _jan(25), "includes 150", _ARTICLE, _jan(21),
      "Said on 21 January"),
    P("first-batch", "first-intelligence", 144, 144, "counted", "An Iraqi intelligence general", "Fox News", None,
      "144", "foxnews.com", _jan(21), "Day of publication not kept"),
    P("moved-in-total", "total-21-jan", 150, 150, "stated", _CENTCOM, "Shafaq News", _jan(21), "150 prisoners",
      _CENTCOM_21, _jan(21)),
    P("moved-in-total", "total-27-jan", 475, 475, "reported", "Speaker not kept", "Outlet not kept", _jan(27),
      "475 in four convoys", "", _jan(27), "Whether that includes the first 150 is not said"),
    P("moved-in-total", "total-31-jan", 953, 953, "reported", "An Iraqi security source", "Kurdistan 24", _jan(31),
      "953", _K24_953, _jan(31)),
    P("moved-in-total", "total-2-feb", 1387, 1387, "counted", "First Karkh Investigation Court", "An-Nahar", _feb(2),
      "1,387 ISIS members", "https://www.annahar.com/en/region/middle-east/274691", _feb(2)),
    P("moved-in-total", "total-7-feb", 2250, 2250, "stated", _MEDIA_CELL, "TRT World", _feb(7), "2,250 detainees",
      "https://www.trtworld.com/article/3dbe6f739e43", None, "The day of publication; the real day is not said"),
    P("moved-in-total", "total-9-feb", 4583, 4583, "stated", _MEDIA_CELL, "Shafaq News", _feb(9), "a total of 4,583",
      _SHAFAQ + "Security/ISIS-detainee-relocations-from-Syria-to-Iraq-surpass-4-000", _feb(9)),
    P("moved-in-total", "total-10-feb", 4583, 4583, "reported", _MEDIA_CELL, "News.az", _feb(10), "4,583", "news.az",
      None, "The same figure, a day later; with 2,200 before and 2,000 more it does not add up"),
    P("moved-in-total", "total-centcom", 5700, None, "stated", _CENTCOM, "Shafaq News", _feb(13), "more than 5,700",
      _CENTCOM_13, _feb(12), "The last came by night flight"),
    P("moved-in-total", "total-center", 5704, 5704, "counted", _CENTER, "Shafaq News", _feb(13), "5,704", _TOTAL_13,
      _feb(12), "Its parts, 467 and 4,253 and 983, add to 5,703"),
    P("moved-in-total", "total-justice-13", 5064, 5064, "stated", _JUSTICE, "A News", _feb(13), "5,064", _JUSTICE_13,
      _feb(13)),
    P("moved-in-total", "total-fm", 3000, 3000, "estimated", _FM, "Outlet not kept", _feb(13), "about 3,000", "",
      _feb(13)),
    P("moved-in-total", "total-justice-14", 5703, 5703, "counted", _JUSTICE, "i24NEWS", _feb(14), "5,703", _JUSTICE_14,
      _feb(12)),
    P("moved-in-total", "total-list", 5704, 5704, "stated", _DOCUMENT, "Shafaq News", _feb(16), "5,704", _LIST_16),
    # what could be, and what was expected
    P("ceiling", "ceiling-us", None, 7000, "could", _CENTCOM, "Shafaq News", _jan(21), "up to 7,000", _CENTCOM_21),
    P("ceiling", "ceiling-center", 7000, 8000, "forecast", _CENTER, "The New Region", _feb(1), "7,000 to 8,000",
      "https://thenewregion.com/posts/4527"),
    P("ceiling", "ceiling-council", 7000, None, "forecast", "Supreme Judicial Council, Iraq", "Khaberni", _feb(12),
      "more than 7000", "https://www.khaberni.com/news/782044"),
    P("expected-next", "next-24-jan", 1000, 1000, "planned", "A security source", "Shafaq News", _jan(24),
      "around 1,000", _SHAFAQ + "Security/1K-ISIS-detainees-move-to-fortified-Iraqi-prisons", _jan(24)),
    P("expected-next", "next-depends", None, None, "unclear", _COMMANDER, "Rudaw", _jan(25),
      "depend on the security and field situation", _ARTICLE, None, "Said on 21 January: no number is named"),
    P("held-in-all", "held-7000", 7000, 7000, "estimated", _INTERIOR, "Rudaw", _jan(25), "estimated 7,000", _ARTICLE,
      _jan(21), "Said on 21 January"),
    # who they are
    P("nationals", "iraqis-forecast", 1500, 2000, "forecast", _INTERIOR, "Rudaw", _jan(25), "some 1,500 to 2,000",
      _ARTICLE, _jan(21), "Said on 21 January, of those still held"),
    P("nationals", "iraqis-first-batch", 85, 85, "reported", "Two security officials, to AFP", "Shafaq News", _jan(23),
      "85 Iraqis", _BATCH_23, _jan(21), "Of the first 150"),
    P("nationals", "iraqis-31-jan", 3, 3, "reported", "An Iraqi security source", "Kurdistan 24", _jan(31), "3",
      _K24_953, _jan(31), "Of the first 953"),
    P("nationals", "iraqis-13-feb", 270, None, "stated", _JUSTICE, "A News", _feb(13), "more than 270", _JUSTICE_13,
      _feb(13)),
    P("nationals", "iraqis-center", 467, 467, "counted", _CENTER, "Shafaq News", _feb(13), "467", _TOTAL_13, _feb(12)),
    P("nationals", "iraqis-list", 460, 460, "stated", _DOCUMENT, "Shafaq News", _feb(16), "460", _LIST_16),
    P("remainder-foreign", "remainder-derived", 5000, 5500, "derived", _HERE, "Sijill", None, "the remainder",
      "", _jan(21), "The ministry's spokesperson gave no number", ("held-7000", "iraqis-forecast"),
      "7,000 less 1,500 to 2,000"),
    P("syrians", "syrians-center", 3543, 3543, "counted", _CENTER, "Shafaq News", _feb(13), "3,543", _TOTAL_13,
      _feb(12)),
    P("syrians", "syrians-list", 3544, 3544, "stated", _DOCUMENT, "Shafaq News", _feb(16), "3,544", _LIST_16),
    P("arabs-in-all", "arabs-center", 4253, 4253, "counted", _CENTER, "Shafaq News", _feb(13), "4,253", _TOTAL_13,
      _feb(12)),
    P("other-arabs", "other-arabs-derived", 710, 710, "derived", _HERE, "Sijill", None, "", "", _feb(12), "",
      ("arabs-center", "syrians-center"), "4,253 less 3,543"),
    P("others", "others-center", 983, 983, "counted", _CENTER, "Shafaq News", _feb(13), "983", _TOTAL_13, _feb(12)),
    P("nationalities", "nations-42", 42, 42, "estimated", _CENTER, "The New Region", _feb(1), "approximately 42",
      "https://thenewregion.com/posts/4527"),
    P("nationalities", "nations-60", 60, None, "stated", _MINISTER, "Rudaw", _feb(11), "60 countries",
      "https://www.rudaw.net/english/interview/110220261-amp"),
    P("nationalities", "nations-61", 61, 61, "counted", _CENTER, "Shafaq News", _feb(13), "61 nationalities", _TOTAL_13,
      _feb(12)),
    P("nationalities", "nations-list", 66, 66, "stated", _DOCUMENT, "Shafaq News", _feb(16), "66 nationalities",
      _LIST_16),
    P("under-18", "adults-us", 0, 0, "stated", _CENTCOM, "Shafaq News", _feb(13), "adult male", _CENTCOM_13, _feb(12),
      "Read as: nobody under 18"),
    P("under-18", "minors-justice", 150, 150, "stated", _JUSTICE, "Shorouk", _feb(16), "150", "shorouknews.com",
      None, "In separate halls of the same prison"),
    P("under-18", "minors-court", 157, 157, "counted", "Supreme Judicial Council, Iraq", "Kurdistan 24", _feb(16),
      "157 juveniles", _K24 + "894439", _feb(16), "Referred to the juvenile court; in juvenile homes"),
    # al-Shaddadi and al-Aqtan
    P("escaped-at-shaddadi", "escaped-120", 120, 120, "estimated", "Syrian Interior Ministry", "The Straits Times",
      _jan(20), "about 120", _STRAITS, _jan(19)),
    P("escaped-at-shaddadi", "escaped-200", 200, 200, "estimated", _US, "AsiaOne", _jan(21), "about 200", _US_OFFICIAL,
      _jan(19)),
    P("escaped-at-shaddadi", "escaped-1500", 1500, 1500, "estimated", "SDF spokesperson, to Rudaw", "Reuters",
      _jan(19), "around 1500", _SDF_1500, _jan(19)),
    P("escaped-at-shaddadi", "escaped-range", 120, 1500, "may", "Reports, as the outlet puts it", "Rudaw", _jan(25),
      "between 120 and 1,500", _ARTICLE, None, "From several facilities, one of them named"),
    P("recaptured", "recaptured-81", 81, 81, "stated", "Syrian Interior Ministry", "The Straits Times", _jan(20), "81",
      _STRAITS, _jan(20)),
    P("recaptured", "recaptured-130", 130, 130, "reported", "Another report, of 200 escaped", "Outlet not kept", None,
      "130", "", _jan(21)),
    P("held-at-shaddadi", "shaddadi-thousands", 3000, 5000, "reported", "Reports, as the outlet puts it",
      "Kurdistan 24", _jan(21), "between 3,000 and 5,000", _K24 + "888667", _jan(18)),
    P("held-at-shaddadi", "shaddadi-200", 200, 200, "estimated", _US, "AsiaOne", _jan(21), "about 600 transferred",
      _US_OFFICIAL, _jan(18), "About 200 left after some 600 were moved; the demo's opening roll of 800 follows this"
      " speaker (I)"),
    P("held-at-aqtan", "aqtan-2000", None, 2000, "stated", "Governor of Raqqa", "The New Indian Express", _jan(23),
      "up to 2,000", "https://www.newindianexpress.com/world/2026/Jan/23/"
      "syrian-forces-take-control-of-prison-housing-is-members-after-kurdish-fighters-evacuate", _jan(23)),
    P("held-at-aqtan", "aqtan-unclear", None, None, "unclear", "The agency's own voice", "The New Indian Express",
      _jan(23), "wasn't immediately clear", "https://www.newindianexpress.com/world/2026/Jan/23/"
      "syrian-forces-take-control-of-prison-housing-is-members-after-kurdish-fighters-evacuate", _jan(23)),
    # al-Hol
    P("al-hol-families", "hol-families-rojava", 7130, 7130, "stated", _CAMPS, "Rudaw", _jan(25), "7,130 families",
      _ARTICLE, _jan(20)),
    P("al-hol-families", "hol-families-data", 6639, 6639, "counted", "Camp data of 19 January", "Trade VAE", _feb(18),
      "6,639", "tradevae, 18 February 2026", _jan(19)),
    P("al-hol-individuals", "hol-people-rojava", 25183, 25183, "stated", _CAMPS, "Rudaw", _jan(25),
      "25,183 individuals", _ARTICLE, _jan(20)),
    P("al-hol-individuals", "hol-people-data", 23407, 23407, "counted", "Camp data of 19 January", "Trade VAE",
      _feb(18), "23,407", "tradevae, 18 February 2026", _jan(19)),
    P("al-hol-individuals", "hol-people-24000", 24000, 24000, "estimated", "Press", "Outlet not kept", None,
      "about 24,000", "", _jan(20)),
    P("al-hol-fled", "hol-fled", None, None, "unclear", "Head of the Rojava camps office", "Rudaw", _jan(25),
      "remains unclear how many", _ARTICLE, _jan(25)),
    P("who-controls-al-hol", "hol-control-unclear", None, None, "unclear", "Head of the Rojava camps office", "Rudaw",
      _jan(25), "who currently controls the camp", _ARTICLE, _jan(25)),
    P("who-controls-al-hol", "hol-control-un", None, None, "stated", "United Nations", "UNN, after Reuters", _jan(23),
      "taking responsibility for the management",
      "https://unn.ua/en/news/un-takes-control-of-isis-camps-in-syria-after-kurdish-forces-withdraw", _jan(22),
      "Syrian government at the outer perimeter"),
    # where they are, and who was moved for them
    P("placed-where", "placed-several", None, None, "planned", _INTERIOR, "Rudaw", _jan(25),
      "among various prisons", _ARTICLE, None, "Excluding the Kurdistan Region"),
    P("placed-where", "placed-three", None, None, "planned", _INTERIOR, "Kurdistan 24", _jan(22),
      "Nasiriyah, Hillah, and Nineveh", _K24 + "889211", _jan(22)),
    P("placed-where", "placed-one", None, None, "stated", _JUSTICE, "A News", _feb(13), "a single prison facility",
      _JUSTICE_13, _feb(13)),
    P("placed-where", "placed-sulaymaniyah", None, None, "reported", "One paper", "Outlet not kept", None,
      "some in Sulaymaniyah", "", None, "A report against the rule; no placement of the register follows from it"),
    P("held-at-nasiriyah", "nasiriyah-14000", 14000, None, "reported", "A security source", "Shafaq News", _feb(13),
      "more than 14,000", _TOTAL_13, _feb(13), "For about 6,000 places"),
    P("displaced", "displaced-1200", 1200, 1200, "reported", "A security source", "Shafaq News", _feb(13),
      "1,200 inmates", _TOTAL_13, _feb(13), "Most of them from Karkh"),
    P("handed-over-yet", "yet-minister", None, None, "could", _FM, "Rudaw", _jan(25), "if there is a case", _ARTICLE,
      _jan(25), "A condition, four days after the first arrival was announced"),
    P("handed-over-yet", "yet-us", None, None, "stated", _CENTCOM, "Rudaw", _jan(25), "the transfer of 150", _ARTICLE,
      _jan(21)),
    P("origin", "origin-us", None, None, "stated", _CENTCOM, "TRT World", _jan(21), "held at a detention facility",
      "https://www.trtworld.com/article/6b15087d5c35", _jan(21), "In Hasakah province. The origin of later convoys was"
      " not published; in the simulated register all leave from Ghuwayran (I)"),
    P("origin", "origin-sinaa", None, None, "reported", "Al-Ikhbariya television, Syria", "Sputnik Arabic", _jan(26),
      "", "https://sarabic.ae/20260126/", _jan(25), "The second batch, from al-Sinaa (Ghuwayran) prison in Hasaka"),
    # who pays, who guards
    P("who-pays", "pays-food-budget", None, None, "estimated", "An Iraqi government source", "Shafaq News", _jan(24),
      "33 billion Iraqi dinars", _FOOD_24, None, "Food of up to 7,000 for a year, about 25 million dollars"),
    P("who-pays", "pays-not-alone", None, None, "stated", _FM, "Rudaw", _jan(25), "should not fall solely", _ARTICLE,
      _jan(25), "Asked 23 to 25 January; no amount was published"),
    P("who-pays", "pays-transfers", None, None, "stated", _MINISTER, "Okaz", _feb(12), "covering their costs",
      _MINISTER_12, _feb(12), "The coalition, for the transfers"),
    P("who-pays", "pays-food-coalition", None, None, "stated", _JUSTICE, "A News", _feb(13), "not the Iraqi government",
      _JUSTICE_13, _feb(13), "The coalition, for the food"),
    P("who-guards", "guards-not-alone", None, None, "stated", _FM, "Rudaw", _jan(25), "security and financial",
      _ARTICLE, _jan(25), "Not on Iraq alone; asked of the EU and the US, no answer published"),
)  # fmt: skip

_LIST_DISOWNED = ("Iraqi Justice Ministry", "Shafaq News", _feb(16), _DISOWNED)
STATES = (
    *(Became(key, "disowned", *_LIST_DISOWNED, "The circulated list is not the ministry's")
      for key in ("total-list", "iraqis-list", "syrians-list", "nations-list")),
    Became("placed-sulaymaniyah", "denied", _MINISTER, "Okaz", _feb(12), _MINISTER_12,
           "Not to prisons of the Kurdistan Region"),
)  # fmt: skip
