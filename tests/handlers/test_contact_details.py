"""Ways to reach somebody, right and wrong, as people type them."""

import pytest

from handlers.contact_details import read_contact


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800001111", "13800001111"),
        ("138 0000 1111", "138 0000 1111"),
        ("138-0000-1111", "138-0000-1111"),
        ("+86 13800001111", "+86 13800001111"),
        ("0086-13800001111", "0086-13800001111"),
        ("86-13800001111", "86-13800001111"),
        ("138000011112222 不对,是 13800001111", "138000011112222 不对,是 13800001111"),
        ("１３８００００１１１１", "13800001111"),
        ("李女士 13800001111", "李女士 13800001111"),
        ("010-12345678", "010-12345678"),
        ("(0510) 82345678", "(0510) 82345678"),
        ("0510-8234567", "0510-8234567"),
        ("62345678", "62345678"),
        ("400-810-1234", "400-810-1234"),
        ("li.na+school@example.com", "li.na+school@example.com"),
        ("邮箱 li@mail.example.com.cn", "邮箱 li@mail.example.com.cn"),
    ],
)
def test_a_real_contact_is_kept_as_it_was_typed(typed: str, kept: str) -> None:
    assert read_contact(typed).kept == kept


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("1380000111", "contact.mobile_length"),
        ("138000011112", "contact.mobile_length"),
        ("12800001111", "contact.number"),
        ("0510-1234", "contact.landline"),
        ("99999", "contact.number"),
        ("li@", "contact.email"),
        ("li@example", "contact.email"),
        ("微信找我", "contact.nothing"),
        ("我家在三小旁边", "contact.nothing"),
        ("110101199003070011", "contact.identity_card"),
        ("11010119900307001X", "contact.identity_card"),
    ],
)
def test_a_wrong_contact_is_told_what_is_wrong(typed: str, wrong: str) -> None:
    contact = read_contact(typed)
    assert contact.kept == ""
    assert contact.wrong == wrong
