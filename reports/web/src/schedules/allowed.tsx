/** To whom the club lets reports be sent: addresses and whole domains, as root says. */

import { useState } from "react";
import { useAction } from "../api/asking.ts";
import { ReportRecipientsSetDocument } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import { Dialog, Field, Problem, type Refusal } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import { addressesIn } from "./dialog.tsx";

export function Allowed({
  patterns,
  onClose,
  onDone,
}: {
  patterns: string[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTexts();
  const [text, setText] = useState(patterns.join("\n"));
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const { run, isRunning, error } = useAction(async () => {
    const input = { idempotencyKey: newKey(), patterns: addressesIn(text.toLowerCase()) };
    const answer = await ask(ReportRecipientsSetDocument, { input });
    const refused = answer.reportRecipientsSet?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  return (
    <Dialog title={t("schedule.allowed")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <p>{t("schedule.allowed-lead")}</p>
        <Field
          label={t("schedule.allowed-list")}
          hint={t("schedule.allowed-hint")}
          refusals={refusals}
        >
          {(id, described) => (
            <textarea
              id={id}
              {...described}
              rows={6}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <footer>
          <button type="button" onClick={onClose}>
            {t("action.back")}
          </button>
          <button type="submit" className="primary" disabled={isRunning}>
            {t("action.save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
