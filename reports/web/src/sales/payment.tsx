/** Records a payment of an invoice. */

import { useMemo, useState } from "react";
import { useAction } from "../api/asking.ts";
import { type PaymentMethod, PaymentRecordDocument } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Dialog, Field, Problem, type Refusal, Refusals } from "../parts/parts.tsx";
import { type Amount, useTexts } from "../texts/texts.tsx";

const METHODS: PaymentMethod[] = [
  "BANK_TRANSFER",
  "CARD",
  "DIRECT_DEBIT",
  "ONLINE",
  "CASH",
  "OTHER",
];

export function PaymentDialog({
  invoice,
  accountId,
  onClose,
  onDone,
}: {
  invoice: { id: string; code: string; payable: Amount };
  accountId: string | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t, name } = useTexts();
  const [amount, setAmount] = useState(invoice.payable.amount);
  const [receivedOn, setReceivedOn] = useState(() => new Date().toISOString().slice(0, 10));
  const [method, setMethod] = useState<PaymentMethod>("BANK_TRANSFER");
  const [reference, setReference] = useState("");
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  // One key for one intent: pressed twice, or sent again after a lost answer, it is one payment.
  const content = [amount.trim(), receivedOn, method, reference].join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content is another intent
  const idempotencyKey = useMemo(newKey, [content]);
  const { currency } = invoice.payable;
  const { run, isRunning, error } = useAction(async () => {
    const given = { amount: amount.trim(), currency };
    const answer = await ask(PaymentRecordDocument, {
      input: {
        idempotencyKey,
        amount: given,
        receivedOn,
        method,
        ...(accountId && { accountId }),
        ...(reference && { reference }),
        allocations: [{ invoiceId: invoice.id, amount: given }],
      },
    });
    const refused = answer.paymentRecord?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  return (
    <Dialog title={t("do.pay-of", { code: invoice.code })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <Field label={`${t("sale.amount")} (${currency})`}>
          {(id) => (
            <input
              id={id}
              inputMode="decimal"
              pattern="\d+(\.\d+)?"
              value={amount}
              required
              onChange={(event) => setAmount(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("sale.received")}>
          {(id) => (
            <input
              id={id}
              type="date"
              value={receivedOn}
              required
              onChange={(event) => setReceivedOn(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("sale.method")}>
          {(id) => (
            <select
              id={id}
              value={method}
              onChange={(event) => setMethod(event.target.value as PaymentMethod)}
            >
              {METHODS.map((one) => (
                <option key={one} value={one}>
                  {name("method", one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("sale.reference")}>
          {(id) => (
            <input
              id={id}
              value={reference}
              onChange={(event) => setReference(event.target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <Refusals of={refusals} />
        <footer>
          <button type="button" onClick={onClose}>
            {t("action.back")}
          </button>
          <button type="submit" className="primary" disabled={isRunning}>
            {t("do.pay")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
