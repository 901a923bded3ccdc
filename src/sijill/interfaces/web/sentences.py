"""Sentences for what an action refuses and for findings. A code without a sentence is shown as the code."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from sijill.domain.access.rules import Refused
from sijill.interfaces.web import words_figures, words_sharing

# Values named in %(…)s come from the refusal; a sentence never carries a person's name.
REFUSALS: dict[str, str | Promise] = {
    # the door
    "form-without-key": _("The form arrived without its key. Open the page again and send it once more."),
    "form-already-used": _("This form was already used for something else. Open the page again."),
    # access
    "password-too-short": _("The password is too short: %(least)s characters are the least."),
    "username-taken": _("Somebody has this user name already; choose another."),
    "built-in-duty": _("That duty is built into the register and is given to nobody."),
    "correct-by-name": _("A correction names the report it corrects; use the button beside that report."),
    "needs-another-person": _("Who reported it cannot confirm it: another person must."),
    "duplicate-of-nobody": _("The record that stays must itself be answered for in this book."),
    "wrong-password": _("That is not your password."),
    "too-many-wrong-passwords": _("Too many wrong passwords. Wait a quarter of an hour."),
    "no-signing-session": _(
        "You have no open signing session for this authority. Open one with your password, then sign again."
    ),
    # places
    "unknown-kind": _("That kind is not known."),
    "bad-code": _("A code has 2 to 24 capital letters, digits and hyphens."),
    "code-taken": _("That code is already used."),
    "bad-region": _("The region must be an ISO 3166-2 code, such as IQ-BG."),
    "names-missing": _("At least one name is needed."),
    "language-unknown": _("A name is in a language the register does not know."),
    "name-too-long": _("A name is too long."),
    "coordinate-missing": _("A place needs both coordinates, or none."),
    "coordinates-out-of-range": _("The coordinates lie outside the globe."),
    "unknown-authority": _("That authority is not in the register."),
    "unknown-aspect": _("That aspect of control is not known."),
    "speaker-missing": _("A control statement needs a speaker: who said it?"),
    "stated-in-future": _("A statement cannot have been made later than now."),
    "unknown-holder": _("That authority is not in the register. Name it in words instead."),
    "text-too-long": _("A text is too long: %(most)s characters are the most."),
    "id-already-used": _("This was already recorded with other content. Open the page again."),
    "negative-places": _("The number of places cannot be negative."),
    "too-many-places": _("That number of places is beyond what any place can hold."),
    "approver-missing": _("A capacity needs the name of the person who approved it."),
    "approved-in-future": _("A capacity cannot have been approved on a later day than today."),
    "working-above-maximum": _("The working capacity cannot be above the maximum in force."),
    "maximum-below-working": _("The maximum cannot be below the working capacity in force."),
    # people
    "claim-too-long": _("A text is longer than 200 characters."),
    "claim-unreadable": _("A text holds characters that cannot be written down."),
    "name-empty": _("The name is empty."),
    "sex-not-known": _("That sex is not one of the choices."),
    "nationality-not-known": _("That country is not known."),
    "birth-without-day": _("The birth needs a day, a year or a range."),
    "birth-range-backwards": _("The range of the birth runs backwards."),
    "birth-not-exact": _("An exact birth is one day."),
    "number-empty": _("The number is empty."),
    "too-many-people": _("That is too many people for one step: %(limit)s is the most."),
    "needs-reason": _("Say why, in a few words."),
    "reason-too-long": _("The reason is too long: %(limit)s characters are the most."),
    "declared-not-same": _("These records were declared not to be one person. Withdraw that verdict first."),
    "already-linked": _("These records are already linked."),
    # legal bases
    "ground-unknown": _("That ground is not one of the choices."),
    "basis-needs-source": _("Say who stated the basis, or where it was read."),
    "not-received-here": _("The authority that is to state this has not received this person."),
    "too-many-bases": _("That is too many bases for one step: %(limit)s is the most."),
    # lists
    "file-empty": _("The file is empty."),
    "file-too-large": _("The file is too large: %(limit)s MB is the most."),
    "file-old-excel": _("This is an Excel file of the old kind (.xls). Save it as .xlsx or CSV."),
    "file-not-text": _("The file is neither a text nor a workbook."),
    "file-broken": _("The file is damaged and cannot be read to its end."),
    "file-refused": _("The file holds constructs that a list does not need, and was not read."),
    "file-unpacks-too-large": _("The file unpacks to far more than a list needs, and was not read."),
    "file-not-a-list": _("This file is not a workbook of the kind .xlsx."),
    "file-without-rows": _("The file has headers and no rows."),
    "too-many-rows": _("The list is too long: %(limit)s rows are the most. Cut it in parts."),
    "too-many-columns": _("The list is too wide: %(limit)s columns are the most."),
    "column-missing": _("A column that was chosen is not in the file."),
    "column-twice": _("Two columns were given the same meaning, which only one may have."),
    "nothing-to-name-by": _("No column holds a name or a number: nobody could be told from anybody."),
    "list-already-imported": _("This very file has already been imported for this place."),
    "import-cancelled": _("This import was cancelled. Upload the file again to start anew."),
    "import-failed": _("This import has failed. Upload the file again to start anew."),
    "import-finished": _("This import is already over."),
    "date-in-future": _("That lies later than now."),
    # ledger
    "never-in-bulk": _("Escapes, releases and deaths are recorded one person at a time."),
    "unknown-subject": _("Somebody on this form is not in the register."),
    "too-many-events": _("That is too much for one step: %(limit)s is the most."),
    "bad-tally": _("A tally needs a number of whole people, a basis and an account."),
    "basis-needs-other-account": _("A stated population stands apart from counted people; choose the basis that fits."),
    "same-record": _("A record cannot be the duplicate of itself."),
    "bad-count": _("The numbers of a head count cannot be negative."),
    "no-count-under-way": _("No head count is under way here. Start one."),
    "needs-duty": _("Choose the duty that takes the finding over."),
    "needs-note": _("Say why, in a few words without names."),
    "already-settled": _("This finding was already settled."),
    "manifest-departed": _("People of this manifest were handed over already. It cannot be cancelled any more."),
    "manifest-cancelled": _("This manifest was cancelled. Nobody is handed over with it."),
    "still-stands-there": _(
        "This is still so. Report first where the person is, or have it confirmed; until then the finding stays open."
    ),
    # losses, searches
    "needs-ground": _("Say on what ground, in a few words without names."),
    "unknown-ground": _("That ground is not one of the choices."),
    "needs-custodian": _("Say who has control there now."),
    "same-authority": _("Control cannot pass to the authority that lost it."),
    "unknown-hall": _("That place has no such hall."),
    "already-confirmed": _("Another officer has confirmed this loss already."),
    "already-withdrawn": _("This statement was withdrawn before anybody confirmed it."),
    "already-undone": _("This loss was taken back already."),
    "needs-place": _("Say where."),
    "needs-evidence": _("Say what it rests on: who saw or wrote what, in a few words."),
    "unknown-grade": _("Say how good the evidence is."),
    "nothing-to-confirm": _("There is nothing here that a second person could confirm."),
    "no-search": _("Nobody has to be searched for here: the finding is about something else."),
    "owner-without-duty": _("Choose somebody with a duty in this authority."),
    **words_figures.REFUSALS,
    **words_sharing.REFUSALS,
    # why a report had no effect
    "does-not-fit": _("It does not fit where the person was at that time."),
    "contradicts-later": _("It contradicts what was reported to have happened later."),
    "wrong-account": _("That kind of event cannot lead there."),
    "not-a-tally": _("Counting people without names applies to a tally, not to a person."),
    "unknown-target": _("The event to be corrected has no effect or is not there."),
    "nothing-to-do": _("The correction changes nothing."),
    "tally-exhausted": _("More people were registered from the tally than it counted."),
    # transfers
    "batch-not-ready": _("The batch is not at the point where this can be done."),
    "decision-needs-source": _("A decision needs the body that made it and its document."),
    "not-a-party": _("One of these authorities has no part in the operation."),
    "custodians-must-differ": _("Who hands over, who carries and who receives must differ from each other."),
    "empty-batch": _("A batch needs at least one person."),
    "batch-too-small": _("The batch is planned for %(size)s people at most. That would be more."),
    "destination-of-another": _("The facility %(value)s belongs to an authority that does not receive this batch."),
    "manifest-sealed": _("This manifest is sealed. It does not change any more."),
    "manifest-too-long": _("A manifest has at most %(limit)s people."),
    "empty-manifest": _("Nobody is on this manifest yet."),
    "on-another-manifest": _("Somebody of these is on another open manifest. Nobody was added."),
    "not-held-at-origin": _("People of this list who are not held at the origin now: %(n)s. Nothing was done."),
    "no-decision": _("No decision covers this operation yet."),
    "sender-beyond-scope": _("The decision does not cover this sender (%(document)s)."),
    "receiver-beyond-scope": _("The decision does not cover this receiver (%(document)s)."),
    "nationality-beyond-scope": _("The decision does not cover people of nationality %(value)s (%(document)s)."),
    "age-beyond-scope": _("The decision does not cover people of this age: %(value)s (%(document)s)."),
    "sex-beyond-scope": _("The decision does not cover people of this sex: %(value)s (%(document)s)."),
    "ceiling-exceeded": _("The decision allows %(value)s people in all, and that would be more (%(document)s)."),
    "facility-kind-not-allowed": _("The decision does not allow a facility of this kind: %(value)s (%(document)s)."),
    "region-excluded": _("The decision excludes the region %(value)s (%(document)s)."),
    "findings-open": _("Findings about this batch are still open: %(n)s. Close them first."),
    "handover-not-ready": _("The handover is not at that step now. Look at what was signed."),
    "first-handover-open": _("The carrier has not signed the names of the first handover yet."),
    "nobody-to-hand-over": _("There is nobody to hand over."),
    "already-signed-other-side": _("You have signed for the other side of this handover. Nobody signs for both."),
    "authority-has-officers": _("That authority has officers here. They sign themselves."),
    "paper-needs-signer-and-scan": _("A paper needs the name of the one who signed it, and its scan."),
    "scan-too-large": _("The scan is too large: 5 MB are the most."),
    "scan-of-no-kind": _("That file is no PDF, PNG or JPEG."),
    "signed-in-future": _("It cannot have been signed later than now."),
    "line-said-twice": _("One line was said twice."),
    "extra-is-no-line": _("An extra person is not on a line."),
    "lines-left": _("Lines without a word: %(n)s. Say something of each, then sign."),
    "line-already-settled": _("Line %(no)s is settled. Look at the list again."),
    "not-a-press": _("That is no button of this page."),
    "line-not-open": _("Nothing can be said of that line now."),
    "names-changed-since": _("What you said has changed since this summary was shown. Look at it again, then sign."),
    "nothing-said": _("Nothing is said yet."),
    "nobody-chosen": _("Nobody was chosen."),
    "roll-too-short": _("Only %(n)s people at the origin are free for a manifest. Nobody was added."),
    "references-unknown": _("References that name nobody, or more than one: %(n)s. Nobody was added."),
}

FINDINGS: dict[str, str | Promise] = {
    "does-not-fit": _("A report does not fit where the person was"),
    "contradicts-later": _("A report contradicts a later one"),
    "wrong-account": _("A report leads where it cannot"),
    "not-a-tally": _("A count of people without names was reported for a person"),
    "unknown-target": _("A correction names an event that is not there"),
    "nothing-to-do": _("A correction changes nothing"),
    "tally-exhausted": _("More people registered than the tally counted"),
    "late-claim": _("A former holder said something new about the person"),
    "drawn-before-recount": _("Registered from before the last recount: count again"),
    "two-claim": _("Two authorities hold the same person, with no handover between them"),
    "nobody-answers": _("Nobody answers for a person"),
    "escape-reported": _("An escape is reported and not confirmed"),
    "death-reported": _("A death is reported and not confirmed"),
    "release-unverified": _("A release is not verified"),
    "whereabouts-unknown": _("A person's whereabouts are unknown"),
    "control-lost": _("Control of a place with people in it is lost"),
    "under-another": _("A person is under another custodian's control, roll unconfirmed"),
    "said-to-be-here": _("Said to be under this authority's control, and not in its book"),
    "head-count-missing": _("On the roll, not seen in the head count"),
    "head-count-unlisted": _("Seen in the head count, not on the roll"),
    "line-absent": _("On the manifest, absent at the handover"),
    "line-refused": _("On the manifest, refused at the handover"),
    "line-dead": _("On the manifest, dead at the handover"),
    "line-not-the-person": _("Not the person the manifest names"),
    "line-unnamed": _("Received, not yet named"),
    "line-extra": _("Received, not on the manifest"),
    "count-differs": _("The count differs from the list"),
    "count-overdue": _("The count of a handover is overdue"),
    "names-overdue": _("The names of a handover are overdue"),
    "age-disputed": _("Age disputed: treated as a child until decided"),
    "acknowledgement-overdue": _("The acknowledgement of a handover is overdue"),
}

_PEOPLE = ngettext_lazy("%(n)s person", "%(n)s people", "n")


def refusal(refused: Refused) -> str:
    """The sentence for a refusal, with its values filled in; the code when there is no sentence."""
    return filled(REFUSALS.get(refused.code, refused.code), refused.about)


def reason(code: str) -> str:
    """Why a report had no effect."""
    return str(REFUSALS.get(code, code))


def finding(code: str, n: int | None = None) -> str:
    """What a finding is about, and how many people when it says so."""
    text = str(FINDINGS.get(code, code))
    return text if n is None else f"{text} ({people(n)})"


def people(n: int) -> str:
    """A number of people, in the language's own plural."""
    return str(_PEOPLE % {"n": n})


def filled(sentence: str | Promise, values: Mapping[str, str | int]) -> str:
    """The sentence with its values; as it stands when a value is missing, for a wrong value must not hide a refusal."""
    try:
        return str(sentence) % values
    except (KeyError, ValueError, TypeError):
        return str(sentence)
