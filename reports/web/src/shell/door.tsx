/** Lets in whoever brings a token that the API takes, and tells all pages who that is. */

import { createContext, use, useState, useSyncExternalStore } from "react";
import { useAction, useAnswer } from "../api/asking.ts";
import { ViewerDocument, type ViewerQuery } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { currentToken, keepToken, onTokenChange } from "../api/session.ts";
import { Icon } from "../parts/icons.tsx";
import { Field, Problem } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Choices } from "./choices.tsx";
import { Frame } from "./frame.tsx";
import { Arriving, Providers, useIsArriving } from "./providers.tsx";

export type Viewer = ViewerQuery["viewer"];
const Context = createContext<Viewer | null>(null);

export function useViewer(): Viewer {
  const viewer = use(Context);
  if (viewer === null) throw new Error("useViewer outside of the door");
  return viewer;
}

export function Door() {
  const token = useSyncExternalStore(onTokenChange, currentToken);
  const isArriving = useIsArriving();
  if (isArriving && token === null) {
    return (
      <main className="waiting">
        <Arriving />
      </main>
    );
  }
  return token === null ? <SignIn /> : <Admitted key={token} />;
}

function Admitted() {
  const { answer, error, again } = useAnswer(ViewerDocument, {});
  if (answer !== null) {
    return (
      <Context value={answer.viewer}>
        <Frame />
      </Context>
    );
  }
  return <main className="waiting">{error && <Problem error={error} onRetry={again} />}</main>;
}

function SignIn() {
  const { t } = useTexts();
  const [token, setToken] = useState("");
  const { run, isRunning, error } = useAction(async () => {
    await ask(ViewerDocument, {}, undefined, token.trim());
    keepToken(token);
  });
  return (
    <main className="door">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <p className="brand">
          <Mark /> Loge
        </p>
        <h1>{t("door.title")}</h1>
        <p>{t("door.lead")}</p>
        <Providers />
        <Field label={t("door.token")}>
          {(id) => (
            <input
              id={id}
              type="password"
              value={token}
              onChange={(event) => setToken(event.target.value)}
              autoComplete="off"
              spellCheck={false}
              required
              // biome-ignore lint/a11y/noAutofocus: the page has nothing else to do
              autoFocus
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <button type="submit" className="primary" disabled={isRunning}>
          {isRunning ? t("state.loading") : t("door.enter")} <Icon name="right" />
        </button>
        <p className="small">{t("door.kept")}</p>
        <p className="small">
          {t("door.where")} <code>loge token --role sales --organisation CODE</code>
        </p>
        <Choices />
      </form>
      <Stand />
    </main>
  );
}

export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path className="stem" d="M9 7h5v14h9v4H9z" />
      <path className="arc" d="M18 17a5 5 0 0 1 5-5" />
    </svg>
  );
}

interface Place {
  key: string;
  tone: string;
  x: number;
  y: number;
}

/** The places of a quarter of a stand, row by row outwards from a corner. */
function places(): Place[] {
  const found: Place[] = [];
  for (let row = 0; row < 9; row += 1) {
    const radius = 150 + row * 40;
    const count = 12 + row * 4;
    for (let seat = 0; seat < count; seat += 1) {
      const angle = Math.PI + ((seat + 0.5) / count) * (Math.PI / 2);
      const tone = (seat * 7 + row * 11) % 9;
      found.push({
        key: `${row}-${seat}`,
        tone: tone < 2 ? "free" : tone === 4 ? "held" : "sold",
        x: 520 + Math.cos(angle) * radius,
        y: 520 + Math.sin(angle) * radius,
      });
    }
  }
  return found;
}

/** A stand seen from above, some of its seats taken: decoration. */
function Stand() {
  return (
    <svg className="stand" viewBox="0 0 520 520" aria-hidden="true">
      {places().map(({ key, tone, x, y }) => (
        <circle key={key} className={tone} cx={x} cy={y} r="11" />
      ))}
    </svg>
  );
}
