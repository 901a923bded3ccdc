"""Register numbers: what they catch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.people.numbers import ALPHABET, SERIALS, parse, register_number

serials = st.integers(0, SERIALS - 1)


def test_the_alphabet_has_no_look_alikes_and_is_a_prime_number_of_characters() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert not set("0O1ILS5B8Z2") & set(ALPHABET)


@given(serials)
def test_a_number_reads_back_however_it_is_typed(serial: int) -> None:
    number = register_number(serial)
    assert parse(number) == number
    assert parse(number.lower().replace("-", "")) == number
    assert parse(f"  {number[2:].replace('-', ' ')} ") == number


@given(serials, st.integers(0, 8), st.sampled_from(ALPHABET))
def test_every_single_substitution_is_caught(serial: int, place: int, other: str) -> None:
    characters = register_number(serial)[2:].replace("-", "")
    if characters[place] != other:
        assert parse(characters[:place] + other + characters[place + 1 :]) is None


@given(serials, st.integers(0, 7), st.integers(1, 8))
def test_every_transposition_is_caught_adjacent_or_not(serial: int, place: int, distance: int) -> None:
    characters = list(register_number(serial)[2:].replace("-", ""))
    other = min(place + distance, 8)
    if characters[place] != characters[other]:
        characters[place], characters[other] = characters[other], characters[place]
        assert parse("".join(characters)) is None


@given(serials, serials)
def test_two_serials_have_two_numbers(one: int, other: int) -> None:
    assert (register_number(one) == register_number(other)) == (one == other)


@pytest.mark.parametrize("text", ["", "S-", "S-3333-3333", "hello", "S-3333-3333-33", "٣", "S" * 400])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("serial", [-1, SERIALS])
def test_a_serial_beyond_the_range_is_our_mistake(serial: int) -> None:
    with pytest.raises(ValueError, match="no such serial"):
        register_number(serial)
