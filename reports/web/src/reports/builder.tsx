/** Builds a report without SQL: a view, its measures and dimensions, conditions, a chart; seen at once. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useAction, useAnswer, useLoaded } from "../api/asking.ts";
import { ReportCreateDocument, ReportDocument, ReportUpdateDocument } from "../api/generated.ts";
import { ApiError, ask, check, type Refused } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Icon } from "../parts/icons.tsx";
import { Empty, Field, PageHead, Problem, Skeleton } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Blocks } from "./blocks.tsx";
import { complete } from "./conditions.tsx";
import { type Definition, type Draft, draftOf, NOTHING } from "./draft.ts";
import { isPlaced, placedRefusals } from "./faults.ts";
import { Members, useViews, type View } from "./members.tsx";
import { emptyPart, firstPart, freeName, mergedInto, without } from "./merging.ts";
import { Parts } from "./parts.tsx";
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

/** What a new report begins with. */
function firstDraft(views: View[]): Draft {
  const view = views.find((one) => one.name === "sales") ?? views[0];
  return { ...NOTHING, view: view?.name ?? "" };
}

function Workshop({ views, report }: { views: View[]; report: Report | null }) {
  const { t, language } = useTexts();
  const navigate = useNavigate();
  const [origin, setOrigin] = useState<Definition | null>(
    () => (report?.definition as Definition | undefined) ?? null,
  );
  const [draft, setDraft] = useState<Draft>(() =>
    origin ? draftOf(origin, language, firstPart(origin)) : firstDraft(views),
  );
  const change = useCallback(
    (values: Partial<Draft>) => setDraft((before) => ({ ...before, ...values })),
    [],
  );
  const [shown, setShown] = useState<readonly Refused[]>([]);
  const view = views.find((one) => one.name === draft.view);
  const members = useMemo(
    () => new Map((view?.members ?? []).map((one) => [one.name, one])),
    [view],
  );
  const words = {
    period: t("builder.period"),
    compare: t("builder.compare"),
    season: t("sales.season"),
  };
  const isEmpty = draft.measures.length === 0 && draft.fields.length === 0;
  const whole = (one: Draft): Definition => {
    const told = { ...one, title: one.title.trim(), conditions: complete(one.conditions) };
    const isNothing = told.measures.length === 0 && told.fields.length === 0;
    if (origin !== null && isNothing) return { ...origin, title: told.title };
    return mergedInto(origin, told, words, language);
  };
  const open = (definition: Definition, part: Draft) => {
    setOrigin(definition);
    setDraft(part);
    setShown([]);
  };
  const saving = useAction(async () => {
    const key = newKey();
    const definition = whole(draft);
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
    check(saved?.userErrors);
    if (saved?.report) navigate(`/reports/${saved.report.key}`);
  });
  const used = new Set([...draft.measures, ...draft.fields.map((one) => one.member)]);
  const refused = [...shown, ...(saving.error instanceof ApiError ? saving.error.refusals : [])];
  const placed = placedRefusals(refused, draft);
  const previewed = whole({ ...draft, title: draft.title.trim() || t("builder.untitled") });
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
          disabled={saving.isRunning || (isEmpty && origin === null) || !draft.title.trim()}
          onClick={() => saving.run()}
        >
          {t("action.save")}
        </button>
      </PageHead>
      {saving.error && !isPlaced(saving.error, placed) && <Problem error={saving.error} />}
      <div className="workshop">
        <aside className="shelf-of-members" aria-label={t("builder.members")}>
          <Field label={t("builder.view")}>
            {(id) => (
              <select
                id={id}
                value={draft.view}
                onChange={({ target }) =>
                  setDraft({
                    ...NOTHING,
                    title: draft.title,
                    description: draft.description,
                    part: draft.part,
                    view: target.value,
                    isTimeKept: origin !== null,
                  })
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
            <Field label={t("builder.title")} refusals={placed.title}>
              {(id, described) => (
                <input
                  id={id}
                  {...described}
                  value={draft.title}
                  required
                  onChange={(event) => change({ title: event.target.value })}
                />
              )}
            </Field>
            <Field label={t("builder.description")} refusals={placed.description}>
              {(id, described) => (
                <input
                  id={id}
                  {...described}
                  value={draft.description}
                  onChange={(event) => change({ description: event.target.value })}
                />
              )}
            </Field>
          </div>
          <Parts
            origin={origin}
            draft={draft}
            isEmpty={isEmpty}
            onOpen={(name) => {
              const merged = whole(draft);
              open(merged, draftOf(merged, language, name));
            }}
            onAdd={() => {
              const merged = whole(draft);
              open(merged, emptyPart(draft, freeName(merged)));
            }}
            onRemove={() => {
              const left = without(whole(draft), draft.part);
              open(left, draftOf(left, language, firstPart(left)));
            }}
          />
          <Shape draft={draft} members={members} refusals={placed} onChange={setDraft} />
          <section className="preview" aria-label={t("builder.preview")}>
            {isEmpty && origin === null ? (
              <Empty title={t("builder.empty")} icon="reports">
                {t("builder.empty-hint")}
              </Empty>
            ) : (
              <Preview
                definition={JSON.stringify(previewed)}
                language={language}
                isPlaced={(error) => isPlaced(error, placed)}
                onRefused={setShown}
              />
            )}
          </section>
        </div>
      </div>
    </>
  );
}

/** The report as it would be, a moment after the last change. */
function Preview({
  definition,
  language,
  isPlaced: isToldAbove,
  onRefused,
}: {
  definition: string;
  language: string;
  /** Whether what is wrong stands at its field already. */
  isPlaced: (error: Error) => boolean;
  onRefused: (refused: readonly Refused[]) => void;
}) {
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
      return { plan, answers: (await loadAnswers(plan, signal)).answers };
    },
    [settled, language],
  );
  const { answer, error, isLoading } = useLoaded(load);
  useEffect(() => onRefused(error instanceof ApiError ? error.refusals : []), [error, onRefused]);
  return (
    <>
      {error && !isToldAbove(error) && <Problem error={error} />}
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
