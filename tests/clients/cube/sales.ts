/** Measures by month, as a chart needs them. */

import cube, { type DateRange, type Query } from "@cubejs-client/core";

export function connect(apiUrl: string, token: string) {
  return cube(token, { apiUrl });
}

/** One object for each month, gaps filled; numbers come as texts and are read here. */
export async function byMonth(
  api: ReturnType<typeof connect>,
  time: string,
  measures: string[],
  dateRange: DateRange,
) {
  const timeDimensions = [{ dimension: time, granularity: "month", dateRange }];
  const query: Query = { measures, timeDimensions };
  const found = await api.load(query, {
    progressCallback: (progress) => console.error("still computing", progress.timeElapsed()),
  });
  return found.chartPivot().map((point) => ({
    month: point.x.slice(0, 7),
    values: measures.map((measure) => Number(point[measure])),
  }));
}
