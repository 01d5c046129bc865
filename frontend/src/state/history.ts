/** A value with undo and redo. Quick edits of one field are one step. */
import { useCallback, useMemo, useReducer } from "react";

interface State<T> {
  past: T[];
  present: T;
  future: T[];
  field: string;
  at: number;
}
type Action<T> = { kind: "set"; value: T; field: string; at: number } | { kind: "undo" } | { kind: "redo" };

const COALESCE_MILLISECONDS = 1200;
const KEPT_STEPS = 200;

export function reduce<T>(state: State<T>, action: Action<T>): State<T> {
  if (action.kind === "undo") {
    const before = state.past.at(-1);
    return before === undefined ? state : { past: state.past.slice(0, -1), present: before, future: [state.present, ...state.future], field: "", at: 0 };
  }
  if (action.kind === "redo") {
    const next = state.future[0];
    return next === undefined ? state : { past: [...state.past, state.present], present: next, future: state.future.slice(1), field: "", at: 0 };
  }
  const same = action.field !== "" && action.field === state.field && action.at - state.at < COALESCE_MILLISECONDS;
  const past = same ? state.past : [...state.past, state.present].slice(-KEPT_STEPS);
  return { past, present: action.value, future: [], field: action.field, at: action.at };
}

export function useHistory<T>(initial: T) {
  const [state, dispatch] = useReducer(reduce<T>, { past: [], present: initial, future: [], field: "", at: 0 });
  const set = useCallback((value: T, field = "") => dispatch({ kind: "set", value, field, at: Date.now() }), []);
  const undo = useCallback(() => dispatch({ kind: "undo" }), []);
  const redo = useCallback(() => dispatch({ kind: "redo" }), []);
  return useMemo(
    () => ({ value: state.present, set, undo, redo, canUndo: state.past.length > 0, canRedo: state.future.length > 0 }),
    [state, set, undo, redo],
  );
}
