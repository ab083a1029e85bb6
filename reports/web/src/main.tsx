/** Where the pages begin. */

import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/sales.css";
import "./styles/reports.css";
import "./styles/schedules.css";
import "./styles/embed.css";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { takeTokenFromAddress } from "./api/session.ts";
import { Door } from "./shell/door.tsx";
import { applyTheme, fixTheme } from "./shell/theme.ts";
import { TextsProvider } from "./texts/texts.tsx";

const Embedded = lazy(() => import("./embed/page.tsx"));

function pages() {
  takeTokenFromAddress();
  applyTheme();
  return (
    <TextsProvider>
      <BrowserRouter basename="/office">
        <Door />
      </BrowserRouter>
    </TextsProvider>
  );
}

/** A report in a page of another site, where a browser may refuse to keep anything. */
function embedded() {
  fixTheme(new URLSearchParams(window.location.search).get("theme"));
  return (
    <Suspense>
      <Embedded />
    </Suspense>
  );
}

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
const isEmbedded = window.location.pathname.startsWith("/office/embed/");
createRoot(root).render(<StrictMode>{isEmbedded ? embedded() : pages()}</StrictMode>);
