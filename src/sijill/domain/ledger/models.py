"""Tables of the room ledger. It holds anonymous codes and identifiers, never a name.

Rows of Event, Posting, HeadCount, Seen and FindingEvent are testimony: triggers refuse any change (see the migrations).
Folio, Position and the state of a Finding are projections: `check` rebuilds and compares them.
"""

from typing import ClassVar

from django.db import models

from sijill.domain.ledger.rules import FOREVER


class Book(models.Model):
    """The book of one authority; its id is the authority's."""

    authority = models.OneToOneField("access.Authority", primary_key=True, on_delete=models.PROTECT)
    opened_at = models.DateTimeField()


class Account(models.Model):
    """Where a person can be in a book: a kind, and the place, carrier or other authority it needs."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT)
    kind = models.CharField(max_length=24)
    facility = models.ForeignKey("places.Facility", null=True, blank=True, on_delete=models.PROTECT)
    hall = models.ForeignKey("places.Hall", null=True, blank=True, on_delete=models.PROTECT)
    other = models.ForeignKey(  # the carrier, the authority handed to or in control
        "access.Authority", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=80, blank=True)  # court, hospital, a custodian without a book

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["book", "kind", "facility", "hall", "other", "note"],
                nulls_distinct=False,
                name="account_once",
            )
        ]


class Subject(models.Model):
    """Whom a folio is about: one person, or a tally of people without names.

    The codes are anonymous categories handed down by the room people, so totals need no names.
    """

    id = models.UUIDField(primary_key=True)
    is_tally = models.BooleanField(default=False)
    age_class = models.CharField(max_length=12, default="unknown")  # adult, child, disputed (= child), unknown
    sex = models.CharField(max_length=8, default="unknown")
    nationality = models.CharField(max_length=12, default="unknown")  # ISO 3166-1 alpha-2, or a group code
    basis = models.CharField(max_length=12, blank=True)  # tallies: counted, estimated, declared, stated
    label = models.CharField(max_length=80, blank=True)  # tallies: what it counts, in words without names


class Folio(models.Model):
    """The page of one subject in one book: the lock of every write, and where the subject stands now."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False)
    is_tally = models.BooleanField(default=False, db_default=False)  # the subject's, so that totals need no join
    pseq = models.IntegerField(default=0)
    tip = models.BinaryField(default=bytes(32))  # SHA-256 of the last event's payload
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    n = models.IntegerField(default=0)
    last_at = models.DateTimeField(null=True, blank=True)  # occurrence of the last event that has effect
    last_event = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "book"], name="folio_once")]


class Event(models.Model):
    """A custody event: who reported what happened to whom, when, and the effect it had when it was recorded."""

    id = models.UUIDField(primary_key=True)  # made by the client
    seq = models.BigIntegerField(unique=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=24)
    to_account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    n = models.IntegerField(null=True, blank=True)  # a tally's count, or its change
    occurred_from = models.DateTimeField()
    occurred_to = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)
    supersedes = models.UUIDField(null=True, blank=True)
    twin = models.UUIDField(null=True, blank=True)  # the other half of one act: registered, a handover line
    effect = models.CharField(max_length=8)  # posted, none
    reason = models.CharField(max_length=40, blank=True)  # why there was no effect
    payload = models.BinaryField()
    pseq = models.IntegerField()
    prev = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["folio", "pseq"], name="event_pseq_once"),
            models.CheckConstraint(condition=models.Q(effect__in=["posted", "none"]), name="event_effect_known"),
            models.CheckConstraint(
                condition=models.Q(occurred_to__gte=models.F("occurred_from")), name="event_range_forward"
            ),
            models.CheckConstraint(
                condition=models.Q(supersedes__isnull=True) | models.Q(kind="correction"),
                name="event_only_corrections_supersede",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["book", "recorded_at"], name="event_book_recorded"),
        ]


class Posting(models.Model):
    """-1 from an account, +1 to another, derived from events in the order of occurrence. Append-only.

    `reversal` takes back an earlier posting: it counts negatively on the side it takes back.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, db_index=False)
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT, db_index=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    n = models.IntegerField()
    reversal = models.BooleanField(default=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "occurred_at"], name="posting_account_occurred"),
            models.Index(fields=["book", "occurred_at"], name="posting_book_occurred"),
            models.Index(fields=["folio"], name="posting_folio"),
        ]


class Position(models.Model):
    """Where a subject stood from when to when, and between which recordings that was believed. A projection.

    As known at K, the row covers instant T when known_from <= K < known_to, from_at <= T, and
    T < to_at or end_known > K (its ending was not yet known).
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT, db_index=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    event = models.UUIDField()
    is_tally = models.BooleanField(default=False, db_default=False)  # the subject's, so that rolls need no join
    n = models.IntegerField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()  # 9999-01-01 while open
    known_from = models.DateTimeField()
    end_known = models.DateTimeField()  # 9999-01-01 while open
    known_to = models.DateTimeField()  # 9999-01-01 while believed

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["folio"], name="position_folio"),
            models.Index(fields=["account", "to_at", "from_at"], name="position_account_to"),
            models.Index(fields=["account", "end_known"], name="position_account_end_known"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(  # law 1: one open stay of a subject in a book
                fields=["folio"],
                condition=models.Q(to_at=FOREVER, known_to=FOREVER),
                name="position_one_open",
            )
        ]


class HeadCount(models.Model):
    """People counted at a place: a set of identities seen, numbered unknowns, and people not on the list."""

    id = models.UUIDField(primary_key=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT)
    facility = models.ForeignKey("places.Facility", on_delete=models.PROTECT)
    hall = models.ForeignKey("places.Hall", null=True, blank=True, on_delete=models.PROTECT)
    counted_at = models.DateTimeField()
    unknown = models.PositiveIntegerField(default=0)  # bodies nobody could name
    not_on_list = models.PositiveIntegerField(default=0)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()


class Seen(models.Model):
    """One identity seen in a head count."""

    head_count = models.ForeignKey(HeadCount, on_delete=models.PROTECT, related_name="seen")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["head_count", "subject"], name="seen_once")]


class Finding(models.Model):
    """Something does not fit, and somebody owns it until it is explained and closed."""

    id = models.UUIDField(primary_key=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT)
    code = models.CharField(max_length=32)
    subject = models.ForeignKey(Subject, null=True, blank=True, on_delete=models.PROTECT)
    facility = models.ForeignKey("places.Facility", null=True, blank=True, on_delete=models.PROTECT)
    ref = models.UUIDField(null=True, blank=True)  # the event, handover, manifest or head count it is about
    n = models.IntegerField(null=True, blank=True)
    owner = models.CharField(max_length=24)  # the duty that owns it
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")  # open, explained, closed: the last FindingEvent's

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["book", "code", "subject", "ref"], nulls_distinct=False, name="finding_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["book", "state", "due_at"], name="finding_book_state")]


class FindingEvent(models.Model):
    """What happened to a finding: opened, explained, closed, reopened, handed to another duty. Append-only."""

    id = models.UUIDField(primary_key=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(max_length=10)
    owner = models.CharField(max_length=24)
    note = models.CharField(max_length=400, blank=True)  # plain words, no names
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    at = models.DateTimeField()


class Loss(models.Model):
    """Somebody stated that a place, or a hall of it, was lost with people inside. Append-only; another confirms."""

    id = models.UUIDField(primary_key=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT)
    facility = models.ForeignKey("places.Facility", on_delete=models.PROTECT)
    hall = models.ForeignKey("places.Hall", null=True, blank=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=24)
    other = models.ForeignKey(  # who holds it now, when that is an authority here
        "access.Authority", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    custodian = models.CharField(max_length=80, blank=True)  # the same in words, when it is none
    ground_code = models.CharField(max_length=24)
    ground = models.CharField(max_length=400)  # plain words, no names
    occurred_at = models.DateTimeField()
    by = models.ForeignKey("access.User", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["control-lost", "control-changed", "whereabouts-unknown"]),
                name="loss_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(ground=""), name="loss_has_ground"),
            models.CheckConstraint(
                condition=~models.Q(kind="control-changed") | models.Q(other__isnull=False) | ~models.Q(custodian=""),
                name="loss_changed_names_custodian",
            ),
        ]


class LossStep(models.Model):
    """What happened to a stated loss: confirmed by another officer, withdrawn, undone. Append-only."""

    id = models.UUIDField(primary_key=True)
    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="steps")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    stated_by = models.ForeignKey("access.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(max_length=12)
    ground = models.CharField(max_length=400, blank=True)
    persons = models.IntegerField(default=0)
    tallied = models.IntegerField(default=0)
    without_effect = models.IntegerField(default=0)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["loss", "step"], name="loss_step_once"),
            models.UniqueConstraint(  # confirmed or withdrawn, never both
                fields=["loss"], condition=models.Q(step__in=["confirmed", "withdrawn"]), name="loss_decided_once"
            ),
            models.CheckConstraint(
                condition=models.Q(step__in=["confirmed", "withdrawn", "undone"]), name="loss_step_known"
            ),
            models.CheckConstraint(  # law 4: two officers
                condition=~models.Q(step="confirmed") | ~models.Q(by=models.F("stated_by")),
                name="loss_confirmed_by_another",
            ),
        ]


class LossLine(models.Model):
    """One subject of a confirmed loss and the event that was made for it. Append-only."""

    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="lines", db_index=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT)
    event = models.OneToOneField(Event, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["loss", "folio"], name="loss_line_once")]


class Evidence(models.Model):
    """What a report about one person rests on, and how good that is. Append-only; never part of the event."""

    id = models.UUIDField(primary_key=True)
    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    folio = models.ForeignKey(Folio, on_delete=models.PROTECT)
    text = models.CharField(max_length=1000)
    grade = models.CharField(max_length=16)
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(grade__in=["seen-by-officer", "document", "two-sources", "one-source", "hearsay"]),
                name="evidence_grade_known",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="evidence_has_text"),
        ]


class SearchStep(models.Model):
    """What was done to find or confirm somebody: owner named, searched where, told whom, confirmed. Append-only."""

    id = models.UUIDField(primary_key=True)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="search")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, db_index=False)
    step = models.CharField(max_length=12)
    owner = models.ForeignKey(
        "access.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    text = models.CharField(max_length=400, blank=True)  # plain words, no names
    by = models.ForeignKey("access.User", on_delete=models.PROTECT, db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(step__in=["owner", "searched", "told", "confirmed"]), name="search_step_known"
            ),
            models.CheckConstraint(
                condition=models.Q(step="owner", owner__isnull=False)
                | (~models.Q(step="owner") & models.Q(owner__isnull=True) & ~models.Q(text="")),
                name="search_step_says_something",
            ),
        ]
