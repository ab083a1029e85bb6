/** What can be done with a Sale now, as the API says; what cannot is not offered. */

import { useMemo, useState } from "react";
import { useAction } from "../api/asking.ts";
import {
  CancellationUndoDocument,
  ExpireDocument,
  FinaliseDocument,
  HoldSetDocument,
  ReviveDocument,
  type SaleAction,
  SaleUpdateDocument,
} from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Dialog, Field, Problem, type Refusal, Refusals } from "../parts/parts.tsx";
import { useViewer } from "../shell/door.tsx";
import { type TextKey, useTexts } from "../texts/texts.tsx";
import { CancelDialog } from "./cancel.tsx";
import type { Sale } from "./sale.tsx";

interface Step {
  action: SaleAction;
  text: TextKey;
  lead?: TextKey;
  isPrimary?: boolean;
}

const STEPS: Step[] = [
  { action: "FINALISE", text: "do.finalise", lead: "do.finalise-lead", isPrimary: true },
  { action: "REVIVE", text: "do.revive", lead: "do.revive-lead", isPrimary: true },
  { action: "EXTEND_HOLD", text: "do.hold", lead: "do.hold-lead" },
  { action: "EXPIRE", text: "do.expire", lead: "do.expire-lead" },
  { action: "ANNOTATE", text: "do.annotate" },
  { action: "UNDO_CANCEL", text: "do.undo", lead: "do.undo-lead" },
  { action: "CANCEL", text: "do.cancel" },
];
/** What the reader may do by role; the API decides again. */
const NEEDS: Partial<Record<SaleAction, string>> = {
  FINALISE: "SALE_FINALISE",
  CANCEL: "SALE_CANCEL",
  UNDO_CANCEL: "CANCEL_UNDO",
  EXTEND_HOLD: "SALE_CHANGE",
  EXPIRE: "SALE_CHANGE",
  REVIVE: "SALE_CHANGE",
  ANNOTATE: "SALE_CHANGE",
};

export function Actions({ sale, onDone }: { sale: Sale; onDone: (sentence: string) => void }) {
  const { t } = useTexts();
  const viewer = useViewer();
  const [chosen, setChosen] = useState<Step | null>(null);
  const allowed = new Set(
    sale.allowedActions.filter((one) => one.isAllowed).map((one) => one.action),
  );
  const permissions: readonly string[] = viewer.permissions;
  const offered = STEPS.filter(
    ({ action }) => allowed.has(action) && permissions.includes(NEEDS[action] ?? ""),
  );
  const close = () => setChosen(null);
  const done = (sentence: string) => {
    close();
    onDone(sentence);
  };
  return (
    <>
      {offered.map((step) => (
        <button
          key={step.action}
          type="button"
          className={step.isPrimary ? "primary" : step.action === "CANCEL" ? "danger" : ""}
          onClick={() => setChosen(step)}
        >
          {t(step.text)}
        </button>
      ))}
      {chosen?.action === "CANCEL" && <CancelDialog sale={sale} onClose={close} onDone={done} />}
      {chosen && chosen.action !== "CANCEL" && (
        <StepDialog step={chosen} sale={sale} onClose={close} onDone={() => done(t("do.done"))} />
      )}
    </>
  );
}

interface Given {
  until: string;
  reason: string;
  reference: string;
  nameOnTickets: string;
  comments: string;
}

interface Outcome {
  userErrors: Refusal[];
}

async function perform(
  action: SaleAction,
  sale: Sale,
  key: string,
  given: Given,
): Promise<Outcome | null> {
  const input = { idempotencyKey: key, saleId: sale.id, expectedVersion: sale.version };
  switch (action) {
    case "FINALISE":
      return (await ask(FinaliseDocument, { input })).saleFinalise;
    case "REVIVE":
      return (await ask(ReviveDocument, { input })).saleRevive;
    case "EXPIRE":
      return (await ask(ExpireDocument, { input })).saleExpire;
    case "EXTEND_HOLD": {
      const expiresAt = given.until ? new Date(`${given.until}T23:59:00`).toISOString() : null;
      return (await ask(HoldSetDocument, { input: { ...input, expiresAt } })).saleHoldSet;
    }
    case "ANNOTATE": {
      const { reference, nameOnTickets, comments } = given;
      return (
        await ask(SaleUpdateDocument, { input: { ...input, reference, nameOnTickets, comments } })
      ).saleUpdate;
    }
    case "UNDO_CANCEL": {
      const latest = sale.cancellations?.filter((one) => one.undoneAt === null).at(-1);
      const { expectedVersion } = input;
      const undo = {
        idempotencyKey: key,
        cancellationId: latest?.id ?? "",
        expectedVersion,
        reason: given.reason,
      };
      return (await ask(CancellationUndoDocument, { input: undo })).cancellationUndo;
    }
    default:
      throw new Error(`the pages do not offer ${action}`);
  }
}

function StepDialog({
  step,
  sale,
  onClose,
  onDone,
}: {
  step: Step;
  sale: Sale;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTexts();
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const [given, setGiven] = useState<Given>({
    until: "",
    reason: "",
    reference: sale.reference ?? "",
    nameOnTickets: sale.nameOnTickets ?? "",
    comments: sale.comments ?? "",
  });
  const change = (values: Partial<Given>) => setGiven((before) => ({ ...before, ...values }));
  const content = JSON.stringify([sale.version, given]);
  // One key for one intent: sent again after a lost answer, it is done once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content is another intent
  const idempotencyKey = useMemo(newKey, [content]);
  const { run, isRunning, error } = useAction(async () => {
    const outcome = await perform(step.action, sale, idempotencyKey, given);
    const refused = outcome?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  return (
    <Dialog title={t(step.text)} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        {step.lead && <p>{t(step.lead)}</p>}
        {step.action === "EXTEND_HOLD" && (
          <Field label={t("do.hold-until")}>
            {(id) => (
              <input
                id={id}
                type="date"
                value={given.until}
                onChange={(event) => change({ until: event.target.value })}
              />
            )}
          </Field>
        )}
        {step.action === "UNDO_CANCEL" && (
          <Field label={t("cancel.reason")}>
            {(id) => (
              <input
                id={id}
                required
                value={given.reason}
                onChange={(event) => change({ reason: event.target.value })}
              />
            )}
          </Field>
        )}
        {step.action === "ANNOTATE" && (
          <>
            <Field label={t("sale.reference")}>
              {(id) => (
                <input
                  id={id}
                  value={given.reference}
                  onChange={(event) => change({ reference: event.target.value })}
                />
              )}
            </Field>
            <Field label={t("sale.name-on-tickets")}>
              {(id) => (
                <input
                  id={id}
                  value={given.nameOnTickets}
                  onChange={(event) => change({ nameOnTickets: event.target.value })}
                />
              )}
            </Field>
            <Field label={t("sale.comments")}>
              {(id) => (
                <textarea
                  id={id}
                  rows={4}
                  value={given.comments}
                  onChange={(event) => change({ comments: event.target.value })}
                />
              )}
            </Field>
          </>
        )}
        {error && <Problem error={error} />}
        <Refusals of={refusals} />
        <footer>
          <button type="button" onClick={onClose}>
            {t("action.back")}
          </button>
          <button type="submit" className="primary" disabled={isRunning}>
            {step.action === "ANNOTATE" ? t("action.save") : t(step.text)}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
