"""Options are data: each is checked, and none reaches a style sheet unchecked."""

from typing import Any

import pytest
from cv_rendering.design import contrast_with_white, resolve_design
from cv_rendering.page_html import contact_rows, template_css
from cv_rendering.template_catalogue import font_pairs, list_templates
from cvmaker_core.errors import InputError
from cvmaker_core.schema.jobs import DesignOptions


def test_there_are_eight_designs_and_classic_comes_first() -> None:
    templates = list_templates()
    assert len(templates) >= 8
    assert templates[0].name == "classic"
    for template in templates:
        assert contrast_with_white(template.accent) >= 4.5, template.name
        assert template.fonts in font_pairs(), template.name
        assert template.body_size * 0.86 > 7.9, template.name
        assert template.title
        assert template.description


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"accent": "red"}, "bad_accent"),
        ({"accent": "#12345"}, "bad_accent"),
        ({"accent": "#123456;} * {display:none"}, "bad_accent"),
        ({"accent": "#ffee00"}, "accent_too_pale"),
        ({"fonts": "comic"}, "unknown_fonts"),
        ({"locale": "../../etc/passwd"}, "unknown_language"),
        ({"sections": ["work", "secrets"]}, "unknown_section"),
        ({"date_format": "%Y"}, "unknown_date_format"),
    ],
)
def test_a_bad_option_is_named(options: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as error:
        resolve_design("classic", DesignOptions(**options))
    assert error.value.code == code
    assert error.value.advice


@pytest.mark.parametrize("name", ["nope", "../classic", "", "classic/"])
def test_an_unknown_template_is_refused(name: str) -> None:
    with pytest.raises(InputError) as error:
        resolve_design(name)
    assert error.value.code == "unknown_template"


def test_options_reach_the_style_sheet() -> None:
    options = DesignOptions(accent="#004400", paper="Letter", fonts="garamond", density="airy")
    css = "".join(template_css(resolve_design("modern", options)))
    assert "#004400" in css
    assert "8.5in 11in" in css
    assert '"EB Garamond"' in css
    assert "$" not in css, "every value was filled in"


def test_han_characters_take_their_languages_shapes() -> None:
    def first_cjk(language: str) -> str:
        css = template_css(resolve_design("modern", None, language))[0]
        return min(("JP", "KR", "SC", "TC"), key=lambda region: css.index(f"Noto Sans CJK {region}"))

    assert [first_cjk(language) for language in ("ja", "ko", "zh", "zh-TW")] == ["JP", "KR", "SC", "TC"]


def test_margins_are_mirrored_for_languages_read_from_the_right() -> None:
    left_to_right, right_to_left = (resolve_design("creative", None, language) for language in ("en", "ar"))
    top, right, bottom, left = left_to_right.margins
    assert right_to_left.margins == (top, left, bottom, right)


def test_contacts_fill_rows_evenly_and_keep_their_order() -> None:
    from cv_rendering.document import build_document
    from cv_rendering.visible import visible_resume

    profiles = [{"network": f"N{i}", "url": f"https://network{i}.example.org/some-person"} for i in range(5)]
    design = resolve_design("modern")
    basics = {"name": "N", "email": "some.person@example.org", "phone": "+44 1", "profiles": profiles}
    document = build_document(visible_resume({"basics": basics}, design), design)
    rows = contact_rows(document, design)
    assert [contact for row in rows for contact in row] == list(document.contacts)
    assert 2 <= len(rows) <= 4
