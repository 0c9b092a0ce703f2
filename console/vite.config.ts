import { defineConfig, type Plugin } from "vite";

// The design system brings its own fonts as text within its style sheet, half of a first load. The
// viewer's own sans-serif does.
const withoutFonts: Plugin = {
  name: "without-fonts",
  enforce: "pre",
  transform: (code, id) => (id.includes("global-styles") && id.endsWith(".css") ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null),
};

// The narrow bar's navigation says that it lies horizontally, which no navigation may: axe-core's aria-allowed-attr.
const withoutOrientation: Plugin = {
  name: "without-orientation",
  enforce: "pre",
  transform: (code, id) => (id.endsWith("app-layout/visual-refresh/mobile-toolbar.js") ? code.replaceAll('"aria-orientation": "horizontal", ', "") : null),
};

// The frame of a page can announce features, in a list that can be sorted by dragging: a tenth of a first load, for
// what is not used here.
const withoutAnnouncements: Plugin = {
  name: "without-announcements",
  enforce: "pre",
  load: (id) => (id.endsWith("app-layout/visual-refresh-toolbar/drawer/feature-notifications-drawer-content.js") ? "export const RuntimeContentPart = () => null; export default RuntimeContentPart;" : null),
};

// The bundle goes where `borealis serve` of the release build looks for it.
export default defineConfig({
  plugins: [withoutFonts, withoutOrientation, withoutAnnouncements],
  // The design system's sentences come parsed.
  resolve: { alias: { "@formatjs/icu-messageformat-parser": "@formatjs/icu-messageformat-parser/lib/no-parser.js" } },
  esbuild: { jsx: "automatic", legalComments: "none" },
  build: {
    outDir: process.env.BOREALIS_CONSOLE_OUT ?? "../build/release/share/borealis/console",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      // Modules say "use client", which means nothing here.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
  },
});
