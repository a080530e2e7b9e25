"""Case numbers: read over the phone, typed in a hurry, guessed by nobody."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import numbers

DAY = date(2026, 11, 22)
bits = st.integers(0, (1 << numbers.RANDOM_BITS) - 1)


@given(bits)
def test_a_number_is_found_again_in_the_middle_of_a_sentence(drawn: int) -> None:
    number = numbers.make(DAY, drawn)
    assert numbers.find(f"请查一下{number},谢谢") == number
    assert numbers.find(number.lower().replace("-", " ")) == number
    assert numbers.find(number.replace("-", "")) == number
    assert (
        numbers.find(number.replace("1", "l").replace("0", "o")[8:].join([number[:8], ""]))
        == number
    )


@pytest.mark.parametrize("typed", [str.upper, str.lower])
def test_full_width_letters_and_letters_for_figures_are_read(typed: Callable[[str], str]) -> None:
    number = numbers.make(DAY, 12345)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
    assert numbers.find(f"{wide} １６４１７７") == number
    assert numbers.find_code(f"{wide} １６４１７７") == "164177"
    letters = typed(number[:8].replace("0", "o").replace("1", "l")) + number[8:]
    assert numbers.find(letters) == number


@given(bits, st.integers(0, 20), st.sampled_from(numbers.ALPHABET))
def test_every_single_slip_is_noticed(drawn: int, place: int, typed: str) -> None:
    number = numbers.make(DAY, drawn)
    place %= len(number)
    if number[place] == "-" or number[place] == typed:
        return
    wrong = number[:place] + typed + number[place + 1 :]
    assert numbers.find(wrong) != wrong
    assert numbers.find(wrong) is None


@given(bits, bits)
def test_different_bits_make_different_numbers(one: int, other: int) -> None:
    assert (numbers.make(DAY, one) == numbers.make(DAY, other)) is (one == other)


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    numbers.find(text)
    numbers.looks_like(text)
    numbers.find_code(text)


@pytest.mark.parametrize(
    "text", ["", "20261122", "电话 13812345678", "身份证 110101199003077758", "20261122-7F3K-9QXM"]
)
def test_other_figures_are_no_number(text: str) -> None:
    assert numbers.find(text) is None
    assert not numbers.looks_like(text)


def test_a_mistyped_number_looks_like_one_and_is_none() -> None:
    number = numbers.make(DAY, 12345)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert numbers.find(wrong) is None
    assert numbers.looks_like(wrong)


def test_the_code_beside_a_number_is_read_and_parts_of_the_number_are_not() -> None:
    number = numbers.make(DAY, (1 << 40) - 1)
    assert numbers.find_code(f"{number} 482913") == "482913"
    assert numbers.find_code(number) is None
    assert numbers.find_code("13812345678") is None


def test_a_code_is_stored_only_as_a_hash_that_depends_on_its_number() -> None:
    hashed = numbers.hash_code("a", "482913")
    assert "482913" not in hashed
    assert hashed != numbers.hash_code("b", "482913")
