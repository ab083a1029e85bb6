/** Files of a report, with what is chosen. */

import { useRef } from "react";
import { useAction } from "../api/asking.ts";
import { ApiError } from "../api/graphql.ts";
import { currentToken } from "../api/session.ts";
import { Icon } from "../parts/icons.tsx";
import { Problem } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import type { Choices } from "./plan.ts";

export const FORMATS = { xlsx: "Excel", csv: "CSV", pdf: "PDF", png: "PNG", parquet: "Parquet" };

async function download(
  reportKey: string,
  format: string,
  language: string,
  parameters: Choices,
): Promise<void> {
  const address = new URL(`/loge/v1/reports/${reportKey}/export`, window.location.href);
  address.search = new URLSearchParams({
    format,
    language,
    parameters: JSON.stringify(parameters),
  }).toString();
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${currentToken() ?? ""}` },
  });
  if (!response.ok) {
    const told: { error?: string; message?: string } = await response.json().catch(() => ({}));
    throw new ApiError(told.message ?? told.error ?? `status ${response.status}`, "EXPORT");
  }
  const named = /filename="?([^";]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = named ?? `${reportKey}.${format}`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href));
}

export function Exports({ reportKey, parameters }: { reportKey: string; parameters: Choices }) {
  const { t, language } = useTexts();
  const menu = useRef<HTMLDetailsElement>(null);
  const { run, isRunning, error } = useAction((format: string) =>
    download(reportKey, format, language, parameters),
  );
  return (
    <>
      <details className="menu" ref={menu}>
        <summary className="button" aria-busy={isRunning}>
          <Icon name="download" /> {t("report.export")}
        </summary>
        <ul className="popover">
          {Object.entries(FORMATS).map(([format, name]) => (
            <li key={format}>
              <button
                type="button"
                className="bare"
                onClick={() => {
                  menu.current?.removeAttribute("open");
                  run(format);
                }}
              >
                {name}
              </button>
            </li>
          ))}
        </ul>
      </details>
      {error && <Problem error={error} />}
    </>
  );
}
