/** What a report that is being built consists of, and how it is shown. */

import { Refusals } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Conditions } from "./conditions.tsx";
import {
  chartsFor,
  type Draft,
  GRANULARITIES,
  keyOfField,
  LIMITS,
  seasonMembers,
} from "./draft.ts";
import type { Placed } from "./faults.ts";
import type { Member } from "./members.tsx";
import { Range } from "./parameters.tsx";
import { inserted, moved, titleOf, Well } from "./wells.tsx";

/** A draft with a member added where it belongs, or taken out if it was in. */
export function added(draft: Draft, member: Member, place?: number): Draft {
  const { name, kind } = member;
  if (kind === "measure") {
    const rest = draft.measures.filter((one) => one !== name);
    if (place === undefined && rest.length < draft.measures.length)
      return { ...draft, measures: rest };
    return { ...draft, measures: inserted(rest, name, place ?? rest.length) };
  }
  const rest = draft.fields.filter((one) => one.member !== name);
  if (place === undefined && rest.length < draft.fields.length) return { ...draft, fields: rest };
  const field = { member: name, granularity: kind === "time" ? "month" : null };
  const fields = inserted(rest, field, place ?? rest.length);
  return { ...draft, fields, time: draft.time ?? (kind === "time" ? name : null) };
}

export function Shape({
  draft,
  members,
  refusals,
  onChange,
}: {
  draft: Draft;
  members: Map<string, Member>;
  refusals: Placed;
  onChange: (draft: Draft) => void;
}) {
  const { t, name } = useTexts();
  const change = (values: Partial<Draft>) => onChange({ ...draft, ...values });
  const take = (carried: string, place: number) => {
    const member = members.get(carried);
    if (member) onChange(added(draft, member, place));
  };
  const isMeasure = (carried: string) => members.get(carried)?.kind === "measure";
  const charts = chartsFor(draft.measures.length, draft.fields.length);
  const times = [...members.values()].filter((one) => one.kind === "time");
  const hasSeasons = Object.values(seasonMembers(draft.view)).every((one) => members.has(one));
  const sorts = [
    ...draft.fields.map((one) => ({ key: keyOfField(one), title: titleOf(members, one.member) })),
    ...draft.measures.map((one) => ({ key: one, title: titleOf(members, one) })),
  ];
  return (
    <div className="shape">
      <Well
        title={t("builder.measures")}
        hint={t("builder.measures-hint")}
        refusals={refusals.measures}
        items={draft.measures.map((one) => ({ key: one, title: titleOf(members, one) }))}
        takes={isMeasure}
        onTake={take}
        onMove={(from, to) => change({ measures: moved(draft.measures, from, to) })}
        onRemove={(index) =>
          change({ measures: draft.measures.filter((_, place) => place !== index) })
        }
      />
      <Well
        title={t("builder.by")}
        hint={t("builder.by-hint")}
        refusals={refusals.fields}
        items={draft.fields.map((one, index) => ({
          key: one.member,
          title: titleOf(members, one.member),
          more: one.granularity && (
            <select
              aria-label={t("builder.granularity", { what: titleOf(members, one.member) })}
              value={one.granularity}
              onChange={({ target }) =>
                change({
                  fields: draft.fields.map((field, place) =>
                    place === index ? { ...field, granularity: target.value } : field,
                  ),
                })
              }
            >
              {GRANULARITIES.map((granularity) => (
                <option key={granularity} value={granularity}>
                  {name("granularity", granularity)}
                </option>
              ))}
            </select>
          ),
        }))}
        takes={(carried) => members.has(carried) && !isMeasure(carried)}
        onTake={take}
        onMove={(from, to) => change({ fields: moved(draft.fields, from, to) })}
        onRemove={(index) => change({ fields: draft.fields.filter((_, place) => place !== index) })}
      />
      <Conditions
        of={draft.conditions}
        members={members}
        refusals={refusals.conditions}
        onChange={(conditions) => change({ conditions })}
      />
      <div className="options">
        <label className="opener plain">
          <span className="opener-label">{t("builder.chart")}</span>
          <select
            value={charts.includes(draft.chart) ? draft.chart : ""}
            onChange={(event) => change({ chart: event.target.value })}
          >
            <option value="">{t("builder.no-chart")}</option>
            {charts.map((one) => (
              <option key={one} value={one}>
                {name("chart", one)}
              </option>
            ))}
          </select>
        </label>
        <label className="opener plain">
          <span className="opener-label">{t("builder.time")}</span>
          <select
            value={draft.time ?? ""}
            onChange={({ target }) =>
              change({
                time: target.value || null,
                range: null,
                comparison: null,
                isTimeKept: false,
              })
            }
          >
            <option value="">{t("parameter.nothing")}</option>
            {times.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
        {draft.time && (
          <Range
            label={t("builder.period")}
            value={draft.range}
            onChange={(range) => change({ range })}
          />
        )}
        {((draft.time && draft.range) || draft.isTimeKept || hasSeasons) && (
          <label className="opener plain">
            <span className="opener-label">{t("builder.compare")}</span>
            <select
              value={draft.comparison ?? ""}
              onChange={({ target }) => change({ comparison: target.value || null })}
            >
              <option value="">{t("parameter.nothing")}</option>
              <option value="previous_period">{t("compare.period")}</option>
              <option value="previous_year">{t("compare.year")}</option>
              {hasSeasons && <option value="previous_season">{t("compare.season")}</option>}
            </select>
          </label>
        )}
        <label className="opener plain">
          <span className="opener-label">{t("builder.sort")}</span>
          <select
            value={draft.sort ? `${draft.sort.isDown ? "-" : "+"}${draft.sort.key}` : ""}
            onChange={({ target }) =>
              change({
                sort: target.value
                  ? { key: target.value.slice(1), isDown: target.value.startsWith("-") }
                  : null,
              })
            }
          >
            <option value="">{t("builder.sort-usual")}</option>
            {sorts.flatMap(({ key, title }) => [
              <option key={`+${key}`} value={`+${key}`}>
                {t("builder.ascending", { what: title })}
              </option>,
              <option key={`-${key}`} value={`-${key}`}>
                {t("builder.descending", { what: title })}
              </option>,
            ])}
          </select>
        </label>
        <label className="opener plain">
          <span className="opener-label">{t("builder.limit")}</span>
          <select
            value={draft.limit}
            onChange={({ target }) => change({ limit: Number(target.value) })}
          >
            {[...new Set([...LIMITS, draft.limit])]
              .sort((left, right) => left - right)
              .map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
          </select>
        </label>
        <label className="chip">
          <input
            type="checkbox"
            checked={draft.hasTotals}
            onChange={({ target }) => change({ hasTotals: target.checked })}
          />
          {t("builder.totals")}
        </label>
        {draft.fields.length > 1 && (
          <label className="chip">
            <input
              type="checkbox"
              checked={draft.hasSubtotals}
              onChange={({ target }) => change({ hasSubtotals: target.checked })}
            />
            {t("builder.subtotals")}
          </label>
        )}
      </div>
      <Refusals of={refusals.options} />
    </div>
  );
}
