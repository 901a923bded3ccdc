"""Losses with people inside, evidence by name, and searches: tables, their laws and their walls."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sijill.domain.access.walls import IS_REGISTER, append_only, book, wall

LAWS = """
-- No book leaks into another, and the one who confirms is held against the one who really stated the loss.
alter table ledger_loss add constraint loss_of_book unique (id, book_id);
alter table ledger_loss add constraint loss_of_speaker unique (id, book_id, by_id);
alter table ledger_lossstep add constraint loss_step_same_book
  foreign key (loss_id, book_id, stated_by_id) references ledger_loss (id, book_id, by_id);
alter table ledger_lossline add constraint loss_line_same_book
  foreign key (loss_id, book_id) references ledger_loss (id, book_id);
alter table ledger_lossline add constraint loss_line_folio_same_book
  foreign key (folio_id, book_id) references ledger_folio (id, book_id);
alter table ledger_evidence add constraint evidence_same_book
  foreign key (folio_id, book_id) references ledger_folio (id, book_id);
alter table ledger_finding add constraint finding_of_book unique (id, book_id);
alter table ledger_searchstep add constraint search_step_same_book
  foreign key (finding_id, book_id) references ledger_finding (id, book_id);
"""

AT_MY_PLACE = (
    f"{book()} or (facility_id = any ((select viewer_facilities())::bigint[])"
    " and book_id = any ((select viewer_authorities())::bigint[]))"
)
OF_A_LOSS_I_SEE = "exists (select 1 from ledger_loss l where l.id = loss_id)"
BY_SOMEBODY_OF_THE_BOOK = f"{IS_REGISTER} and has_duty(by_id, book_id)"
# What somebody said about one person is read by those who may read people, not by those who may count them.
OF_MY_PEOPLE = (
    "book_id = any ((select viewer_people_books())::bigint[]) or exists (select 1 from ledger_folio f"
    " where f.id = folio_id and f.account_id = any ((select viewer_people_accounts())::bigint[]))"
)
WALLS = (
    wall("ledger_loss", select=AT_MY_PLACE, insert=BY_SOMEBODY_OF_THE_BOOK)
    + append_only("ledger_loss")
    + wall("ledger_lossstep", select=OF_A_LOSS_I_SEE, insert=BY_SOMEBODY_OF_THE_BOOK)
    + append_only("ledger_lossstep")
    + wall("ledger_lossline", select=OF_A_LOSS_I_SEE, insert=IS_REGISTER)
    + append_only("ledger_lossline")
    + wall("ledger_evidence", select=OF_MY_PEOPLE, insert=BY_SOMEBODY_OF_THE_BOOK)
    + append_only("ledger_evidence")
    + wall(
        "ledger_searchstep",
        select="exists (select 1 from ledger_finding f where f.id = finding_id)",
        insert=BY_SOMEBODY_OF_THE_BOOK,
    )
    + append_only("ledger_searchstep")
)


class Migration(migrations.Migration):
    """Five tables, append-only."""

    dependencies = [
        ("access", "0004_installation"),
        ("ledger", "0003_tallies"),
        ("places", "0003_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Loss",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=24)),
                ("custodian", models.CharField(blank=True, max_length=80)),
                ("ground_code", models.CharField(max_length=24)),
                ("ground", models.CharField(max_length=400)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("book", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.book")),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ("facility", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="places.facility")),
                (
                    "hall",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="places.hall"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.authority",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LossLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "book",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="ledger.book"),
                ),
                ("event", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="ledger.event")),
                ("folio", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.folio")),
                (
                    "loss",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.loss",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LossStep",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("step", models.CharField(max_length=12)),
                ("ground", models.CharField(blank=True, max_length=400)),
                ("persons", models.IntegerField(default=0)),
                ("tallied", models.IntegerField(default=0)),
                ("without_effect", models.IntegerField(default=0)),
                ("recorded_at", models.DateTimeField()),
                (
                    "book",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="ledger.book"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "loss",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="ledger.loss"
                    ),
                ),
                (
                    "stated_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchStep",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("step", models.CharField(max_length=12)),
                ("text", models.CharField(blank=True, max_length=400)),
                ("recorded_at", models.DateTimeField()),
                (
                    "book",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="ledger.book"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="search", to="ledger.finding"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=1000)),
                ("grade", models.CharField(max_length=16)),
                ("recorded_at", models.DateTimeField()),
                (
                    "book",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="ledger.book"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("event", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.event")),
                ("folio", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="ledger.folio")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grade__in", ["seen-by-officer", "document", "two-sources", "one-source", "hearsay"])
                        ),
                        name="evidence_grade_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="evidence_has_text"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["control-lost", "control-changed", "whereabouts-unknown"])),
                name="loss_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(("ground", ""), _negated=True), name="loss_has_ground"
            ),
        ),
        migrations.AddConstraint(
            model_name="loss",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "control-changed"), _negated=True),
                    ("other__isnull", False),
                    models.Q(("custodian", ""), _negated=True),
                    _connector="OR",
                ),
                name="loss_changed_names_custodian",
            ),
        ),
        migrations.AddConstraint(
            model_name="lossline",
            constraint=models.UniqueConstraint(fields=("loss", "folio"), name="loss_line_once"),
        ),
        migrations.AddConstraint(
            model_name="lossstep",
            constraint=models.UniqueConstraint(fields=("loss", "step"), name="loss_step_once"),
        ),
        migrations.AddConstraint(
            model_name="lossstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("step__in", ["confirmed", "withdrawn"])), fields=("loss",), name="loss_decided_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="lossstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("step__in", ["confirmed", "withdrawn", "undone"])), name="loss_step_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="lossstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("step", "confirmed"), _negated=True),
                    models.Q(("by", models.F("stated_by")), _negated=True),
                    _connector="OR",
                ),
                name="loss_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="searchstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("step__in", ["owner", "searched", "told", "confirmed"])), name="search_step_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="searchstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner__isnull", False), ("step", "owner")),
                    models.Q(
                        models.Q(("step", "owner"), _negated=True),
                        ("owner__isnull", True),
                        models.Q(("text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="search_step_says_something",
            ),
        ),
        migrations.RunSQL(LAWS + WALLS, migrations.RunSQL.noop),
    ]
