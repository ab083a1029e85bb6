/** Sales page by page: what was read stays on the screen, and all of it is read again after a change. */

import { useCallback, useRef, useState } from "react";
import { type Asked, useLoaded } from "../api/asking.ts";
import {
  type SaleFilter,
  type SaleRowFragment,
  type SaleSort,
  SalesDocument,
  type SalesQuery,
} from "../api/generated.ts";
import { ask } from "../api/graphql.ts";

const PAGE = 50;

type Page = NonNullable<SalesQuery["sales"]>;

export interface SalesRead {
  sales: SaleRowFragment[];
  count: Page["totalCount"];
  hasMore: boolean;
}

export function useSalesPages(
  filter: SaleFilter,
  sort: SaleSort,
): Asked<SalesRead> & { more: () => void } {
  const key = JSON.stringify([filter, sort]);
  const [wanted, setWanted] = useState({ key, pages: 1 });
  const pages = wanted.key === key ? wanted.pages : 1;
  const kept = useRef<{ key: string; read: Page[] }>({ key, read: [] });
  const load = useCallback(
    async (signal: AbortSignal): Promise<SalesRead> => {
      const [filtered, sorted] = JSON.parse(key) as [SaleFilter, SaleSort];
      // Pages that were read go on being shown when there is only one more to read.
      const isLonger = kept.current.key === key && kept.current.read.length === pages - 1;
      const read = isLonger ? [...kept.current.read] : [];
      while (read.length < pages) {
        const after = read.at(-1)?.pageInfo.endCursor ?? null;
        const asked = { first: PAGE, after, filter: filtered, sort: sorted };
        const { sales } = await ask(SalesDocument, asked, signal);
        if (sales === null) break;
        read.push(sales);
        if (!sales.pageInfo.hasNextPage) break;
      }
      kept.current = { key, read };
      const sales = new Map(read.flatMap((page) => page.nodes.map((one) => [one.id, one])));
      return {
        sales: [...sales.values()],
        count: read[0]?.totalCount ?? { count: 0, precision: "EXACT" },
        hasMore: read.at(-1)?.pageInfo.hasNextPage ?? false,
      };
    },
    [key, pages],
  );
  const asked = useLoaded(load);
  return { ...asked, more: () => setWanted({ key, pages: pages + 1 }) };
}
