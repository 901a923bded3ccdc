"""Rates: who may state one, what is refused, exact fractions, which one is used, and that nobody changes a word."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.access.rules import NotAllowed, NotVisible, Refused
from sijill.domain.access.viewing import viewing
from sijill.domain.sharing import actions, queries
from sijill.domain.sharing.rules import MINOR_UNITS, RateRow, amount_of, price, rounded, stretches
from tests.cast import NOON, Cast

pytestmark = pytest.mark.postgres15
FOOD = {
    "authority_id": None, "facility_id": None, "label": "Food", "amount": "6600000/511", "currency": "IQD",
    "valid_from": date(2026, 1, 1), "valid_to": None, "source": "Ministry of Justice, 2 February 2026",
    "illustrative": True,
}  # fmt: skip


def state(cast: Cast, name: str = "fatima", **changes: Any) -> UUID:
    """Somebody states a rate."""
    by = cast.viewer(name)
    with viewing(by.user_id):
        return actions.set_rate(**({"rate_id": uuid4()} | FOOD | changes), by=by, at=NOON)


def seen(cast: Cast, name: str) -> list[RateRow]:
    """The rates somebody sees."""
    viewer = cast.viewer(name)
    with viewing(viewer.user_id):
        return queries.rates(viewer)


def test_a_rate_is_kept_as_the_exact_fraction(cast: Cast) -> None:
    """33 billion a year for 7,000 people is 12,915.85… a day, and stays 6600000/511."""
    assert Fraction(33_000_000_000, 7000 * 365) == Fraction(6_600_000, 511)
    state(cast)
    assert [r.amount for r in seen(cast, "fatima")] == [Fraction(6_600_000, 511)]


def test_who_sees_a_rate(cast: Cast) -> None:
    """One for everybody is seen by whoever has a duty; one for an authority by those who have a duty there."""
    state(cast, label="General")
    state(cast, label="Alpha", authority_id=cast.authority["ALPHA"])
    labels = {name: {r.label for r in seen(cast, name)} for name in ("fatima", "alice", "basil", "dora")}
    assert labels == {
        "fatima": {"General", "Alpha"}, "alice": {"General", "Alpha"}, "basil": {"General"}, "dora": {"General"},
    }  # fmt: skip


@pytest.mark.parametrize("name", ["alice", "amal", "farid", "adil", "dora"])
def test_without_the_duty_it_is_not_allowed(cast: Cast, name: str) -> None:
    """Only finance officers state rates."""
    with pytest.raises(NotAllowed):
        state(cast, name)
    assert seen(cast, "fatima") == []


def test_a_finance_officer_prices_no_authority_but_his_own(cast: Cast) -> None:
    """He may state a general rate, and his own authority's."""
    with pytest.raises(NotAllowed):
        state(cast, authority_id=cast.authority["BRAVO"])


def test_a_finance_officer_prices_no_place_of_another_authority(cast: Cast) -> None:
    """The rate of a place wins over its authority's: nobody else may make CHARLIE's burden cheap."""
    with pytest.raises(NotAllowed):
        state(cast, facility_id=cast.facility["C-HUB"])
    state(cast, facility_id=cast.facility["A-SIDE"])
    insert = (
        "insert into sharing_rate (id, facility_id, label, numerator, denominator, currency, valid_from, source,"
        " illustrative, by_id, recorded_at) values (%s, %s, 'x', 1, 1, 'IQD', '2026-01-01', 'x', true, %s,"
        " '2026-01-01Z')"
    )
    with viewing(cast.user["fatima"]), connection.cursor() as cursor:
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            cursor.execute(insert, [uuid4(), cast.facility["C-HUB"], cast.user["fatima"]])
        cursor.execute(insert, [uuid4(), cast.facility["A-MAIN"], cast.user["fatima"]])


def test_a_rate_until_the_last_day_there_is_can_be_read(cast: Cast) -> None:
    """It is how people write "for ever"; a rate is never changed, so the page would fail for ever too."""
    state(cast, valid_to=date.max)
    assert stretches(seen(cast, "fatima"), date(2026, 1, 1), date(2026, 1, 31)) == [
        (date(2026, 1, 1), date(2026, 1, 31))
    ]


@pytest.mark.parametrize("currency", sorted(MINOR_UNITS))
def test_no_sum_is_too_long_to_be_shown(currency: str) -> None:
    amount = Fraction(10**40)
    assert rounded(amount, currency) == amount and rounded(-amount, currency) == -amount
    assert str(rounded(Fraction(978, 100), "USD")) == "9.78"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "0"}, "bad-amount"), ({"amount": "-3"}, "bad-amount"), ({"amount": "1/0"}, "bad-amount"),
        ({"amount": "1e9"}, "bad-amount"), ({"amount": "nan"}, "bad-amount"), ({"amount": "12,916"}, "bad-amount"),
        ({"amount": ""}, "bad-amount"), ({"amount": "1_0"}, "bad-amount"), ({"amount": "9" * 40}, "bad-amount"),
        ({"currency": "ZZZ"}, "unknown-currency"), ({"currency": "iqd"}, "unknown-currency"),
        ({"valid_to": date(2025, 12, 31)}, "period-backwards"), ({"label": " "}, "label-missing"),
        ({"source": ""}, "source-missing"), ({"label": "x" * 121}, "text-too-long"),
        ({"source": "x" * 401}, "text-too-long"),
    ],
)  # fmt: skip
def test_what_is_refused(cast: Cast, changes: dict[str, Any], code: str) -> None:
    """By code, and nothing is written."""
    with pytest.raises(Refused) as refused:
        state(cast, **changes)
    assert refused.value.code == code
    assert seen(cast, "fatima") == []


def test_a_facility_that_is_not_there_looks_like_none(cast: Cast) -> None:
    """Law 9."""
    with pytest.raises(NotVisible):
        state(cast, facility_id=987_654)


def test_the_same_id_twice_records_once_and_never_something_else(cast: Cast) -> None:
    """A double click."""
    key = uuid4()
    assert state(cast, rate_id=key) == state(cast, rate_id=key) == key
    with pytest.raises(Refused) as refused:
        state(cast, rate_id=key, amount="1")
    assert refused.value.code == "id-already-used"
    assert len(seen(cast, "fatima")) == 1


@pytest.mark.parametrize(
    "attack",
    ["update sharing_rate set numerator = 1", "delete from sharing_rate", "truncate sharing_rate"],
)
def test_nobody_changes_a_rate(cast: Cast, attack: str) -> None:
    """Not even who stated it."""
    state(cast)
    with (
        viewing(cast.user["fatima"]),
        pytest.raises(Exception, match=r"permission denied|never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)


@pytest.mark.parametrize(
    ("user", "by", "authority"),
    [
        ("alice", "alice", None),
        ("alice", "fatima", "ALPHA"),
        ("fatima", "alice", "ALPHA"),
        ("fatima", "fatima", "BRAVO"),
    ],
)
def test_the_wall_lets_nobody_else_write(cast: Cast, user: str, by: str, authority: str | None) -> None:
    """Past the action, in SQL: no rate by another duty, in another's name, or for another authority."""
    values = [uuid4(), cast.authority.get(authority or ""), cast.user[by]]
    with (
        viewing(cast.user[user]),
        pytest.raises(Exception, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "insert into sharing_rate (id, authority_id, label, numerator, denominator, currency, valid_from, source,"
            " illustrative, by_id, recorded_at) values (%s, %s, 'x', 1, 1, 'IQD', '2026-01-01', 'x', true, %s,"
            " '2026-01-01Z')",
            values,
        )


def test_the_table_itself_refuses_nonsense(cast: Cast) -> None:
    """Nought, nameless, backwards: constraints, not only the action."""
    for column, value in (("numerator", "0"), ("denominator", "0"), ("label", "''"), ("source", "''"),
                          ("currency", "'iq'"), ("valid_to", "'2025-01-01'")):  # fmt: skip
        row = {
            "id": f"'{uuid4()}'", "label": "'x'", "numerator": "1", "denominator": "1", "currency": "'IQD'",
            "valid_from": "'2026-01-01'", "source": "'x'", "illustrative": "true", "by_id": f"'{cast.user['fatima']}'",
            "recorded_at": "'2026-01-01Z'",
        } | {column: value}  # fmt: skip
        with (
            viewing(cast.user["fatima"]),
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"insert into sharing_rate ({', '.join(row)}) values ({', '.join(row.values())})")


# ---------------------------------------------------------------------------- money, pure
@given(st.fractions(min_value=Fraction(-(10**9)), max_value=Fraction(10**12), max_denominator=10**6),
       st.sampled_from(sorted(MINOR_UNITS)))  # fmt: skip
def test_rounding_is_never_off_by_more_than_half_a_minor_unit(amount: Fraction, currency: str) -> None:
    """And shows as many digits as the currency has."""
    shown = rounded(amount, currency)
    unit = Fraction(1, 10 ** MINOR_UNITS[currency])
    assert abs(Fraction(shown) - amount) <= unit / 2
    assert shown == shown.quantize(Decimal(1).scaleb(-MINOR_UNITS[currency]))
    assert str(shown).partition(".")[2] == str(shown)[-MINOR_UNITS[currency] :] * (MINOR_UNITS[currency] > 0)


def test_halves_go_away_from_nought() -> None:
    """As a cashier rounds."""
    assert rounded(Fraction(1, 200), "USD") == Decimal("0.01")
    assert rounded(Fraction(-1, 200), "USD") == Decimal("-0.01")
    assert rounded(Fraction(33_000_000_000, 2_555_000), "IQD") == 12_916
    assert rounded(Fraction(25_000_000, 2_555_000), "USD") == Decimal("9.78")


@given(st.integers(1, 10**12 - 1), st.integers(0, 999_999))
def test_decimals_are_read_exactly(whole: int, millionths: int) -> None:
    """No float in between."""
    assert amount_of(f"{whole}.{millionths:06d}") == whole + Fraction(millionths, 10**6)


def rate(label: str = "Food", amount: int = 1, **changes: Any) -> RateRow:
    """A rate as read."""
    values: dict[str, Any] = {
        "id": uuid4(), "authority_id": None, "facility_id": None, "label": label, "amount": Fraction(amount),
        "currency": "IQD", "valid_from": date(2026, 1, 1), "valid_to": None, "source": "x", "illustrative": True,
        "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
    } | changes  # fmt: skip
    return RateRow(**values)


def test_the_nearest_and_newest_rate_of_each_label_is_used() -> None:
    """A facility's before an authority's before the general one; labels add up; currencies stay apart."""
    day = date(2026, 2, 1)
    known = [
        rate(amount=1), rate(amount=2, authority_id=7), rate(amount=3, facility_id=9), rate("Guards", 10),
        rate(amount=4, recorded_at=datetime(2026, 1, 2, tzinfo=UTC)), rate(amount=5, currency="USD"),
        rate(amount=6, valid_from=day + timedelta(days=1)), rate(amount=7, valid_to=day - timedelta(days=1)),
    ]  # fmt: skip

    def sums(authority: int, facility: int | None) -> dict[str, int]:
        return {c: int(sum(r.amount for r in rows)) for c, rows in price(known, authority, facility, day).items()}

    assert sums(1, None) == {"IQD": 4 + 10, "USD": 5}
    assert sums(7, None) == {"IQD": 2 + 10, "USD": 5}
    assert sums(7, 9) == {"IQD": 3 + 10, "USD": 5}
    assert price([], 1, None, day) == {}


DAYS = st.integers(0, 40).map(lambda n: date(2026, 1, 1) + timedelta(days=n))


@given(st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=5), DAYS, DAYS)
def test_pieces_cover_the_period_once_and_prices_stand_still_inside(
    spans: list[tuple[date, date | None]], one: date, other: date
) -> None:
    """Every day is in exactly one piece, and the price of its first day is that of each of its days."""
    since, until = sorted((one, other))
    known = [rate(str(i), valid_from=a, valid_to=b if b is None or b >= a else a) for i, (a, b) in enumerate(spans)]
    pieces = stretches(known, since, until)
    days = [s + timedelta(days=n) for s, e in pieces for n in range((e - s).days + 1)]
    assert days == [since + timedelta(days=n) for n in range((until - since).days + 1)]
    for start, end in pieces:
        assert price(known, 1, None, start) == price(known, 1, None, end)
