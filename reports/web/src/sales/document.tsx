/** Records the document that an invoicing system made of an instalment. */

import { useMemo, useState } from "react";
import { useAction, useAnswer } from "../api/asking.ts";
import { DocumentRecordDocument, DocumentSourcesDocument } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { newKey } from "../api/keys.ts";
import {
  Dialog,
  Field,
  otherRefusals,
  Problem,
  type Refusal,
  Refusals,
  refusalsAt,
} from "../parts/parts.tsx";
import { type Amount, useTexts } from "../texts/texts.tsx";

const FIELDS = ["source", "number", "issuedOn", "dueOn", "gross", "reference"];

export function DocumentDialog({
  invoice,
  onClose,
  onDone,
}: {
  invoice: { id: string; code: string; gross: Amount | null };
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTexts();
  const { answer } = useAnswer(DocumentSourcesDocument, {});
  const sources = answer?.documentSources?.nodes ?? [];
  const [given, setGiven] = useState(() => ({
    source: "",
    number: "",
    issuedOn: new Date().toISOString().slice(0, 10),
    dueOn: "",
    gross: invoice.gross?.amount ?? "",
    reference: "",
  }));
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const source = given.source || (sources[0]?.code ?? "");
  const content = JSON.stringify([source, given]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other content is another intent
  const idempotencyKey = useMemo(newKey, [content]);
  const { run, isRunning, error } = useAction(async () => {
    const { number, issuedOn, dueOn, gross, reference } = given;
    const currency = invoice.gross?.currency;
    const answered = await ask(DocumentRecordDocument, {
      input: {
        idempotencyKey,
        invoiceId: invoice.id,
        source,
        number: number.trim(),
        issuedOn,
        ...(dueOn && { dueOn }),
        ...(gross && currency && { gross: { amount: gross.trim(), currency } }),
        ...(reference && { reference }),
      },
    });
    const refused = answered.invoiceDocumentRecord?.userErrors ?? [];
    setRefusals(refused);
    if (refused.length === 0) onDone();
  });
  const text = (name: "number" | "gross" | "reference", label: string, isRequired = false) => (
    <Field label={label} refusals={refusalsAt(refusals, name)}>
      {(id, described) => (
        <input
          id={id}
          {...described}
          required={isRequired}
          {...(name === "gross" && { inputMode: "decimal", pattern: "-?\\d+(\\.\\d+)?" })}
          value={given[name]}
          onChange={(event) => setGiven({ ...given, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const day = (name: "issuedOn" | "dueOn", label: string, hint?: string) => (
    <Field label={label} {...(hint && { hint })} refusals={refusalsAt(refusals, name)}>
      {(id, described) => (
        <input
          id={id}
          {...described}
          type="date"
          required={name === "issuedOn"}
          value={given[name]}
          onChange={(event) => setGiven({ ...given, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Dialog title={t("do.document-of", { code: invoice.code })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <p>{t("do.document-lead")}</p>
        <Field label={t("do.document-source")} refusals={refusalsAt(refusals, "source")}>
          {(id, described) => (
            <select
              id={id}
              {...described}
              required
              value={source}
              onChange={(event) => setGiven({ ...given, source: event.target.value })}
            >
              {sources.map((one) => (
                <option key={one.code} value={one.code}>
                  {one.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        {text("number", t("do.document-number"), true)}
        <div className="pair">
          {day("issuedOn", t("do.document-issued"))}
          {day("dueOn", t("sale.due"), t("do.document-due-hint"))}
        </div>
        {text("gross", `${t("sale.total")} (${invoice.gross?.currency ?? ""})`)}
        {text("reference", t("sale.reference"))}
        {error && <Problem error={error} />}
        <Refusals of={otherRefusals(refusals, FIELDS)} />
        <footer>
          <button type="button" onClick={onClose}>
            {t("action.back")}
          </button>
          <button type="submit" className="primary" disabled={isRunning || !source}>
            {t("do.document")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
