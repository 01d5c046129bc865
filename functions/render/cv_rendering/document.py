"""The presentation model: one CV, in order, in words, with no format in it.

Every writer (PDF, HTML, DOCX, text, Markdown) prints a `Document` from top to bottom and
adds nothing, so all files say the same in the same order. `build_document` takes the
*visible* JSON Resume (see `visible.py`) and the resolved `Design`; pointers name the
resume's value behind each part.

How a writer prints a section, by `Section.kind`:

- ``text``: `paragraphs`.
- ``entries``: for each `Entry` the header (`title`, `dates` on the same line, then
  `subtitle`, `location` on the next), `link`, `paragraphs`, `bullets`, `details`.
- ``groups``: one line for each `Detail`, "Label: value" (label may be None).
- ``inline``: all `items` in one paragraph, joined by `separator`.
- ``bullets``: `items` as a bulleted list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from cvmaker_core.countries import country_name
from cvmaker_core.pointers import join_pointer

from cv_rendering.dates import format_date, format_range
from cv_rendering.design import Design
from cv_rendering.locales import Locale

SectionKind: TypeAlias = Literal["text", "entries", "groups", "inline", "bullets"]
ContactKind: TypeAlias = Literal["email", "phone", "location", "url", "profile"]


@dataclass(frozen=True)
class Link:
    """Visible text and its target (always absolute: https:, mailto: or tel:)."""

    text: str
    url: str | None = None


@dataclass(frozen=True)
class Contact:
    """One item of the contact line. `label` is a network's name when the text alone does not show it."""

    kind: ContactKind
    text: str
    url: str | None = None
    label: str | None = None
    pointer: str = ""

    @property
    def shown(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True)
class Detail:
    """A line "Label: value", such as a skill group or the courses of a degree."""

    text: str
    label: str | None = None
    pointer: str = ""

    @property
    def shown(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True)
class Entry:
    """A job, a degree, a project…: title and dates first, then where, then what."""

    pointer: str
    title: str = ""
    subtitle: str = ""
    location: str = ""
    dates: str = ""
    link: Link | None = None
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    opens_with_subtitle: bool = False
    """The entry has no title of its own: `title` holds the employer, school or issuer."""


@dataclass(frozen=True)
class Section:
    """One heading and what stands under it. `key` is a JSON Resume name or `custom/N`."""

    key: str
    kind: SectionKind
    heading: str
    pointer: str
    paragraphs: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    groups: tuple[Detail, ...] = ()
    items: tuple[str, ...] = ()
    separator: str = ", "

    @property
    def inline_text(self) -> str:
        return self.separator.join(self.items)


@dataclass(frozen=True)
class Document:
    """A CV ready to be written."""

    language: str
    direction: Literal["ltr", "rtl"]
    name: str
    headline: str
    contacts: tuple[Contact, ...]
    sections: tuple[Section, ...]
    labels: dict[str, str] = field(default_factory=dict)
    photo: str | None = None

    @property
    def has_capitals(self) -> bool:
        """Whether the headings' script has capitals; without, spaced capitals are no option for them."""
        return _has_capitals(self.labels)

    @property
    def title(self) -> str:
        """The title of the file: the person's name, or "CV" for a nameless one."""
        return self.name or "CV"


@dataclass(frozen=True)
class Letter:
    """A cover letter in the same design."""

    language: str
    direction: Literal["ltr", "rtl"]
    name: str
    headline: str
    contacts: tuple[Contact, ...]
    recipient: str
    subject: str
    salutation: str
    paragraphs: tuple[str, ...]
    closing: str
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def has_capitals(self) -> bool:
        """As `Document.has_capitals`."""
        return _has_capitals(self.labels)

    @property
    def title(self) -> str:
        return f"{self.name}: {self.subtitle}" if self.subtitle else self.name or "Cover letter"

    @property
    def subtitle(self) -> str:
        return self.subject


def _has_capitals(labels: dict[str, str]) -> bool:
    return any(character.upper() != character for character in labels.get("present", "a"))


def build_document(resume: dict[str, Any], design: Design) -> Document:
    """Put a visible JSON Resume into words and order.

    Parameters
    ----------
    resume
        From `visible.visible_resume`: clean text, only what is shown.
    design
        Locale, date format, section order and photo, already resolved and validated.

    """
    basics = resume.get("basics", {})
    builder = _SectionBuilder(resume, design)
    return Document(
        language=design.language,
        direction=design.locale.direction,
        name=basics.get("name", ""),
        headline=basics.get("label", ""),
        contacts=tuple(_contacts(basics, design.language)),
        sections=tuple(section for key in builder.cvmaker["section_order"] if (section := builder.build(key))),
        labels=design.locale.labels,
        photo=basics.get("image") if design.photo else None,
    )


def build_letter(
    resume: dict[str, Any], design: Design, paragraphs: Iterable[str], *, employer: str | None, title: str | None
) -> Letter:
    """A letter from the verified paragraphs; greeting and closing are the locale's."""
    basics, labels = resume.get("basics", {}), design.locale.labels
    return Letter(
        language=design.language,
        direction=design.locale.direction,
        name=basics.get("name", ""),
        headline=basics.get("label", ""),
        contacts=tuple(_contacts(basics, design.language)),
        recipient=employer or "",
        subject=labels["subject"].format(title=title) if title else "",
        salutation=labels["salutation"],
        paragraphs=tuple(paragraphs),
        closing=labels["closing"],
        labels=labels,
    )


def display_url(url: str) -> str:
    """A web address as a person writes it: no scheme, no closing slash."""
    for prefix in ("https://", "http://", "mailto:"):
        if url.lower().startswith(prefix):
            url = url[len(prefix) :]
    return url.rstrip("/")


def absolute_url(url: str) -> str | None:
    """A safe link target, or None: only web addresses become links."""
    lowered = url.lower()
    if any(character.isspace() for character in url):
        return None
    if lowered.startswith(("https://", "http://")):
        return url
    if ":" in lowered.split("/")[0] or "." not in lowered:
        return None
    return "https://" + url


# Where the postal code follows the town and region: "Austin, TX 78701".
_CODE_AFTER_REGION = frozenset(["US", "CA", "GB", "IE", "AU", "NZ", "IN", "ZA", "SG", "BR"])


def format_location(location: dict[str, Any], language: str) -> str:
    """Street, town, region and country in the country's order, as far as given."""
    code, city, region = location.get("postalCode"), location.get("city"), location.get("region")
    country = location.get("countryCode")
    named = country_name(country, language) if country else None
    parts: tuple[str | None, ...]
    if country in _CODE_AFTER_REGION:
        if code and region and code.startswith(region + " "):
            code = code[len(region) + 1 :]
        last = " ".join(filter(None, (region, code)))
        parts = (location.get("address"), city, last, named)
    else:
        parts = (location.get("address"), " ".join(filter(None, (code, city))), region, named)
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _contacts(basics: dict[str, Any], language: str) -> Iterable[Contact]:
    if email := basics.get("email"):
        yield Contact("email", email, f"mailto:{email}" if "@" in email else None, pointer="/basics/email")
    if phone := basics.get("phone"):
        digits = "".join(character for character in phone if character in "+0123456789")
        yield Contact("phone", phone, f"tel:{digits}" if digits else None, pointer="/basics/phone")
    if location := format_location(basics.get("location", {}), language):
        yield Contact("location", location, pointer="/basics/location")
    if url := basics.get("url"):
        yield Contact("url", display_url(url), absolute_url(url), pointer="/basics/url")
    for index, profile in enumerate(basics.get("profiles", [])):
        pointer = join_pointer("basics", "profiles", index)
        network, url = profile.get("network", ""), profile.get("url", "")
        text = display_url(url) if url else profile.get("username", "")
        if not text:
            continue
        known = network and network.casefold().replace(" ", "") in text.casefold()
        yield Contact("profile", text, absolute_url(url) if url else None, None if known else network or None, pointer)


class _SectionBuilder:
    def __init__(self, resume: dict[str, Any], design: Design) -> None:
        self.resume = resume
        self.design = design
        self.locale: Locale = design.locale
        self.cvmaker: dict[str, Any] = resume["meta"]["cvmaker"]

    def build(self, key: str) -> Section | None:
        """The section of that name, or None when the resume has nothing for it."""
        if key.startswith("custom/"):
            return self._custom(key)
        if key == "summary":
            paragraphs = _paragraphs(self.resume.get("basics", {}).get("summary"))
            return self._section(key, "text", "/basics/summary", paragraphs=paragraphs) if paragraphs else None
        items = [item for item in self.resume.get(key, []) if item]
        if not items:
            return None
        if key == "skills":
            return self._skills(items)
        if key == "interests":
            return self._interests(items)
        if key == "languages":
            return self._languages(items)
        entries = tuple(self._entry(key, index, item) for index, item in enumerate(self.resume[key]) if item)
        return self._section(key, "entries", f"/{key}", entries=entries)

    def _section(self, key: str, kind: SectionKind, pointer: str, **content: Any) -> Section:
        return Section(key, kind, self.locale.headings[key], pointer, **content)

    def _custom(self, key: str) -> Section | None:
        index = int(key.split("/")[1])
        section = self.cvmaker["sections"][index]
        items = tuple(section.get("items", []))
        if not items:
            return None
        pointer = join_pointer("meta", "cvmaker", "sections", index)
        return Section(key, "bullets", section.get("name", ""), pointer, items=items)

    def _joined(self, values: Iterable[str]) -> tuple[str, str]:
        """The values in one line and the separator: one that no value holds."""
        listed = list(values)
        usual = self.locale.list_separator
        separator = "; " if any(usual.strip() in value or "," in value for value in listed) else usual
        return separator.join(listed), separator

    def _list(self, key: str, items: tuple[str, ...]) -> Section:
        separator = self._joined(items)[1]
        return self._section(key, "inline", f"/{key}", items=items, separator=separator)

    def _named_groups(self, key: str, items: list[dict[str, Any]]) -> Section:
        """Names with keywords become "Name: a, b" lines; bare names share one line."""
        groups: list[Detail] = []
        bare: list[str] = []
        for index, item in enumerate(items):
            name = item.get("name", "")
            if level := item.get("level"):
                name = f"{name} ({level})" if name else level
            keywords = item.get("keywords", [])
            if keywords:
                groups.append(Detail(self._joined(keywords)[0], name or None, join_pointer(key, index)))
            elif name:
                bare.append(name)
        if not groups:
            return self._list(key, tuple(bare))
        if bare:
            groups.append(Detail(self._joined(bare)[0], None, f"/{key}"))
        return self._section(key, "groups", f"/{key}", groups=tuple(groups))

    def _skills(self, items: list[dict[str, Any]]) -> Section:
        return self._named_groups("skills", items)

    def _interests(self, items: list[dict[str, Any]]) -> Section:
        return self._named_groups("interests", items)

    def _languages(self, items: list[dict[str, Any]]) -> Section:
        shown = []
        for item in items:
            language, fluency = item.get("language", ""), item.get("fluency", "")
            shown.append(f"{language} ({fluency})" if language and fluency else language or fluency)
        return self._list("languages", tuple(filter(None, shown)))

    def _entry(self, key: str, index: int, item: dict[str, Any]) -> Entry:
        entry = Entry(
            pointer=join_pointer(key, index),
            location=item.get("location", ""),
            link=_link(item.get("url")),
            dates=format_range(
                item.get("startDate"),
                # Where the CV gives one date and no end, "Present" would be our invention.
                item.get("endDate") or (item.get("startDate") if item.get("endDateUnknown") else None),
                self.locale,
                self.design.date_format,
            ),
            paragraphs=(*_paragraphs(item.get("description")), *_paragraphs(item.get("summary"))),
            bullets=tuple(item.get("highlights", [])),
        )
        fill = getattr(self, f"_{key}_entry")
        result: Entry = fill(entry, item)
        if not result.title and result.subtitle:
            # It opens the entry, in the style that it has below the titles of other entries
            # (without dates only a title's style would show that an entry begins).
            result = replace(result, title=result.subtitle, subtitle="", opens_with_subtitle=bool(result.dates))
        elif not result.title and result.location:
            result = replace(result, title=result.location, location="")
        return result

    def _one_date(self, value: str | None) -> str:
        return format_date(value, self.locale, self.design.date_format)

    def _work_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        return replace(entry, title=item.get("position", ""), subtitle=item.get("name", ""))

    def _volunteer_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        return replace(entry, title=item.get("position", ""), subtitle=item.get("organization", ""))

    def _education_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        title = ", ".join(filter(None, (item.get("studyType"), item.get("area"))))
        details = []
        if score := item.get("score"):
            details.append(Detail(score, self.locale.labels["grade"], entry.pointer + "/score"))
        if courses := item.get("courses"):
            details.append(Detail(self._joined(courses)[0], self.locale.labels["courses"], entry.pointer + "/courses"))
        if not title and not any(mark in text for text in entry.paragraphs for mark in ".!?:;,"):
            # A few words right under a school's name read as the field of study; a point of the entry does not.
            entry = replace(entry, paragraphs=(), bullets=(*entry.paragraphs, *entry.bullets))
        return replace(entry, title=title, subtitle=item.get("institution", ""), details=tuple(details))

    def _projects_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        subtitle = ", ".join(filter(None, (*item.get("roles", []), item.get("entity"))))
        details: tuple[Detail, ...] = ()
        if keywords := item.get("keywords"):
            label, pointer = self.locale.labels["technologies"], entry.pointer + "/keywords"
            details = (Detail(self._joined(keywords)[0], label, pointer),)
        return replace(entry, title=item.get("name", ""), subtitle=subtitle, details=details)

    def _certificates_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        return replace(
            entry,
            title=item.get("name", ""),
            subtitle=item.get("issuer", ""),
            dates=self._one_date(item.get("date")) or entry.dates,
        )

    def _awards_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        return replace(
            entry,
            title=item.get("title", ""),
            subtitle=item.get("awarder", ""),
            dates=self._one_date(item.get("date")) or entry.dates,
        )

    def _publications_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        return replace(
            entry,
            title=item.get("name", ""),
            subtitle=item.get("publisher", ""),
            dates=self._one_date(item.get("releaseDate")) or entry.dates,
        )

    def _references_entry(self, entry: Entry, item: dict[str, Any]) -> Entry:
        return replace(entry, title=item.get("name", ""), paragraphs=_paragraphs(item.get("reference")))


def _link(url: str | None) -> Link | None:
    return Link(display_url(url), absolute_url(url)) if url else None


def _paragraphs(text: str | None) -> tuple[str, ...]:
    return tuple(line for line in (text or "").split("\n") if line)
