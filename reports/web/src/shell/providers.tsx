/** The buttons of the identity providers that sign a club's people in, and the way back from them. */

import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { useAction, useLoaded } from "../api/asking.ts";
import { keepToken } from "../api/session.ts";
import { arrive, leaveFor, loadWays, RETURN_PATH } from "../api/sign-in.ts";
import { Icon } from "../parts/icons.tsx";
import { Problem } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";

/** Whether the browser just came back from a provider. */
export function useIsArriving(): boolean {
  return useLocation().pathname === RETURN_PATH;
}

export function Providers() {
  const { t } = useTexts();
  const { pathname, search } = useLocation();
  const { answer } = useLoaded(loadWays);
  const back = pathname === RETURN_PATH ? "/" : pathname + search;
  const { run, isRunning, error } = useAction(leaveFor);
  if (!answer || answer.length === 0) return null;
  return (
    <div className="ways">
      {answer.map((way) => (
        <button
          key={way.code}
          type="button"
          className="primary"
          disabled={isRunning}
          onClick={() => run(way, back)}
        >
          {t("door.with", { provider: way.code })} <Icon name="right" />
        </button>
      ))}
      {error && <Problem error={error} />}
      <p className="or">{t("door.or")}</p>
    </div>
  );
}

/** Makes a token of what a provider sent back, once, and goes where the reader was. */
export function Arriving() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const { search } = useLocation();
  const [error, setError] = useState<Error | null>(null);
  const begun = useRef(false);
  useEffect(() => {
    // A code is good once; an effect may run twice.
    if (begun.current) return;
    begun.current = true;
    arrive(search).then(
      ({ token, back }) => {
        navigate(back, { replace: true });
        keepToken(token);
      },
      (failure: unknown) =>
        setError(
          failure instanceof Error && failure.message ? failure : new Error(t("door.strange")),
        ),
    );
  }, [search, navigate, t]);
  if (error === null) return <p role="status">{t("state.loading")}</p>;
  return <Problem error={error} onRetry={() => navigate("/", { replace: true })} />;
}
