/** Builds a report without SQL: a view, its measures and dimensions, conditions, a chart; seen at once. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useAction, useAnswer, useLoaded } from "../api/asking.ts";
import { ReportCreateDocument, ReportDocument, ReportUpdateDocument } from "../api/generated.ts";
import { ApiError, ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Icon } from "../parts/icons.tsx";
import { Empty, Field, PageHead, Problem, Skeleton } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Blocks } from "./blocks.tsx";
import { complete } from "./conditions.tsx";
import { type Draft, definitionOf, draftOf, isSimple, NOTHING } from "./draft.ts";
import { Members, useViews, type View } from "./members.tsx";
import { type Answers, loadAnswers, loadPlan, type Plan } from "./plan.ts";
import { added, Shape } from "./shape.tsx";
import type { Report } from "./viewer.tsx";

const PAUSE_MS = 350;

export default function Builder() {
  const { key } = useParams();
  const { t, language } = useTexts();
  const views = useViews();
  const known = useAnswer(ReportDocument, { key: key ?? "", language }, key !== undefined);
  const error = views.error ?? known.error;
  if (error) return <Problem error={error} onRetry={() => window.location.reload()} />;
  if (!views.answer || (key !== undefined && !known.answer)) return <Skeleton rows={10} />;
  const report = known.answer?.report ?? null;
  if (key !== undefined && report === null)
    return <Empty title={t("report.missing")} icon="reports" />;
  return <Workshop views={views.answer} report={report} />;
}

function Workshop({ views, report }: { views: View[]; report: Report | null }) {
  const { t, language } = useTexts();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() =>
    report
      ? draftOf(report.definition, language)
      : {
          ...NOTHING,
          view: views.find((one) => one.name === "sales")?.name ?? views[0]?.name ?? "",
        },
  );
  const change = useCallback(
    (values: Partial<Draft>) => setDraft((before) => ({ ...before, ...values })),
    [],
  );
  const view = views.find((one) => one.name === draft.view);
  const members = useMemo(
    () => new Map((view?.members ?? []).map((one) => [one.name, one])),
    [view],
  );
  const words = { period: t("builder.period"), compare: t("builder.compare") };
  const whole = {
    ...draft,
    title: draft.title.trim() || t("builder.untitled"),
    conditions: complete(draft.conditions),
  };
  const definition = definitionOf(whole, words);
  const isEmpty = draft.measures.length === 0 && draft.fields.length === 0;
  const saving = useAction(async () => {
    const key = newKey();
    const saved = report
      ? (
          await ask(ReportUpdateDocument, {
            input: {
              idempotencyKey: key,
              id: report.id,
              expectedVersion: report.version,
              definition,
            },
          })
        ).reportUpdate
      : (await ask(ReportCreateDocument, { input: { idempotencyKey: key, definition } }))
          .reportCreate;
    const refused = saved?.userErrors ?? [];
    if (refused.length > 0) {
      const told = refused.map((one) => one.message).join(" ");
      throw new ApiError(told, refused[0]?.code ?? "");
    }
    if (saved?.report) navigate(`/reports/${saved.report.key}`);
  });
  const used = new Set([...draft.measures, ...draft.fields.map((one) => one.member)]);
  return (
    <>
      <PageHead
        title={report ? t("builder.edit") : t("builder.new")}
        above={
          <Link to={report ? `/reports/${report.key}` : "/reports"}>
            <Icon name="left" /> {report?.title ?? t("library.title")}
          </Link>
        }
      >
        <button
          type="button"
          className="primary"
          disabled={saving.isRunning || isEmpty || !draft.title.trim()}
          onClick={() => saving.run()}
        >
          {t("action.save")}
        </button>
      </PageHead>
      {saving.error && <Problem error={saving.error} />}
      {report && !isSimple(report.definition) && (
        <p className="notice">{t("builder.not-simple")}</p>
      )}
      <div className="workshop">
        <aside className="shelf-of-members" aria-label={t("builder.members")}>
          <Field label={t("builder.view")}>
            {(id) => (
              <select
                id={id}
                value={draft.view}
                onChange={({ target }) =>
                  setDraft({ ...NOTHING, title: draft.title, view: target.value })
                }
              >
                {views.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.title}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {view && <p className="small">{view.description}</p>}
          {view && (
            <Members
              view={view}
              used={used}
              onAdd={(member) => setDraft((before) => added(before, member))}
            />
          )}
        </aside>
        <div>
          <div className="names">
            <Field label={t("builder.title")}>
              {(id) => (
                <input
                  id={id}
                  value={draft.title}
                  required
                  onChange={(event) => change({ title: event.target.value })}
                />
              )}
            </Field>
            <Field label={t("builder.description")}>
              {(id) => (
                <input
                  id={id}
                  value={draft.description}
                  onChange={(event) => change({ description: event.target.value })}
                />
              )}
            </Field>
          </div>
          <Shape draft={draft} members={members} onChange={setDraft} />
          <section className="preview" aria-label={t("builder.preview")}>
            {isEmpty ? (
              <Empty title={t("builder.empty")} icon="reports">
                {t("builder.empty-hint")}
              </Empty>
            ) : (
              <Preview definition={JSON.stringify(definition)} language={language} />
            )}
          </section>
        </div>
      </div>
    </>
  );
}

/** The report as it would be, a moment after the last change. */
function Preview({ definition, language }: { definition: string; language: string }) {
  const [settled, setSettled] = useState(definition);
  useEffect(() => {
    const waiting = window.setTimeout(() => setSettled(definition), PAUSE_MS);
    return () => window.clearTimeout(waiting);
  }, [definition]);
  const load = useCallback(
    async (signal: AbortSignal): Promise<{ plan: Plan; answers: Answers }> => {
      const plan = await loadPlan(
        { definition: JSON.parse(settled), parameters: {}, language },
        signal,
      );
      return { plan, answers: await loadAnswers(plan, signal) };
    },
    [settled, language],
  );
  const { answer, error, isLoading } = useLoaded(load);
  return (
    <>
      {error && <Problem error={error} />}
      {answer?.plan.notices.map((one) => (
        <p key={one.path} className="notice">
          <Icon name="alert" /> {one.message}
        </p>
      ))}
      {!answer && !error && <Skeleton />}
      {answer && (
        <div className={isLoading || error ? "busy" : ""} aria-busy={isLoading}>
          <Blocks plan={answer.plan} answers={answer.answers} />
        </div>
      )}
    </>
  );
}
