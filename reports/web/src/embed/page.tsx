/** A report in a page of another site, by a signed link: shown, kept up to date, and nothing else. */

import { useEffect, useState } from "react";
import { Icon } from "../parts/icons.tsx";
import { Empty, Skeleton } from "../parts/parts.tsx";
import { Blocks } from "../reports/blocks.tsx";
import type { Answers } from "../reports/plan.ts";
import { Mark } from "../shell/door.tsx";
import { type Language, TextsProvider, useTexts } from "../texts/texts.tsx";
import { chosenOf, type Shown, useShown } from "./shown.ts";

/** The credential of the link stands behind the # of its address: no server but ours is told. */
const CREDENTIAL = window.location.hash.slice(1);

export default function Embedded() {
  const state = useShown(CREDENTIAL);
  if (state.shown === null) {
    return (
      <TextsProvider>
        <main className="embedded">{state.isOver ? <Over /> : <Skeleton rows={8} />}</main>
      </TextsProvider>
    );
  }
  return (
    <TextsProvider fixed={state.shown.language as Language}>
      {state.isOver ? (
        <main className="embedded">
          <Over />
        </main>
      ) : (
        <Page shown={state.shown} isAway={state.isAway} />
      )}
    </TextsProvider>
  );
}

function Over() {
  const { t } = useTexts();
  return <Empty title={t("embed.over")} icon="link" />;
}

function Page({ shown, isAway }: { shown: Shown; isAway: boolean }) {
  const { t, locale } = useTexts();
  const [answers, failures, at] = useAnswers(shown);
  const { club, plan, timeZone } = shown;
  useEffect(() => {
    document.title = `${shown.title} · ${club.name}`;
  }, [shown.title, club.name]);
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium", timeZone });
  const chosen = chosenOf(plan);
  return (
    <main className="embedded">
      <header style={club.colour ? { borderColor: club.colour } : {}}>
        {club.logo ? <img src={club.logo} alt={club.name} /> : <Mark />}
        <div>
          <h1>{shown.title}</h1>
          <p className="below">
            <span>{club.name}</span>
            {at && <small>{t("report.at", { time: time.format(new Date(at)) })}</small>}
            {isAway && <small>{t("state.not-live")}</small>}
          </p>
        </div>
      </header>
      {chosen.length > 0 && (
        <ul className="locked" aria-label={t("report.parameters")}>
          {chosen.map(({ title, value }) => (
            <li key={title}>
              <span>{title}</span> {value}
            </li>
          ))}
        </ul>
      )}
      {failures.map((one) => (
        <p key={one} className="notice">
          <Icon name="alert" /> {one}
        </p>
      ))}
      <Blocks plan={plan} answers={answers} isShownOnly />
    </main>
  );
}

/** Rows by query, what could not be answered, and as of when the oldest of them is. */
function useAnswers(shown: Shown): [Answers, string[], string | null] {
  const [told, setTold] = useState(() => answersOf(shown));
  const [before, setBefore] = useState(shown);
  // The same answers stay the same object, so that charts are not drawn again.
  if (before !== shown) {
    setBefore(shown);
    setTold(answersOf(shown));
  }
  return told;
}

function answersOf({ answers }: Shown): [Answers, string[], string | null] {
  const entries = Object.entries(answers);
  const rows: Answers = new Map(entries.map(([name, one]) => [name, one.data ?? []]));
  const failures = entries.flatMap(([, one]) => (one.error ? [one.error] : []));
  const times = entries.flatMap(([, one]) => (one.lastRefreshTime ? [one.lastRefreshTime] : []));
  return [rows, [...new Set(failures)], times.sort()[0] ?? null];
}
