"""Where entries stand in one engine's text: whole, mixed, or only seemingly mixed."""

from cv_certification.reading_order import entries_of, judge_order
from cv_certification.text_index import TextIndex

CERTIFICATES = {
    "certificates": [
        {"name": "Certified Developer", "issuer": "Associate, Amazon Web Services", "date": "2023"},
        {"name": "Certified Practitioner", "issuer": "Amazon Web Services", "date": "2022"},
    ]
}


def test_an_issuer_within_the_longer_one_above_is_not_this_entrys() -> None:
    text = "Certified Developer 2023\nAssociate, Amazon Web Services\nCertified Practitioner 2022\nAmazon Web Services"
    found = judge_order(entries_of(CERTIFICATES), TextIndex(text))
    assert not found.heads_mixed
    assert not found.out_of_order


def test_heads_of_two_entries_that_are_mixed_are_found() -> None:
    text = "Certified Developer\nCertified Practitioner\nAssociate, Amazon Web Services 2023\nAmazon Web Services 2022"
    found = judge_order(entries_of(CERTIFICATES), TextIndex(text))
    assert found.heads_mixed
