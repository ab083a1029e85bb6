/** A button that copies an address, and says that it did. */

import { useEffect, useState } from "react";
import { useTexts } from "../texts/texts.tsx";
import { Icon } from "./icons.tsx";

const FORGET_MS = 2500;

export function CopyButton({
  address,
  className = "",
}: {
  address: () => string;
  className?: string;
}) {
  const { t } = useTexts();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const waiting = window.setTimeout(() => setCopied(false), FORGET_MS);
    return () => window.clearTimeout(waiting);
  }, [isCopied]);
  return (
    <>
      <button
        type="button"
        className={className}
        onClick={() => {
          void navigator.clipboard.writeText(address()).then(() => setCopied(true));
        }}
      >
        <Icon name={isCopied ? "check" : "link"} />
        {t(isCopied ? "report.copied" : "report.link")}
      </button>
      <span className="hidden" role="status">
        {isCopied && t("report.copied")}
      </span>
    </>
  );
}
