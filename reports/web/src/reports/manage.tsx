/** Sharing, versions and deleting of a report of the club's own. */

import { useState } from "react";
import { useNavigate } from "react-router";
import { useAction, useAnswer } from "../api/asking.ts";
import {
  ReportDeleteDocument,
  ReportRestoreDocument,
  ReportShareDocument,
  type ReportSharing,
  ReportVersionsDocument,
  type Role,
} from "../api/generated.ts";
import { ask, check } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Icon } from "../parts/icons.tsx";
import { Dialog, Problem, Skeleton } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { Links } from "./links.tsx";
import type { Choices } from "./plan.ts";
import type { Report } from "./viewer.tsx";

const ROLES: Role[] = ["SALES", "FINANCE", "OPERATIONS", "ANALYST"];
const SHARINGS: ReportSharing[] = ["PRIVATE", "GROUPS", "EVERYONE"];

export function Manage({
  report,
  parameters,
  onDone,
}: {
  report: Report;
  parameters: Choices;
  onDone: () => void;
}) {
  const { t } = useTexts();
  const [isOpen, setOpen] = useState(false);
  const done = () => {
    setOpen(false);
    onDone();
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        <Icon name="share" /> {t("manage.open")}
      </button>
      {isOpen && (
        <Dialog title={report.title} onClose={() => setOpen(false)}>
          <div className="body">
            {report.canEdit && <Sharing report={report} onDone={done} />}
            <Links report={report} parameters={parameters} />
            {report.canEdit && <Versions report={report} onDone={done} />}
            {report.canEdit && <Delete report={report} />}
          </div>
        </Dialog>
      )}
    </>
  );
}

function Sharing({ report, onDone }: { report: Report; onDone: () => void }) {
  const { t, name } = useTexts();
  const [sharing, setSharing] = useState<ReportSharing>(report.sharing);
  const [groups, setGroups] = useState<Role[]>(report.groups);
  const { run, isRunning, error } = useAction(async () => {
    const { id, version } = report;
    const input = { idempotencyKey: newKey(), id, expectedVersion: version, sharing };
    const given = sharing === "GROUPS" ? { ...input, groups } : input;
    check((await ask(ReportShareDocument, { input: given })).reportShare?.userErrors);
    onDone();
  });
  return (
    <fieldset className="choice">
      <legend>{t("manage.sharing")}</legend>
      {SHARINGS.map((one) => (
        <label key={one} className="pick">
          <input
            type="radio"
            name="sharing"
            checked={sharing === one}
            onChange={() => setSharing(one)}
          />
          {name("sharing", one)}
        </label>
      ))}
      {sharing === "GROUPS" && (
        <div className="chips">
          {ROLES.map((one) => (
            <label key={one} className="chip">
              <input
                type="checkbox"
                checked={groups.includes(one)}
                onChange={({ target }) =>
                  setGroups(
                    target.checked ? [...groups, one] : groups.filter((kept) => kept !== one),
                  )
                }
              />
              {name("role", one)}
            </label>
          ))}
        </div>
      )}
      {error && <Problem error={error} />}
      <p>
        <button type="button" className="primary" disabled={isRunning} onClick={() => run()}>
          {t("action.save")}
        </button>
      </p>
    </fieldset>
  );
}

function Versions({ report, onDone }: { report: Report; onDone: () => void }) {
  const { t, instant, person } = useTexts();
  const { answer, error } = useAnswer(ReportVersionsDocument, { ids: [report.id] });
  const restoring = useAction(async (version: number) => {
    const input = {
      idempotencyKey: newKey(),
      id: report.id,
      expectedVersion: report.version,
      version,
    };
    check((await ask(ReportRestoreDocument, { input })).reportRestore?.userErrors);
    onDone();
  });
  const versions = answer?.reportVersions?.nodes ?? [];
  return (
    <section>
      <h3>{t("manage.versions")}</h3>
      {error && <Problem error={error} />}
      {!answer && !error && <Skeleton rows={2} />}
      <ul className="pairs">
        {versions.map((one, index) => (
          <li key={one.id}>
            <span>
              {t("manage.version", { version: one.version })}
              <small>
                {instant(one.createdAt)} · {person(one.author)}
              </small>
            </span>
            {index > 0 && (
              <button type="button" className="quiet" onClick={() => restoring.run(one.version)}>
                {t("manage.restore")}
              </button>
            )}
          </li>
        ))}
      </ul>
      {restoring.error && <Problem error={restoring.error} />}
    </section>
  );
}

function Delete({ report }: { report: Report }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const { run, isRunning, error } = useAction(async () => {
    const input = {
      idempotencyKey: newKey(),
      reportId: report.id,
      expectedVersion: report.version,
    };
    check((await ask(ReportDeleteDocument, { input })).reportDelete?.userErrors);
    navigate("/reports");
  });
  return (
    <section>
      {error && <Problem error={error} />}
      <button
        type="button"
        className={isAsked ? "danger solid" : "danger"}
        disabled={isRunning}
        onClick={() => (isAsked ? run() : setAsked(true))}
      >
        <Icon name="trash" /> {t(isAsked ? "manage.delete-sure" : "manage.delete")}
      </button>
    </section>
  );
}
