/** Lists that a mouse, a finger and a keyboard can reorder (dnd-kit), with plain buttons beside. */
import { closestCenter, DndContext, type DragEndEvent, KeyboardSensor, PointerSensor, useSensor, useSensors } from "@dnd-kit/core";
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import type { ReactNode } from "react";
import { useInterface } from "../i18n";

export function SortableList(props: { id: string; length: number; onMove: (from: number, to: number) => void; children: (index: number, handle: ReactNode) => ReactNode }) {
  const { t } = useInterface();
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 5 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const ids = Array.from({ length: props.length }, (_, index) => `${props.id}/${index}`);
  const end = ({ active, over }: DragEndEvent): void => {
    const from = ids.indexOf(String(active.id));
    const to = over ? ids.indexOf(String(over.id)) : -1;
    if (from >= 0 && to >= 0 && from !== to) props.onMove(from, to);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={end}
      accessibility={{
        screenReaderInstructions: { draggable: t("dragHelp") },
        announcements: {
          onDragStart: ({ active }) => t("dragTaken", { position: ids.indexOf(String(active.id)) + 1 }),
          onDragOver: ({ over }) => (over ? t("dragOver", { position: ids.indexOf(String(over.id)) + 1, count: props.length }) : undefined),
          onDragEnd: ({ over }) => (over ? t("dragDropped", { position: ids.indexOf(String(over.id)) + 1 }) : t("dragCancelled")),
          onDragCancel: () => t("dragCancelled"),
        },
      }}
    >
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ul className="stack tight">
          {ids.map((id, index) => (
            <Item key={id} id={id} index={index} length={props.length} onMove={props.onMove}>
              {props.children}
            </Item>
          ))}
        </ul>
      </SortableContext>
    </DndContext>
  );
}

function Item(props: { id: string; index: number; length: number; onMove: (from: number, to: number) => void; children: (index: number, handle: ReactNode) => ReactNode }) {
  const { t } = useInterface();
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: props.id });
  const handle = (
    <button
      ref={setActivatorNodeRef}
      type="button"
      className="button icon quiet handle"
      {...attributes}
      {...listeners}
      aria-label={t("reorder", { position: props.index + 1, count: props.length })}
    >
      <span aria-hidden="true">⠿</span>
    </button>
  );
  return (
    <li ref={setNodeRef} className={isDragging ? "dragging" : undefined} style={{ transform: transform ? `translate3d(0, ${transform.y}px, 0)` : undefined, transition }}>
      {props.children(props.index, handle)}
    </li>
  );
}
