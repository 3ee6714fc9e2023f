import { defineConfig } from "vite";
import { mockApi } from "./dev/mockApi.ts";

// `npm run dev` alone talks to the mock; with CRYPTOINSIGHT_API=http://127.0.0.1:8080 it talks to a running host.
const host = process.env["CRYPTOINSIGHT_API"];

export default defineConfig({
  base: "./",
  plugins: host ? [] : [mockApi()],
  server: { host: "127.0.0.1", ...(host ? { proxy: { "/api": { target: host, changeOrigin: true } } } : {}) },
  preview: { host: "127.0.0.1" },
  build: {
    outDir: "../wwwroot",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the page's policy allows files, not inline data
    modulePreload: { polyfill: false },
    license: { fileName: "third-party-licenses.md" },
    reportCompressedSize: false,
  },
});
