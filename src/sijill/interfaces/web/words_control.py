"""Words for losses with people inside, for what is known of each of them afterwards, and for the regions of places."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

LOSS: Words = {
    "control-lost": _("control lost"),
    "control-changed": _("changed hands with people inside"),
    "whereabouts-unknown": _("whereabouts unknown"),
}
# What each of the three says and does not say: under the choice, and on the page of the loss.
LOSS_MEANS: Words = {
    "control-lost": _("We no longer hold the place. Who holds it is not known, or disputed. People were inside."),
    "control-changed": _("Somebody we can name holds the place now. People are believed to be still inside."),
    "whereabouts-unknown": _("Nobody can say where the people are, neither there nor elsewhere."),
}
LOSS_GROUND: Words = {
    "attacked": _("attack on the place"),
    "guards-withdrew": _("the guards withdrew"),
    "agreement": _("an agreement"),
    "no-contact": _("no contact with the guards"),
    "public-statement": _("a public statement"),
    "other": _("another ground"),
}
LOSS_STATE: Words = {
    "proposed": _("stated, not confirmed"),
    "confirmed": _("in force"),
    "withdrawn": _("withdrawn, never confirmed"),
    "undone": _("taken back"),
}
LOSS_TONES = {"proposed": "doubt", "confirmed": "alarm", "withdrawn": "closed", "undone": "closed"}
EVIDENCE: Words = {
    "seen-by-officer": _("seen by an officer of ours"),
    "document": _("a document"),
    "two-sources": _("two independent sources"),
    "one-source": _("one source"),
    "hearsay": _("hearsay"),
}
RESOLVED: Words = {
    "recapture": _("recaptured: we hold him again"),
    "whereabouts-restored": _("found: he was never away, we hold him"),
    "control-changed": _("under another's control, known by name"),
    "whereabouts-unknown": _("whereabouts unknown"),
    "reported-escaped": _("reported escaped"),
    "reported-dead": _("reported dead"),
    "release": _("released by somebody, unverified"),
}
SEARCH: Words = {
    "owner": _("looks for him"),
    "searched": _("searched"),
    "told": _("told"),
    "confirmed": _("confirmed by a second person"),
}
REGION: Words = {
    "IQ-AN": _("Anbar"),
    "IQ-AR": _("Erbil"),
    "IQ-BA": _("Basra"),
    "IQ-BB": _("Babil"),
    "IQ-BG": _("Baghdad"),
    "IQ-DA": _("Duhok"),
    "IQ-DI": _("Diyala"),
    "IQ-DQ": _("Dhi Qar"),
    "IQ-KA": _("Karbala"),
    "IQ-KI": _("Kirkuk"),
    "IQ-KR": _("Kurdistan Region"),
    "IQ-MA": _("Maysan"),
    "IQ-MU": _("Muthanna"),
    "IQ-NA": _("Najaf"),
    "IQ-NI": _("Nineveh"),
    "IQ-QA": _("Qadisiyyah"),
    "IQ-SD": _("Salah al-Din"),
    "IQ-SU": _("Sulaymaniyah"),
    "IQ-WA": _("Wasit"),
    "SY-DI": _("Damascus"),
    "SY-DR": _("Daraa"),
    "SY-DY": _("Deir ez-Zor"),
    "SY-HA": _("Hasaka"),
    "SY-HI": _("Homs"),
    "SY-HL": _("Aleppo"),
    "SY-HM": _("Hama"),
    "SY-ID": _("Idlib"),
    "SY-LA": _("Latakia"),
    "SY-QU": _("Quneitra"),
    "SY-RA": _("Raqqa"),
    "SY-RD": _("Rif Dimashq"),
    "SY-SU": _("Suwayda"),
    "SY-TA": _("Tartus"),
}
# A place in other hands: who is inside is not confirmed.
TONES = {"control-changed": "doubt"}
GROUPS: dict[str, Words] = {
    "loss": LOSS,
    "loss-means": LOSS_MEANS,
    "loss-ground": LOSS_GROUND,
    "loss-state": LOSS_STATE,
    "evidence": EVIDENCE,
    "resolved": RESOLVED,
    "search": SEARCH,
    "region": REGION,
}
