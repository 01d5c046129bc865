"""Dates and periods as people write them, in every language of the lexicon."""

import pytest
from cv_parsing.dates import ranges

RUNNING = "running"


def read(text: str) -> list[tuple[str | None, str | None]]:
    found = []
    for period in ranges(text):
        until = period.until
        found.append(
            (
                period.since.value if period.since else None,
                None if until is None else RUNNING if until.running else until.value,
            )
        )
    return found


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Jan 2020 – Present", "2020-01", RUNNING),
        ("Novelist 1862 - Present", "1862", RUNNING),
        ("January 2020 to August 2021", "2020-01", "2021-08"),
        ("Sept. 2015–June 2019", "2015-09", "2019-06"),
        ("01/2015 - 12/2016", "2015-01", "2016-12"),
        ("2018.09 - 2022.06", "2018-09", "2022-06"),
        ("2013-12-01 — 2014-12-01", "2013-12-01", "2014-12-01"),
        ("2019-20", "2019", "2020"),
        ("2011 - 2014", "2011", "2014"),
        ("2011-2014", "2011", "2014"),
        ("Jan – Mar 2020", "2020-01", "2020-03"),
        ("Nov '17 - Dec '18", "2017-11", "2018-12"),
        ("12.03.2014 – heute", "2014-03-12", RUNNING),
        ("seit 2019", "2019", RUNNING),
        ("Oktober 2016 bis März 2018", "2016-10", "2018-03"),
        ("janvier 2019 à aujourd'hui", "2019-01", RUNNING),
        ("depuis mars 2021", "2021-03", RUNNING),
        ("enero de 2019 – actualidad", "2019-01", RUNNING),
        ("mar. 2021 – Atual", "2021-03", RUNNING),
        ("gennaio 2018 - oggi", "2018-01", RUNNING),
        ("januari 2018 – heden", "2018-01", RUNNING),
        ("Январь 2019 — настоящее время", "2019-01", RUNNING),
        ("wrzesień 2019 – obecnie", "2019-09", RUNNING),
        ("Ocak 2020 – Halen", "2020-01", RUNNING),
        ("Ιανουάριος 2019 – σήμερα", "2019-01", RUNNING),
        ("2018年1月 - 至今", "2018-01", RUNNING),
        ("2018年4月から2020年3月まで", "2018-04", "2020-03"),
        ("2020년 3월 ~ 현재", "2020-03", RUNNING),
        ("يناير 2019 - حتى الآن", "2019-01", RUNNING),
        ("ינואר 2019 – היום", "2019-01", RUNNING),
    ],
)
def test_periods(text: str, since: str, until: str) -> None:
    assert read(text) == [(since, until)]


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [("June 12, 2020", "2020-06-12", "day"), ("Summer 2018", "2018", "year"), ("May 2025", "2025-05", "month")],
)
def test_single_dates(text: str, value: str, precision: str) -> None:
    (period,) = ranges(text)
    assert period.single
    assert period.until is not None
    assert (period.until.value, period.until.precision) == (value, precision)


@pytest.mark.parametrize("text", ["Expected May 2027", "2023 - 2027 (expected)", "Sep 2023 - May 2027 [expected]"])
def test_an_expected_end_is_marked(text: str) -> None:
    (period,) = ranges(text)
    assert period.until is not None
    assert period.until.expected


def test_expectations_of_other_things_are_not_the_dates() -> None:
    (period,) = ranges("2023 - 2024, expected revenue doubled")
    assert period.until is not None
    assert not period.until.expected


@pytest.mark.parametrize("text", ["(912) 555-4321", "grew 2.5x with 31% more", "room 1901a", "ISBN 978-3-16", "$2000"])
def test_other_numbers_are_no_dates(text: str) -> None:
    assert ranges(text) == []


def test_right_to_left_periods_are_put_in_order() -> None:
    (period,) = ranges("מהנדס 2021-2019")
    assert period.since is not None
    assert period.until is not None
    assert (period.since.value, period.until.value) == ("2019", "2021")


def test_offsets_cover_the_period_exactly() -> None:
    text = "Engineer, Acme, March 2019 - Present (3 years)"
    (period,) = ranges(text)
    assert text[period.start : period.end] == "March 2019 - Present"


def test_an_en_dash_stands_between_years() -> None:
    """`2007–08` with a dash is a period, `2007-08` with a hyphen August."""
    (period,) = ranges("2007–08")
    assert period.since is not None
    assert period.until is not None
    assert (period.since.value, period.until.value) == ("2007", "2008")
    (month,) = ranges("2007-08")
    assert month.single
