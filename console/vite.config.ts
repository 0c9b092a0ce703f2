import { defineConfig, type Plugin } from "vite";

// The design system brings its own fonts as text within its style sheet, half of a first load. The
// viewer's own sans-serif does.
const withoutFonts: Plugin = {
  name: "without-fonts",
  enforce: "pre",
  transform: (code, id) => (id.includes("global-styles") && id.endsWith(".css") ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null),
};

// The bundle goes where `borealis serve` of the release build looks for it.
export default defineConfig({
  plugins: [withoutFonts],
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
