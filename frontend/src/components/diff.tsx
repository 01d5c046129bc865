/** A change as one reads it: words inside a text, items of a list. */
import { useInterface } from "../i18n";
import { diffItems, diffWords, type ItemChange } from "../state/diff";

const SHORT_ITEM = 40;

export function Diff({ before, after }: { before: string[]; after: string[] }) {
  if (before.length < 2 && after.length < 2) return <Words before={before[0] ?? ""} after={after[0] ?? ""} />;
  const items = diffItems(before, after);
  const short = items.every((item) => item.text.length <= SHORT_ITEM);
  return (
    <ol className={short ? "inline-list" : "stack tight"}>
      {items.map((item, index) => (
        <li key={index}>
          <Item item={item} />
        </li>
      ))}
    </ol>
  );
}

function Item({ item }: { item: ItemChange }) {
  const { t } = useInterface();
  // Each text in its own direction: the CV's language need not be the interface's.
  const text = <bdi>{item.text}</bdi>;
  if (item.kind === "removed") return <del>{text}</del>;
  if (item.kind === "added") return <ins>{text}</ins>;
  if (item.kind === "same") return text;
  return (
    <span className="moved">
      <span className="visually-hidden">{t("moved")} </span>
      <span aria-hidden="true">↕ </span>
      {text}
    </span>
  );
}

function Words({ before, after }: { before: string; after: string }) {
  return (
    <p dir="auto">
      {diffWords(before, after).map((piece, index) =>
        piece.kind === "added" ? <ins key={index}>{piece.text}</ins> : piece.kind === "removed" ? <del key={index}>{piece.text}</del> : <span key={index}>{piece.text}</span>,
      )}
    </p>
  );
}
