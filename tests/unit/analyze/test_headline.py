"""Title, employer and place from the first lines of a posting as people paste them."""

import pytest
from posting_analysis.cleaning import prepare_posting
from posting_analysis.headline import read_headline
from posting_analysis.places import is_place

BODY = "\n\nRequirements\n- Three years of experience\n- Good communication and a driving licence\n"


def head(text: str) -> tuple[str | None, str | None, str | None]:
    headline = read_headline(prepare_posting(text + BODY).text)
    return headline.title, headline.employer, headline.location


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A job board's paste: navigation, employer and place in one line, the way of working in brackets.
        (
            "Skip to main content\nDental Hygienist\nBrightwell Dental · Tulsa, OK (On-site)\n\nAt Brightwell, we care",
            ("Dental Hygienist", "Brightwell Dental", "Tulsa, OK"),
        ),
        # The place alone under the title is no employer.
        (
            "Office Manager\nDenver, CO\n\nFernhill Estates is looking for a well organised person.",
            ("Office Manager", "Fernhill Estates", "Denver, CO"),
        ),
        # The employer stands in front of the title, and its line holds the place too.
        (
            "Marlow Finch | Leeds, West Yorkshire, hybrid\nStructural Engineer\n\nMarlow Finch designs.",
            ("Structural Engineer", "Marlow Finch", "Leeds, West Yorkshire"),
        ),
        # A sentence names the employer, the line of facts the place.
        (
            "Product Designer - CDI - Lyon - 45 k€\n\nEn tant que designer chez Verdelune, ton rôle sera central.",
            ("Product Designer", "Verdelune", "Lyon"),
        ),
        (
            "Wijkverpleegkundige\nOmmen | 24 - 32 uur\n\nAls verpleegkundige bij Zorgthuis Linde ben je onmisbaar.",
            ("Wijkverpleegkundige", "Zorgthuis Linde", "Ommen"),
        ),
        # What kind of contract it is, is no employer; "begleiter" is no "leiter".
        (
            "Baubegleiter (m/w/d)\nFestanstellung, Vollzeit · Bremen\n\nWir, die GLASNETZ NORD, sind Bauleute.",
            ("Baubegleiter", "GLASNETZ NORD", "Bremen"),
        ),
    ],
)
def test_the_head_of_a_pasted_page(text: str, expected: tuple[str, str, str]) -> None:
    assert head(text) == expected


def test_a_subject_behind_a_preposition_is_no_place() -> None:
    assert head("Abogado laboralista\n\nLicenciatura en Derecho y experiencia en Mantenimiento Industrial.")[2] is None


def test_a_pronoun_is_no_employer() -> None:
    assert head("Técnico de Mantenimiento\nSe busca técnico para reparaciones en una planta.")[1] is None


def test_seniority_is_read_from_whole_words() -> None:
    assert read_headline("Baubegleiter (m/w/d)\nBremen" + BODY).seniority is None
    assert read_headline("Bauleiter (m/w/d)\nBremen" + BODY).seniority == "manager"


@pytest.mark.parametrize("words", ["Omaha, NE", "80331 München", "Leeds, West Yorkshire", "Greater London", "Portugal"])
def test_places(words: str) -> None:
    assert is_place(words)


@pytest.mark.parametrize("words", ["Marketing", "Freelance", "Derecho", "Full-time", "Acme, Inc"])
def test_no_places(words: str) -> None:
    assert not is_place(words)
