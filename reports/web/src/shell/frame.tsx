/** What stands around every page: navigation, the club, who is signed in. */

import { Component, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { Navigate, NavLink, Route, Routes, useLocation } from "react-router";
import { keepToken } from "../api/session.ts";
import { RETURN_PATH } from "../api/sign-in.ts";
import { Icon, type IconName } from "../parts/icons.tsx";
import { Empty, Problem, Skeleton } from "../parts/parts.tsx";
import { type TextKey, useTexts } from "../texts/texts.tsx";
import { Choices } from "./choices.tsx";
import { Mark, useViewer } from "./door.tsx";

const Library = lazy(() => import("../reports/library.tsx"));
const Viewer = lazy(() => import("../reports/viewer.tsx"));
const Builder = lazy(() => import("../reports/builder.tsx"));
const Schedules = lazy(() => import("../schedules/list.tsx"));
const SalesList = lazy(() => import("../sales/list.tsx"));
const SalePage = lazy(() => import("../sales/sale.tsx"));

const PLACES: { to: string; text: TextKey; icon: IconName }[] = [
  { to: "/reports", text: "nav.reports", icon: "reports" },
  { to: "/schedules", text: "nav.schedules", icon: "schedules" },
  { to: "/sales", text: "nav.sales", icon: "sales" },
];

export function Frame() {
  const { t, name } = useTexts();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const { pathname } = useLocation();
  const content = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    setOpen(false);
    // A new page begins at its top, also for those who hear it.
    window.scrollTo(0, 0);
    content.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className="frame">
      <a className="skip" href="#content">
        {t("nav.skip")}
      </a>
      <header className={isOpen ? "rail open" : "rail"}>
        <div className="rail-top">
          <p className="brand">
            <Mark /> Loge
          </p>
          <button
            type="button"
            className="bare burger"
            aria-expanded={isOpen}
            aria-controls="navigation"
            aria-label={t("nav.menu")}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name={isOpen ? "close" : "menu"} />
          </button>
        </div>
        <div className="rail-body" id="navigation">
          <nav aria-label={t("nav.main")}>
            {PLACES.map(({ to, text, icon }) => (
              <NavLink key={to} to={to}>
                <Icon name={icon} /> {t(text)}
              </NavLink>
            ))}
          </nav>
          <div className="who">
            <p className="club">{viewer.organisation?.name}</p>
            <p className="role">{viewer.account?.name ?? name("role", viewer.role)}</p>
            <Choices />
            <button type="button" className="bare leave" onClick={() => keepToken(null)}>
              <Icon name="leave" /> {t("nav.leave")}
            </button>
          </div>
        </div>
      </header>
      <main id="content" ref={content} tabIndex={-1}>
        <Boundary key={pathname}>
          <Suspense fallback={<Skeleton />}>
            <Routes>
              <Route path="/" element={<Navigate to="/reports" replace />} />
              <Route path={RETURN_PATH} element={<Navigate to="/reports" replace />} />
              <Route path="/reports" element={<Library />} />
              <Route path="/reports/new" element={<Builder />} />
              <Route path="/reports/:key" element={<Viewer />} />
              <Route path="/reports/:key/edit" element={<Builder />} />
              <Route path="/schedules" element={<Schedules />} />
              <Route path="/sales" element={<SalesList />} />
              <Route path="/sales/:id" element={<SalePage />} />
              <Route path="*" element={<Empty title={t("state.nothing-here")} />} />
            </Routes>
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
}

/** Shows what failed in a page instead of an empty window. */
class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <Problem error={error} onRetry={() => this.setState({ error: null })} />;
  }
}
