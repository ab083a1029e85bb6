/** Chooses the account whose Sales are listed, found while typing. */

import { useAnswer } from "../api/asking.ts";
import { AccountNamedDocument, AccountsFoundDocument } from "../api/generated.ts";
import { ask } from "../api/graphql.ts";
import { type Known, ValuePicker } from "../reports/suggestions.tsx";
import { useTexts } from "../texts/texts.tsx";

async function findAccounts(typed: string, signal: AbortSignal): Promise<Known[]> {
  const { accounts } = await ask(AccountsFoundDocument, { search: typed }, signal);
  return (accounts?.nodes ?? []).map(({ id, name, code }) => ({
    value: id,
    title: `${name} (${code})`,
  }));
}

export function AccountPicker({
  chosen,
  onChange,
}: {
  chosen: string | null;
  onChange: (id: string | null) => void;
}) {
  const { t } = useTexts();
  const { answer } = useAnswer(AccountNamedDocument, { id: chosen ?? "" }, chosen !== null);
  const named = answer?.node && "name" in answer.node ? answer.node : null;
  return (
    <ValuePicker
      label={t("sales.account")}
      find={findAccounts}
      known={named && named.id === chosen ? [{ value: named.id, title: named.name }] : []}
      chosen={chosen === null ? [] : [chosen]}
      isMultiple={false}
      onChange={([first]) => onChange(first ?? null)}
    />
  );
}
