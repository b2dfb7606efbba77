import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite dev` finds the API. */
const API = 'http://127.0.0.1:3000';

/** The oldest supported browsers: Baseline 2023. `public/start.js` names them to users of older ones. */
const FLOOR = ['chrome120', 'edge120', 'firefox121', 'safari17.2'];

export default defineConfig({
  // The server puts its BASE_PATH before what the page names.
  base: './',
  plugins: [react(), tailwindcss()],
  build: {
    target: FLOOR,
    // Fonts and icons stay files: `data:` sources would need a wider content security policy.
    assetsInlineLimit: 0,
    // Minified kilobytes: some 190 gzipped, which is what the first view may take.
    chunkSizeWarningLimit: 600,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': API,
      '/socket.io': { target: API, ws: true },
    },
  },
});
