/** Signed links by which a report is shown in pages of other sites. */

import { useMemo, useState } from "react";
import { useAction, useAnswer } from "../api/asking.ts";
import {
  ReportFramesSetDocument,
  ReportLinkCreateDocument,
  ReportLinkRevokeDocument,
  ReportLinksDocument,
  type ReportLinksQuery,
} from "../api/generated.ts";
import { ask, check } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { CopyButton } from "../parts/copy.tsx";
import { Icon } from "../parts/icons.tsx";
import {
  Field,
  otherRefusals,
  Problem,
  type Refusal,
  Refusals,
  refusalsAt,
  Skeleton,
} from "../parts/parts.tsx";
import { useViewer } from "../shell/door.tsx";
import { useTexts } from "../texts/texts.tsx";
import type { Choices } from "./plan.ts";
import type { Report } from "./viewer.tsx";

type Link = NonNullable<ReportLinksQuery["reportLinks"]>["nodes"][number];
const DAYS = 90;
const DAY_MS = 86_400_000;
const FIELDS = ["title", "expiresAt", "origins"];

export function Links({ report, parameters }: { report: Report; parameters: Choices }) {
  const { t, language } = useTexts();
  const viewer = useViewer();
  const { answer, error, again } = useAnswer(ReportLinksDocument, { after: null, language });
  const origins = answer?.reportFrames?.origins ?? [];
  const links = (answer?.reportLinks?.nodes ?? []).filter((one) => one.report?.id === report.id);
  return (
    <section>
      <h3>{t("embed.title")}</h3>
      <p className="small">{t("embed.lead")}</p>
      {error && <Problem error={error} onRetry={again} />}
      {!answer && !error && <Skeleton rows={2} />}
      {answer && origins.length === 0 && <p className="notice">{t("embed.no-frames")}</p>}
      <ul className="links">
        {links.map((one) => (
          <Row key={one.id} link={one} onDone={again} />
        ))}
      </ul>
      {origins.length > 0 && (
        <Create report={report} parameters={parameters} origins={origins} onDone={again} />
      )}
      {viewer.role === "ROOT" && answer && (
        <Frames key={origins.join()} origins={origins} onDone={again} />
      )}
    </section>
  );
}

function Row({ link, onDone }: { link: Link; onDone: () => void }) {
  const { t, day } = useTexts();
  const revoking = useAction(async () => {
    const input = { idempotencyKey: newKey(), reportLinkId: link.id };
    check((await ask(ReportLinkRevokeDocument, { input })).reportLinkRevoke?.userErrors);
    onDone();
  });
  const address = link.path && new URL(link.path, window.location.origin).href;
  return (
    <li>
      <span>
        {link.title}
        <small>
          {link.origins.join(", ")} · {t("embed.until", { day: day(link.expiresAt) })}
        </small>
      </span>
      {address && <CopyButton className="quiet" address={() => address} />}
      <button type="button" className="quiet" onClick={() => revoking.run()}>
        {t("embed.revoke")}
      </button>
      {revoking.error && <Problem error={revoking.error} />}
    </li>
  );
}

function Create({
  report,
  parameters,
  origins,
  onDone,
}: {
  report: Report;
  parameters: Choices;
  origins: string[];
  onDone: () => void;
}) {
  const { t, language } = useTexts();
  const [until, setUntil] = useState(() =>
    new Date(Date.now() + DAYS * DAY_MS).toISOString().slice(0, 10),
  );
  const [chosen, setChosen] = useState(origins);
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content is another intent
  const idempotencyKey = useMemo(newKey, [until, chosen.join(), JSON.stringify(parameters)]);
  const { run, isRunning, error } = useAction(async () => {
    const input = {
      idempotencyKey,
      reportId: report.id,
      title: report.title,
      expiresAt: new Date(`${until}T23:59:00`).toISOString(),
      origins: chosen,
      parameters,
      language,
    };
    const refused =
      (await ask(ReportLinkCreateDocument, { input })).reportLinkCreate?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  return (
    <>
      <div className="pair">
        <Field label={t("embed.expires")} refusals={refusalsAt(refusals, "expiresAt")}>
          {(id, described) => (
            <input
              id={id}
              {...described}
              type="date"
              required
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
          )}
        </Field>
        <fieldset className="chips">
          <legend className="small">{t("embed.origins")}</legend>
          {origins.map((one) => (
            <label key={one} className="chip">
              <input
                type="checkbox"
                checked={chosen.includes(one)}
                onChange={({ target }) =>
                  setChosen(
                    target.checked ? [...chosen, one] : chosen.filter((kept) => kept !== one),
                  )
                }
              />
              {one}
            </label>
          ))}
        </fieldset>
      </div>
      {error && <Problem error={error} />}
      <Refusals of={refusalsAt(refusals, "origins")} />
      <Refusals of={otherRefusals(refusals, FIELDS)} />
      <p>
        <button type="button" disabled={isRunning || chosen.length === 0} onClick={() => run()}>
          <Icon name="plus" /> {t("embed.create")}
        </button>
      </p>
    </>
  );
}

/** Which sites may show the club's reports: for root alone. */
function Frames({ origins, onDone }: { origins: string[]; onDone: () => void }) {
  const { t } = useTexts();
  const [text, setText] = useState(origins.join("\n"));
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const { run, isRunning, error } = useAction(async () => {
    const input = { idempotencyKey: newKey(), origins: text.split(/[\s,;]+/).filter(Boolean) };
    const refused =
      (await ask(ReportFramesSetDocument, { input })).reportFramesSet?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  return (
    <details>
      <summary>{t("embed.frames")}</summary>
      <Field label={t("embed.sites")} hint={t("embed.frames-hint")} refusals={refusals}>
        {(id, described) => (
          <textarea
            id={id}
            {...described}
            rows={3}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {error && <Problem error={error} />}
      <p>
        <button type="button" disabled={isRunning} onClick={() => run()}>
          {t("action.save")}
        </button>
      </p>
    </details>
  );
}
