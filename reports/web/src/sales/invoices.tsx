/** The invoices of a Sale, and what was paid on them. */

import { useState } from "react";
import { Icon } from "../parts/icons.tsx";
import { Money, Status } from "../parts/parts.tsx";
import { useViewer } from "../shell/door.tsx";
import { useTexts } from "../texts/texts.tsx";
import { DocumentDialog } from "./document.tsx";
import { PaymentDialog } from "./payment.tsx";
import { ReverseDialog } from "./reverse.tsx";
import type { Sale } from "./sale.tsx";

type Invoice = NonNullable<Sale["invoices"]>[number];
type Paid = NonNullable<NonNullable<Invoice["allocations"]>[number]["payment"]>;
/** An instalment that no system has made a document of yet. */
const RECORDABLE = new Set(["FUTURE", "TODO", "PENDING"]);

export function Invoices({ sale, onDone }: { sale: Sale; onDone: (sentence: string) => void }) {
  const { t, day } = useTexts();
  const viewer = useViewer();
  const [paying, setPaying] = useState<Invoice | null>(null);
  const invoices = sale.invoices ?? [];
  const [documented, setDocumented] = useState<Invoice | null>(null);
  const canPay = viewer.permissions.includes("PAYMENT_RECORD");
  const canRecord = viewer.permissions.includes("DOCUMENT_RECORD") && sale.status !== "DRAFT";
  return (
    <section aria-labelledby="invoices">
      <h2 id="invoices">{t("sale.invoices")}</h2>
      {invoices.length === 0 && <p className="faint">{t("sale.no-invoices")}</p>}
      {invoices.length > 0 && (
        <div className="table-box">
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">{t("sale.invoice")}</th>
                <th scope="col">{t("sales.status")}</th>
                <th scope="col">{t("sale.document")}</th>
                <th scope="col">{t("sale.planned")}</th>
                <th scope="col">{t("sale.due")}</th>
                <th scope="col" className="end">
                  {t("sale.total")}
                </th>
                <th scope="col" className="end">
                  {t("sale.open")}
                </th>
                {canPay && (
                  <th scope="col">
                    <span className="hidden">{t("do.pay")}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {invoices.map((invoice) => (
                <tr key={invoice.id} className={invoice.status === "VOID" ? "gone" : ""}>
                  <th scope="row">
                    {invoice.code}
                    {invoice.kind === "CREDIT_NOTE" && <small>{t("sale.credit-note")}</small>}
                  </th>
                  <td>
                    <Status group="invoiceStatus" value={invoice.status} />
                  </td>
                  <td>
                    {invoice.documentNumber}
                    {canRecord && RECORDABLE.has(invoice.status) && (
                      <button
                        type="button"
                        className="quiet"
                        onClick={() => setDocumented(invoice)}
                        aria-label={t("do.document-of", { code: invoice.code })}
                        title={t("do.document")}
                      >
                        <Icon name="plus" />
                      </button>
                    )}
                  </td>
                  <td>{day(invoice.plannedOn)}</td>
                  <td>{invoice.dueOn && day(invoice.dueOn)}</td>
                  <td className="end">
                    <Money of={invoice.gross ?? invoice.amount} />
                  </td>
                  <td className="end">
                    <Money of={invoice.open} />
                  </td>
                  {canPay && (
                    <td className="end">
                      {/[1-9]/.test(invoice.payable.amount) && invoice.kind === "INVOICE" && (
                        <button
                          type="button"
                          className="quiet"
                          onClick={() => setPaying(invoice)}
                          aria-label={t("do.pay-of", { code: invoice.code })}
                          title={t("do.pay")}
                        >
                          <Icon name="plus" />
                        </button>
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {documented && (
        <DocumentDialog
          invoice={{ ...documented, gross: documented.gross ?? documented.amount }}
          onClose={() => setDocumented(null)}
          onDone={() => {
            setDocumented(null);
            onDone(t("do.done"));
          }}
        />
      )}
      {paying && (
        <PaymentDialog
          invoice={paying}
          accountId={sale.account?.id ?? null}
          onClose={() => setPaying(null)}
          onDone={() => {
            setPaying(null);
            onDone(t("do.done"));
          }}
        />
      )}
    </section>
  );
}

export function Payments({ sale, onDone }: { sale: Sale; onDone: (sentence: string) => void }) {
  const { t, day, name } = useTexts();
  const viewer = useViewer();
  const [reversing, setReversing] = useState<Paid | null>(null);
  const canReverse = viewer.permissions.includes("PAYMENT_REVERSE");
  const paid = (sale.invoices ?? []).flatMap((invoice) =>
    (invoice.allocations ?? []).map((allocation) => ({ invoice, allocation })),
  );
  if (paid.length === 0) return null;
  return (
    <section aria-labelledby="payments">
      <h2 id="payments">{t("sale.payments")}</h2>
      <div className="table-box">
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{t("sale.received")}</th>
              <th scope="col">{t("sale.method")}</th>
              <th scope="col">{t("sale.reference")}</th>
              <th scope="col">{t("sale.invoice")}</th>
              <th scope="col" className="end">
                {t("sale.amount")}
              </th>
            </tr>
          </thead>
          <tbody>
            {paid.map(({ invoice, allocation: { id, payment, credit, amount, postedOn } }) => (
              <tr key={id}>
                <td>{day(payment?.receivedOn ?? postedOn)}</td>
                <td>
                  {payment
                    ? name("method", payment.method)
                    : credit && t("sale.from-credit", { code: credit.code })}
                  {payment?.reversedAt && <small>{payment.reversedReason}</small>}
                </td>
                <td className="main-cell">{payment?.reference}</td>
                <th scope="row">{invoice.code}</th>
                <td className="end">
                  <Money of={amount} />
                  {canReverse && payment && !payment.reversedAt && (
                    <button
                      type="button"
                      className="quiet"
                      onClick={() => setReversing(payment)}
                      aria-label={t("do.reverse-of", { code: invoice.code })}
                      title={t("do.reverse")}
                    >
                      <Icon name="undo" />
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {reversing && (
        <ReverseDialog
          payment={reversing}
          onClose={() => setReversing(null)}
          onDone={() => {
            setReversing(null);
            onDone(t("do.done"));
          }}
        />
      )}
    </section>
  );
}
