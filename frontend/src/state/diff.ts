/** Which words of a text changed: the longest common subsequence of its words and spaces. */
export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

const split = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];

export function diffWords(before: string, after: string): Piece[] {
  const a = split(before);
  const b = split(after);
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const pieces: Piece[] = [];
  const push = (kind: Piece["kind"], text: string): void => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += text;
    else pieces.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push("same", a[i]!);
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) push("removed", a[i++]!);
    else push("added", b[j++]!);
  }
  return pieces;
}

/** A list before and after: what moved, what is new, what is gone. Items keep their new order; the gone come last. */
export interface ItemChange {
  kind: "same" | "moved" | "added" | "removed";
  text: string;
}

export function diffItems(before: string[], after: string[]): ItemChange[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i]![j] = before[i] === after[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const stayed = new Set<number>();
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      stayed.add(j);
      i++;
      j++;
    } else if (lengths[i + 1]![j]! > lengths[i]![j + 1]!) i++;
    else j++;
  }
  const kept = after.map((text, index): ItemChange => ({ kind: stayed.has(index) ? "same" : before.includes(text) ? "moved" : "added", text }));
  return [...kept, ...before.filter((text) => !after.includes(text)).map((text): ItemChange => ({ kind: "removed", text }))];
}
