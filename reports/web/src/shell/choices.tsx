/** Language, and light or dark. */

import { useState } from "react";
import { Icon } from "../parts/icons.tsx";
import { LANGUAGES, type Language, useTexts } from "../texts/texts.tsx";
import { chooseTheme, currentTheme } from "./theme.ts";

export function Choices() {
  const { t, language, choose } = useTexts();
  const [theme, setTheme] = useState(currentTheme);
  const other = theme === "light" ? "dark" : "light";
  return (
    <div className="choices">
      <select
        aria-label={t("choice.language")}
        value={language}
        onChange={(event) => choose(event.target.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="bare"
        aria-label={t(other === "dark" ? "choice.dark" : "choice.light")}
        title={t(other === "dark" ? "choice.dark" : "choice.light")}
        onClick={() => {
          chooseTheme(other);
          setTheme(other);
        }}
      >
        <Icon name={other === "dark" ? "moon" : "sun"} />
      </button>
    </div>
  );
}
