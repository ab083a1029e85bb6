/** All reports that the reader may see: searched, by category, favourites first. */

import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";
import { useAction, useAnswer } from "../api/asking.ts";
import { ReportFavourDocument, type ReportRowFragment, ReportsDocument } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Icon } from "../parts/icons.tsx";
import { Empty, PageHead, Problem, Skeleton } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";

const CATEGORIES = ["SALES", "OPERATIONS", "FINANCE", "CUSTOM"] as const;

function isFound(report: ReportRowFragment, words: string[]): boolean {
  const text =
    `${report.code ?? ""} ${report.title} ${report.description ?? ""} ${report.key}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export default function Library() {
  const { t, name, language } = useTexts();
  const [given, setGiven] = useSearchParams();
  const search = given.get("search") ?? "";
  const category = given.get("category");
  const { answer, error, again } = useAnswer(ReportsDocument, { after: null, language });
  const reports = answer?.reports?.nodes;
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return (reports ?? []).filter(
      (one) => isFound(one, words) && (!category || one.category === category),
    );
  }, [reports, search, category]);
  const change = (key: string, value: string) => {
    const next = new URLSearchParams(given);
    if (value) next.set(key, value);
    else next.delete(key);
    setGiven(next, { replace: true });
  };
  const favourites = found.filter((one) => one.isFavourite);
  return (
    <>
      <PageHead title={t("library.title")} below={<span>{t("library.lead")}</span>}>
        <Link className="button primary" to="/reports/new">
          <Icon name="plus" /> {t("library.new")}
        </Link>
      </PageHead>
      <search className="filters">
        <label className="search">
          <Icon name="search" />
          <span className="hidden">{t("library.search")}</span>
          <input
            type="search"
            value={search}
            placeholder={t("library.search")}
            onChange={(event) => change("search", event.target.value)}
          />
        </label>
        <fieldset className="chips">
          <legend className="hidden">{t("library.category")}</legend>
          {CATEGORIES.map((one) => (
            <label key={one} className="chip">
              <input
                type="checkbox"
                checked={category === one}
                onChange={({ target }) => change("category", target.checked ? one : "")}
              />
              {name("category", one)}
            </label>
          ))}
        </fieldset>
      </search>
      {error && <Problem error={error} onRetry={again} />}
      {!reports && !error && <Skeleton rows={10} />}
      {reports && found.length === 0 && (
        <Empty title={t("library.none")}>{t("library.none-hint")}</Empty>
      )}
      {favourites.length > 0 && (
        <Shelf
          title={t("library.favourites")}
          id="favourites"
          reports={favourites}
          onChange={again}
        />
      )}
      {CATEGORIES.map((one) => {
        const inside = found.filter((report) => report.category === one);
        return (
          inside.length > 0 && (
            <Shelf
              key={one}
              id={one}
              title={name("category", one)}
              reports={inside}
              onChange={again}
            />
          )
        );
      })}
    </>
  );
}

function Shelf({
  id,
  title,
  reports,
  onChange,
}: {
  id: string;
  title: string;
  reports: ReportRowFragment[];
  onChange: () => void;
}) {
  return (
    <section className="shelf" aria-labelledby={id}>
      <h2 id={id}>
        {title} <span className="count">{reports.length}</span>
      </h2>
      <ul>
        {reports.map((report) => (
          <Card key={report.id} report={report} onChange={onChange} />
        ))}
      </ul>
    </section>
  );
}

function Card({ report, onChange }: { report: ReportRowFragment; onChange: () => void }) {
  const { t, person } = useTexts();
  const { run } = useAction(async () => {
    const input = { idempotencyKey: newKey(), id: report.id, isFavourite: !report.isFavourite };
    await ask(ReportFavourDocument, { input });
    onChange();
  });
  return (
    <li className="card">
      <p className="card-code">{report.code ?? (report.owner ? person(report.owner) : "")}</p>
      <h3>
        <Link to={`/reports/${report.key}`}>{report.title}</Link>
      </h3>
      <p className="card-text">{report.description}</p>
      {report.isShared && !report.isStandard && (
        <p className="card-shared">{t("library.shared")}</p>
      )}
      <button
        type="button"
        className={report.isFavourite ? "bare star on" : "bare star"}
        aria-pressed={report.isFavourite}
        aria-label={t("library.favourite", { what: report.title })}
        onClick={() => run()}
      >
        <Icon name="star" />
      </button>
    </li>
  );
}
