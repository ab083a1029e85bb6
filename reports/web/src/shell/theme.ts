/** Light or dark: as the system has it, until the reader chooses. */

const PLACE = "loge.theme";
export type Theme = "light" | "dark";

/** A theme that is not the reader's to choose, where nothing is kept either. */
let fixed: Theme | null = null;

function systemTheme(): Theme {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function currentTheme(): Theme {
  if (fixed !== null) return fixed;
  const kept = localStorage.getItem(PLACE);
  if (kept === "light" || kept === "dark") return kept;
  return systemTheme();
}

/** Take the theme that an address names, otherwise the system's, and ask no storage. */
export function fixTheme(named: string | null): void {
  fixed = named === "light" || named === "dark" ? named : systemTheme();
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = currentTheme();
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(PLACE, theme);
  applyTheme();
  window.dispatchEvent(new Event("loge-theme"));
}
