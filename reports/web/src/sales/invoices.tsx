/** The invoices of a Sale, and what was paid on them. */

import { useState } from "react";
import { Icon } from "../parts/icons.tsx";
import { Money, Status } from "../parts/parts.tsx";
import { useViewer } from "../shell/door.tsx";
import { useTexts } from "../texts/texts.tsx";
import { PaymentDialog } from "./payment.tsx";
import type { Sale } from "./sale.tsx";

type Invoice = NonNullable<Sale["invoices"]>[number];

export function Invoices({ sale, onDone }: { sale: Sale; onDone: (sentence: string) => void }) {
  const { t, day } = useTexts();
  const viewer = useViewer();
  const [paying, setPaying] = useState<Invoice | null>(null);
  const invoices = sale.invoices ?? [];
  const canPay = viewer.permissions.includes("PAYMENT_RECORD");
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
                  <td>{invoice.documentNumber}</td>
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

export function Payments({ sale }: { sale: Sale }) {
  const { t, day, name } = useTexts();
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
                </td>
                <td className="main-cell">{payment?.reference}</td>
                <th scope="row">{invoice.code}</th>
                <td className="end">
                  <Money of={amount} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
