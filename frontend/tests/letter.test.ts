import { describe, expect, it } from "vitest";
import { editedLetter, letterText } from "../src/state/letter";
import { entryName, sectionOrder } from "../src/state/resume";

const sentence = (text: string) => ({ text, sources: [] });
const letter = { paragraphs: [{ sentences: [sentence("I apply."), sentence("I bake. Often.")] }, { sentences: [sentence("Let us talk.")] }] };
const texts = (edited: ReturnType<typeof editedLetter>) => edited.paragraphs.map((paragraph) => paragraph.sentences.map((item) => item.text));

describe("a cover letter as text", () => {
  it("comes back as it was", () => {
    expect(texts(editedLetter(letter, letterText(letter)))).toEqual([["I apply.", "I bake. Often."], ["Let us talk."]]);
  });
  it("keeps the sentences that were not touched apart from those that were", () => {
    const text = "Dear all, I apply. I cook now.\n\nNew thought.\n\n  \nLet us talk. Soon.";
    expect(texts(editedLetter(letter, text))).toEqual([["Dear all,", "I apply.", "I cook now."], ["New thought."], ["Let us talk.", "Soon."]]);
  });
});

describe("names and order", () => {
  it("calls an entry by what a reader knows it by", () => {
    expect(entryName({ position: "Baker", name: "Corner", url: "x" })).toBe("Baker, Corner");
    expect(entryName({ keywords: ["a"], name: "Tools" })).toBe("Tools");
    expect(entryName("Baked bread")).toBe("Baked bread");
    expect(entryName(undefined)).toBe("");
  });
  it("puts the CV's own order first and loses no section", () => {
    const order = sectionOrder({ meta: { cvmaker: { section_order: ["basics", "skills", "custom/9"], sections: [{ name: "Talks", items: [] }] } } });
    expect(order.slice(0, 3)).toEqual(["summary", "skills", "work"]);
    expect(order).toContain("custom/0");
    expect(order).not.toContain("custom/9");
  });
});
