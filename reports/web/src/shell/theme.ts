/** Light or dark: as the system has it, until the reader chooses. */

const PLACE = "loge.theme";
export type Theme = "light" | "dark";

export function currentTheme(): Theme {
  const kept = localStorage.getItem(PLACE);
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = currentTheme();
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(PLACE, theme);
  applyTheme();
  window.dispatchEvent(new Event("loge-theme"));
}
