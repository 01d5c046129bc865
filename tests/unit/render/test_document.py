"""From JSON Resume to what is printed."""

import re
from typing import Any

import pytest
from cv_rendering.design import resolve_design
from cv_rendering.document import Document, absolute_url, build_document, display_url, format_location
from cv_rendering.page_html import keep_end
from cv_rendering.visible import remove_pointers, visible_resume
from cvmaker_core.pointers import walk_strings
from cvmaker_core.schema.jobs import DesignOptions
from markupsafe import escape


def document_of(resume: dict[str, Any], template: str = "classic", **options: Any) -> Document:
    design = resolve_design(template, DesignOptions(**options))
    return build_document(visible_resume(resume, design), design)


def words_of(document: Document) -> str:
    """Everything a document prints, in order."""
    parts = [document.name, document.headline, *(contact.shown for contact in document.contacts)]
    for section in document.sections:
        parts += [section.heading, *section.paragraphs, section.inline_text, *(group.shown for group in section.groups)]
        for entry in section.entries:
            link = entry.link.text if entry.link else ""
            parts += [entry.title, entry.dates, entry.subtitle, entry.location, link, *entry.paragraphs, *entry.bullets]
            parts += [detail.shown for detail in entry.details]
    return "\n".join(parts)


def test_every_visible_value_is_printed(resume: dict[str, Any]) -> None:
    design = resolve_design("classic")
    visible = visible_resume(resume, design)
    printed = words_of(build_document(visible, design))
    for pointer, value in walk_strings(visible):
        if pointer.startswith("/meta") or pointer.endswith(("Date", "/date", "/network", "/username", "/countryCode")):
            continue
        shown = display_url(value) if pointer.endswith("/url") else value
        assert shown in printed, pointer


def test_what_is_hidden_is_in_neither_document_nor_resume(resume: dict[str, Any]) -> None:
    design = resolve_design("classic", DesignOptions(sections=["work", "skills"]))
    resume["meta"]["cvmaker"]["sections"] = [{"name": "Secret", "items": ["hidden"]}]
    visible = visible_resume(resume, design)
    assert set(visible) == {"basics", "work", "skills", "meta"}
    assert "summary" not in visible["basics"]
    assert "Secret" not in str(visible)
    assert [section.key for section in build_document(visible, design).sections] == ["work", "skills"]


def test_properties_that_no_template_prints_do_not_travel(resume: dict[str, Any]) -> None:
    resume["work"][0].update(salary="90k", _startDatePad=12)
    resume["basics"]["birthday"] = "1990-01-01"
    visible = visible_resume(resume, resolve_design("classic"))
    assert "salary" not in visible["work"][0]
    assert "birthday" not in str(visible)


def test_order_is_chosen_then_the_resumes_own_then_the_templates(resume: dict[str, Any]) -> None:
    def keys(document: Document) -> list[str]:
        return [section.key for section in document.sections]

    assert keys(document_of(resume, "classic"))[:3] == ["summary", "work", "projects"]
    assert keys(document_of(resume, "academic"))[:2] == ["summary", "education"]
    resume["meta"]["cvmaker"]["section_order"] = ["skills", "Patents", "work"]
    resume["meta"]["cvmaker"]["sections"] = [{"name": "Patents", "items": ["EP 1"]}]
    own = keys(document_of(resume, "academic"))
    assert own[:4] == ["summary", "skills", "custom/0", "work"]
    assert "education" in own, "what the order does not name is not lost"
    assert keys(document_of(resume, sections=["work", "custom", "summary"])) == ["work", "custom/0", "summary"]


def test_one_of_several_own_sections_can_be_chosen(resume: dict[str, Any]) -> None:
    resume["meta"]["cvmaker"]["sections"] = [{"name": "One", "items": ["1"]}, {"name": "Two", "items": ["2"]}]
    document = document_of(resume, sections=["custom/1", "work"])
    assert [section.heading for section in document.sections] == ["Two", "Work Experience"]


def test_a_description_opens_the_text_instead_of_posing_as_an_employer() -> None:
    work = [{"name": "Acme", "position": "Cook", "description": "Restaurant group", "summary": "Ran the kitchen."}]
    document = document_of({"work": work})
    assert document.sections[0].entries[0].paragraphs == ("Restaurant group. Ran the kitchen.",)


def test_a_list_is_joined_by_what_none_of_its_items_holds() -> None:
    skills = [{"name": "Tools", "keywords": ["Word, Excel", "Git"]}, {"name": "Other", "keywords": ["A", "B"]}]
    groups = document_of({"basics": {"name": "N"}, "skills": skills}).sections[0].groups
    assert [group.shown for group in groups] == ["Tools: Word, Excel; Git", "Other: A, B"]


def test_networks_are_named_only_where_the_address_does_not() -> None:
    profiles = [
        {"network": "GitHub", "username": "jane", "url": "https://github.com/jane/"},
        {"network": "Mastodon", "url": "https://hachyderm.example/@jane"},
        {"network": "Skype", "username": "jane.doe"},
    ]
    contacts = document_of({"basics": {"name": "Jane", "profiles": profiles}}).contacts
    shown = ["github.com/jane", "Mastodon: hachyderm.example/@jane", "Skype: jane.doe"]
    assert [contact.shown for contact in contacts] == shown


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("example.org", "https://example.org"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("no address", None),
        ("word", None),
    ],
)
def test_only_web_addresses_become_links(url: str, target: str | None) -> None:
    assert absolute_url(url) == target


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        (
            {"address": "Hauptstr. 1", "postalCode": "70173", "city": "Stuttgart", "countryCode": "DE"},
            "Hauptstr. 1, 70173 Stuttgart, Germany",
        ),
        (
            {"city": "Austin", "region": "TX", "postalCode": "78701", "countryCode": "US"},
            "Austin, TX 78701, United States",
        ),
        (
            {"city": "Austin", "region": "TX", "postalCode": "TX 78701", "countryCode": "US"},
            "Austin, TX 78701, United States",
        ),
        ({"city": "Rome"}, "Rome"),
        ({"city": "Elsewhere", "countryCode": "ZZ"}, "Elsewhere, ZZ"),
    ],
)
def test_an_address_follows_its_countrys_order(location: dict[str, str], shown: str) -> None:
    assert format_location(location, "en-GB") == shown
    if location.get("countryCode") == "DE":
        assert format_location(location, "de").endswith(", Deutschland")


def test_odd_shapes_are_left_out_without_a_crash() -> None:
    odd: dict[str, Any] = {
        "basics": {"name": 7, "location": "Berlin", "profiles": ["x", {"network": 1}]},
        "work": {"a": 1},
        "education": [1, None, "x", {"institution": "U", "courses": "Algebra", "startDate": 2019}],
        "skills": [{"name": ["a"], "keywords": [1, {"a": 2}, "ok", True]}],
        "meta": [1],
    }
    document = document_of(odd)
    assert document.name == "7"
    assert document.sections[0].entries[0].dates == "2019 - Present"
    assert document.sections[1].groups[0].text == "1, ok"


def test_removing_several_items_does_not_shift_the_others() -> None:
    resume = {"work": [{"highlights": ["a", "b", "c", "d"]}], "awards": [{"title": "x"}, {"title": "y"}]}
    remove_pointers(
        resume, ["/work/0/highlights/0", "/awards/0", "/work/0/highlights/2", "/nowhere/5", "/work/9/name", "/awards/7"]
    )
    assert resume == {"work": [{"highlights": ["b", "d"]}], "awards": [{"title": "y"}]}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Moved fourteen services from virtual machines to Kubernetes, from 40 minutes to 6.", "minutes to 6."),
        ("Wrote the parcel tracking API in Python – it answers 1,200 requests a second at peak.", "second at peak."),
        ("Moved fourteen services from <b>virtual</b> machines to Kubernetes, which was R&D.", "which was R&amp;D."),
        ("Moved fourteen services from virtual machines and back, for internationalisation", None),
        ("Too short to wrap.", None),
        ("نقل أربع عشرة خدمة من الأجهزة الافتراضية إلى منصة جديدة مما قلل من وقت النشر كثيرا", None),
    ],
)
def test_no_paragraph_ends_in_one_short_word(text: str, kept: str | None) -> None:
    set_text = str(escape(keep_end(text)))
    assert set_text.count('<span class="end">') == (kept is not None)
    if kept:
        assert set_text.endswith(f'<span class="end">{kept}</span>')
    assert "<b>" not in set_text
    assert re.sub(r'<span(?: class="end")?>|</span>', "", set_text) == str(escape(text))


def test_a_few_words_below_a_school_do_not_pose_as_the_field_of_study() -> None:
    school = {"institution": "Northgate College", "summary": "Statistics Managerial Accounting"}
    (entry,) = document_of({"education": [school]}).sections[0].entries
    assert (entry.paragraphs, entry.bullets) == ((), ("Statistics Managerial Accounting",))
    (entry,) = document_of({"education": [{**school, "summary": "Graduated with honours."}]}).sections[0].entries
    assert entry.paragraphs == ("Graduated with honours.",)
