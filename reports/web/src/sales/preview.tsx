/** What a cancellation would do: the Sale before and after, credit notes, money back, free places. */

import type { CancelPreviewQuery } from "../api/generated.ts";
import { Icon } from "../parts/icons.tsx";
import { Money, Status } from "../parts/parts.tsx";
import { type TextKey, useTexts } from "../texts/texts.tsx";

type Told = NonNullable<CancelPreviewQuery["saleCancelPreview"]["preview"]>;
const AMOUNTS: [TextKey, "net" | "vat" | "gross"][] = [
  ["sale.net", "net"],
  ["sale.vat", "vat"],
  ["sale.total", "gross"],
];
/** How many of the places are listed by name. */
const LISTED = 6;
/** How many warnings are in sight. */
const SHOWN = 2;

export function Preview({ of }: { of: Told }) {
  const { t, number } = useTexts();
  const places = of.released.reduce((sum, one) => sum + one.quantity, 0);
  const names = [
    ...new Set(of.released.map((one) => one.resource?.label ?? one.product?.name ?? "")),
  ].filter(Boolean);
  return (
    <>
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">{t("cancel.sale")}</th>
            <th scope="col" className="end">
              {t("cancel.before")}
            </th>
            <th scope="col" className="end">
              {t("cancel.after")}
            </th>
          </tr>
        </thead>
        <tbody>
          {AMOUNTS.map(([label, key]) => (
            <Row key={key} label={t(label)} before={of.saleBefore[key]} after={of.saleAfter[key]} />
          ))}
        </tbody>
      </table>
      <Warnings of={of.warnings.map((one) => one.message)} />
      {of.creditNotes.length > 0 && (
        <Group title={t("cancel.credit-notes")}>
          {of.creditNotes.map((note) => (
            <li key={note.code}>
              <span>
                {note.code}
                {note.isWaiting && <small>{t("cancel.waiting")}</small>}
              </span>
              {note.amounts.gross && <Money of={note.amounts.gross} />}
            </li>
          ))}
        </Group>
      )}
      {of.refunds.length > 0 && (
        <Group title={t("cancel.refunds")}>
          {of.refunds.map((one) => (
            <li key={`${one.payment?.receivedOn}${one.amount.amount}`}>
              <span>{one.payment?.receivedOn}</span>
              <Money of={one.amount} />
            </li>
          ))}
        </Group>
      )}
      {of.invoices.length > 0 && (
        <Group title={t("cancel.invoices")}>
          {of.invoices.map((one) => (
            <li key={one.code}>
              <span>{one.code}</span>
              <Status group="invoiceStatus" value={one.statusAfter} />
              {one.after.gross && <Money of={one.after.gross} />}
            </li>
          ))}
        </Group>
      )}
      {places > 0 && (
        <Group title={t("cancel.released")}>
          <li>
            <span>
              {names.slice(0, LISTED).join(", ")}
              {names.length > LISTED && " …"}
            </span>
            <span>{t("cancel.released-count", { count: number(places) })}</span>
          </li>
        </Group>
      )}
    </>
  );
}

/** The first warnings; the others, which are often the same about other matches, one step away. */
function Warnings({ of }: { of: string[] }) {
  const { t, number } = useTexts();
  const notice = (one: string) => (
    <p key={one} className="notice">
      <Icon name="alert" /> {one}
    </p>
  );
  const rest = of.slice(SHOWN);
  return (
    <>
      {of.slice(0, SHOWN).map(notice)}
      {rest.length > 0 && (
        <details>
          <summary>{t("cancel.more-warnings", { count: number(rest.length) })}</summary>
          {rest.map(notice)}
        </details>
      )}
    </>
  );
}

type Maybe = { amount: string; currency: string } | null;

function Row({ label, before, after }: { label: string; before: Maybe; after: Maybe }) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td className="end">{before && <Money of={before} />}</td>
      <td className="end">{after && <Money of={after} />}</td>
    </tr>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <>
      <h4>{title}</h4>
      <ul className="pairs">{children}</ul>
    </>
  );
}
