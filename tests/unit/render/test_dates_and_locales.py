"""Dates and headings in every language."""

import pytest
from cv_rendering.dates import format_date, format_range, shown_date
from cv_rendering.design import SECTION_KEYS
from cv_rendering.locales import closest_locale, languages, load_locale
from cvmaker_core.errors import InputError


def test_there_are_at_least_twenty_languages_and_each_is_complete() -> None:
    assert len(languages()) >= 20
    labels = set(load_locale("en").labels)
    for language in languages():
        locale = load_locale(language)
        assert set(locale.headings) == set(SECTION_KEYS), language
        assert all(locale.headings.values()), language
        assert len(set(locale.headings.values())) == len(SECTION_KEYS), f"{language} names two sections alike"
        assert set(locale.labels) == labels, language
        assert len(set(locale.months_short)) == len(set(locale.months_long)) == 12, language
        assert "{month}" in locale.month_year, language
        assert "{year}" in locale.month_year, language
        assert "{page}" in locale.labels["page"], language


@pytest.mark.parametrize(
    ("language", "start", "end", "shown"),
    [
        ("en", "2020-01", None, "Jan 2020 - Present"),
        ("en", "2020-01-15", "2021-12-31", "Jan 2020 - Dec 2021"),
        ("en", "2019", "2021", "2019 - 2021"),
        ("en", None, "2014", "2014"),
        ("en", "2014-05", "2014-05", "May 2014"),
        ("en", "Summer 2019", "2020-13", "Summer 2019 - 2020-13"),
        ("de", "2018-03", None, "März 2018 - heute"),
        ("fr", "2018-08", "2019-02", "août 2018 - févr. 2019"),
        ("hu", "2018-04", "2019", "2018. ápr. - 2019"),
        ("fi", "2018-04", None, "04/2018 - nykyinen"),
        ("ja", "2019-04", None, "2019年4月 - 現在"),
        ("ko", "2019-12", "2020-01", "2019년 12월 - 2020년 1월"),
        ("ar", "2019-03", None, "مارس 2019 - حتى الآن"),
    ],
)
def test_a_range_reads_as_the_language_writes_it(language: str, start: str | None, end: str | None, shown: str) -> None:
    locale = load_locale(language)
    assert format_range(start, end, locale, locale.date_format) == shown


@pytest.mark.parametrize(
    ("date_format", "shown", "kept"),
    [
        ("MMM YYYY", "Sep 2020", "2020-09"),
        ("MMMM YYYY", "September 2020", "2020-09"),
        ("MM/YYYY", "09/2020", "2020-09"),
        ("YYYY-MM", "2020-09", "2020-09"),
        ("YYYY", "2020", "2020"),
    ],
)
def test_what_is_kept_is_as_precise_as_what_is_shown(date_format: str, shown: str, kept: str) -> None:
    assert format_date("2020-09-30", load_locale("en"), date_format) == shown
    assert shown_date("2020-09-30", date_format) == kept


def test_ranges_hold_no_dash_that_robots_stumble_over() -> None:
    for language in languages():
        locale = load_locale(language)
        shown = format_range("2019-02", "2021-11", locale, locale.date_format)
        assert " - " in shown
        assert not set(shown) & set("–—−‒")


def test_regions_share_their_language_and_unknown_ones_are_refused() -> None:
    assert load_locale("pt-BR").language == "pt"
    assert load_locale("no").language == "nb"
    assert closest_locale("tlh").language == "en"
    for bad in ("tlh", "../en", "", "e n"):
        with pytest.raises(InputError) as error:
            load_locale(bad)
        assert error.value.code == "unknown_language"
