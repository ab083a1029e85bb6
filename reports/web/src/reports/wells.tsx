/** Where members are put: in an order that can be changed by dragging, or by Alt and the arrow keys. */

import { type ReactNode, useRef, useState } from "react";
import { Icon } from "../parts/icons.tsx";
import { type Refusal, Refusals } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { CARRIED, type Member } from "./members.tsx";

export interface Item {
  key: string;
  title: string;
  /** More about it, such as how long its periods are. */
  more?: ReactNode;
}

export function Well({
  title,
  hint,
  refusals,
  items,
  takes,
  onTake,
  onMove,
  onRemove,
}: {
  title: string;
  hint: string;
  refusals: readonly Refusal[];
  items: Item[];
  takes: (name: string) => boolean;
  onTake: (name: string, place: number) => void;
  onMove: (from: number, to: number) => void;
  onRemove: (index: number) => void;
}) {
  const { t } = useTexts();
  const [isOver, setOver] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const own = useRef<number | null>(null);
  const drop = (event: React.DragEvent, place: number) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    const name = event.dataTransfer.getData(CARRIED);
    if (own.current !== null) onMove(own.current, place);
    else if (takes(name)) onTake(name, place);
    own.current = null;
  };
  const move = (from: number, to: number) => {
    if (to < 0 || to >= items.length) return;
    onMove(from, to);
    // The focus goes with what was moved.
    window.requestAnimationFrame(() => {
      list.current?.querySelectorAll<HTMLElement>(".grip")[to]?.focus();
    });
  };
  return (
    <fieldset
      className={isOver ? "well over" : "well"}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(CARRIED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => drop(event, items.length)}
    >
      <legend>{title}</legend>
      {items.length === 0 && <p className="faint">{hint}</p>}
      <ul ref={list}>
        {items.map((item, index) => (
          <li
            key={item.key}
            className="placed"
            draggable
            onDragStart={(event) => {
              own.current = index;
              event.dataTransfer.setData(CARRIED, "");
            }}
            onDragEnd={() => {
              own.current = null;
            }}
            onDrop={(event) => drop(event, index)}
          >
            <button
              type="button"
              className="bare grip"
              aria-label={t("builder.move", { what: item.title })}
              title={t("builder.move", { what: item.title })}
              onKeyDown={(event) => {
                if (!event.altKey) return;
                const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
                if (step === undefined) return;
                event.preventDefault();
                move(index, index + step);
              }}
            >
              <Icon name="grip" />
            </button>
            <span>{item.title}</span>
            {item.more}
            <button
              type="button"
              className="bare"
              aria-label={t("action.remove", { what: item.title })}
              onClick={() => onRemove(index)}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <Refusals of={refusals} />
    </fieldset>
  );
}

/** A list with one of its items at another place. */
export function moved<T>(items: T[], from: number, to: number): T[] {
  const next = [...items];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(to, 0, item);
  return next;
}

/** A list with an item put in at a place. */
export function inserted<T>(items: T[], item: T, place: number): T[] {
  return [...items.slice(0, place), item, ...items.slice(place)];
}

export function titleOf(members: Map<string, Member>, name: string): string {
  return members.get(name)?.title ?? name;
}
