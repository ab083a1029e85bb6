/** What was sent of a schedule, when, to whom, and why it was not where it was not. */

import { useEffect, useState } from "react";
import { useAnswer } from "../api/asking.ts";
import { ReportDeliveriesDocument, type ScheduleRowFragment } from "../api/generated.ts";
import { Dialog, Empty, Problem, Skeleton, Status } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";

/** How often a sending that is under way is looked after. */
const LOOK_MS = 1500;

export function History({
  schedule,
  onClose,
}: {
  schedule: ScheduleRowFragment;
  onClose: () => void;
}) {
  const { t, instant, number } = useTexts();
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const after = cursors.at(-1) ?? null;
  const { answer, error, again } = useAnswer(ReportDeliveriesDocument, {
    scheduleIds: [schedule.id],
    after,
  });
  const found = answer?.reportDeliveries;
  const isUnderWay = found?.nodes.some(
    ({ status }) => status === "PENDING" || status === "SENDING",
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again after each answer
  useEffect(() => {
    if (!isUnderWay) return;
    const waiting = window.setTimeout(again, LOOK_MS);
    return () => window.clearTimeout(waiting);
  }, [isUnderWay, answer, again]);
  return (
    <Dialog title={t("schedule.history-of", { what: schedule.title })} onClose={onClose} isWide>
      <div className="body">
        {error && <Problem error={error} onRetry={again} />}
        {!found && !error && <Skeleton rows={4} />}
        {found?.nodes.length === 0 && <Empty title={t("schedule.not-yet")} icon="schedules" />}
        {found && found.nodes.length > 0 && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
          <section className="table-box" tabIndex={0} aria-label={t("schedule.history")}>
            <table className="rows">
              <thead>
                <tr>
                  <th scope="col">{t("schedule.due")}</th>
                  <th scope="col">{t("sales.status")}</th>
                  <th scope="col">{t("schedule.recipients")}</th>
                  <th scope="col" className="end">
                    {t("schedule.attempts")}
                  </th>
                  <th scope="col">{t("schedule.reason")}</th>
                </tr>
              </thead>
              <tbody>
                {found.nodes.map((one) => (
                  <tr key={one.id}>
                    <th scope="row">
                      {instant(one.dueAt)}
                      {one.settledAt && (
                        <small>{t("schedule.settled", { time: instant(one.settledAt) })}</small>
                      )}
                    </th>
                    <td>
                      <Status group="deliveryStatus" value={one.status} />
                    </td>
                    <td>{one.recipients.join(", ")}</td>
                    <td className="end">{number(one.attemptCount)}</td>
                    <td className="main-cell">
                      {one.error ?? "–"}
                      {one.status === "PENDING" && one.nextAttemptAt && one.attemptCount > 0 && (
                        <small>
                          {t("schedule.next-attempt", { time: instant(one.nextAttemptAt) })}
                        </small>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
        <footer>
          {cursors.length > 1 && (
            <button type="button" onClick={() => setCursors(cursors.slice(0, -1))}>
              {t("action.newer")}
            </button>
          )}
          {found?.pageInfo.hasNextPage && (
            <button
              type="button"
              onClick={() => setCursors([...cursors, found.pageInfo.endCursor])}
            >
              {t("action.older")}
            </button>
          )}
        </footer>
      </div>
    </Dialog>
  );
}
