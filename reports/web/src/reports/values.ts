/** Values as they are read, and sums that lose no digit. */

import type { Texts } from "../texts/texts.tsx";
import type { Column, Format, Row, Value } from "./plan.ts";

const PERIODS: Record<string, Intl.DateTimeFormatOptions> = {
  year: { year: "numeric" },
  month: { month: "short", year: "numeric" },
  day: { day: "numeric", month: "short", year: "numeric" },
  week: { day: "numeric", month: "short", year: "numeric" },
  hour: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
};

/** Times of the semantic layer are the club's clock and name no zone. */
export function clock(value: string): Date {
  return new Date(
    /[zZ]|[+-]\d\d:?\d\d$/.test(value)
      ? value
      : `${value.length === 10 ? `${value}T00:00:00` : value}Z`,
  );
}

function writtenTime(value: string, format: Format, texts: Texts): string {
  const at = clock(value);
  if (Number.isNaN(at.getTime())) return value;
  if (format.granularity === "quarter")
    return `Q${Math.floor(at.getUTCMonth() / 3) + 1} ${at.getUTCFullYear()}`;
  const known =
    PERIODS[format.granularity ?? ""] ?? (format.kind === "instant" ? PERIODS.hour : PERIODS.day);
  return new Intl.DateTimeFormat(texts.locale, { ...known, timeZone: "UTC" }).format(at);
}

export function written(value: Value | undefined, format: Format, texts: Texts): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean" || value === "true" || value === "false") {
    return texts.t(String(value) === "true" ? "value.yes" : "value.no");
  }
  switch (format.kind) {
    case "currency":
      if (format.currency) return texts.money({ amount: String(value), currency: format.currency });
      return texts.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    case "percent":
      return texts.number(value, { style: "percent", maximumFractionDigits: 1 });
    case "number": {
      const digits = format.decimals ?? 2;
      return texts.number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    }
    case "date":
    case "instant":
      return writtenTime(String(value), format, texts);
    default:
      return format.granularity ? writtenTime(String(value), format, texts) : String(value);
  }
}

export function isNumeric(column: Column): boolean {
  return column.kind === "measure" || (column.type === "number" && column.format.kind !== "id");
}

/** The sum of decimals in text, exactly. */
export function exactSum(values: (Value | undefined)[]): string {
  const decimals = values.filter((one) => one !== null && one !== undefined).map(String);
  const places = Math.max(0, ...decimals.map((one) => one.split(".")[1]?.length ?? 0));
  let whole = 0n;
  for (const decimal of decimals) {
    const [units = "0", part = ""] = decimal.split(".");
    whole += BigInt(units + part.padEnd(places, "0"));
  }
  const digits = (whole < 0n ? -whole : whole).toString().padStart(places + 1, "0");
  const cut = digits.length - places;
  const sign = whole < 0n ? "-" : "";
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

/** How much more or less than before, as a share; null where that says nothing. */
export function change(now: Value | undefined, before: Value | undefined): number | null {
  const [left, right] = [Number(now ?? 0), Number(before ?? 0)];
  return right === 0 || Number.isNaN(left / right) ? null : (left - right) / Math.abs(right);
}

export function keyOf(row: Row, members: readonly string[]): string {
  return JSON.stringify(members.map((member) => row[member] ?? null));
}

export function compare(
  left: Value | undefined,
  right: Value | undefined,
  isNumber: boolean,
): number {
  if (left === null || left === undefined) return right === null || right === undefined ? 0 : 1;
  if (right === null || right === undefined) return -1;
  if (isNumber) return Number(left) - Number(right);
  return String(left).localeCompare(String(right), undefined, { numeric: true });
}
