import { describe, expect, it } from "vitest";
import { diffItems, diffWords } from "../src/state/diff";

describe("diffWords", () => {
  it("gives back both texts", () => {
    for (const [before, after] of [
      ["Led a team of 12", "Led a team of 12 nurses"],
      ["", "new"],
      ["gone", ""],
      ["Größe: 3,5 m²", "Größe: 4 m²"],
      ["قاد فريقًا", "قاد فريقًا كبيرًا"],
    ] as const) {
      const pieces = diffWords(before, after);
      expect(pieces.filter((piece) => piece.kind !== "added").map((piece) => piece.text).join("")).toBe(before);
      expect(pieces.filter((piece) => piece.kind !== "removed").map((piece) => piece.text).join("")).toBe(after);
    }
  });
  it("marks only what changed", () => {
    expect(diffWords("Ran ten shops", "Ran eleven shops").map((piece) => [piece.kind, piece.text])).toEqual([
      ["same", "Ran "],
      ["removed", "ten"],
      ["added", "eleven"],
      ["same", " shops"],
    ]);
  });
});

describe("diffItems", () => {
  it("tells moved from new and gone", () => {
    expect(diffItems(["a", "b", "c"], ["c", "a", "d"])).toEqual([
      { kind: "moved", text: "c" },
      { kind: "same", text: "a" },
      { kind: "added", text: "d" },
      { kind: "removed", text: "b" },
    ]);
  });
});
