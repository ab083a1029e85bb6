/** What a Sale holds: each seat or place once, with the matches that it is for. */

import { useCallback } from "react";
import { useLoaded } from "../api/asking.ts";
import { SaleSeatsDocument, type SaleSeatsQuery } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { Problem, Skeleton } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";

type Entitlement = NonNullable<
  NonNullable<NonNullable<SaleSeatsQuery["sale"]>["entitlements"]>["nodes"]
>[number];

export interface Seat {
  id: string;
  lineId: string;
  label: string;
  place: string;
  product: string;
  matches: number;
  guests: string[];
}

/** Pages of a hundred that are read at most: more seats than anybody reads on a screen. */
const MOST_PAGES = 12;

async function loadSeats(saleId: string, signal: AbortSignal): Promise<Seat[]> {
  const seats = new Map<string, Seat>();
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: SaleSeatsQuery = await ask(SaleSeatsDocument, { id: saleId, after }, signal);
    const found = answer.sale?.entitlements;
    for (const one of found?.nodes ?? []) addTo(seats, one);
    if (!found?.pageInfo.hasNextPage) break;
    after = found.pageInfo.endCursor;
  }
  return [...seats.values()].sort((left, right) =>
    `${left.place} ${left.label}`.localeCompare(`${right.place} ${right.label}`, undefined, {
      numeric: true,
    }),
  );
}

function addTo(seats: Map<string, Seat>, one: Entitlement): void {
  const { resource, line, ticketHolder } = one;
  if (resource === null || line === null) return;
  const known = seats.get(resource.id) ?? {
    id: resource.id,
    lineId: line.id,
    label: resource.label,
    place: resource.location?.name ?? "",
    product: one.product?.name ?? "",
    matches: 0,
    guests: [],
  };
  known.matches += one.calendarItem === null ? 0 : 1;
  const guest = ticketHolder && `${ticketHolder.firstName} ${ticketHolder.lastName}`;
  if (guest && !known.guests.includes(guest)) known.guests.push(guest);
  seats.set(resource.id, known);
}

export function useSeats(saleId: string) {
  return useLoaded(useCallback((signal: AbortSignal) => loadSeats(saleId, signal), [saleId]));
}

export function Seats({ saleId }: { saleId: string }) {
  const { t, number } = useTexts();
  const { answer, error, again } = useSeats(saleId);
  if (answer !== null && answer.length === 0) return null;
  return (
    <section aria-labelledby="seats">
      <h2 id="seats">
        {t("sale.seats")} {answer && <span className="count">{number(answer.length)}</span>}
      </h2>
      {error && <Problem error={error} onRetry={again} />}
      {answer === null && !error && <Skeleton rows={3} />}
      {answer && (
        <div className="table-box short">
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">{t("sale.seat")}</th>
                <th scope="col">{t("sale.block")}</th>
                <th scope="col">{t("sale.what")}</th>
                <th scope="col">{t("sale.holder")}</th>
                <th scope="col" className="end">
                  {t("sale.matches")}
                </th>
              </tr>
            </thead>
            <tbody>
              {answer.map((seat) => (
                <tr key={seat.id}>
                  <th scope="row">{seat.label}</th>
                  <td>{seat.place}</td>
                  <td>{seat.product}</td>
                  <td>{seat.guests.join(", ")}</td>
                  <td className="end">{seat.matches > 0 && number(seat.matches)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
