"""Names of countries, both ways."""

import pytest
from cvmaker_core.countries import country_code, country_name, country_names


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("DK", "en", "Denmark"),
        ("DK", "da", "Danmark"),
        ("dk", "de-AT", "Dänemark"),
        ("DK", "it", "Danimarca"),
        ("NO", "nb", "Norge"),
        ("DK", "tlh", "DK"),
        ("ZZ", "en", "ZZ"),
    ],
)
def test_a_code_is_printed_as_its_name(code: str, language: str, name: str) -> None:
    assert country_name(code, language) == name


def test_every_name_leads_back_to_its_code_or_means_two_countries() -> None:
    astray = {
        name
        for names in country_names().values()
        for code, name in names.items()
        if country_code(name) not in (code, None)
    }
    two = {name for names in country_names().values() for name in names.values() if country_code(name) is None}
    assert not astray
    assert two <= {"Kongo", "Конго"}, "names of two countries"


def test_what_is_no_country_has_no_code() -> None:
    assert country_code("Bavaria") is None
    assert country_code("dk") == "DK"


def test_no_name_would_fall_apart_in_an_address() -> None:
    assert not [name for names in country_names().values() for name in names.values() if set(name) & set(",()")]
