/** Where the pages begin. */

import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/sales.css";
import "./styles/reports.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { takeTokenFromAddress } from "./api/session.ts";
import { Door } from "./shell/door.tsx";
import { applyTheme } from "./shell/theme.ts";
import { TextsProvider } from "./texts/texts.tsx";

takeTokenFromAddress();
applyTheme();
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <TextsProvider>
      <BrowserRouter basename="/office">
        <Door />
      </BrowserRouter>
    </TextsProvider>
  </StrictMode>,
);
