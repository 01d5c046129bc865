"""Never a box: every character is drawn, replaced, left out with a warning, or refused by name."""

import pytest
from cv_rendering.characters import Coverage, check_characters, font_coverage
from cvmaker_core.errors import InputError

LATIN = Coverage([(0x20, 0x7F), (0xA0, 0x180), (0x2022, 0x2023), (0x2605, 0x2606)])


def test_a_missing_letter_is_named() -> None:
    with pytest.raises(InputError) as error:
        check_characters({"basics": {"name": "Jane \U0001e900"}}, LATIN)
    assert error.value.code == "missing_letter"
    assert "U+1E900 ADLAM CAPITAL LETTER ALIF" in error.value.message
    assert "Jane" not in str(error.value)


def test_a_missing_symbol_is_replaced_or_left_out_with_a_warning() -> None:
    resume, warnings = check_characters({"basics": {"summary": "\u2794 \U0001f600 good \u2714 \u2b50"}}, LATIN)
    assert resume["basics"]["summary"] == "good • ★"
    assert [warning.code for warning in warnings] == ["symbols_left_out"]
    assert "GRINNING FACE" in warnings[0].message


def test_compatibility_forms_fall_back_to_plain_letters() -> None:
    resume, warnings = check_characters({"basics": {"name": "\U0001d409ane"}}, LATIN)
    assert resume["basics"]["name"] == "Jane"
    assert not warnings


def test_the_layer_covers_the_scripts_it_promises() -> None:
    coverage = font_coverage()
    if coverage is None:
        pytest.skip("the font layer is not built (layers/weasyprint/build_layer.py --ensure)")
    for script, text in {
        "Latin": "ÅÇĞŁŐẠạß",
        "Greek": "Ωάώ",
        "Cyrillic": "ЖїЂ",
        "Arabic": "عربيپچ",
        "Hebrew": "עברית",
        "Devanagari": "हिन्दी",
        "Han": "汉漢語",
        "Kana": "かなカナ",
        "Hangul": "한글뷁",
        "Thai": "ไทย",
        "Tamil": "தமிழ்",
        "Georgian": "ქართ",
        "Armenian": "Հայ",
    }.items():
        assert all(character in coverage for character in text), script
