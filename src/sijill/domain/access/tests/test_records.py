"""The read log and the answers of forms: each reader's and sender's own, and nobody else's."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from sijill.domain.access import actions, queries
from sijill.domain.access.models import IdempotencyKey, Read
from sijill.domain.access.viewing import viewing
from tests.cast import NOON, Cast


def test_a_read_is_written_down_with_its_purpose(cast: Cast) -> None:
    file = uuid4()
    with viewing(cast.user["alice"]):
        alice = cast.viewer("alice")
        actions.record_read(subject=file, purpose="reception", by=alice, at=NOON)
        actions.record_read(subject=file, purpose="court", by=alice, at=NOON + timedelta(hours=1))
        actions.record_read(subject=uuid4(), purpose="other file", by=alice, at=NOON)
        assert queries.reads_of(alice, file) == [(NOON + timedelta(hours=1), "court"), (NOON, "reception")]


@pytest.mark.parametrize("other", ["anton", "amal", "dora"])
def test_nobody_sees_what_another_read(cast: Cast, other: str) -> None:
    """Neither a colleague nor a stranger: the holder never learns what a visiting body opened (law 8)."""
    file = uuid4()
    with viewing(cast.user["alice"]):
        actions.record_read(subject=file, purpose="visit", by=cast.viewer("alice"), at=NOON)
    with viewing(cast.user[other]):
        assert queries.reads_of(cast.viewer(other), file) == []
        assert Read.objects.count() == 0


def test_nobody_writes_a_read_in_another_s_name(cast: Cast) -> None:
    with viewing(cast.user["dora"]), pytest.raises(DatabaseError), transaction.atomic():
        actions.record_read(subject=uuid4(), purpose="visit", by=cast.viewer("alice"), at=NOON)


def test_the_same_key_gets_the_same_answer(cast: Cast) -> None:
    key = uuid4()
    with viewing(cast.user["alice"]):
        alice = cast.viewer("alice")
        assert queries.answer_of(alice, key, "admit") is None
        actions.remember_answer(key=key, what="admit", answer="/people/1", by=alice, at=NOON)
        assert queries.answer_of(alice, key, "admit") == "/people/1"
        assert queries.answer_of(alice, key, "release") is None


def test_the_same_key_never_acts_twice(cast: Cast) -> None:
    key = uuid4()
    with viewing(cast.user["alice"]):
        alice = cast.viewer("alice")
        actions.remember_answer(key=key, what="admit", answer="first", by=alice, at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            actions.remember_answer(key=key, what="admit", answer="second", by=alice, at=NOON)
        assert queries.answer_of(alice, key, "admit") == "first"


def test_a_key_of_another_user_is_another_key(cast: Cast) -> None:
    key = uuid4()
    for name in ("alice", "anton"):
        with viewing(cast.user[name]):
            assert queries.answer_of(cast.viewer(name), key, "admit") is None
            actions.remember_answer(key=key, what="admit", answer=name, by=cast.viewer(name), at=NOON)
            assert IdempotencyKey.objects.count() == 1
