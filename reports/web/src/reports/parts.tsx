/** The parts of a report that has several: one is changed at a time, the others stay as they are. */

import { Icon } from "../parts/icons.tsx";
import { useTexts } from "../texts/texts.tsx";
import type { Definition, Draft } from "./draft.ts";
import { partsOf } from "./merging.ts";

export function Parts({
  origin,
  draft,
  isEmpty,
  onOpen,
  onAdd,
  onRemove,
}: {
  origin: Definition | null;
  draft: Draft;
  isEmpty: boolean;
  onOpen: (name: string) => void;
  onAdd: () => void;
  onRemove: () => void;
}) {
  const { t, name, language } = useTexts();
  const parts = origin === null ? [] : partsOf(origin, language);
  const isNew = origin !== null && !parts.some((one) => one.name === draft.part);
  if (origin === null && isEmpty) return null;
  return (
    <div className="part-row">
      {parts.length > 0 && (
        <fieldset className="chips">
          <legend>{t("builder.parts")}</legend>
          {parts.map((one) => (
            <label key={one.name} className="chip">
              <input
                type="radio"
                name="part"
                checked={one.name === draft.part}
                onChange={() => onOpen(one.name)}
              />
              {[one.kinds.map((kind) => name("block", kind)).join(" + "), one.title]
                .filter(Boolean)
                .join(": ")}
            </label>
          ))}
          {isNew && (
            <label className="chip">
              <input type="radio" name="part" checked readOnly />
              {t("builder.part-new")}
            </label>
          )}
        </fieldset>
      )}
      <button type="button" className="quiet" onClick={onAdd} disabled={isEmpty}>
        <Icon name="plus" /> {t("builder.part-add")}
      </button>
      {parts.length > 1 && !isNew && (
        <button type="button" className="quiet" onClick={onRemove}>
          <Icon name="trash" /> {t("builder.part-remove")}
        </button>
      )}
    </div>
  );
}
