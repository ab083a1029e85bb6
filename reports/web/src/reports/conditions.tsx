/** Conditions on the rows of a report that is being built. */

import { Icon } from "../parts/icons.tsx";
import { type Refusal, Refusals } from "../parts/parts.tsx";
import { useTexts } from "../texts/texts.tsx";
import type { Condition } from "./draft.ts";
import type { Member } from "./members.tsx";
import { ValuePicker } from "./suggestions.tsx";

const OPERATORS: Record<string, string[]> = {
  string: ["equals", "notEquals", "contains", "notContains", "set", "notSet"],
  boolean: ["equals", "set", "notSet"],
  number: ["equals", "notEquals", "gt", "gte", "lt", "lte", "set", "notSet"],
  time: ["afterOrOnDate", "beforeOrOnDate", "set", "notSet"],
};
const TAKES_NOTHING = new Set(["set", "notSet"]);

export function operatorsOf(type: string): string[] {
  return OPERATORS[type] ?? OPERATORS.string ?? [];
}

export function Conditions({
  of,
  members,
  refusals,
  onChange,
}: {
  of: Condition[];
  members: Map<string, Member>;
  refusals: readonly Refusal[];
  onChange: (conditions: Condition[]) => void;
}) {
  const { t, name } = useTexts();
  const change = (index: number, values: Partial<Condition>) =>
    onChange(of.map((one, place) => (place === index ? { ...one, ...values } : one)));
  const choices = [...members.values()];
  return (
    <fieldset className="well">
      <legend>{t("builder.conditions")}</legend>
      <ul>
        {of.map((one, index) => {
          const member = members.get(one.member);
          const title = member?.title ?? one.member;
          const picks =
            member?.kind === "dimension" &&
            ["equals", "notEquals"].includes(one.operator) &&
            member.type !== "number";
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a member may stand here twice
            <li key={`${one.member}-${index}`} className="placed">
              <span>{title}</span>
              <select
                aria-label={t("builder.operator", { what: title })}
                value={one.operator}
                onChange={(event) => change(index, { operator: event.target.value })}
              >
                {operatorsOf(member?.type ?? "string").map((operator) => (
                  <option key={operator} value={operator}>
                    {name("operator", operator)}
                  </option>
                ))}
              </select>
              {!TAKES_NOTHING.has(one.operator) &&
                (picks ? (
                  <ValuePicker
                    label={title}
                    member={one.member}
                    chosen={one.values}
                    isMultiple
                    onChange={(values) => change(index, { values })}
                  />
                ) : (
                  <input
                    aria-label={t("builder.value", { what: title })}
                    type={member?.kind === "time" ? "date" : "text"}
                    value={one.values[0] ?? ""}
                    onChange={(event) =>
                      change(index, { values: event.target.value ? [event.target.value] : [] })
                    }
                  />
                ))}
              <button
                type="button"
                className="bare"
                aria-label={t("action.remove", { what: title })}
                onClick={() => onChange(of.filter((_, place) => place !== index))}
              >
                <Icon name="close" />
              </button>
            </li>
          );
        })}
      </ul>
      <select
        aria-label={t("builder.add-condition")}
        value=""
        onChange={({ target }) => {
          const member = members.get(target.value);
          const [operator = "equals"] = operatorsOf(member?.type ?? "string");
          if (member) onChange([...of, { member: member.name, operator, values: [] }]);
        }}
      >
        <option value="">{t("builder.add-condition")}</option>
        {choices.map((one) => (
          <option key={one.name} value={one.name}>
            {one.title}
          </option>
        ))}
      </select>
      <Refusals of={refusals} />
    </fieldset>
  );
}

/** Conditions that say something: one without a value is still being written. */
export function complete(conditions: Condition[]): Condition[] {
  return conditions.filter((one) => TAKES_NOTHING.has(one.operator) || one.values.length > 0);
}
