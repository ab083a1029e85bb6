/** Small parts that every page is made of. */

import { type ReactNode, useEffect, useId, useRef } from "react";
import { ApiError } from "../api/graphql.ts";
import { type Amount, useTexts } from "../texts/texts.tsx";
import { Icon, type IconName } from "./icons.tsx";

export function Money({ of, isFaint = false }: { of: Amount; isFaint?: boolean }) {
  const { money } = useTexts();
  const isZero = !/[1-9]/.test(of.amount);
  const tone =
    isZero || isFaint ? "amount faint" : of.amount.startsWith("-") ? "amount negative" : "amount";
  return <span className={tone}>{money(of)}</span>;
}

/** A status as a coloured word; the word says it, the colour helps. */
export function Status({ group, value }: { group: string; value: string }) {
  const { name } = useTexts();
  return <span className={`status status-${value.toLowerCase()}`}>{name(group, value)}</span>;
}

export function Problem({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { t } = useTexts();
  const isAway = error instanceof ApiError && error.code === "UNREACHABLE";
  return (
    <div className="problem" role="alert">
      <Icon name="alert" />
      <p>{isAway ? t("problem.unreachable") : error.message}</p>
      {onRetry && (
        <button type="button" className="quiet" onClick={onRetry}>
          {t("problem.retry")}
        </button>
      )}
    </div>
  );
}

export interface Refusal {
  message: string;
  code?: string;
  /** Which field of the input it is about. */
  path?: readonly string[] | null;
}

/** The refusals of a field, and of what is inside it. */
export function refusalsAt(of: readonly Refusal[], field: string): Refusal[] {
  return of.filter((one) => one.path?.[0] === field);
}

/** The refusals that no field of a form shows. */
export function otherRefusals(of: readonly Refusal[], fields: readonly string[]): Refusal[] {
  return of.filter((one) => !fields.includes(one.path?.[0] ?? ""));
}

/** Why the API refused something: every reason at once. */
export function Refusals({ of }: { of: readonly Refusal[] }) {
  if (of.length === 0) return null;
  return (
    <div className="problem" role="alert">
      <Icon name="alert" />
      <ul>
        {of.map(({ message, code }) => (
          <li key={`${code}${message}`}>{message}</li>
        ))}
      </ul>
    </div>
  );
}

export function Empty({
  title,
  children,
  icon = "search",
}: {
  title: string;
  children?: ReactNode;
  icon?: IconName;
}) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p className="empty-title">{title}</p>
      {children && <div className="empty-more">{children}</div>}
    </div>
  );
}

export function Skeleton({ rows = 6 }: { rows?: number }) {
  const { t } = useTexts();
  const lines = Array.from({ length: rows }, (_, index) => `line-${index}`);
  return (
    <div className="skeleton" role="status">
      <span className="hidden">{t("state.loading")}</span>
      {lines.map((line) => (
        <i key={line} />
      ))}
    </div>
  );
}

/** What an element says of the messages beside it. */
export interface Described {
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

export function Field({
  label,
  hint,
  refusals = [],
  children,
}: {
  label: string;
  hint?: string;
  /** What is wrong with what stands in it. */
  refusals?: readonly Refusal[];
  children: (id: string, described: Described) => ReactNode;
}) {
  const id = useId();
  const isWrong = refusals.length > 0;
  const described: Described = {
    ...((hint || isWrong) && { "aria-describedby": `${id}-more` }),
    ...(isWrong && { "aria-invalid": true }),
  };
  return (
    <div className={isWrong ? "field wrong" : "field"}>
      <label htmlFor={id}>{label}</label>
      {children(id, described)}
      {(hint || isWrong) && (
        <div id={`${id}-more`}>
          {refusals.map((one) => (
            <p key={one.message} className="refusal" role="alert">
              {one.message}
            </p>
          ))}
          {hint && <small>{hint}</small>}
        </div>
      )}
    </div>
  );
}

/** A dialog of the browser's own: it keeps the focus, closes by Escape and gives the focus back. */
export function Dialog({
  title,
  onClose,
  children,
  isWide = false,
  side = false,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  isWide?: boolean;
  side?: boolean;
}) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
  }, []);
  const shape = side ? "side" : isWide ? "wide" : "";
  return (
    <dialog ref={dialog} className={shape} aria-labelledby={heading} onClose={onClose}>
      <header>
        <h2 id={heading}>{title}</h2>
        <button type="button" className="bare" onClick={onClose} aria-label={t("action.close")}>
          <Icon name="close" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

export function Tile({
  label,
  children,
  note,
}: {
  label: string;
  children: ReactNode;
  note?: ReactNode;
}) {
  return (
    <div className="tile">
      <dt>{label}</dt>
      <dd>{children}</dd>
      {note && <dd className="note">{note}</dd>}
    </div>
  );
}

/** The page's heading, which is also the title of the tab. */
export function PageHead({
  title,
  children,
  above,
  below,
}: {
  title: string;
  children?: ReactNode;
  above?: ReactNode;
  below?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Loge`;
  }, [title]);
  return (
    <header className="page-head">
      <div>
        {above && <p className="above">{above}</p>}
        <h1 tabIndex={-1}>{title}</h1>
        {below && <div className="below">{below}</div>}
      </div>
      {children && <div className="page-actions">{children}</div>}
    </header>
  );
}
