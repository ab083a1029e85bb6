/** What the pages say, in the reader's language; numbers, amounts and dates as they are written there. */

import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { english } from "./en.ts";

export type TextKey = keyof typeof english;
export type Catalogue = Record<TextKey, string>;
export const LANGUAGES = { en: "English", nl: "Nederlands", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

const PLACE = "loge.language";
const CATALOGUES: Record<Language, () => Promise<Catalogue>> = {
  en: () => Promise.resolve(english),
  nl: () => import("./nl.ts").then((module) => module.dutch),
  fr: () => import("./fr.ts").then((module) => module.french),
};
/** How each language writes numbers and dates: those of Europe, where the clubs are. */
const LOCALES: Record<Language, string> = { en: "en-GB", nl: "nl-BE", fr: "fr-BE" };

export interface Amount {
  amount: string;
  currency: string;
}

export interface Texts {
  language: Language;
  locale: string;
  choose: (language: Language) => void;
  t: (key: TextKey, values?: Record<string, string | number>) => string;
  /** The name of a value of an enum, such as `saleStatus` and `DRAFT`; the value itself if it has none. */
  name: (group: string, value: string) => string;
  /** Who did something, as the API names callers: by role, without the id of their token. */
  person: (value: string) => string;
  money: (amount: Amount) => string;
  number: (value: string | number, options?: Intl.NumberFormatOptions) => string;
  day: (value: string) => string;
  /** An instant on the reader's clock, or on that of a time zone. */
  instant: (value: string, timeZone?: string) => string;
}

const Context = createContext<Texts | null>(null);

/** What the reader chose, where the browser keeps anything at all: in a frame it may not. */
function keptLanguage(): string | null {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

function firstLanguage(): Language {
  const kept = keptLanguage();
  for (const wanted of [kept, ...navigator.languages]) {
    const short = wanted?.slice(0, 2);
    if (short !== undefined && short in LANGUAGES) return short as Language;
  }
  return "en";
}

/** A decimal in text, with all its digits: Intl reads such texts exactly. */
function exact(value: string | number): number {
  return value as number;
}

function textsOf(language: Language, catalogue: Catalogue, choose: Texts["choose"]): Texts {
  const locale = LOCALES[language];
  const known = catalogue as Record<string, string>;
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const moment = { dateStyle: "medium", timeStyle: "short" } as const;
  const instants = new Intl.DateTimeFormat(locale, moment);
  const currencies = new Map<string, Intl.NumberFormat>();
  const formatOf = (currency: string) => {
    const found =
      currencies.get(currency) ?? new Intl.NumberFormat(locale, { style: "currency", currency });
    currencies.set(currency, found);
    return found;
  };
  return {
    language,
    locale,
    choose,
    t: (key, values = {}) =>
      catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)),
    name: (group, value) => known[`${group}.${value}`] ?? value,
    person: (value) => {
      const [role = "", ...rest] = value.split(":");
      const named = known[`role.${role.toUpperCase()}`] ?? role;
      return rest[0] === "oidc" ? `${named} (${rest[1] ?? ""})` : named;
    },
    money: ({ amount, currency }) => formatOf(currency).format(exact(amount)),
    number: (value, options) => new Intl.NumberFormat(locale, options).format(exact(value)),
    day: (value) => days.format(new Date(`${value.slice(0, 10)}T00:00:00Z`)),
    instant: (value, timeZone) =>
      (timeZone ? new Intl.DateTimeFormat(locale, { ...moment, timeZone }) : instants).format(
        new Date(value),
      ),
  };
}

export function TextsProvider({ children, fixed }: { children: ReactNode; fixed?: Language }) {
  const [chosen, setLanguage] = useState(firstLanguage);
  const language = fixed ?? chosen;
  const [loaded, setLoaded] = useState<{ language: Language; catalogue: Catalogue } | null>(null);
  useEffect(() => {
    let isOver = false;
    void CATALOGUES[language]().then((catalogue) => {
      if (isOver) return;
      document.documentElement.lang = language;
      setLoaded({ language, catalogue });
    });
    return () => {
      isOver = true;
    };
  }, [language]);
  const texts = useMemo(() => {
    if (loaded === null) return null;
    const choose = (wanted: Language) => {
      localStorage.setItem(PLACE, wanted);
      setLanguage(wanted);
    };
    return textsOf(loaded.language, loaded.catalogue, choose);
  }, [loaded]);
  return texts === null ? null : <Context value={texts}>{children}</Context>;
}

export function useTexts(): Texts {
  const texts = use(Context);
  if (texts === null) throw new Error("useTexts outside of TextsProvider");
  return texts;
}
