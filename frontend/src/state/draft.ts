/** Unsaved edits, kept in this browser until they are saved, discarded, or their CV is deleted. */
import type { Schemas } from "../api/client";
import type { Resume } from "../api/artefacts";
import { keptName } from "./kept";

export interface Design {
  template: string;
  options: Schemas["DesignOptions"];
}
export interface Draft {
  resume: Resume;
  design: Design;
}

const keyOf = (job: string | null): string => keptName(`draft.${job ?? "new"}`);

export function readDraft(job: string | null): Draft | null {
  try {
    const text = localStorage.getItem(keyOf(job));
    return text ? (JSON.parse(text) as Draft) : null;
  } catch {
    return null;
  }
}

export function keepDraft(job: string | null, draft: Draft): void {
  try {
    localStorage.setItem(keyOf(job), JSON.stringify(draft));
  } catch {
    // No room or no permission: the page still has it.
  }
}

export function forgetDraft(job: string | null): void {
  try {
    localStorage.removeItem(keyOf(job));
  } catch {
    // Nothing was kept.
  }
}
