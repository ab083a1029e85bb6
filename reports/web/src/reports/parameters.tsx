/** What a reader may choose of a report. */

import { useState } from "react";
import { Icon } from "../parts/icons.tsx";
import { type TextKey, useTexts } from "../texts/texts.tsx";
import type { Choice, Choices, Parameter } from "./plan.ts";
import { ValuePicker } from "./suggestions.tsx";

/** Ranges by their name in Cube's words. */
export const RANGES: [string, TextKey][] = [
  ["today", "range.today"],
  ["this week", "range.this-week"],
  ["this month", "range.this-month"],
  ["last month", "range.last-month"],
  ["last 3 months", "range.last-3-months"],
  ["this year", "range.this-year"],
  ["last year", "range.last-year"],
  ["last 12 months", "range.last-12-months"],
  ["next 3 months", "range.next-3-months"],
];
const OWN = "own";
/** How many are always in sight. */
const FIRST = 5;

export function Parameters({
  of,
  chosen,
  onChange,
}: {
  of: Parameter[];
  chosen: Choices;
  onChange: (name: string, value: Choice) => void;
}) {
  const { t } = useTexts();
  const isChosen = (one: Parameter) => chosen[one.name] !== undefined;
  const [isOpen, setOpen] = useState(false);
  const shown = isOpen ? of : of.filter((one, index) => index < FIRST || isChosen(one));
  if (of.length === 0) return null;
  return (
    <search className="parameters" aria-label={t("report.parameters")}>
      {shown.map((one) => (
        <Control
          key={one.name}
          parameter={one}
          chosen={chosen[one.name]}
          onChange={(value) => onChange(one.name, value)}
        />
      ))}
      {of.length > FIRST && (
        <button
          type="button"
          className="quiet"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name={isOpen ? "up" : "down"} /> {t(isOpen ? "report.fewer" : "report.more")}
        </button>
      )}
    </search>
  );
}

function listOf(value: Choice | undefined): string[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function Control({
  parameter,
  chosen,
  onChange,
}: {
  parameter: Parameter;
  chosen: Choice | undefined;
  onChange: (value: Choice) => void;
}) {
  const { t } = useTexts();
  const value = chosen === undefined ? parameter.value : chosen;
  const [first = ""] = listOf(value);
  switch (parameter.kind) {
    case "member":
      return (
        <ValuePicker
          label={parameter.title}
          member={parameter.members[0]}
          known={parameter.choices}
          chosen={listOf(value)}
          isMultiple={parameter.multiple}
          onChange={(values) => onChange(values.length > 0 ? values : null)}
        />
      );
    case "date_range":
      return <Range label={parameter.title} value={value} onChange={onChange} />;
    case "as_of":
      return (
        <label className="opener plain">
          <span className="opener-label">{parameter.title}</span>
          <input
            type="date"
            value={first.slice(0, 10)}
            onChange={(event) => onChange(event.target.value || null)}
          />
        </label>
      );
    case "number":
      return (
        <label className="opener plain">
          <span className="opener-label">{parameter.title}</span>
          <input
            inputMode="decimal"
            size={6}
            value={first}
            onChange={(event) => onChange(event.target.value || null)}
          />
        </label>
      );
    default:
      return (
        <label className={chosen != null ? "opener plain chosen" : "opener plain"}>
          <span className="opener-label">{parameter.title}</span>
          <select
            aria-label={parameter.title}
            value={first}
            onChange={(event) => onChange(event.target.value || null)}
          >
            {(parameter.kind === "comparison" || !first) && (
              <option value="">
                {t(parameter.kind === "comparison" ? "parameter.nothing" : "parameter.all")}
              </option>
            )}
            {parameter.choices.map((one) => (
              <option key={one.value} value={one.value}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
      );
  }
}

export function Range({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Choice;
  onChange: (value: Choice) => void;
}) {
  const { t } = useTexts();
  const isPair = Array.isArray(value) && value.length === 2;
  const [isOwn, setOwn] = useState(isPair);
  const [from = "", to = ""] = isPair ? value : [];
  const named = isPair ? OWN : (listOf(value)[0] ?? "");
  const isKnown = named === "" || named === OWN || RANGES.some(([one]) => one === named);
  return (
    <div className={named ? "opener plain chosen" : "opener plain"}>
      <label>
        <span className="opener-label">{label}</span>
        <select
          aria-label={label}
          value={isOwn ? OWN : named}
          onChange={({ target }) => {
            setOwn(target.value === OWN);
            if (target.value !== OWN) onChange(target.value || null);
          }}
        >
          <option value="">{t("parameter.all")}</option>
          {!isKnown && <option value={named}>{named}</option>}
          {RANGES.map(([one, text]) => (
            <option key={one} value={one}>
              {t(text)}
            </option>
          ))}
          <option value={OWN}>{t("range.own")}</option>
        </select>
      </label>
      {isOwn && <Days key={`${from}${to}`} from={from} to={to} onChange={onChange} />}
    </div>
  );
}

function Days({
  from,
  to,
  onChange,
}: {
  from: string;
  to: string;
  onChange: (value: Choice) => void;
}) {
  const { t } = useTexts();
  const [days, setDays] = useState([from, to]);
  const change = (next: string[]) => {
    setDays(next);
    if (next[0] && next[1] && next[0] <= next[1]) onChange(next);
  };
  return (
    <>
      <input
        type="date"
        aria-label={t("range.from")}
        value={days[0]}
        onChange={(event) => change([event.target.value, days[1] ?? ""])}
      />
      <input
        type="date"
        aria-label={t("range.to")}
        value={days[1]}
        onChange={(event) => change([days[0] ?? "", event.target.value])}
      />
    </>
  );
}
