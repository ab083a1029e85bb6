/** Takes a payment back, as when the bank returns it: what it paid is open again. */

import { useMemo, useState } from "react";
import { useAction } from "../api/asking.ts";
import { PaymentReverseDocument } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Dialog, Field, Problem, type Refusal, Refusals } from "../parts/parts.tsx";
import { type Amount, useTexts } from "../texts/texts.tsx";

export function ReverseDialog({
  payment,
  onClose,
  onDone,
}: {
  payment: { id: string; amount: Amount };
  onClose: () => void;
  onDone: () => void;
}) {
  const { t, money } = useTexts();
  const [reason, setReason] = useState("");
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another reason is another intent
  const idempotencyKey = useMemo(newKey, [reason]);
  const { run, isRunning, error } = useAction(async () => {
    const input = { idempotencyKey, paymentId: payment.id, reason };
    const refused = (await ask(PaymentReverseDocument, { input })).paymentReverse?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  return (
    <Dialog title={t("do.reverse")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <p>{t("do.reverse-lead", { amount: money(payment.amount) })}</p>
        <Field label={t("cancel.reason")}>
          {(id) => (
            <input
              id={id}
              required
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <Refusals of={refusals} />
        <footer>
          <button type="button" onClick={onClose}>
            {t("action.back")}
          </button>
          <button type="submit" className="danger solid" disabled={isRunning}>
            {t("do.reverse")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
