/** Makes, changes and deletes a schedule: what is sent, when, to whom and as what. */

import { useCallback, useMemo, useState } from "react";
import { useAction, useAnswer, useLoaded } from "../api/asking.ts";
import {
  type Cadence,
  ReportScheduleCreateDocument,
  ReportScheduleDeleteDocument,
  ReportScheduleUpdateDocument,
  ReportsDocument,
  type ScheduleRowFragment,
} from "../api/generated.ts";
import { ask, check } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Icon } from "../parts/icons.tsx";
import {
  Dialog,
  Field,
  otherRefusals,
  Problem,
  type Refusal,
  Refusals,
  refusalsAt,
} from "../parts/parts.tsx";
import { FORMATS } from "../reports/exports.tsx";
import { Parameters } from "../reports/parameters.tsx";
import { type Choices, loadPlan } from "../reports/plan.ts";
import { useViewer } from "../shell/door.tsx";
import { LANGUAGES, useTexts } from "../texts/texts.tsx";
import { clockOf, MONTH_DAYS, minuteOf, WEEKDAYS, weekdayName } from "./rhythm.ts";

const CADENCES: Cadence[] = ["DAILY", "WEEKLY", "MONTHLY"];
const FIELDS = ["title", "reportId", "recipients", "timeZone", "weekday", "dayOfMonth"];

/** Addresses as people write them: one a line, or with commas or semicolons between them. */
export function addressesIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

interface Given {
  reportId: string;
  title: string;
  parameters: Choices;
  cadence: Cadence;
  weekday: number;
  dayOfMonth: number;
  clock: string;
  timeZone: string;
  recipients: string;
  format: string;
  language: string;
  isActive: boolean;
}

function inputOf(given: Given) {
  const { recipients, clock, weekday, dayOfMonth, ...rest } = given;
  return {
    ...rest,
    recipients: addressesIn(recipients),
    minuteOfDay: minuteOf(clock),
    weekday: given.cadence === "WEEKLY" ? weekday : null,
    dayOfMonth: given.cadence === "MONTHLY" ? dayOfMonth : null,
  };
}

export function ScheduleDialog({
  schedule,
  report,
  parameters = {},
  patterns,
  onClose,
  onDone,
}: {
  schedule?: ScheduleRowFragment;
  /** Of a new schedule: what it sends, with what is chosen there. */
  report?: { id: string; title: string };
  parameters?: Choices;
  patterns: readonly string[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t, language } = useTexts();
  const viewer = useViewer();
  const [given, setGiven] = useState<Given>(() => ({
    reportId: schedule?.report?.id ?? report?.id ?? "",
    title: schedule?.title ?? report?.title ?? "",
    parameters: (schedule?.parameters as Choices | undefined) ?? parameters,
    cadence: schedule?.cadence ?? "WEEKLY",
    weekday: schedule?.weekday ?? 1,
    dayOfMonth: schedule?.dayOfMonth ?? 1,
    clock: clockOf(schedule?.minuteOfDay ?? 480),
    timeZone: schedule?.timeZone ?? viewer.organisation?.timeZone ?? "UTC",
    recipients: schedule?.recipients.join("\n") ?? "",
    format: schedule?.format ?? "xlsx",
    language: schedule?.language ?? language,
    isActive: schedule?.isActive ?? true,
  }));
  const change = (values: Partial<Given>) => setGiven((before) => ({ ...before, ...values }));
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const content = JSON.stringify(given);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content is another intent
  const idempotencyKey = useMemo(newKey, [content]);
  const saving = useAction(async () => {
    const input = { ...inputOf(given), idempotencyKey };
    const saved = schedule
      ? (
          await ask(ReportScheduleUpdateDocument, {
            input: { ...input, id: schedule.id, expectedVersion: schedule.version },
          })
        ).reportScheduleUpdate
      : (await ask(ReportScheduleCreateDocument, { input })).reportScheduleCreate;
    const refused = saved?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  return (
    <Dialog title={t(schedule ? "schedule.edit" : "schedule.new")} onClose={onClose} isWide>
      <form
        className="scheduling"
        onSubmit={(event) => {
          event.preventDefault();
          saving.run();
        }}
      >
        <What given={given} refusals={refusals} onChange={change} />
        <When given={given} refusals={refusals} onChange={change} />
        <Field
          label={t("schedule.recipients")}
          hint={`${t("schedule.recipients-hint")} ${patterns.join(", ") || t("schedule.nobody")}`}
          refusals={refusalsAt(refusals, "recipients")}
        >
          {(id, described) => (
            <textarea
              id={id}
              {...described}
              rows={2}
              required
              spellCheck={false}
              value={given.recipients}
              onChange={(event) => change({ recipients: event.target.value })}
            />
          )}
        </Field>
        <label className="pick">
          <input
            type="checkbox"
            checked={given.isActive}
            onChange={({ target }) => change({ isActive: target.checked })}
          />
          {t("schedule.active")}
        </label>
        {saving.error && <Problem error={saving.error} />}
        <Refusals of={otherRefusals(refusals, FIELDS)} />
        <footer>
          {schedule && <Delete schedule={schedule} onDone={onDone} />}
          <button type="button" onClick={onClose}>
            {t("action.back")}
          </button>
          <button type="submit" className="primary" disabled={saving.isRunning}>
            {t("action.save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface Part {
  given: Given;
  refusals: readonly Refusal[];
  onChange: (values: Partial<Given>) => void;
}

function What({ given, refusals, onChange }: Part) {
  const { t, language } = useTexts();
  const { answer } = useAnswer(ReportsDocument, { after: null, language });
  const reports = answer?.reports?.nodes ?? [];
  const listed = reports.find((one) => one.id === given.reportId);
  const key = listed?.key;
  const plan = useLoaded(
    useCallback(
      (signal: AbortSignal) => loadPlan({ key: key ?? "", parameters: {}, language }, signal),
      [key, language],
    ),
    key !== undefined,
  );
  return (
    <>
      <div className="pair">
        <Field label={t("schedule.report")} refusals={refusalsAt(refusals, "reportId")}>
          {(id, described) => (
            <select
              id={id}
              {...described}
              required
              value={given.reportId}
              onChange={({ target }) => {
                const chosen = reports.find((one) => one.id === target.value);
                const before = reports.find((one) => one.id === given.reportId)?.title ?? "";
                const isOwn = given.title !== "" && given.title !== before;
                onChange({
                  reportId: target.value,
                  parameters: {},
                  ...(!isOwn && { title: chosen?.title ?? "" }),
                });
              }}
            >
              <option value="" />
              {/* Until the list has come, so that what is chosen already can be saved. */}
              {given.reportId !== "" && !listed && (
                <option value={given.reportId}>{given.title}</option>
              )}
              {reports.map((one) => (
                <option key={one.id} value={one.id}>
                  {[one.code, one.title].filter(Boolean).join(" · ")}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("schedule.subject")} refusals={refusalsAt(refusals, "title")}>
          {(id, described) => (
            <input
              id={id}
              {...described}
              required
              value={given.title}
              onChange={(event) => onChange({ title: event.target.value })}
            />
          )}
        </Field>
      </div>
      {plan.answer && key !== undefined && plan.answer.parameters.length > 0 && (
        <fieldset className="choice">
          <legend>{t("report.parameters")}</legend>
          <Parameters
            of={plan.answer.parameters}
            chosen={given.parameters}
            onChange={(name, value) => {
              const { [name]: _, ...rest } = given.parameters;
              onChange({ parameters: value === null ? rest : { ...rest, [name]: value } });
            }}
          />
        </fieldset>
      )}
      <div className="pair">
        <Field label={t("schedule.format")}>
          {(id) => (
            <select
              id={id}
              value={given.format}
              onChange={(event) => onChange({ format: event.target.value })}
            >
              {Object.entries(FORMATS).map(([format, name]) => (
                <option key={format} value={format}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("choice.language")}>
          {(id) => (
            <select
              id={id}
              value={given.language}
              onChange={(event) => onChange({ language: event.target.value })}
            >
              {Object.entries(LANGUAGES).map(([code, name]) => (
                <option key={code} value={code} lang={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </>
  );
}

function When({ given, refusals, onChange }: Part) {
  const { t, name, locale } = useTexts();
  const zones = useMemo(() => {
    const known = Intl.supportedValuesOf("timeZone");
    return known.includes(given.timeZone) ? known : [given.timeZone, ...known];
  }, [given.timeZone]);
  return (
    <div className="quad">
      <Field label={t("schedule.cadence")}>
        {(id) => (
          <select
            id={id}
            value={given.cadence}
            onChange={(event) => onChange({ cadence: event.target.value as Cadence })}
          >
            {CADENCES.map((one) => (
              <option key={one} value={one}>
                {name("cadence", one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {given.cadence === "WEEKLY" && (
        <Field label={t("schedule.weekday")} refusals={refusalsAt(refusals, "weekday")}>
          {(id, described) => (
            <select
              id={id}
              {...described}
              value={given.weekday}
              onChange={(event) => onChange({ weekday: Number(event.target.value) })}
            >
              {WEEKDAYS.map((one) => (
                <option key={one} value={one}>
                  {weekdayName(one, locale)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      {given.cadence === "MONTHLY" && (
        <Field label={t("schedule.day")} refusals={refusalsAt(refusals, "dayOfMonth")}>
          {(id, described) => (
            <select
              id={id}
              {...described}
              value={given.dayOfMonth}
              onChange={(event) => onChange({ dayOfMonth: Number(event.target.value) })}
            >
              {MONTH_DAYS.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Field label={t("schedule.time")}>
        {(id) => (
          <input
            id={id}
            type="time"
            required
            value={given.clock}
            onChange={(event) => onChange({ clock: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("schedule.zone")} refusals={refusalsAt(refusals, "timeZone")}>
        {(id, described) => (
          <select
            id={id}
            {...described}
            value={given.timeZone}
            onChange={(event) => onChange({ timeZone: event.target.value })}
          >
            {zones.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

function Delete({ schedule, onDone }: { schedule: ScheduleRowFragment; onDone: () => void }) {
  const { t } = useTexts();
  const [isAsked, setAsked] = useState(false);
  const { run, isRunning, error } = useAction(async () => {
    const { id, version } = schedule;
    const input = { idempotencyKey: newKey(), scheduleId: id, expectedVersion: version };
    check((await ask(ReportScheduleDeleteDocument, { input })).reportScheduleDelete?.userErrors);
    onDone();
  });
  return (
    <div className="first">
      {error && <Problem error={error} />}
      <button
        type="button"
        className={isAsked ? "danger solid" : "danger"}
        disabled={isRunning}
        onClick={() => (isAsked ? run() : setAsked(true))}
      >
        <Icon name="trash" /> {t(isAsked ? "manage.delete-sure" : "manage.delete")}
      </button>
    </div>
  );
}
