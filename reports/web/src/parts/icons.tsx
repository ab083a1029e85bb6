/** The few signs that the pages use, drawn with the colour of the text; never the only bearer of meaning. */

const PATHS = {
  reports: "M4 19V5m0 14h16M8 16v-5m4 5V8m4 8v-3",
  sales: "M4 7h16v4a2 2 0 0 0 0 4v2H4v-2a2 2 0 0 0 0-4zM14 7v10",
  schedules: "M5 6h14v13H5zM5 10h14M9 3v4m6-4v4",
  search: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14zm5-2 4 4",
  star: "m12 4 2.5 5.1 5.5.8-4 3.9 1 5.5-5-2.6-5 2.6 1-5.5-4-3.9 5.5-.8z",
  plus: "M12 5v14M5 12h14",
  close: "m6 6 12 12M18 6 6 18",
  up: "m6 14 6-6 6 6",
  down: "m6 10 6 6 6-6",
  right: "m10 6 6 6-6 6",
  left: "m14 6-6 6 6 6",
  menu: "M4 7h16M4 12h16M4 17h16",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zm0-5v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4m0-12.8L17 7M7 17l-1.4 1.4",
  moon: "M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5z",
  leave: "M10 5H5v14h5M14 8l4 4-4 4m4-4H9",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1m2 3.500a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1",
  download: "M12 4v11m-5-4 5 5 5-5M5 20h14",
  edit: "M5 19h3L18.500 8.500l-3-3L5 16z",
  copy: "M9 9h10v10H9zM5 15V5h10",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  alert: "M12 4 3 20h18zm0 6v5m0 2.500v.1",
  check: "m5 13 4 4L19 7",
  grip: "M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1",
  share: "M12 15V4m-4 4 4-4 4 4M6 12H5v8h14v-8h-1",
  undo: "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 4v4l3 2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
