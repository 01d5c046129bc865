import { describe, expect, it } from "vitest";
import type { Parsed } from "../src/api/artefacts";
import { fill } from "../src/i18n";
import { refusal } from "../src/state/files";
import { reduce } from "../src/state/history";
import { resolvePointer, spansOf } from "../src/state/provenance";
import { move, pointerOf, setAt, withoutBlanks } from "../src/state/resume";
import ar from "../src/i18n/ar.json";
import de from "../src/i18n/de.json";
import en from "../src/i18n/en.json";
import es from "../src/i18n/es.json";
import fr from "../src/i18n/fr.json";

describe("texts", () => {
  it("every language has every text, with the same places to fill", () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();
    for (const language of [de, fr, es, ar] as Record<string, string>[]) {
      expect(Object.keys(language).sort()).toEqual(Object.keys(en).sort());
      for (const [key, text] of Object.entries(en)) expect(places(language[key] ?? ""), key).toEqual(places(text));
    }
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
  });
});

describe("resume", () => {
  it("changes one value and nothing else", () => {
    const before = { work: [{ name: "A", highlights: ["x"] }], basics: { name: "N" } };
    const after = setAt(before, ["work", 0, "highlights", 1], "y");
    expect(after.work[0]?.highlights).toEqual(["x", "y"]);
    expect(before.work[0]?.highlights).toEqual(["x"]);
    expect(after.basics).toBe(before.basics);
    expect(setAt({}, ["basics", "location", "city"], "Bonn")).toEqual({ basics: { location: { city: "Bonn" } } });
  });
  it("leaves blanks out", () => {
    expect(withoutBlanks({ work: [{ name: " A ", highlights: ["", "x"] }, {}], basics: { email: "" } })).toEqual({ work: [{ name: "A", highlights: ["x"] }] });
  });
  it("moves", () => expect(move(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]));
  it("escapes pointers", () => {
    expect(pointerOf(["a/b", 0, "c~d"])).toBe("/a~1b/0/c~0d");
    expect(resolvePointer({ "a/b": [{ "c~d": 7 }] }, "/a~1b/0/c~0d")).toBe(7);
  });
});

describe("provenance", () => {
  it("finds an entry's places through its parts, and no neighbour's", () => {
    const parsed = { provenance: { "/work/1/name": [{ start: 1, end: 2 }], "/work/10/name": [{ start: 5, end: 6 }] } } as unknown as Parsed;
    expect(spansOf(parsed, ["/work/1"])).toEqual([{ start: 1, end: 2 }]);
  });
});

describe("history", () => {
  const start = { past: [], present: "a", future: [], field: "", at: 0 };
  it("undoes and redoes; typing in one field is one step", () => {
    let state = reduce(start, { kind: "set", value: "b", field: "f", at: 10_000 });
    state = reduce(state, { kind: "set", value: "bc", field: "f", at: 10_100 });
    state = reduce(state, { kind: "set", value: "x", field: "g", at: 10_200 });
    state = reduce(state, { kind: "undo" });
    expect(state.present).toBe("bc");
    state = reduce(state, { kind: "undo" });
    expect(state.present).toBe("a");
    expect(reduce(state, { kind: "undo" }).present).toBe("a");
    expect(reduce(state, { kind: "redo" }).present).toBe("bc");
  });
});

describe("files", () => {
  it("says why not, before the upload", () => {
    expect(refusal({ name: "cv.PDF", size: 5 }, ["pdf"], 20)).toBeNull();
    expect(refusal({ name: "cv.odt", size: 5 }, ["pdf"], 20)).toBe("fileConvert");
    expect(refusal({ name: "cv.exe", size: 5 }, ["pdf"], 20)).toBe("fileType");
    expect(refusal({ name: "cv.pdf", size: 0 }, ["pdf"], 20)).toBe("fileEmpty");
    expect(refusal({ name: "cv.pdf", size: 21 * 1024 * 1024 }, ["pdf"], 20)).toBe("fileLarge");
  });
});
