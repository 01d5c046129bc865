/** Every field of a CV. Used to edit the result, to correct the reading, and to write one from nothing. */
import { type ReactNode, useId } from "react";
import type { Entry, Resume } from "../api/artefacts";
import { type Text, useInterface } from "../i18n";
import { BASICS, entriesOf, move, type Path, PLACE, pointerOf, sectionOrder, SECTIONS, type SectionShape, setAt, textOf } from "../state/resume";
import { SortableList } from "./sortable";

interface Props {
  resume: Resume;
  onChange: (resume: Resume, field: string) => void;
  onFocusPointer?: ((pointer: string) => void) | undefined;
  /** Pointers that deserve a second look. */
  doubtful?: Set<string> | undefined;
  onImprove?: ((path: Path, text: string) => void) | undefined;
  /** Whether the order of sections can be chosen: of a result, not of what was read. */
  orderable?: boolean;
}

/** Fields whose values are too long for half a row. */
const isWide = (path: Path): boolean => path[0] === "basics" && ["name", "label", "url", "address"].includes(String(path[1] === "location" ? path[2] : path[1]));
const DATES = new Set(["startDate", "endDate", "date", "releaseDate"]);

export function ResumeEditor(props: Props) {
  const { t } = useInterface();
  const { resume } = props;
  return (
    <div className="stack">
      <details className="section" open>
        <summary>{t("section_basics")}</summary>
        <div className="stack">
          <div className="fields">
            {BASICS.map((field) => (
              <Field key={field} {...props} path={["basics", field]} label={field} />
            ))}
            {PLACE.map((field) => (
              <Field key={field} {...props} path={["basics", "location", field]} label={field} />
            ))}
          </div>
          <Field {...props} path={["basics", "summary"]} label="summary" long />
          <Profiles {...props} />
        </div>
      </details>
      {SECTIONS.map((section) => (
        <Section key={section.key} {...props} shape={section} open={section.key === "work" && entriesOf(resume, "work").length > 0} />
      ))}
      <OwnSections {...props} />
      {props.orderable && <SectionOrder {...props} />}
    </div>
  );
}

interface OwnSection {
  name: string;
  items: string[];
}
const ownSections = (resume: Resume): OwnSection[] => (resume.meta?.["cvmaker"] as { sections?: OwnSection[] } | undefined)?.sections ?? [];
const isFilled = (resume: Resume, key: string): boolean => (key === "summary" ? Boolean(resume.basics?.summary) : key.startsWith("custom/") || entriesOf(resume, key).length > 0);

/** Sections that JSON Resume has no name for, under the names the person gave them. */
function OwnSections(props: Props) {
  const { t } = useInterface();
  const sections = ownSections(props.resume);
  const path: Path = ["meta", "cvmaker", "sections"];
  const set = (next: OwnSection[]): void => props.onChange(setAt(props.resume, path, next), "");
  return (
    <details className="section" open={sections.length > 0 && !props.orderable}>
      <summary>
        <span className="grow">
          {t("ownSections")} {sections.length > 0 && <span className="tag">{sections.length}</span>}
        </span>
      </summary>
      <div className="stack">
        {sections.map((section, index) => (
          <div key={index} className="entry" role="group" aria-label={section.name || t("ownSections")}>
            <div className="row between">
              <strong dir="auto">{section.name}</strong>
              <button type="button" className="button quiet" onClick={() => set(sections.filter((_section, at) => at !== index))} aria-label={`${t("remove")}: ${section.name || index + 1}`}>
                {t("remove")}
              </button>
            </div>
            <Field {...props} path={[...path, index, "name"]} label="title" />
            <Bullets {...props} path={[...path, index, "items"]} label="highlights" />
          </div>
        ))}
        <div>
          <button type="button" className="button" onClick={() => set([...sections, { name: "", items: [""] }])}>
            + {t("addOwnSection")}
          </button>
        </div>
      </div>
    </details>
  );
}

/** In which order the sections stand on the page. */
function SectionOrder(props: Props) {
  const { t, has } = useInterface();
  const order = sectionOrder(props.resume);
  const shown = order.filter((key) => isFilled(props.resume, key));
  const name = (key: string): string =>
    key === "summary" ? t("form_summary") : key.startsWith("custom/") ? (ownSections(props.resume)[Number(key.slice(7))]?.name ?? "") : has(`section_${key}`) ? t(`section_${key}` as Text) : key;
  const set = (from: number, to: number): void => {
    const moved = move(shown, from, to);
    props.onChange(setAt(props.resume, ["meta", "cvmaker", "section_order"], [...moved, ...order.filter((key) => !moved.includes(key))]), "");
  };
  if (shown.length < 2) return null;
  return (
    <details className="section">
      <summary>{t("sectionOrder")}</summary>
      <div>
        <SortableList id="order" length={shown.length} onMove={set}>
          {(index, handle) => (
            <div className="row" data-section={shown[index]}>
              {handle}
              <span dir="auto">{name(shown[index] ?? "")}</span>
            </div>
          )}
        </SortableList>
      </div>
    </details>
  );
}

function Profiles(props: Props) {
  const { t } = useInterface();
  const profiles = (props.resume.basics?.["profiles"] as Entry[] | undefined) ?? [];
  const set = (next: Entry[]): void => props.onChange(setAt(props.resume, ["basics", "profiles"], next), "");
  return (
    <div className="stack tight">
      {profiles.map((_, index) => (
        <div key={index} className="fields" style={{ alignItems: "end" }}>
          <Field {...props} path={["basics", "profiles", index, "network"]} label="network" />
          <Field {...props} path={["basics", "profiles", index, "url"]} label="url" />
          <div>
            <button type="button" className="button quiet" onClick={() => set(profiles.filter((_entry, at) => at !== index))}>
              {t("remove")}
            </button>
          </div>
        </div>
      ))}
      <div>
        <button type="button" className="button quiet" onClick={() => set([...profiles, { network: "", url: "" }])}>
          + {t("addProfile")}
        </button>
      </div>
    </div>
  );
}

function Section(props: Props & { shape: SectionShape; open: boolean }) {
  const { t } = useInterface();
  const { shape, resume } = props;
  const entries = entriesOf(resume, shape.key);
  const name = t(`section_${shape.key}` as Text);
  const set = (next: Entry[]): void => props.onChange(setAt(resume, [shape.key], next), "");
  return (
    <details className="section" open={props.open}>
      <summary>
        <span className="grow">
          {name} {entries.length > 0 && <span className="tag">{entries.length}</span>}
        </span>
      </summary>
      <div className="stack">
        <SortableList id={shape.key} length={entries.length} onMove={(from, to) => set(move(entries, from, to))}>
          {(index, handle) => (
            <div className="entry" role="group" aria-label={`${name} ${index + 1}`}>
              <div className="row between">
                <span className="row">
                  {handle}
                  <strong dir="auto">{textOf(entries[index]?.[shape.fields[0] ?? ""]) || `${name} ${index + 1}`}</strong>
                </span>
                <button type="button" className="button quiet" onClick={() => set(entries.filter((_entry, at) => at !== index))} aria-label={`${t("remove")}: ${name} ${index + 1}`}>
                  {t("remove")}
                </button>
              </div>
              <div className="fields">
                {shape.fields.map((field) => (
                  <Field key={field} {...props} path={[shape.key, index, field]} label={field} />
                ))}
              </div>
              {shape.long?.map((field) => (
                <Field key={field} {...props} path={[shape.key, index, field]} label={field} long />
              ))}
              {shape.words?.map((field) => (
                <Words key={field} {...props} path={[shape.key, index, field]} label={field} />
              ))}
              {shape.bullets?.map((field) => (
                <Bullets key={field} {...props} path={[shape.key, index, field]} label={field} />
              ))}
            </div>
          )}
        </SortableList>
        <div>
          <button type="button" className="button" onClick={() => set([...entries, {}])}>
            + {t("addEntry", { section: name })}
          </button>
        </div>
      </div>
    </details>
  );
}

function valueAt(resume: Resume, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value && typeof value === "object" ? (value as Record<string | number, unknown>)[part] : undefined), resume);
}

function Field(props: Props & { path: Path; label: string; long?: boolean }) {
  const { t, has } = useInterface();
  const id = useId();
  const pointer = pointerOf(props.path);
  const doubtful = props.doubtful?.has(pointer);
  const own = `form_${String(props.path[0])}_${props.label}`;
  const key = has(own) ? own : `form_${props.label}`;
  const common = {
    id,
    dir: "auto" as const,
    value: textOf(valueAt(props.resume, props.path)),
    "data-pointer": pointer,
    placeholder: DATES.has(props.label) ? (props.label === "endDate" ? t("untilToday") : t("dateForm")) : undefined,
    "aria-describedby": doubtful ? `${id}-doubt` : undefined,
    onFocus: () => props.onFocusPointer?.(pointer),
  };
  const change = (value: string): void => props.onChange(setAt(props.resume, props.path, value), pointer);
  return (
    <div className={`field ${props.long ? "full" : isWide(props.path) ? "wide" : ""}`}>
      <label htmlFor={id} className="label">
        {has(key) ? t(key as Text) : props.label} {doubtful && <span className="tag warn">{t("pleaseCheck")}</span>}
      </label>
      {props.long ? (
        <textarea {...common} rows={3} onChange={(event) => change(event.target.value)} />
      ) : (
        <input {...common} onChange={(event) => change(event.target.value)} />
      )}
      {doubtful && (
        <span id={`${id}-doubt`} className="visually-hidden">
          {t("pleaseCheck")}
        </span>
      )}
      {props.long && props.onImprove && textOf(valueAt(props.resume, props.path)) && (
        <div>
          <button type="button" className="button quiet" onClick={() => props.onImprove?.(props.path, textOf(valueAt(props.resume, props.path)))}>
            {t("improve")}
          </button>
        </div>
      )}
    </div>
  );
}

function Words(props: Props & { path: Path; label: string }) {
  const { t, has } = useInterface();
  const id = useId();
  const key = `form_${props.label}`;
  const list = (valueAt(props.resume, props.path) as string[] | undefined) ?? [];
  return (
    <div className="field">
      <label htmlFor={id} className="label">
        {has(key) ? t(key as Text) : props.label} <span className="soft small">{t("separateByComma")}</span>
      </label>
      <input
        id={id}
        dir="auto"
        // Typing "a, " must be possible: the list keeps its last, empty word until the field is left.
        value={list.join(", ")}
        onFocus={() => props.onFocusPointer?.(pointerOf(props.path))}
        onChange={(event) => props.onChange(setAt(props.resume, props.path, event.target.value.split(/,\s?/)), pointerOf(props.path))}
        onBlur={() => list.some((word) => !word.trim()) && props.onChange(setAt(props.resume, props.path, list.map((word) => word.trim()).filter(Boolean)), pointerOf(props.path))}
      />
    </div>
  );
}

function Bullets(props: Props & { path: Path; label: string }): ReactNode {
  const { t, has } = useInterface();
  const list = (valueAt(props.resume, props.path) as string[] | undefined) ?? [];
  const set = (next: string[], field = ""): void => props.onChange(setAt(props.resume, props.path, next), field);
  const key = `form_${props.label}`;
  const label = has(key) ? t(key as Text) : props.label;
  return (
    <div className="stack tight" role="group" aria-label={label}>
      <span className="label">{label}</span>
      <SortableList id={pointerOf(props.path)} length={list.length} onMove={(from, to) => set(move(list, from, to))}>
        {(index, handle) => {
          const path = [...props.path, index];
          const pointer = pointerOf(path);
          return (
            <div className="bullet">
              {handle}
              <textarea
                rows={2}
                dir="auto"
                aria-label={`${label} ${index + 1}`}
                data-pointer={pointer}
                value={list[index] ?? ""}
                onFocus={() => props.onFocusPointer?.(pointer)}
                onChange={(event) => set(list.map((item, at) => (at === index ? event.target.value : item)), pointer)}
              />
              <span className="row" style={{ gap: 0 }}>
                {props.onImprove && (
                  <button type="button" className="button quiet icon" aria-label={`${t("improve")}: ${label} ${index + 1}`} title={t("improve")} onClick={() => props.onImprove?.(path, list[index] ?? "")}>
                    <span aria-hidden="true">✎</span>
                  </button>
                )}
                <button type="button" className="button quiet icon" aria-label={`${t("remove")}: ${label} ${index + 1}`} onClick={() => set(list.filter((_item, at) => at !== index))}>
                  <span aria-hidden="true">✕</span>
                </button>
              </span>
            </div>
          );
        }}
      </SortableList>
      <div>
        <button type="button" className="button quiet" onClick={() => set([...list, ""])}>
          + {t("addBullet")}
        </button>
      </div>
    </div>
  );
}
