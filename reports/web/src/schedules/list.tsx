/** The reports that are sent by themselves: when, to whom, and how the last sending went. */

import { useState } from "react";
import { Link } from "react-router";
import { useAction, useAnswer } from "../api/asking.ts";
import {
  type DeliveryRowFragment,
  ReportScheduleRunNowDocument,
  ReportSchedulesDocument,
  type ScheduleRowFragment,
} from "../api/generated.ts";
import { ask, check } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Icon } from "../parts/icons.tsx";
import { Empty, PageHead, Problem, Skeleton, Status } from "../parts/parts.tsx";
import { useViewer } from "../shell/door.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Allowed } from "./allowed.tsx";
import { ScheduleDialog } from "./dialog.tsx";
import { History } from "./history.tsx";
import { rhythm } from "./rhythm.ts";

export default function Schedules() {
  const { t, language } = useTexts();
  const viewer = useViewer();
  const { answer, error, again } = useAnswer(ReportSchedulesDocument, { after: null, language });
  const [opened, setOpened] = useState<"new" | "allowed" | null>(null);
  const schedules = answer?.reportSchedules?.nodes;
  const patterns = answer?.reportRecipients?.patterns ?? [];
  const done = () => {
    setOpened(null);
    again();
  };
  return (
    <>
      <PageHead title={t("schedule.title")} below={<span>{t("schedule.lead")}</span>}>
        {viewer.role === "ROOT" && (
          <button type="button" onClick={() => setOpened("allowed")}>
            <Icon name="share" /> {t("schedule.allowed")}
          </button>
        )}
        <button type="button" className="primary" onClick={() => setOpened("new")}>
          <Icon name="plus" /> {t("schedule.new")}
        </button>
      </PageHead>
      {error && <Problem error={error} onRetry={again} />}
      {!schedules && !error && <Skeleton rows={6} />}
      {schedules && patterns.length === 0 && (
        <p className="notice">
          <Icon name="alert" /> {t("schedule.nobody-allowed")}
        </p>
      )}
      {schedules?.length === 0 && (
        <Empty title={t("schedule.none")} icon="schedules">
          {t("schedule.none-hint")}
        </Empty>
      )}
      {schedules && schedules.length > 0 && (
        <ul className="schedules">
          {schedules.map((one) => (
            <Card key={one.id} schedule={one} patterns={patterns} again={again} />
          ))}
        </ul>
      )}
      {opened === "new" && (
        <ScheduleDialog patterns={patterns} onClose={() => setOpened(null)} onDone={done} />
      )}
      {opened === "allowed" && (
        <Allowed patterns={patterns} onClose={() => setOpened(null)} onDone={done} />
      )}
    </>
  );
}

function Card({
  schedule,
  patterns,
  again,
}: {
  schedule: ScheduleRowFragment;
  patterns: string[];
  again: () => void;
}) {
  const texts = useTexts();
  const { t, instant } = texts;
  const [opened, setOpened] = useState<"edit" | "history" | null>(null);
  const running = useAction(async () => {
    const input = { idempotencyKey: newKey(), scheduleId: schedule.id };
    check((await ask(ReportScheduleRunNowDocument, { input })).reportScheduleRunNow?.userErrors);
    setOpened("history");
  });
  const { report } = schedule;
  const [last] = schedule.deliveries?.nodes ?? [];
  const close = () => {
    setOpened(null);
    again();
  };
  return (
    <li className={schedule.isActive ? "sheet schedule" : "sheet schedule resting"}>
      <div className="schedule-what">
        <h2>{schedule.title}</h2>
        <p>
          {report ? (
            <Link to={`/reports/${report.key}`}>{report.title}</Link>
          ) : (
            <span className="faint">{t("schedule.report-gone")}</span>
          )}
          <span className="format">{schedule.format}</span>
        </p>
        <p className="faint">{schedule.recipients.join(", ")}</p>
      </div>
      <div className="schedule-when">
        <p>
          <Icon name="clock" /> {rhythm(schedule, texts)}
        </p>
        <small>{schedule.timeZone}</small>
        <small>
          {schedule.isActive
            ? t("schedule.next", { time: instant(schedule.nextDueAt, schedule.timeZone) })
            : t("schedule.resting")}
        </small>
      </div>
      <div className="schedule-last">{last && <Last of={last} />}</div>
      <div className="schedule-do">
        <button type="button" onClick={() => running.run()} disabled={running.isRunning}>
          {t("schedule.run")}
        </button>
        <button type="button" className="quiet" onClick={() => setOpened("history")}>
          {t("schedule.history")}
        </button>
        <button
          type="button"
          className="bare"
          aria-label={t("schedule.edit-of", { what: schedule.title })}
          title={t("report.edit")}
          onClick={() => setOpened("edit")}
        >
          <Icon name="edit" />
        </button>
      </div>
      {running.error && <Problem error={running.error} />}
      {opened === "edit" && (
        <ScheduleDialog
          schedule={schedule}
          patterns={patterns}
          onClose={() => setOpened(null)}
          onDone={close}
        />
      )}
      {opened === "history" && <History schedule={schedule} onClose={close} />}
    </li>
  );
}

function Last({ of }: { of: DeliveryRowFragment }) {
  const { instant } = useTexts();
  return (
    <>
      <Status group="deliveryStatus" value={of.status} />
      <small>{instant(of.settledAt ?? of.createdAt)}</small>
      {of.error && <p className="small refusal">{of.error}</p>}
    </>
  );
}
