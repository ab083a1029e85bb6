/** Cancels a Sale or a part of it, and shows first what that would do. */

import { useEffect, useMemo, useState } from "react";
import { useAction, useAnswer } from "../api/asking.ts";
import {
  CancelDocument,
  type CancelLineInput,
  CancelPreviewDocument,
  type SaleCancelPreviewInput,
} from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Dialog, Field, Problem, type Refusal, Refusals } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Preview } from "./preview.tsx";
import type { Sale } from "./sale.tsx";
import { type Seat, useSeats } from "./seats.tsx";

type Line = NonNullable<Sale["lines"]>[number];
/** What goes: units by line, and seats by line. */
interface Chosen {
  everything: boolean;
  units: Record<string, number>;
  seats: Record<string, string[]>;
}

const NOTHING: Chosen = { everything: false, units: {}, seats: {} };
const PAUSE_MS = 250;

/** The chosen parts as the API takes them; null: nothing is chosen. */
function inputOf(sale: Sale, chosen: Chosen): SaleCancelPreviewInput | null {
  const part = { saleId: sale.id, creditWhere: "PROPORTIONAL" as const };
  if (chosen.everything) return { ...part, everything: true };
  const lines = (sale.lines ?? []).flatMap((line): CancelLineInput[] => {
    const seats = chosen.seats[line.id] ?? [];
    const quantity = chosen.units[line.id] ?? 0;
    if (seats.length > 0) return [{ lineId: line.id, resourceIds: seats }];
    return quantity > 0 ? [{ lineId: line.id, quantity }] : [];
  });
  return lines.length === 0 ? null : { ...part, everything: false, lines };
}

export function CancelDialog({
  sale,
  onClose,
  onDone,
}: {
  sale: Sale;
  onClose: () => void;
  onDone: (sentence: string) => void;
}) {
  const { t, money } = useTexts();
  const [chosen, setChosen] = useState(NOTHING);
  const [reason, setReason] = useState("");
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const input = useSettled(inputOf(sale, chosen));
  const nothing = { saleId: sale.id, everything: false, creditWhere: "PROPORTIONAL" as const };
  const asked = useAnswer(CancelPreviewDocument, { input: input ?? nothing }, input !== null);
  const told = input === null ? null : (asked.answer?.saleCancelPreview ?? null);
  const preview = told?.preview ?? null;
  const content = `${preview?.previewHash} ${reason}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content is another intent
  const idempotencyKey = useMemo(newKey, [content]);
  const amount = preview && difference(preview.saleBefore.gross, preview.saleAfter.gross);
  const { run, isRunning, error } = useAction(async () => {
    if (preview === null || input === null) return;
    const answer = await ask(CancelDocument, {
      input: {
        ...input,
        everything: input.everything ?? false,
        creditWhere: "PROPORTIONAL",
        idempotencyKey,
        reason,
        previewHash: preview.previewHash,
      },
    });
    const refused: Refusal[] = answer.saleCancel?.userErrors ?? [];
    if (refused.some(({ code }) => code === "PREVIEW_STALE")) {
      asked.again();
      setRefusals([{ message: t("cancel.stale"), code: "PREVIEW_STALE" }]);
      return;
    }
    setRefusals(refused);
    if (refused.length === 0) onDone(t("cancel.done", { amount: amount ? money(amount) : "" }));
  });
  const isReady = preview !== null && !asked.isLoading && !isRunning;
  return (
    <Dialog title={t("cancel.title", { code: sale.code })} onClose={onClose} isWide>
      <form
        className="cancel"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <div className="cancel-what">
          <Choice sale={sale} chosen={chosen} onChange={setChosen} />
          <Field label={t("cancel.reason")} hint={t("cancel.reason-hint")}>
            {(id) => (
              <input
                id={id}
                required
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
        </div>
        <section
          className="cancel-preview"
          aria-labelledby="preview"
          aria-live="polite"
          aria-busy={asked.isLoading}
        >
          <h3 id="preview">{t("cancel.preview")}</h3>
          {input === null && <p className="faint">{t("cancel.choose")}</p>}
          {input !== null && asked.error && <Problem error={asked.error} onRetry={asked.again} />}
          {told && <Refusals of={told.userErrors} />}
          {preview && <Preview of={preview} />}
        </section>
        {error && <Problem error={error} />}
        <Refusals of={refusals} />
        <footer>
          <button type="button" onClick={onClose}>
            {t("action.back")}
          </button>
          <button type="submit" className="danger solid" disabled={!isReady}>
            {t("cancel.confirm", { amount: amount ? money(amount) : "" })}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** A value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const waiting = window.setTimeout(() => setSettled(text), PAUSE_MS);
    return () => window.clearTimeout(waiting);
  }, [text]);
  return JSON.parse(settled) as T;
}

type Gross = { amount: string; currency: string } | null;

/** What is taken away, exactly: amounts are compared as whole numbers of their smallest digit. */
export function difference(before: Gross, after: Gross): Gross {
  if (before === null || after === null) return null;
  const places = Math.max(
    ...[before, after].map(({ amount }) => amount.split(".")[1]?.length ?? 0),
  );
  const whole = (amount: string) => {
    const [units = "0", part = ""] = amount.split(".");
    return BigInt(units + part.padEnd(places, "0"));
  };
  const left = whole(before.amount) - whole(after.amount);
  const digits = (left < 0n ? -left : left).toString().padStart(places + 1, "0");
  const cut = digits.length - places;
  const text = places === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return { amount: left < 0n ? `-${text}` : text, currency: before.currency };
}

function Choice({
  sale,
  chosen,
  onChange,
}: {
  sale: Sale;
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
}) {
  const { t } = useTexts();
  const seats = useSeats(sale.id);
  const left = (sale.lines ?? []).filter((line) => line.quantity > line.quantityCancelled);
  return (
    <fieldset className="choice">
      <legend>{t("cancel.what")}</legend>
      <label className="pick">
        <input
          type="radio"
          name="what"
          checked={chosen.everything}
          onChange={() => onChange({ ...NOTHING, everything: true })}
        />
        {t("cancel.everything")}
      </label>
      <label className="pick">
        <input
          type="radio"
          name="what"
          checked={!chosen.everything}
          onChange={() => onChange(NOTHING)}
        />
        {t("cancel.parts")}
      </label>
      {!chosen.everything && (
        <ul className="parts">
          {left.map((line) => (
            <Part
              key={line.id}
              line={line}
              seats={seats.answer?.filter((seat) => seat.lineId === line.id) ?? []}
              chosen={chosen}
              onChange={onChange}
            />
          ))}
        </ul>
      )}
    </fieldset>
  );
}

function Part({
  line,
  seats,
  chosen,
  onChange,
}: {
  line: Line;
  seats: Seat[];
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
}) {
  const { t, number } = useTexts();
  const left = line.quantity - line.quantityCancelled;
  const taken = chosen.seats[line.id] ?? [];
  const toggle = (seat: Seat, isTaken: boolean) => {
    const rest = isTaken ? [...taken, seat.id] : taken.filter((id) => id !== seat.id);
    onChange({ ...chosen, seats: { ...chosen.seats, [line.id]: rest } });
  };
  return (
    <li>
      <p>
        {line.description}
        {line.calendarItem && <small>{line.calendarItem.name}</small>}
      </p>
      {seats.length > 0 ? (
        <div className="chips">
          {seats.map((seat) => (
            <label key={seat.id} className="chip" title={`${seat.place} ${seat.label}`}>
              <input
                type="checkbox"
                checked={taken.includes(seat.id)}
                onChange={({ target }) => toggle(seat, target.checked)}
              />
              {seat.label}
            </label>
          ))}
        </div>
      ) : (
        <span className="units">
          <input
            type="number"
            min={0}
            max={left}
            step={1}
            aria-label={t("cancel.units", { what: line.description })}
            value={chosen.units[line.id] ?? 0}
            onChange={({ target }) => {
              const wanted = Math.max(0, Math.min(left, Math.trunc(target.valueAsNumber || 0)));
              onChange({ ...chosen, units: { ...chosen.units, [line.id]: wanted } });
            }}
          />
          {t("cancel.units-of", { count: number(left) })}
        </span>
      )}
    </li>
  );
}
