"""Values are found in extracted text whatever its spacing; engines are compared word by word."""

import pytest
from cv_certification.text_index import TextIndex, agreement, letter_spaced_share, split_words


def test_a_value_is_found_across_lines_case_and_ligatures() -> None:
    index = TextIndex("Built an e\ufb03cient\npipeline for ACME")
    assert index.contains("efficient pipeline")
    assert index.contains("Acme")
    assert not index.contains("efficient pipelines")


@pytest.mark.parametrize(("text", "found"), [("Go and C++", True), ("Good C++", False), ("Cargo", False)])
def test_a_short_value_must_stand_alone(text: str, found: bool) -> None:
    assert TextIndex(text).contains("Go") is found


def test_technologies_keep_their_marks() -> None:
    assert split_words("C++, C# and C") == ["c++", "c#", "and", "c"]
    assert not TextIndex("C++ only").contains("C#")


def test_a_page_break_with_its_running_head_may_lie_inside_a_value() -> None:
    sentence = "Migrated forty services to the new platform without an hour of downtime"
    index = TextIndex(sentence[:38] + "\nJane Doe, page 2 of 3\n" + sentence[38:])
    assert index.contains(sentence)
    assert not index.contains(sentence.replace("forty", "fifty"))


def test_text_far_away_does_not_complete_a_value() -> None:
    index = TextIndex("Migrated forty services " + "other words here " * 40 + " to the new platform")
    assert not index.contains("Migrated forty services to the new platform")


def test_agreement_is_about_words_not_spacing_or_order() -> None:
    one, other = TextIndex("Senior Engineer Acme 2020"), TextIndex("Acme\n2020\nSeniorEngineer")
    assert agreement(one, other) == 1.0
    assert agreement(one, TextIndex("Senior Engineer Acme")) < 0.95
    assert agreement(TextIndex(""), TextIndex("")) == 1.0


def test_right_to_left_text_is_the_same_as_written_and_as_seen() -> None:
    written = "مهندسة برمجيات باستخدام Python"
    seen = "Python مادختساب تايجمرب ةسدنهم"
    assert agreement(TextIndex(written), TextIndex(seen)) == 1.0
    assert TextIndex(seen).contains("مهندسة برمجيات")
    assert not TextIndex(seen).contains("طبيبة برمجيات")


def test_cjk_text_is_compared_by_character() -> None:
    assert agreement(TextIndex("分散システムの設計"), TextIndex("分散シス\nテムの 設計")) == 1.0


def test_letter_spacing_is_seen() -> None:
    assert letter_spaced_share(split_words("E X P E R I E N C E at Acme")) > 0.5
    assert letter_spaced_share(split_words("R and C and Go, a b c")) == 0.0
    assert letter_spaced_share(split_words("東 京 大 学")) == 0.0
