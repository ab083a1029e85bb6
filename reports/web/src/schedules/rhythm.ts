/** When a schedule is due, in words: every Monday at 08:00. */

import type { ScheduleRowFragment } from "../api/generated.ts";
import type { Texts } from "../texts/texts.tsx";

/** A Monday, from which the names of the days are counted. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
export const MONTH_DAYS = Array.from({ length: 31 }, (_, index) => index + 1);

export function weekdayName(weekday: number, locale: string): string {
  const day = new Date(MONDAY + (weekday - 1) * DAY_MS);
  return new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(day);
}

/** Minutes since midnight as a clock shows them: 480 is 08:00. */
export function clockOf(minuteOfDay: number): string {
  const [hours, minutes] = [Math.floor(minuteOfDay / 60), minuteOfDay % 60];
  return `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

export function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

type Rhythm = Pick<ScheduleRowFragment, "cadence" | "weekday" | "dayOfMonth" | "minuteOfDay">;

export function rhythm(of: Rhythm, { t, locale }: Texts): string {
  const time = clockOf(of.minuteOfDay);
  switch (of.cadence) {
    case "WEEKLY":
      return t("schedule.weekly-at", { day: weekdayName(of.weekday ?? 1, locale), time });
    case "MONTHLY":
      return t("schedule.monthly-at", { day: of.dayOfMonth ?? 1, time });
    default:
      return t("schedule.daily-at", { time });
  }
}
