/** The guide's example: the number and the value of orders by month, as a chart needs them. */

import cube, { type Query, type ResultSet } from "@cubejs-client/core";

export function connect(apiUrl: string, token: string) {
  return cube(token, { apiUrl });
}

export const BY_MONTH = {
  measures: ["sales.count", "sales.shipping"],
  timeDimensions: [
    {
      dimension: "sales.ordered_at",
      granularity: "month",
      dateRange: ["2024-01-01", "2024-03-31"],
    },
  ],
} satisfies Query;

/** One object for each month, gaps filled; numbers come as texts and are read here. */
export function chart(found: ResultSet) {
  return found.chartPivot().map((point) => ({
    month: String(point.x).slice(0, 7),
    count: Number(point["sales.count"]),
    shipping: Number(point["sales.shipping"]),
  }));
}
