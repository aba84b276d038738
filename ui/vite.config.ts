import { defineConfig } from "vitest/config";

/** Where `npm run mock` or a real shore listens while the page is developed with `npm run dev`. */
const SHORE = process.env["FARHELM_SHORE_URL"] ?? "http://127.0.0.1:8090";

export default defineConfig({
  base: "/",
  build: {
    outDir: "../shoreside/console", // where the wheel and the checkout serve it from (hatch_build.py, api/static.py)
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200, // MapLibre alone is about 1 MB; it is loaded after the page stands
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "maplibre", test: /node_modules[\\/](maplibre-gl|@maplibre)/ },
            { name: "openbridge", test: /node_modules[\\/]@oicl/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: SHORE, ws: true },
      "/stop": { target: SHORE },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
