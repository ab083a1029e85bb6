/** One Sale: its lines, seats, invoices, payments and cancellations, and what can be done with it now. */

import { useState } from "react";
import { Link, useParams } from "react-router";
import { type Asked, useAnswer } from "../api/asking.ts";
import { SaleDocument, SaleFollowedDocument, type SaleQuery } from "../api/generated.ts";
import { useLive } from "../api/live.ts";
import { Icon } from "../parts/icons.tsx";
import { Empty, Money, PageHead, Problem, Skeleton, Status, Tile } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Actions } from "./actions.tsx";
import { Invoices, Payments } from "./invoices.tsx";
import { LiveMark } from "./live-mark.tsx";
import { Seats } from "./seats.tsx";

export type Sale = NonNullable<SaleQuery["sale"]>;

export default function SalePage() {
  const { id = "" } = useParams();
  const asked = useAnswer(SaleDocument, { id });
  const isLive = useLive(SaleFollowedDocument, { id }, ({ saleChanged }) => {
    if (saleChanged.kind === "CHANGED" || saleChanged.kind === "GONE") asked.again();
  });
  const { t } = useTexts();
  if (asked.answer === null) {
    return asked.error ? (
      <Problem error={asked.error} onRetry={asked.again} />
    ) : (
      <Skeleton rows={14} />
    );
  }
  const { sale } = asked.answer;
  if (sale === null) return <Empty title={t("sale.missing")} icon="sales" />;
  return <Known sale={sale} isLive={isLive} again={asked.again} error={asked.error} />;
}

function Known({
  sale,
  isLive,
  again,
  error,
}: {
  sale: Sale;
  isLive: boolean;
  again: Asked<SaleQuery>["again"];
  error: Error | null;
}) {
  const { t, name } = useTexts();
  const [told, setTold] = useState("");
  const done = (sentence: string) => {
    setTold(sentence);
    again();
  };
  return (
    <>
      <PageHead
        title={sale.code}
        above={
          <Link to="/sales">
            <Icon name="left" /> {t("sales.title")}
          </Link>
        }
        below={
          <>
            <Status group="saleStatus" value={sale.status} />
            <strong>{sale.account?.name}</strong>
            <span>{name("saleType", sale.type)}</span>
            {sale.season && <span>{sale.season.name}</span>}
            {sale.isBarter && <span>{t("sales.barter")}</span>}
            {sale.isPartlyCancelled && <span>{t("sales.partly")}</span>}
            <LiveMark isLive={isLive} />
          </>
        }
      >
        <Actions sale={sale} onDone={done} />
      </PageHead>
      <p className="told" role="status">
        {told}
      </p>
      {error && <Problem error={error} onRetry={again} />}
      <dl className="tiles">
        <Tile label={t("sale.total")}>
          <Money of={sale.gross} />
        </Tile>
        <Tile label={t("sale.paid")}>
          <Money of={sale.settlement.paid} />
        </Tile>
        <Tile label={t("sale.credited")}>
          <Money of={sale.settlement.credited} />
        </Tile>
        <Tile label={t("sale.open")}>
          <Money of={sale.settlement.open} />
        </Tile>
      </dl>
      <div className="columns">
        <div>
          <Lines sale={sale} />
          <Seats key={`${sale.id}-${sale.version}`} saleId={sale.id} />
          <Invoices sale={sale} onDone={done} />
          <Payments sale={sale} onDone={done} />
          <Cancellations sale={sale} />
        </div>
        <Details sale={sale} />
      </div>
    </>
  );
}

function Lines({ sale }: { sale: Sale }) {
  const { t, number } = useTexts();
  const lines = sale.lines ?? [];
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">{t("sale.lines")}</h2>
      {lines.length === 0 ? (
        <p className="faint">{t("sale.no-lines")}</p>
      ) : (
        <div className="table-box">
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">{t("sale.what")}</th>
                <th scope="col" className="end">
                  {t("sale.quantity")}
                </th>
                <th scope="col" className="end">
                  {t("sale.unit-price")}
                </th>
                <th scope="col" className="end">
                  {t("sale.discount")}
                </th>
                <th scope="col" className="end">
                  {t("sale.amount")}
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr
                  key={line.id}
                  className={line.quantity === line.quantityCancelled ? "gone" : ""}
                >
                  <td className="faint">{line.lineNo}</td>
                  <th scope="row" className="main-cell">
                    {line.description}
                    <small>
                      {[line.calendarItem?.name, line.bundle?.name, line.season?.code]
                        .filter(Boolean)
                        .join(" · ")}
                    </small>
                  </th>
                  <td className="end">
                    {number(line.quantity)}
                    {line.quantityCancelled > 0 && (
                      <small>
                        {t("sale.cancelled-of", { count: number(line.quantityCancelled) })}
                      </small>
                    )}
                  </td>
                  <td className="end">
                    <Money of={line.unitPrice} />
                  </td>
                  <td className="end">
                    <Money of={line.discount} />
                  </td>
                  <td className="end">
                    <Money of={line.amount} />
                  </td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <Sum label={t("sale.net")} of={sale.net} />
              {(sale.vatSummary ?? []).map((one) => (
                <Sum
                  key={one.vatRate}
                  label={t("sale.vat-at", { rate: number(one.vatRate) })}
                  of={one.vat}
                />
              ))}
              <Sum label={t("sale.total")} of={sale.gross} isTotal />
            </tfoot>
          </table>
        </div>
      )}
    </section>
  );
}

function Sum({
  label,
  of,
  isTotal = false,
}: {
  label: string;
  of: Sale["net"];
  isTotal?: boolean;
}) {
  return (
    <tr className={isTotal ? "total" : ""}>
      <th scope="row" colSpan={5} className="end">
        {label}
      </th>
      <td className="end">
        <Money of={of} />
      </td>
    </tr>
  );
}

function Cancellations({ sale }: { sale: Sale }) {
  const { t, instant, person } = useTexts();
  const cancellations = sale.cancellations ?? [];
  if (cancellations.length === 0) return null;
  return (
    <section aria-labelledby="cancellations">
      <h2 id="cancellations">{t("sale.cancellations")}</h2>
      <div className="table-box">
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{t("sale.when")}</th>
              <th scope="col">{t("sale.reason")}</th>
              <th scope="col">{t("cancel.credit-notes")}</th>
              <th scope="col" className="end">
                {t("sale.amount")}
              </th>
            </tr>
          </thead>
          <tbody>
            {cancellations.map((one) => (
              <tr key={one.id} className={one.undoneAt ? "gone" : ""}>
                <td>
                  {instant(one.createdAt)}
                  <small>{person(one.createdBy)}</small>
                </td>
                <th scope="row" className="main-cell">
                  {one.reason}
                  {one.undoneAt && <small>{t("sale.undone")}</small>}
                </th>
                <td>{one.creditNotes?.map((note) => note.code).join(", ")}</td>
                <td className="end">
                  <Money of={one.amount} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Details({ sale }: { sale: Sale }) {
  const { t, instant, name, person } = useTexts();
  const { account, contact } = sale;
  const facts: [string, React.ReactNode][] = [
    [
      t("sales.account"),
      account && [account.name, account.city, account.country].filter(Boolean).join(", "),
    ],
    [
      t("sale.contact"),
      contact &&
        [`${contact.firstName} ${contact.lastName}`, contact.email, contact.phone]
          .filter(Boolean)
          .join(" · "),
    ],
    [t("sale.reference"), sale.reference],
    [t("sale.name-on-tickets"), sale.nameOnTickets],
    [t("sales.rep"), sale.repCode],
    [t("sale.hold"), sale.status === "DRAFT" && sale.holdExpiresAt && instant(sale.holdExpiresAt)],
    [t("sale.channel"), name("channel", sale.channel)],
    [t("sale.made-by"), `${person(sale.createdBy)}, ${instant(sale.createdAt)}`],
    [t("sale.final-since"), sale.finalisedAt && instant(sale.finalisedAt)],
    [
      t("sale.parent"),
      sale.parentSale && <Link to={`/sales/${sale.parentSale.id}`}>{sale.parentSale.code}</Link>,
    ],
    [
      t("sale.renewed-from"),
      sale.renewedFrom && <Link to={`/sales/${sale.renewedFrom.id}`}>{sale.renewedFrom.code}</Link>,
    ],
    [
      t("sale.sub-sales"),
      sale.subSales?.length
        ? sale.subSales.map((one) => (
            <Link key={one.id} to={`/sales/${one.id}`}>
              {one.code}{" "}
            </Link>
          ))
        : null,
    ],
    [t("sale.comments"), sale.comments],
  ];
  return (
    <aside aria-labelledby="details">
      <h2 id="details">{t("sale.details")}</h2>
      <dl className="facts">
        {facts
          .filter(([, value]) => Boolean(value))
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </aside>
  );
}
