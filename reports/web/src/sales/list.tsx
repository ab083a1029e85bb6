/** All Sales: searched, filtered, ordered, and kept up to date by themselves. */

import { useEffect, useRef, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useAnswer } from "../api/asking.ts";
import {
  type SaleFilter,
  type SaleRowFragment,
  type SaleSort,
  type SaleStatus,
  SalesFollowedDocument,
  SeasonsDocument,
} from "../api/generated.ts";
import { useLive } from "../api/live.ts";
import { Icon } from "../parts/icons.tsx";
import { Empty, Money, PageHead, Problem, Skeleton, Status } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { AccountPicker } from "./account.tsx";
import { LiveMark } from "./live-mark.tsx";
import { useSalesPages } from "./pages.ts";

const STATUSES: SaleStatus[] = ["DRAFT", "FINAL", "EXPIRED", "CANCELLED"];
const SORTS: SaleSort[] = [
  "CREATED_AT_DESC",
  "CREATED_AT_ASC",
  "UPDATED_AT_DESC",
  "GROSS_DESC",
  "GROSS_ASC",
];
/** Changes that come close together are shown together. */
const REST_MS = 300;

export default function SalesList() {
  const { t, number, name } = useTexts();
  const [given, setGiven] = useSearchParams();
  const statuses = STATUSES.filter((one) => given.getAll("status").includes(one));
  const season = given.get("season");
  const account = given.get("account");
  const search = given.get("search") ?? "";
  const sort = SORTS.find((one) => one === given.get("sort")) ?? "CREATED_AT_DESC";
  const filter: SaleFilter = {
    ...(statuses.length > 0 && { status: statuses }),
    ...(season && { seasonId: [season] }),
    ...(account && { accountId: [account] }),
    ...(search && { search }),
  };
  const { answer, error, isLoading, again, more } = useSalesPages(filter, sort);
  const seasons = useAnswer(SeasonsDocument, {});
  const soon = useRef(0);
  useEffect(() => () => window.clearTimeout(soon.current), []);
  const isLive = useLive(SalesFollowedDocument, { filter: null }, ({ salesChanged }) => {
    if (salesChanged.kind !== "CHANGED" && salesChanged.kind !== "GONE") return;
    window.clearTimeout(soon.current);
    soon.current = window.setTimeout(again, REST_MS);
  });

  const change = (key: string, values: string[]) => {
    const next = new URLSearchParams(given);
    next.delete(key);
    for (const value of values) if (value) next.append(key, value);
    setGiven(next, { replace: true });
  };
  const sales = answer?.sales;
  const count = answer?.count;
  const key = count?.precision === "AT_LEAST" ? "sales.count-at-least" : "sales.count";
  return (
    <>
      <PageHead
        title={t("sales.title")}
        below={count && <span aria-live="polite">{t(key, { count: number(count.count) })}</span>}
      >
        <LiveMark isLive={isLive} />
      </PageHead>
      <search className="filters">
        <div className="search">
          <Icon name="search" />
          <SearchInput
            value={search}
            hint={t("sales.search")}
            onChange={(value) => change("search", [value])}
          />
        </div>
        <fieldset className="chips">
          <legend className="hidden">{t("sales.status")}</legend>
          {STATUSES.map((one) => (
            <label key={one} className="chip">
              <input
                type="checkbox"
                checked={statuses.includes(one)}
                onChange={({ target }) =>
                  change(
                    "status",
                    target.checked ? [...statuses, one] : statuses.filter((kept) => kept !== one),
                  )
                }
              />
              {name("saleStatus", one)}
            </label>
          ))}
        </fieldset>
        <AccountPicker
          chosen={account}
          onChange={(value) => change("account", value === null ? [] : [value])}
        />
        <select
          aria-label={t("sales.season")}
          value={season ?? ""}
          onChange={(event) => change("season", [event.target.value])}
        >
          <option value="">{t("sales.all-seasons")}</option>
          {seasons.answer?.seasons?.nodes.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
        <select
          aria-label={t("sales.sort")}
          value={sort}
          onChange={(event) => change("sort", [event.target.value])}
        >
          {SORTS.map((one) => (
            <option key={one} value={one}>
              {name("saleSort", one)}
            </option>
          ))}
        </select>
      </search>
      {error && <Problem error={error} onRetry={again} />}
      {sales === undefined && isLoading && <Skeleton rows={12} />}
      {sales?.length === 0 && <Empty title={t("sales.none")}>{t("sales.none-hint")}</Empty>}
      {sales && sales.length > 0 && <SalesTable sales={sales} />}
      {answer?.hasMore && (
        <p className="more">
          <button type="button" onClick={more} disabled={isLoading}>
            {t("action.more")}
          </button>{" "}
          <small>{t("sales.shown", { count: number(sales?.length ?? 0) })}</small>
        </p>
      )}
    </>
  );
}

/** A search field that waits until the reader stops typing. */
function SearchInput({
  value,
  hint,
  onChange,
}: {
  value: string;
  hint: string;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  const tell = useRef(onChange);
  tell.current = onChange;
  useEffect(() => {
    if (typed === value) return;
    const waiting = window.setTimeout(() => tell.current(typed), REST_MS);
    return () => window.clearTimeout(waiting);
  }, [typed, value]);
  return (
    <input
      type="search"
      aria-label={hint}
      value={typed}
      placeholder={hint}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

function SalesTable({ sales }: { sales: SaleRowFragment[] }) {
  const { t, name, day } = useTexts();
  const navigate = useNavigate();
  return (
    <div className="table-box">
      <table className="rows sales-rows">
        <caption className="hidden">{t("sales.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("sales.code")}</th>
            <th scope="col">{t("sales.account")}</th>
            <th scope="col">{t("sales.status")}</th>
            <th scope="col">{t("sales.type")}</th>
            <th scope="col">{t("sales.season")}</th>
            <th scope="col">{t("sales.rep")}</th>
            <th scope="col" className="end">
              {t("sales.gross")}
            </th>
            <th scope="col" className="end">
              {t("sales.open")}
            </th>
            <th scope="col" className="end">
              {t("sales.created")}
            </th>
          </tr>
        </thead>
        <tbody>
          {sales.map((sale) => (
            // The link in the row is what the keyboard and screen readers use; the row is a larger target.
            <tr key={sale.id} className="clickable" onClick={() => navigate(`/sales/${sale.id}`)}>
              <th scope="row">
                <Link to={`/sales/${sale.id}`} onClick={(event) => event.stopPropagation()}>
                  {sale.code}
                </Link>
              </th>
              <td className="main-cell">
                {sale.account?.name}
                {sale.reference && <small>{sale.reference}</small>}
              </td>
              <td>
                <Status group="saleStatus" value={sale.status} />
                {sale.isPartlyCancelled && <small>{t("sales.partly")}</small>}
              </td>
              <td>
                {name("saleType", sale.type)}
                {sale.isBarter && <small>{t("sales.barter")}</small>}
              </td>
              <td>{sale.season?.code}</td>
              <td>{sale.repCode}</td>
              <td className="end">
                <Money of={sale.gross} />
              </td>
              <td className="end">
                <Money of={sale.settlement.open} />
              </td>
              <td className="end faint">{day(sale.createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
