/** The client library for pages of others: dist/client/cardea-client.js, one ES module. */

import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    outDir: 'dist/client',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    lib: {
      entry: 'client/index.ts',
      formats: ['es'],
      fileName: () => 'cardea-client.js',
    },
  },
});
