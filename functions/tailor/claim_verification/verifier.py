"""The truth check: does a text follow from the places of the CV that it cites?"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cvmaker_core.schema.artefacts import Parsed

from claim_verification.alignment import Alignment
from claim_verification.checks.dates import check_months, check_still_running
from claim_verification.checks.numbers import check_numbers
from claim_verification.checks.person import (
    check_certificates,
    check_degrees,
    check_languages,
    check_present,
    check_skill_levels,
    check_titles,
)
from claim_verification.checks.propositions import PROPOSITION_CHECKS
from claim_verification.checks.words import check_employers, check_verbatim, check_words
from claim_verification.evidence import Evidence
from claim_verification.language import detect_language
from claim_verification.lexicon import load_lexicon
from claim_verification.models import Proposal, Verdict, VerdictReason
from claim_verification.source import Source, is_date_field, same_text
from claim_verification.tokens import Text, analyse


class ClaimVerifier:
    """Checks proposals against one CV. Build it once per CV; `verify` is cheap.

    Parameters
    ----------
    source
        Parsed data, its envelope, or a JSON Resume.
    as_of
        The day on which running jobs are counted up to; today where absent.

    Examples
    --------
    >>> verifier = ClaimVerifier({"work": [{"name": "Acme", "highlights": ["Helped cut costs by 5%"]}]})
    >>> verifier.verify(Proposal("1", ["/work/0/highlights/0"], "Cut costs by 5%")).verdict
    'reject'
    """

    def __init__(self, source: Parsed | Mapping[str, Any], as_of: date | None = None) -> None:
        self.source = Source(source, as_of)
        self.language = detect_language(" ".join(text for _, text in self.source.all_texts()))
        self.lexicon = load_lexicon(self.language)
        self._analysed: dict[tuple[str, str], Text] = {}
        self._evidence: dict[tuple[int, ...], Evidence] = {}
        self.anywhere = Evidence(
            [self.analysed(pointer, text) for pointer, text in self.source.all_texts()], self.lexicon
        )

    def verify(self, proposal: Proposal) -> Verdict:
        """Accept or reject one text, with every reason found."""
        text = proposal.text.strip()
        cited = self.source.cite(proposal.source_ids) if proposal.source_ids else None
        if cited is None or not (cited.statements or cited.entries):
            reason = VerdictReason("no_source", "the cited places do not all exist in the CV, or none is cited")
            return Verdict(proposal.id, "reject", [reason])
        if not any(char.isalnum() for char in text):
            return Verdict(proposal.id, "reject", [VerdictReason("empty", "there is no text")])
        said = [statement for pointer, statement in cited.statements.items() if not is_date_field(pointer)]
        if any(same_text(text, statement) for statement in said):
            return Verdict(proposal.id, "accept")
        alignment = Alignment(self, text, cited)
        checks = (check_numbers, check_employers, check_verbatim) if self.lexicon.strict else _CHECKS
        reasons = list(dict.fromkeys(reason for check in checks for reason in check(alignment)))
        return Verdict(proposal.id, "reject" if reasons else "accept", reasons)

    def evidence(self, texts: list[Text]) -> Evidence:
        """The index over analysed statements, made once for each set that proposals cite."""
        key = tuple(id(text) for text in texts)  # `analysed` keeps them alive
        if key not in self._evidence:
            self._evidence[key] = Evidence(texts, self.lexicon)
        return self._evidence[key]

    def analysed(self, pointer: str, statement: str) -> Text:
        """A statement's analysis, made once."""
        key = (pointer, statement)
        if key not in self._analysed:
            self._analysed[key] = analyse(statement, self.lexicon, pointer)
        return self._analysed[key]


# Numbers come first: the other checks ask which of the source's numbers each one rests on.
_CHECKS = (
    check_numbers,
    check_months,
    check_still_running,
    check_words,
    check_employers,
    *PROPOSITION_CHECKS,
    check_titles,
    check_degrees,
    check_certificates,
    check_languages,
    check_skill_levels,
    check_present,
)
