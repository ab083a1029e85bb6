/** How the pages are built: into dist, below /office/, with nothing inline, and compressed beforehand. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const DIST = "dist";
/** Smaller files gain nothing. */
const LEAST_BYTES = 800;

/** Writes `.br` and `.gz` beside each file, which the API sends as they are. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    async closeBundle() {
      const files = await readdir(DIST, { recursive: true, withFileTypes: true });
      for (const file of files.filter((one) => one.isFile())) {
        const path = join(file.parentPath, file.name);
        const content = await readFile(path);
        if (content.length < LEAST_BYTES) continue;
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
        await writeFile(`${path}.br`, brotliCompressSync(content, { params }));
        await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "/office/",
  plugins: [compressed()],
  build: {
    outDir: DIST,
    emptyOutDir: true,
    target: "es2023",
    // The content security policy allows no inline script and no data: URL but of images.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1100,
    reportCompressedSize: false,
    rolldownOptions: {
      onLog(level, log, handle) {
        // "use client" in libraries is for servers that render React; there is none.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log);
      },
    },
  },
  server: {
    proxy: {
      "/graphql": { target: "http://127.0.0.1:8000", ws: true },
      "/cubejs-api": "http://127.0.0.1:8000",
      "/loge": "http://127.0.0.1:8000",
    },
  },
});
