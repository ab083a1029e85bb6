/** What a view has, to be dragged or clicked into a report. */

import type { Cube } from "@cubejs-client/core";
import { useCallback, useMemo, useState } from "react";
import { useLoaded } from "../api/asking.ts";
import { Icon } from "../parts/icons.tsx";
import { useTexts } from "../texts/texts.tsx";
import { cubeApi } from "./plan.ts";

export interface Member {
  name: string;
  title: string;
  description: string;
  kind: "measure" | "dimension" | "time";
  type: string;
}

export interface View {
  name: string;
  title: string;
  description: string;
  members: Member[];
}

type Written = { name: string; shortTitle: string; description?: string; type: string };

function viewOf(cube: Cube): View {
  const member = (one: Written, kind: Member["kind"]): Member => ({
    name: one.name,
    title: one.shortTitle,
    description: one.description ?? "",
    kind,
    type: one.type,
  });
  return {
    name: cube.name,
    title: cube.title,
    description: (cube as { description?: string }).description ?? "",
    members: [
      ...cube.measures.map((one) => member(one as Written, "measure")),
      ...cube.dimensions.map((one) =>
        member(one as Written, one.type === "time" ? "time" : "dimension"),
      ),
    ],
  };
}

export function useViews() {
  return useLoaded(
    useCallback(async () => {
      const meta = await (await cubeApi()).meta();
      return meta.cubes.filter((one) => one.type === "view").map(viewOf);
    }, []),
  );
}

/** What is carried when a member is dragged. */
export const CARRIED = "text/x-loge-member";
const KINDS = [
  ["measure", "builder.measures"],
  ["time", "builder.times"],
  ["dimension", "builder.dimensions"],
] as const;

export function Members({
  view,
  used,
  onAdd,
}: {
  view: View;
  used: Set<string>;
  onAdd: (member: Member) => void;
}) {
  const { t } = useTexts();
  const [typed, setTyped] = useState("");
  const found = useMemo(() => {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    return view.members.filter((one) => {
      const text = `${one.title} ${one.description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [view, typed]);
  return (
    <>
      <input
        type="search"
        value={typed}
        aria-label={t("builder.search")}
        placeholder={t("builder.search")}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="members">
        {KINDS.map(([kind, title]) => {
          const inside = found.filter((one) => one.kind === kind);
          return (
            inside.length > 0 && (
              <section key={kind} aria-label={t(title)}>
                <h3>{t(title)}</h3>
                <ul>
                  {inside.map((one) => (
                    <li key={one.name}>
                      <button
                        type="button"
                        draggable
                        className={`member ${kind}`}
                        title={one.description}
                        aria-pressed={used.has(one.name)}
                        onClick={() => onAdd(one)}
                        onDragStart={(event) => {
                          event.dataTransfer.setData(CARRIED, one.name);
                          event.dataTransfer.effectAllowed = "copyMove";
                        }}
                      >
                        <Icon name={used.has(one.name) ? "check" : "plus"} />
                        {one.title}
                      </button>
                    </li>
                  ))}
                </ul>
              </section>
            )
          );
        })}
      </div>
    </>
  );
}
