"""Makes the certificate: what robots read in a PDF, and whether it is what was meant."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from cvmaker_core.pointers import walk_strings
from cvmaker_core.schema.artefacts import Certificate, Check, Extractor, FieldCheck, Parsed

from cv_certification.character_checks import count_characters, worst
from cv_certification.comparison import Comparison, compare_resumes, is_date, is_fact, visible_resume
from cv_certification.extraction import Extraction, check_is_readable, extract_all
from cv_certification.inspection import Inspection, Link, canonical_address, inspect
from cv_certification.reading_order import OrderFindings, entries_of, judge_order
from cv_certification.text_index import TextIndex, agreement, is_right_to_left

CERTIFICATE_VERSION = "1"
# Two engines' words must agree this far for the text to count as certain; below the second figure one is an outlier.
# Measured on 66 foreign CVs: sound files reach 0.98 to 1.0, files without character maps 0.7 to 0.9.
SURE_AGREEMENT = 0.97
OUTLIER_AGREEMENT = 0.95
# Glyphs without text, as a share of all letters, from which facts cannot be trusted.
GARBLED_SHARE = 0.02
LETTER_SPACED_SHARE = 0.01
# Common upload limit of applicant tracking systems.
LARGEST_FILE = 5 * 1024 * 1024
USUAL_PAGES = 3
SHOWN_POINTERS = 5

TemplateLabel: TypeAlias = Literal["ats", "humans"]


@dataclass(frozen=True)
class Reading:
    """One engine's text, ready to be searched."""

    extraction: Extraction
    index: TextIndex


@cache
def check_table() -> dict[str, dict[str, str]]:
    """The checks as data: code → severity, meaning, advice (`data/checks.json`)."""
    table: dict[str, Any] = json.loads(files("cv_certification").joinpath("data/checks.json").read_text("utf-8"))
    return {code: row for code, row in table.items() if not code.startswith("_")}


def certify(
    pdf: bytes,
    readback: Parsed | None,
    resume: dict[str, Any] | None,
    *,
    template_label: TemplateLabel | None = None,
    extractions: list[Extraction] | None = None,
) -> Certificate:
    """The certificate of any PDF.

    Parameters
    ----------
    readback
        Our parser's reading of this PDF (attachments ignored), if there is one.
    resume
        What was meant to be shown (JSON Resume). Without it the reading itself is certified: a field is
        `ok` when independent engines find it in the text as well.
    template_label
        Whom the template is made for, where that is known.
    extractions
        The engines' texts, if the caller has them already.

    Raises
    ------
    InputError
        If the file is no PDF that a robot could open.

    """
    check_is_readable(pdf)
    inspection = inspect(pdf)
    readings = [
        Reading(extraction, TextIndex(extraction.text))
        for extraction in (extract_all(pdf) if extractions is None else extractions)
    ]
    working = [reading for reading in readings if reading.extraction.pages]
    checks = [
        *_check_text(inspection, readings, working),
        *_check_characters(working),
        *_check_file(pdf, inspection),
        *_check_tags(inspection),
        _check("made_for_robots", template_label != "humans", "" if template_label else "label unknown"),
    ]
    meant = resume if resume is not None else readback.resume if readback is not None else None
    fields: dict[str, FieldCheck] = {}
    if meant is not None:
        comparison = compare_resumes(resume, readback.resume) if resume is not None and readback is not None else None
        fields = comparison.fields if comparison else _fields_in_text(meant, working)
        checks += _check_fields(comparison, meant, working, facts_only=resume is None)
        checks += _check_order(meant, _printed_dates(readback, comparison), working)
    checks += [_check_links(inspection), _check_attachment(inspection, resume, meant, working)]
    _check_all_are_known(checks)
    return Certificate(
        verdict=_verdict(checks),
        fields=fields,
        extractors={
            reading.extraction.name: Extractor(
                version=reading.extraction.version, agreement=_agreement_with_the_rest(reading, readings)
            )
            for reading in readings
        },
        checks=sorted(checks, key=lambda check: list(check_table()).index(check.code)),
    )


def _verdict(checks: list[Check]) -> Literal["pass", "warn", "fail"]:
    broken = {check_table()[check.code]["severity"] for check in checks if not check.ok}
    return "fail" if "fail" in broken else "warn" if "warn" in broken else "pass"


def _check(code: str, ok: bool, detail: str = "") -> Check:
    return Check(code=code, ok=ok, detail=detail)


def _check_all_are_known(checks: list[Check]) -> None:
    unknown = {check.code for check in checks} - check_table().keys()
    if unknown:
        raise KeyError(f"checks without a row in the table: {sorted(unknown)}")


def _named(pointers: list[str]) -> str:
    """As "3: /work/0/name, …": pointers only, never the text they point to."""
    if not pointers:
        return ""
    shown = ", ".join(pointers[:SHOWN_POINTERS])
    return f"{len(pointers)}: {shown}{', …' if len(pointers) > SHOWN_POINTERS else ''}"


# --- text ---------------------------------------------------------------------------------------


def _check_text(inspection: Inspection, readings: list[Reading], working: list[Reading]) -> list[Check]:
    pages = inspection.pages_without_text
    empty = not any(reading.index.words for reading in working)
    failed = [reading.extraction.name for reading in readings if not reading.extraction.pages]
    pairs = sorted(
        (agreement(one.index, other.index) for number, one in enumerate(working) for other in working[number + 1 :]),
        reverse=True,
    )
    outliers = [
        reading.extraction.name
        for reading in working
        if len(working) > 1 and _agreement_with_the_rest(reading, readings) < OUTLIER_AGREEMENT
    ]
    return [
        _check(
            "text_extractable",
            not empty and not pages,
            "no text at all" if empty else f"pages without text: {', '.join(map(str, pages))}" if pages else "",
        ),
        _check(
            "extractors_agree",
            bool(pairs) and pairs[0] >= SURE_AGREEMENT and not empty,
            f"best pair {pairs[0]:.1%}" if pairs else "fewer than two engines could read the file",
        ),
        _check(
            "all_extractors_agree",
            not outliers and not failed,
            "; ".join(
                filter(
                    None,
                    [f"differs: {', '.join(outliers)}" * bool(outliers), f"failed: {', '.join(failed)}" * bool(failed)],
                )
            ),
        ),
        _check(
            "no_text_in_images",
            inspection.large_images == 0,
            f"{inspection.large_images} large" * bool(inspection.large_images),
        ),
    ]


def _agreement_with_the_rest(reading: Reading, readings: list[Reading]) -> float:
    """The best agreement with any other engine: an engine is trusted when another confirms it."""
    if not reading.extraction.pages:
        return 0.0
    others = [other for other in readings if other is not reading and other.extraction.pages]
    return max((agreement(reading.index, other.index) for other in others), default=0.0)


def _check_characters(working: list[Reading]) -> list[Check]:
    counts = worst(count_characters(reading.extraction.text) for reading in working)

    def none(code: str, number: int) -> Check:
        return _check(code, number == 0, f"{number} found" if number else "")

    return [
        _check("text_not_garbled", counts.garbled_share < GARBLED_SHARE, f"{counts.garbled_share:.1%} of letters"),
        none("no_soft_hyphens", counts.soft_hyphens),
        none("no_private_use_glyphs", counts.private_use),
        none("no_unmapped_glyphs", counts.unmapped),
        none("no_ligature_characters", counts.ligatures),
        none("no_invisible_characters", counts.invisible),
        _check("words_are_whole", counts.letter_spaced < LETTER_SPACED_SHARE, f"{counts.letter_spaced:.1%} spaced out"),
    ]


# --- fields -------------------------------------------------------------------------------------


def _fields_in_text(meant: dict[str, Any], working: list[Reading]) -> dict[str, FieldCheck]:
    fields = {}
    for pointer, value in walk_strings(visible_resume(meant)):
        found = _is_in_text(pointer, value, working)
        fields[pointer] = FieldCheck(sent=value, read=value if found else None, ok=found)
    return fields


def _is_in_text(pointer: str, value: str, working: list[Reading]) -> bool:
    """Whether at least two readings (or the only one) hold the value as a page would print it."""
    enough = min(2, len(working))
    name = pointer.rsplit("/", 1)[-1]
    # These are printed in another form, or follow from a printed address.
    if name in ("countryCode", "network", "username"):
        return True
    needle = value[:4] if is_date(pointer) else canonical_address(value) if name in ("url", "email") else value
    return sum(reading.index.contains(needle) for reading in working) >= enough > 0


def _check_fields(
    comparison: Comparison | None, meant: dict[str, Any], working: list[Reading], *, facts_only: bool
) -> list[Check]:
    values = list(walk_strings(visible_resume(meant)))
    # A parser may derive other values (an address behind a link, a rejoined word): only its facts must be on the page.
    missing = [
        pointer
        for pointer, value in values
        if (is_fact(pointer) or not facts_only) and not _is_in_text(pointer, value, working)
    ]
    glued = [
        found
        for pointer, value in values
        if is_fact(pointer) and not is_date(pointer)
        for found in _glued_in(pointer, value, working)
    ]
    checks = [
        _check("values_in_text", not missing, _named(missing) or f"{len(values)} values"),
        _check("values_stand_apart", not glued, _named(glued)),
        _check_name(meant, working),
    ]
    if comparison:
        forms = ", ".join(f"{name} {count}" for name, count in sorted(comparison.transforms.items()))
        total = sum(is_fact(pointer) for pointer in comparison.fields)
        checks += [
            _check("facts_read", not comparison.wrong_facts, _named(comparison.wrong_facts) or f"{total} facts"),
            _check(
                "text_read",
                not comparison.wrong_prose,
                _named(comparison.wrong_prose)
                or f"{len(comparison.fields) - total} values" + (f"; transforms: {forms}" if forms else ""),
            ),
            _check("no_invented_facts", not comparison.invented, _named(comparison.invented)),
        ]
    return checks


def _check_name(meant: dict[str, Any], working: list[Reading]) -> Check:
    """Simple robots take the first line for the name; an engine that reads more on it gives them a wrong one."""
    basics = meant.get("basics")
    name = basics.get("name") if isinstance(basics, dict) else None
    if not isinstance(name, str) or not name.strip():
        return _check("name_on_its_own_line", True, "no name to look for")
    crowded = [
        reading.extraction.name
        for reading in working
        if reading.index.find(name) is not None and not reading.index.fills_lines(name)
    ]
    return _check("name_on_its_own_line", not crowded, ", ".join(crowded) or f"{len(working)} readings")


def _glued_in(pointer: str, value: str, working: list[Reading]) -> list[str]:
    """The engines that read the value less often as a word of its own than the others do."""
    times = {reading.extraction.name: reading.index.times_apart(value) for reading in working}
    counts = [count for count in times.values() if count is not None]
    return [f"{pointer} ({name})" for name, count in times.items() if count is not None and count < max(counts)]


def _printed_dates(readback: Parsed | None, comparison: Comparison | None) -> dict[str, Any]:
    """How the page prints each date, by the pointer of what was meant."""
    if readback is None:
        return {}
    if comparison is None:
        return dict(readback.dates)
    return {
        pointer: readback.dates[other]
        for pointer, other in comparison.read_pointers.items()
        if other in readback.dates and comparison.fields[pointer].ok
    }


# --- order --------------------------------------------------------------------------------------


def _check_order(meant: dict[str, Any], dates: dict[str, Any], working: list[Reading]) -> list[Check]:
    entries = entries_of(meant, dates)
    right_to_left = is_right_to_left(" ".join(value for _, value in walk_strings(meant.get("basics", {}))))
    findings = {
        reading.extraction.name: (reading.extraction.order, judge_order(entries, reading.index)) for reading in working
    }
    streams = [found for order, found in findings.values() if order == "stream"]
    rows = [found for order, found in findings.values() if order == "geometry"]
    # Row readers return right-to-left lines as seen, so values cannot be followed there: words are compared instead.
    if right_to_left:
        rows = []
    mixed = _common([[*found.heads_mixed, *found.out_of_order] for found in streams])
    split = _common([found.entries_mixed for found in streams])
    mixed_rows = _common([[*found.entries_mixed, *found.out_of_order, *found.broken_values] for found in rows])
    apart = _common([found.dates_apart for found in streams])
    apart_rows = _common([found.dates_apart for found in rows])
    return [
        _check("reading_order", not mixed, _named(mixed) or _entries(entries, streams)),
        _check("entries_stay_whole", not split, _named(split)),
        _check("geometric_order", not mixed_rows, _named(mixed_rows) or _entries(entries, rows)),
        _check("dates_beside_heads", not apart and not apart_rows, _named(sorted({*apart, *apart_rows}))),
    ]


def _entries(entries: list[Any], readings: list[OrderFindings]) -> str:
    return f"{len(entries)} entries in {len(readings)} readings"


def _common(lists: list[list[str]]) -> list[str]:
    """What every reading of one kind complains of: one engine's own slip is not the file's."""
    if not lists:
        return []
    return [pointer for pointer in dict.fromkeys(lists[0]) if all(pointer in other for other in lists[1:])]


# --- the file -----------------------------------------------------------------------------------


def _check_file(pdf: bytes, inspection: Inspection) -> list[Check]:
    hidden: dict[str, int] = {}
    for item in inspection.hidden:
        hidden[item.reason] = hidden.get(item.reason, 0) + item.characters
    loose = sorted({font.name or "unnamed" for font in inspection.fonts if not font.embedded})
    unmapped = sorted({font.name or "unnamed" for font in inspection.fonts if not font.maps_to_unicode})
    undefined = {font.name: font.undefined_glyphs for font in inspection.fonts if font.undefined_glyphs}
    protected = "text may not be copied" if not inspection.extraction_allowed else "encrypted" * inspection.encrypted
    return [
        _check(
            "no_hidden_text",
            not hidden,
            ", ".join(f"{count} characters {reason}" for reason, count in sorted(hidden.items())),
        ),
        _check("not_encrypted", not inspection.encrypted, protected),
        _check("no_active_content", not inspection.active_content, ", ".join(inspection.active_content)),
        _check("fonts_embedded", not loose, ", ".join(loose) or f"{len(inspection.fonts)} fonts"),
        _check("fonts_map_to_unicode", not unmapped, ", ".join(unmapped)),
        _check(
            "glyphs_are_defined",
            not undefined,
            ", ".join(f"{count} in {name}" for name, count in sorted(undefined.items())),
        ),
        _check("file_size", len(pdf) <= LARGEST_FILE, f"{len(pdf) / 1024:.0f} kB"),
        _check("page_count", inspection.pages <= USUAL_PAGES, f"{inspection.pages}"),
    ]


def _check_tags(inspection: Inspection) -> list[Check]:
    structure = inspection.structure
    tagged = inspection.marked and bool(structure.elements)
    levels = structure.headings
    in_order = bool(levels) and levels[0] == 1 and all(later - sooner <= 1 for sooner, later in pairwise(levels))
    undescribed = [link for link in inspection.links if not link.described]
    links_sound = inspection.tab_order_follows_structure and not undescribed
    return [
        _check("tagged", tagged, f"{sum(structure.elements.values())} elements" if tagged else ""),
        _check("headings_tagged", in_order, f"{len(levels)} headings"),
        _check(
            "figures_described",
            structure.figures_without_text == 0,
            f"{structure.figures_without_text} without text" * bool(structure.figures_without_text),
        ),
        _check(
            "links_described",
            links_sound or not inspection.links,
            f"{len(undescribed)} of {len(inspection.links)} without"
            if undescribed
            else f"{len(inspection.links)} links",
        ),
        _check("language_set", bool(inspection.language), inspection.language),
        _check("title_shown", bool(inspection.title) and inspection.title_shown),
        _check(
            "pdf_ua_declared",
            bool(inspection.pdf_ua_part),
            f"PDF/UA-{inspection.pdf_ua_part}" if inspection.pdf_ua_part else "",
        ),
    ]


def _check_links(inspection: Inspection) -> Check:
    hidden = [link for link in inspection.links if not _shows_address(link)]
    pages = sorted({link.page for link in hidden})
    return _check(
        "links_show_address",
        not hidden,
        f"{len(hidden)} of {len(inspection.links)}, page {', '.join(map(str, pages))}" if hidden else "",
    )


def _shows_address(link: Link) -> bool:
    """Whether the text under a link holds its address; a link over several lines counts by its parts."""
    target = "".join(canonical_address(link.target).split())
    shown = "".join(link.text.split()).casefold()
    if not shown or "…" in shown:
        return False
    if link.target.startswith("tel:"):
        digits = "".join(filter(str.isdigit, target))
        return digits[-7:] in "".join(filter(str.isdigit, shown))
    return target in shown or (len(shown) >= 8 and shown.rstrip("/") in target)


def _check_attachment(
    inspection: Inspection, resume: dict[str, Any] | None, meant: dict[str, Any] | None, working: list[Reading]
) -> Check:
    present, attached = inspection.attached_resume()
    if not present:
        return _check("attachment_agrees", True, "none attached")
    if attached is None:
        return _check("attachment_agrees", False, "cannot be read")
    if resume is not None:
        comparison = compare_resumes(visible_resume(resume), attached)
        different = [*comparison.wrong_facts, *comparison.wrong_prose, *comparison.invented]
        return _check("attachment_agrees", not different, _named(different) or "equals what was sent")
    del meant
    missing = [
        pointer for pointer, value in walk_strings(visible_resume(attached)) if not _is_in_text(pointer, value, working)
    ]
    return _check("attachment_agrees", not missing, _named(missing) or "all of it stands on the page")
