"""The plain spelling, and what a search may start with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijill.domain.people.spelling import name_words, number_words, plain, query_words, range_end, script_of

texts = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(min_codepoint=0x0600, max_codepoint=0x06FF), max_size=20),
    st.text(st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFC), max_size=20),
    st.text("abcāīūḥʿ'’-. Aİßﬁ", max_size=20),
)


@given(texts)
def test_plain_twice_is_plain_once(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(texts)
def test_every_name_is_found_by_itself(text: str) -> None:
    stored = name_words(text)
    for word in query_words(text):
        assert any(s.startswith(word) for s in stored | number_words(text)), (word, stored)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), st.text(max_size=8))
def test_a_range_holds_exactly_what_starts_so(prefix: str, rest: str) -> None:
    assert prefix <= prefix + rest < range_end(prefix) or "\U0010ffff" in prefix + rest
    other = rest + prefix
    if not other.startswith(prefix) and "\U0010ffff" not in prefix:
        assert not prefix <= other < range_end(prefix)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إبراهيم", "ابراهيم"),
        ("مُحَمَّد", "محمد"),
        ("محمـــد", "محمد"),
        ("مصطفى", "مصطفي"),
        ("فاطمة", "فاطمه"),
        ("کەریم", "كەريم"),
        ("شێرکۆ", "شيركو"),
        ("José", "jose"),
        ("Ḥusayn", "husayn"),
        ("Sa'id", "Saʿid"),
        ("٠١٢٣", "0123"),
        ("۴۵", "45"),
        ("ﻣﺤﻤﺪ", "محمد"),
    ],
)
def test_letters_written_one_for_the_other_are_one(one: str, other: str) -> None:
    assert plain(one) == plain(other)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Kareem al-Masri", "masri"),
        ("Kareem al-Masri", "al-mas"),
        ("Kareem al-Masri", "almasri"),
        ("Kareem Al Masri", "al-masri"),
        ("Omar ash-Shami", "ash-shami"),
        ("Omar Shami", "ash-shami"),
        ("كريم المصري", "مصري"),
        ("كريم مصري", "المصري"),
        ("عبد الرحمن", "عبدالرحمن"),
        ("عبدالرحمن", "عبد الرحمن"),
        ("Abu-Bakr", "bakr"),
        ("Abu Bakr", "abu-bakr"),
        ("Sa'id", "said"),
    ],
)
def test_articles_and_hyphens_do_not_hide_a_name(name: str, typed: str) -> None:
    assert all(any(s.startswith(w) for s in name_words(name)) for w in query_words(typed))


def test_numbers_are_found_whole_in_pieces_and_without_zeros() -> None:
    assert {"iq0001827", "0001827", "1827"} <= number_words("IQ-0001827")
    assert query_words("IQ-٠٠٠١") == ("iq0001",)


def test_an_article_alone_is_only_looked_for_when_nothing_else_is() -> None:
    assert query_words("al Masri") == ("masri",)
    assert query_words("al") == ("al",)


@pytest.mark.parametrize(
    ("text", "script"),
    [("Kareem", "Latn"), ("كريم", "Arab"), ("Карим", "Cyrl"), ("123", "Zyyy"), ("كريم K", "Arab")],
)
def test_the_script_is_told_by_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script
