/** A report: what may be chosen, its numbers, charts and tables, kept up to date by themselves. */

import { useCallback, useRef, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useAction, useAnswer, useLoaded } from "../api/asking.ts";
import {
  ReportCopyDocument,
  ReportDocument,
  ReportFavourDocument,
  type ReportQuery,
  ReportRecipientsDocument,
} from "../api/generated.ts";
import { ApiError, ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { CopyButton } from "../parts/copy.tsx";
import { Icon } from "../parts/icons.tsx";
import { Empty, PageHead, Problem, Skeleton } from "../parts/parts.tsx";
import { LiveMark } from "../sales/live-mark.tsx";
import { ScheduleDialog } from "../schedules/dialog.tsx";
import { useViewer } from "../shell/door.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Blocks } from "./blocks.tsx";
import { Exports } from "./exports.tsx";
import { useFollowing } from "./following.ts";
import { Manage } from "./manage.tsx";
import { Parameters } from "./parameters.tsx";
import {
  type Answers,
  type Choice,
  type Choices,
  choicesOf,
  loadAnswers,
  loadPlan,
  type Parameter,
  type Plan,
  typedChoices,
} from "./plan.ts";

export type Report = NonNullable<ReportQuery["report"]>;

interface Shown {
  plan: Plan;
  answers: Answers;
  /** As of when its facts are. */
  at: Date | null;
}

export default function Viewer() {
  const { key = "" } = useParams();
  const { t, language } = useTexts();
  const known = useAnswer(ReportDocument, { key, language });
  const report = known.answer?.report;
  if (known.answer === null) {
    return known.error ? (
      <Problem error={known.error} onRetry={known.again} />
    ) : (
      <Skeleton rows={10} />
    );
  }
  if (!report) return <Empty title={t("report.missing")} icon="reports" />;
  return <Known key={report.id} report={report} again={known.again} />;
}

function Known({ report, again }: { report: Report; again: () => void }) {
  const { t, language, locale } = useTexts();
  const [given, setGiven] = useSearchParams();
  const parameters = useRef<Parameter[]>([]);
  const text = given.toString();
  const { key, version } = report;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is another report
  const load = useCallback(
    async (signal: AbortSignal): Promise<Shown> => {
      const choices = choicesOf(new URLSearchParams(text));
      const named = Object.keys(choices).length > 0;
      if (named && parameters.current.length === 0) {
        parameters.current = (await loadPlan({ key, parameters: {}, language }, signal)).parameters;
      }
      const plan = await loadPlan(
        { key, parameters: typedChoices(choices, parameters.current), language },
        signal,
      );
      parameters.current = plan.parameters;
      const { answers, refreshedAt } = await loadAnswers(plan, signal);
      return { plan, answers, at: refreshedAt === null ? null : new Date(refreshedAt) };
    },
    [key, text, language, version],
  );
  const shown = useLoaded(load);
  const isLive = useFollowing(shown.answer?.plan ?? null, shown.again);
  const change = (name: string, value: Choice) => {
    const next = new URLSearchParams(given);
    next.delete(name);
    const isRange = parameters.current.find((one) => one.name === name)?.kind === "date_range";
    if (Array.isArray(value) && isRange) next.set(name, value.join(".."));
    else
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== null) next.append(name, one);
    setGiven(next, { replace: true });
  };
  const now = typedChoices(choicesOf(given), parameters.current);
  const canShare = useViewer().permissions.includes("REPORT_CHANGE");
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  return (
    <>
      <PageHead
        title={report.title}
        above={
          <Link to="/reports">
            <Icon name="left" /> {t("library.title")}
          </Link>
        }
        below={
          <>
            {report.description && <span>{report.description}</span>}
            <LiveMark isLive={isLive} />
            {shown.answer?.at && (
              <small title={t("report.at-hint")}>
                {t("report.at", { time: time.format(shown.answer.at) })}
              </small>
            )}
          </>
        }
      >
        <Favourite report={report} onDone={again} />
        <CopyButton address={() => window.location.href} />
        {/* Before the plan is there, it is not known what the address chooses. */}
        {shown.answer && <Exports reportKey={key} parameters={now} />}
        {shown.answer && <Send report={report} parameters={now} />}
        {canShare && (shown.answer || shown.error) && (
          <Manage report={report} parameters={now} onDone={again} />
        )}
        {report.canEdit ? (
          <Link className="button" to={`/reports/${key}/edit`}>
            <Icon name="edit" /> {t("report.edit")}
          </Link>
        ) : (
          <Copy report={report} />
        )}
      </PageHead>
      {report.problems?.map((one) => (
        <p key={one.path} className="notice">
          <Icon name="alert" /> {one.message} {one.hint}
        </p>
      ))}
      <Parameters of={shown.answer?.plan.parameters ?? []} chosen={now} onChange={change} />
      {shown.error && (
        <Problem
          error={shown.error}
          {...(shown.error instanceof ApiError ? {} : { onRetry: shown.again })}
        />
      )}
      {shown.answer?.plan.notices.map((one) => (
        <p key={one.path} className="notice">
          <Icon name="alert" /> {one.message}
        </p>
      ))}
      {!shown.answer && !shown.error && <Skeleton rows={10} />}
      {shown.answer && (
        <div className={shown.isLoading ? "busy" : ""} aria-busy={shown.isLoading}>
          <Blocks plan={shown.answer.plan} answers={shown.answer.answers} />
        </div>
      )}
    </>
  );
}

function Favourite({ report, onDone }: { report: Report; onDone: () => void }) {
  const { t } = useTexts();
  const { run } = useAction(async () => {
    const input = { idempotencyKey: newKey(), id: report.id, isFavourite: !report.isFavourite };
    await ask(ReportFavourDocument, { input });
    onDone();
  });
  return (
    <button
      type="button"
      className={report.isFavourite ? "bare star on" : "bare star"}
      aria-pressed={report.isFavourite}
      aria-label={t("library.favourite", { what: report.title })}
      title={t("library.favourite", { what: report.title })}
      onClick={() => run()}
    >
      <Icon name="star" />
    </button>
  );
}

/** Has the report sent by itself, with what is chosen now. */
function Send({ report, parameters }: { report: Report; parameters: Choices }) {
  const { t } = useTexts();
  const { permissions } = useViewer();
  const [isOpen, setOpen] = useState(false);
  const [isDone, setDone] = useState(false);
  const { answer } = useAnswer(ReportRecipientsDocument, {}, isOpen);
  if (!permissions.includes("REPORT_CHANGE")) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        <Icon name="schedules" /> {t("schedule.send")}
      </button>
      {isDone && (
        <p className="told small" role="status">
          {t("schedule.made")} <Link to="/schedules">{t("schedule.title")}</Link>
        </p>
      )}
      {isOpen && answer && (
        <ScheduleDialog
          report={report}
          parameters={parameters}
          patterns={answer.reportRecipients?.patterns ?? []}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            setDone(true);
          }}
        />
      )}
    </>
  );
}

function Copy({ report }: { report: Report }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { run, isRunning, error } = useAction(async () => {
    const input = {
      idempotencyKey: newKey(),
      id: report.id,
      title: t("report.copy-of", { what: report.title }),
    };
    const { reportCopy } = await ask(ReportCopyDocument, { input });
    const [refused] = reportCopy?.userErrors ?? [];
    if (refused) throw new ApiError(refused.message, refused.code);
    if (reportCopy?.report) navigate(`/reports/${reportCopy.report.key}/edit`);
  });
  return (
    <>
      <button type="button" onClick={() => run()} disabled={isRunning}>
        <Icon name="copy" /> {t("report.copy")}
      </button>
      {error && <Problem error={error} />}
    </>
  );
}
