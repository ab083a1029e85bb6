/** Values of a member to choose from, found while typing: a list of checkboxes behind a button. */

import { useCallback, useEffect, useId, useRef, useState } from "react";
import { useLoaded } from "../api/asking.ts";
import { Icon } from "../parts/icons.tsx";
import { Problem } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { loadRows } from "./plan.ts";

const MOST = 60;
const PAUSE_MS = 200;

async function loadValues(member: string, typed: string, signal: AbortSignal): Promise<Known[]> {
  const contains = { member, operator: "contains" as const, values: [typed] };
  const query = {
    dimensions: [member],
    filters: typed ? [contains] : [],
    order: { [member]: "asc" as const },
    limit: MOST,
  };
  const rows = await loadRows(query, signal);
  return rows.flatMap((row) =>
    row[member] === null || row[member] === undefined
      ? []
      : [{ value: String(row[member]), title: String(row[member]) }],
  );
}

export interface Known {
  value: string;
  title: string;
}
export type Find = (typed: string, signal: AbortSignal) => Promise<Known[]>;

export function ValuePicker({
  label,
  member,
  find,
  known = [],
  chosen,
  isMultiple,
  onChange,
}: {
  label: string;
  member?: string | undefined;
  /** How values are found where they are no member's; give a function that stays the same. */
  find?: Find;
  /** Values that are always there, such as "this season". */
  known?: Known[];
  chosen: string[];
  isMultiple: boolean;
  onChange: (values: string[]) => void;
}) {
  const { t } = useTexts();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    const leave = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
    };
  }, [isOpen]);
  const titles = new Map(known.map((one) => [one.value, one.title]));
  const told = chosen.map((value) => titles.get(value) ?? value).join(", ");
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes from anywhere inside
    <div
      className="picker"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.preventDefault();
        event.stopPropagation();
        setOpen(false);
        opener.current?.focus();
      }}
    >
      <button
        type="button"
        ref={opener}
        className={chosen.length > 0 ? "opener chosen" : "opener"}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="opener-label">{label}</span>
        <span className="opener-value">{told || t("parameter.all")}</span>
        <Icon name="down" />
      </button>
      {isOpen && (
        <div className="popover" id={id}>
          <Values
            label={label}
            member={member}
            find={find}
            known={known}
            chosen={chosen}
            isMultiple={isMultiple}
            onChange={(values) => {
              onChange(values);
              if (!isMultiple) {
                setOpen(false);
                opener.current?.focus();
              }
            }}
          />
        </div>
      )}
    </div>
  );
}

function Values({
  label,
  member,
  find,
  known,
  chosen,
  isMultiple,
  onChange,
}: {
  label: string;
  member: string | undefined;
  find: Find | undefined;
  known: Known[];
  chosen: string[];
  isMultiple: boolean;
  onChange: (values: string[]) => void;
}) {
  const { t } = useTexts();
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => search.current?.focus(), []);
  useEffect(() => {
    const waiting = window.setTimeout(() => setAsked(typed), PAUSE_MS);
    return () => window.clearTimeout(waiting);
  }, [typed]);
  const load = useCallback(
    (signal: AbortSignal): Promise<Known[]> => {
      if (find) return find(asked, signal);
      return member ? loadValues(member, asked, signal) : Promise.resolve([]);
    },
    [find, member, asked],
  );
  const { answer, error } = useLoaded(load);
  const names = new Map([...known, ...(answer ?? [])].map((one) => [one.value, one.title]));
  const options = [...new Set([...known.map((one) => one.value), ...chosen, ...names.keys()])];
  const toggle = (value: string, isOn: boolean) => {
    if (!isMultiple) onChange(isOn ? [value] : []);
    else onChange(isOn ? [...chosen, value] : chosen.filter((one) => one !== value));
  };
  return (
    <>
      <input
        ref={search}
        type="search"
        aria-label={t("parameter.search", { what: label })}
        placeholder={t("parameter.search", { what: label })}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          const [only] = answer ?? [];
          if (only !== undefined) toggle(only.value, !chosen.includes(only.value));
        }}
      />
      {error && <Problem error={error} />}
      <ul>
        {options.map((value) => (
          <li key={value}>
            <label className="pick">
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={({ target }) => toggle(value, target.checked)}
              />
              {names.get(value) ?? value}
            </label>
          </li>
        ))}
        {answer?.length === 0 && options.length === 0 && (
          <li className="faint">{t("parameter.none")}</li>
        )}
      </ul>
      {chosen.length > 0 && (
        <button type="button" className="quiet" onClick={() => onChange([])}>
          {t("action.clear")}
        </button>
      )}
    </>
  );
}
