"""Field-by-field comparison: what counts as the same, and what as lost or invented."""

import pytest
from cv_certification.comparison import compare_resumes, compare_values, is_fact, visible_resume


@pytest.mark.parametrize(
    ("pointer", "sent", "read", "same", "transform"),
    [
        ("/work/0/name", "Acme", "Acme", True, None),
        ("/work/0/name", "Café  Lumen", "Café Lumen", True, None),
        ("/work/0/name", "ACME", "Acme", True, "case"),
        ("/work/0/name", "Acme", "Acme Ltd", False, None),
        ("/work/0/startDate", "2020-03", "2020-03", True, None),
        ("/work/0/startDate", "2020-03-15", "2020-03", True, "date"),
        ("/work/0/startDate", "2020-03", "2020", True, "date"),
        ("/work/0/startDate", "2020", "2020-03", False, "date"),
        ("/work/0/startDate", "2020-03", "2021-03", False, "date"),
        ("/basics/phone", "+44 20 7946 0123", "020 7946 0123", True, "phone"),
        ("/basics/phone", "+44 20 7946 0123", "+44 20 7946 0124", False, "phone"),
        ("/basics/url", "https://www.example.com/", "example.com", True, "address"),
        ("/basics/url", "https://example.com/a", "example.com/b", False, None),
        ("/basics/profiles/0/network", "Git Hub", "GitHub", True, "spacing"),
        ("/work/0/highlights/0", "well-known tools", "wellknown tools", True, "hyphenation"),
        ("/work/0/highlights/0", "Cut costs by 20%", "Cut costs by 30%", False, None),
    ],
)
def test_values_are_equal_up_to_named_transforms(
    pointer: str, sent: str, read: str, same: bool, transform: str | None
) -> None:
    assert compare_values(pointer, sent, read)[0] is same
    if same:
        assert compare_values(pointer, sent, read)[1] == transform


def test_a_lost_entry_does_not_make_later_ones_look_wrong() -> None:
    jobs = [{"name": f"Employer {number}", "position": "Engineer", "startDate": f"201{number}"} for number in range(5)]
    comparison = compare_resumes({"work": jobs}, {"work": jobs[:1] + jobs[2:]})
    assert sorted(comparison.wrong_facts) == ["/work/1/name", "/work/1/position", "/work/1/startDate"]
    assert comparison.fields["/work/4/name"].ok
    assert comparison.invented == []


def test_entries_are_paired_by_content_not_by_order() -> None:
    one, other = {"name": "Acme", "position": "Developer"}, {"name": "Globex", "position": "Developer"}
    comparison = compare_resumes({"work": [one, other]}, {"work": [other, one]})
    assert comparison.score == 1.0


def test_a_misread_employer_is_shown_beside_its_source() -> None:
    comparison = compare_resumes(
        {"work": [{"name": "Acme", "position": "Developer", "startDate": "2020"}]},
        {"work": [{"name": "Developer", "position": "Acme", "startDate": "2020"}]},
    )
    assert comparison.fields["/work/0/name"].read == "Developer"
    assert comparison.wrong_facts == ["/work/0/name", "/work/0/position"]


def test_facts_that_nobody_sent_are_named() -> None:
    comparison = compare_resumes(
        {"work": [{"name": "Acme", "startDate": "2020"}]},
        {"work": [{"name": "Acme", "startDate": "2020", "endDate": "2021"}, {"name": "Globex"}]},
    )
    assert comparison.invented == ["/work/0/endDate", "/work/1/name"]
    assert comparison.wrong_facts == []


def test_prose_is_no_fact() -> None:
    comparison = compare_resumes({"basics": {"summary": "Builder of bridges."}}, {"basics": {"summary": "Builder."}})
    assert comparison.wrong_prose == ["/basics/summary"]
    assert comparison.wrong_facts == []
    assert is_fact("/education/2/studyType")
    assert not is_fact("/work/0/highlights/1")


def test_what_a_page_never_prints_is_not_compared() -> None:
    resume = {
        "$schema": "x",
        "basics": {"name": "Jo", "image": "data:…"},
        "meta": {
            "version": "1",
            "cvmaker": {"language": "en", "sections": [{"name": "Patents", "items": ["A valve"]}]},
        },
    }
    shown = visible_resume(resume)
    assert shown == {
        "basics": {"name": "Jo"},
        "meta": {"cvmaker": {"sections": [{"name": "Patents", "items": ["A valve"]}]}},
    }
    assert compare_resumes(resume, {"basics": {"name": "Jo"}}).wrong_prose == [
        "/meta/cvmaker/sections/0/name",
        "/meta/cvmaker/sections/0/items/0",
    ]


def test_a_phrase_divided_elsewhere_among_its_fields_is_read() -> None:
    sent = {"basics": {"location": {"city": "Austin", "region": "Texas", "countryCode": "US"}}}
    read = {"basics": {"location": {"city": "Austin", "region": "Texas, US"}}}
    comparison = compare_resumes(sent, read)
    assert comparison.score == 1.0
    assert comparison.transforms == {"regrouped": 2}
    lost = compare_resumes(sent, {"basics": {"location": {"city": "Austin", "region": "Texas"}}})
    assert lost.wrong_prose == ["/basics/location/countryCode"]


def test_a_countrys_name_is_its_code() -> None:
    sent = {"basics": {"location": {"city": "Aarhus", "countryCode": "DK"}}}
    assert compare_resumes(
        sent, {"basics": {"location": {"city": "Aarhus", "countryCode": "Dänemark"}}}
    ).transforms == {"country": 1}
    as_region = compare_resumes(sent, {"basics": {"location": {"city": "Aarhus", "region": "Danmark"}}})
    assert as_region.score == 1.0
    twice = {"basics": {"location": {"city": "Aarhus", "region": "Danmark", "countryCode": "DK"}}}
    assert compare_resumes(twice, sent).score == 1.0
    other = compare_resumes(sent, {"basics": {"location": {"city": "Aarhus", "region": "Norge"}}})
    assert other.wrong_prose == ["/basics/location/countryCode"]


def test_a_degree_divided_elsewhere_is_read_but_a_lost_subject_is_not() -> None:
    sent = {"education": [{"institution": "Uni", "studyType": "BSc in Computer Science", "area": "Berkeley, CA"}]}
    read = {"institution": "Uni", "studyType": "BSc", "area": "Computer Science", "location": "Berkeley, CA"}
    assert not compare_resumes(sent, {"education": [read]}).wrong_facts
    read["area"] = "Computer"
    assert compare_resumes(sent, {"education": [read]}).wrong_facts


def test_a_start_and_end_in_one_month_are_one_printed_date() -> None:
    sent = {"work": [{"name": "Acme", "startDate": "2016-08-03", "endDate": "2016-08-24"}]}
    read = {"name": "Acme", "endDate": "2016-08"}
    assert compare_resumes(sent, {"work": [read]}).transforms["single date"] == 1
    assert compare_resumes(sent, {"work": [{"name": "Acme"}]}).wrong_facts == ["/work/0/startDate", "/work/0/endDate"]
    assert compare_resumes(sent, {"work": [{**read, "endDate": "2017-08"}]}).wrong_facts
    sent["work"][0]["endDate"] = "2016-09"
    assert compare_resumes(sent, {"work": [{**read, "endDate": "2016-09"}]}).wrong_facts == ["/work/0/startDate"]


def test_publications_are_text_and_employers_are_facts() -> None:
    sent = {"publications": [{"name": "On Valves", "releaseDate": "2016"}], "work": [{"name": "Acme"}]}
    comparison = compare_resumes(sent, {})
    assert comparison.wrong_facts == ["/work/0/name"]
    assert comparison.wrong_prose == ["/publications/0/name", "/publications/0/releaseDate"]


def test_skills_may_be_grouped_otherwise_but_not_lost() -> None:
    sent = {"skills": [{"name": "Python"}, {"name": "Go"}]}
    assert compare_resumes(sent, {"skills": [{"keywords": ["Python", "Go"]}]}).transforms == {"regrouped": 2}
    assert compare_resumes(sent, {"skills": [{"keywords": ["Python"]}]}).score < 1.0


def test_employer_and_title_are_never_one_phrase() -> None:
    sent = {"work": [{"name": "Acme", "position": "Engineer"}]}
    assert compare_resumes(sent, {"work": [{"name": "Acme Engineer"}]}).wrong_facts == [
        "/work/0/name",
        "/work/0/position",
    ]


def test_points_of_a_study_may_be_read_as_one_text_but_none_may_be_missing() -> None:
    sent = {"education": [{"institution": "Lund", "highlights": ["Honours list", "Chess club"]}]}
    whole = {"education": [{"institution": "Lund", "summary": "Honours list Chess club"}]}
    lost = {"education": [{"institution": "Lund", "summary": "Honours list"}]}
    assert compare_resumes(sent, whole).transforms == {"regrouped": 2}
    assert len(compare_resumes(sent, lost).wrong_prose) == 2
    work = {"work": [{"name": "Lund", "highlights": ["Honours list", "Chess club"]}]}
    read = {"work": [{"name": "Lund", "summary": "Honours list Chess club"}]}
    assert len(compare_resumes(work, read).wrong_prose) == 2
