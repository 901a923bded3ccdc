"""Words for the codes of the rooms, and how a state looks. An unknown code is its own word."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sijill.interfaces.web import words_board, words_control, words_figures, words_safeguards, words_sharing

Words = dict[str, str | Promise]

ACCOUNT: Words = {
    "outside": _("outside the register"),
    "held": _("held"),
    "in-transit": _("in transit"),
    "handing-over": _("handing over"),
    "temporary-out": _("temporarily outside"),
    "control-lost": _("control lost"),
    "under-another": _("under another's control"),
    "whereabouts-unknown": _("whereabouts unknown"),
    "reported-escaped": _("reported escaped"),
    "reported-dead": _("reported dead"),
    "released-unverified": _("released, unverified"),
    "released-verified": _("released, verified"),
    "transferred-out": _("transferred out"),
    "dead-confirmed": _("dead, confirmed"),
    "duplicate-of": _("duplicate record"),
    "names-pending": _("received, names pending"),
    "stated": _("stated, unverified"),
}
EVENT: Words = {
    "admission": _("admission"),
    "arrival": _("arrival"),
    "departure": _("departure"),
    "return": _("return"),
    "temporary-out": _("temporary exit"),
    "temporary-return": _("return from temporary exit"),
    "transfer-out": _("transfer out"),
    "transfer-in": _("transfer in"),
    "release": _("release"),
    "release-verified": _("release verified"),
    "reported-escaped": _("escape reported"),
    "recapture": _("recapture"),
    "reported-dead": _("death reported"),
    "death-confirmed": _("death confirmed"),
    "birth": _("birth"),
    "control-lost": _("control of the place lost"),
    "control-changed": _("control of the place changed"),
    "whereabouts-unknown": _("whereabouts became unknown"),
    "whereabouts-restored": _("whereabouts known again"),
    "tally-counted": _("people without names counted"),
    "registered": _("registered by name"),
    "duplicate-record": _("marked as a duplicate record"),
    "correction": _("correction"),
}
DUTY: Words = {
    "registrar": _("registrar"),
    "coordinator": _("transfer coordinator"),
    "sending-officer": _("sending officer"),
    "carrying-officer": _("carrying officer"),
    "receiving-officer": _("receiving officer"),
    "duty-officer": _("duty officer"),
    "planner": _("planner"),
    "legal-officer": _("legal and welfare officer"),
    "finance-officer": _("finance officer"),
    "analyst": _("analyst"),
    "visiting-body": _("visiting body"),
    "administrator": _("administrator of users"),
    "auditor": _("built-in auditor"),
    "register": _("the register itself"),
}
ACT: Words = {
    "read-counts": _("read counts"),
    "read-people": _("read person files"),
    "import-list": _("import a list"),
    "record-custody": _("record custody events"),
    "correct": _("correct the record"),
    "count-heads": _("count heads"),
    "plan-batch": _("plan a batch"),
    "authorise-batch": _("authorise a batch"),
    "seal-manifest": _("seal a manifest"),
    "sign-handover": _("sign a handover"),
    "state-control": _("state who controls a place"),
    "set-capacity": _("set a capacity"),
    "settle-finding": _("settle a finding"),
    "enter-figures": _("enter published figures"),
    "set-rates": _("state rates"),
    "state-legal-basis": _("state a legal basis"),
    "manage-users": _("manage users"),
}
FINDING_STATE: Words = {"open": _("open"), "explained": _("explained"), "closed": _("closed")}
EFFECT: Words = {"posted": _("has effect"), "none": _("no effect")}
BASIS: Words = {
    "counted": _("counted"),
    "estimated": _("estimated"),
    "declared": _("declared"),
    "stated": _("stated, unverified"),
    "uncounted": _("not counted"),
}
BATCH: Words = {
    "planned": _("planned"),
    "authorised": _("authorised"),
    "cleared": _("cleared"),
    "departed": _("departed"),
    "arrived": _("arrived"),
    "counted": _("counted"),
    "reconciled": _("reconciled"),
    "closed": _("closed"),
    "suspended": _("suspended"),
    "cancelled": _("cancelled"),
}
OUTCOME: Words = {
    "received": _("received"),
    "handed-over": _("handed over"),
    "absent": _("absent"),
    "refused": _("refused"),
    "dead": _("dead"),
    "not-the-person": _("not the person named"),
    "extra": _("extra person"),
    "unnamed": _("present but not yet named"),
    "present-unnamed": _("present but not yet named"),
}
SIDE: Words = {"giver": _("gives"), "receiver": _("receives"), "gives": _("gives"), "receives": _("receives")}
GRADE: Words = {"password": _("signed with a password"), "user": _("signed by a user"), "paper": _("signed on paper")}
FACILITY: Words = {
    "prison": _("prison"),
    "detention-centre": _("detention centre"),
    "juvenile-centre": _("juvenile centre"),
    "camp": _("camp"),
    "hospital": _("hospital"),
    "court": _("court"),
    "airfield": _("airfield"),
    "crossing": _("border crossing"),
    "hub": _("transfer hub"),
}
ASPECT: Words = {
    "guards-inside": _("guards inside"),
    "perimeter": _("holds the perimeter"),
    "administers": _("administers"),
    "answers": _("answers for the people"),
}
CAPACITY: Words = {"certified": _("certified"), "maximum": _("maximum"), "working": _("working")}
AGE: Words = {
    "adult": _("adult"),
    "child": _("child"),
    "disputed": _("age disputed: treated as a child"),
    "unknown": _("age not known"),
}
SEX: Words = {
    "M": _("male"),
    "F": _("female"),
    "unknown": _("not known"),
    "other": _("other, as stated"),
    "disputed": _("disputed"),
}
CLAIM: Words = {
    "name": _("name"),
    "sex": _("sex"),
    "birth": _("birth"),
    "nationality": _("nationality"),
    "number": _("number given earlier"),
    "document": _("document"),
}
LIST_STATE: Words = {
    "uploaded": _("uploaded"),
    "previewed": _("previewed"),
    "queued": _("waiting"),
    "running": _("running"),
    "done": _("done"),
    "cancelled": _("cancelled"),
    "failed": _("failed"),
}
# what the room transfers speaks of
MANIFEST: Words = {"draft": _("draft"), "sealed": _("sealed"), "cancelled": _("cancelled")}
HANDOVER: Words = {
    "expected": _("not begun"),
    "presented": _("people presented"),
    "counted": _("people counted"),
    "named": _("names signed"),
    "acknowledged": _("acknowledged"),
}
STAGE: Words = {
    "presented": _("Present the people"),
    "count": _("Count them"),
    "names": _("Say the names"),
    "acknowledgement": _("Take note"),
}
RESOLUTION: Words = {
    "returned": _("back with us"),
    "unknown": _("whereabouts not known to us"),
    "reported-dead": _("reported dead"),
}
# Words for people, their claims and their lists
NATION: Words = {
    "SY": _("Syria"),
    "IQ": _("Iraq"),
    "TR": _("Türkiye"),
    "JO": _("Jordan"),
    "LB": _("Lebanon"),
    "EG": _("Egypt"),
    "SA": _("Saudi Arabia"),
    "KW": _("Kuwait"),
    "YE": _("Yemen"),
    "LY": _("Libya"),
    "TN": _("Tunisia"),
    "DZ": _("Algeria"),
    "MA": _("Morocco"),
    "SD": _("Sudan"),
    "SO": _("Somalia"),
    "PS": _("Palestine"),
    "IR": _("Iran"),
    "AF": _("Afghanistan"),
    "PK": _("Pakistan"),
    "RU": _("Russia"),
    "UZ": _("Uzbekistan"),
    "TJ": _("Tajikistan"),
    "KG": _("Kyrgyzstan"),
    "KZ": _("Kazakhstan"),
    "TM": _("Turkmenistan"),
    "AZ": _("Azerbaijan"),
    "CN": _("China"),
    "IN": _("India"),
    "BD": _("Bangladesh"),
    "ID": _("Indonesia"),
    "MY": _("Malaysia"),
    "FR": _("France"),
    "DE": _("Germany"),
    "GB": _("United Kingdom"),
    "BE": _("Belgium"),
    "NL": _("Netherlands"),
    "SE": _("Sweden"),
    "stateless": _("stateless"),
    "unknown": _("not known"),
    "foreign": _("foreign, country not stated"),
    "other-arab": _("other Arab nationality"),
    "other": _("other nationality"),
    "disputed": _("disputed"),
}
FIELD: Words = {
    "name": _("full name"),
    "given": _("given name"),
    "father": _("father's name"),
    "grandfather": _("grandfather's name"),
    "family": _("family name"),
    "kunya": _("kunya"),
    "alias": _("alias"),
    "mother": _("mother's name"),
    "sex": _("sex"),
    "birth": _("birth"),
    "age": _("age"),
    "nationality": _("nationality"),
    "number": _("number given earlier"),
    "issuer": _("who gave the number"),
    "document": _("document"),
    "hall": _("hall"),
    "admitted": _("held since"),
    "ignore": _("do not read"),
}
PRECISION: Words = {
    "exact": _("exact day"),
    "month": _("month known"),
    "year": _("year known"),
    "range": _("between"),
    "about": _("about"),
    "disputed": _("disputed"),
    "unknown": _("not known"),
}
PURPOSE: Words = {
    "record": _("keeping the record"),
    "transfer": _("a transfer"),
    "finding": _("a finding"),
    "legal": _("legal basis or court"),
    "welfare": _("welfare or health"),
    "enquiry": _("an enquiry of the family"),
    "inspection": _("an inspection"),
}
OUTING: Words = {
    "court": _("court"),
    "hospital": _("hospital"),
    "questioning": _("questioning"),
    "other": _("other"),
}
GROUND: Words = {
    "typing-error": _("typing error"),
    "wrong-person": _("the wrong person"),
    "wrong-place": _("the wrong place"),
    "wrong-time": _("the wrong time"),
    "did-not-happen": _("it did not happen"),
    "confirmed-since": _("confirmed since"),
    "court-decision": _("court decision"),
}
REPORTED_BY: Words = {
    "own-staff": _("our own staff"),
    "other-authority": _("another authority"),
    "witness": _("a witness"),
    "family": _("the family"),
    "document": _("a document"),
    "press": _("the press"),
    "not-known": _("not known"),
}
VERDICT: Words = {"same": _("the same person"), "not-same": _("not the same person")}
GROUPS: dict[str, Words] = {
    "nation": NATION,
    "field": FIELD,
    "precision": PRECISION,
    "purpose": PURPOSE,
    "outing": OUTING,
    "ground": GROUND,
    "reported-by": REPORTED_BY,
    "verdict": VERDICT,
    "account": ACCOUNT,
    "event": EVENT,
    "duty": DUTY,
    "act": ACT,
    "finding-state": FINDING_STATE,
    "effect": EFFECT,
    "basis": BASIS,
    "batch": BATCH,
    "outcome": OUTCOME,
    "side": SIDE,
    "grade": GRADE,
    "manifest": MANIFEST,
    "handover": HANDOVER,
    "stage": STAGE,
    "resolution": RESOLUTION,
    "facility": FACILITY,
    "aspect": ASPECT,
    "capacity": CAPACITY,
    "age": AGE,
    "sex": SEX,
    "claim": CLAIM,
    "list-state": LIST_STATE,
    "reading": {**PURPOSE, **words_safeguards.PRINTED},
    **words_board.GROUPS,
    **words_control.GROUPS,
    **words_safeguards.GROUPS,
    **words_sharing.GROUPS,
    **words_figures.GROUPS,
}

# How a code looks: calm ● (as it should be), moving ◆ (under way), doubt ▲ (unverified or late), alarm ■ (somebody must
# act), closed ○ (over)..
TONES: dict[str, str] = {
    **words_control.TONES,
    **words_safeguards.TONES,
    **words_sharing.TONES,
    **words_figures.TONES,
    **dict.fromkeys(
        (
            "held", "received", "posted", "done", "reconciled", "counted", "handed-over", "user", "sealed", "named",
            "acknowledged",
        ),
        "calm",
    ),
    **dict.fromkeys(
        (
            "in-transit", "handing-over", "temporary-out", "departed", "arrived", "running", "queued", "cleared",
            "presented",
        ),
        "moving",
    ),
    **dict.fromkeys(
        (
            "under-another", "released-unverified", "names-pending", "stated", "estimated", "declared", "unnamed",
            "present-unnamed", "extra", "suspended", "explained", "none", "paper",
        ),
        "doubt",
    ),
    **dict.fromkeys(
        (
            "control-lost", "whereabouts-unknown", "reported-escaped", "reported-dead", "absent", "dead", "refused",
            "not-the-person", "failed", "open",
        ),
        "alarm",
    ),
}  # fmt: skip


def word(group: str, code: str) -> str:
    """The word for a code of a group; the code itself when there is none."""
    return str(GROUPS.get(group, {}).get(code, code))


def tone(code: str) -> str:
    """How a state of this code looks: calm, moving, doubt, alarm or closed."""
    return TONES.get(code, "closed")
