/** Says that a page follows changes by itself. */

import { useTexts } from "../texts/texts.tsx";

export function LiveMark({ isLive }: { isLive: boolean }) {
  const { t } = useTexts();
  return (
    <span className={isLive ? "live on" : "live"} title={t("state.live-hint")}>
      {t(isLive ? "state.live" : "state.not-live")}
    </span>
  );
}
