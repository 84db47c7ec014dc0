// The portal's build: no inline script but the map of the others' hashes, no data: URI, hashed assets; the vault's worker under a name that
// `_headers` knows.
import { defineConfig } from 'vite';
import { integrity } from './build/integrity.ts';
import { powershellKit } from './build/powershell-kit.ts';
import { recoveryPage } from './build/recovery-page.ts';

export default defineConfig(({ command }) => {
  // Whatever the caller's environment is for: libraries bring their development code by it, and the same commit would give other bytes.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return {
    root: import.meta.dirname,
    plugins: [recoveryPage(), powershellKit(), integrity()],
    build: {
      target: 'es2023',
      outDir: 'dist',
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // The passphrase dictionaries are large and load only where a new passphrase is typed.
      chunkSizeWarningLimit: 1_300,
    },
    worker: {
      format: 'es',
      rolldownOptions: { output: { entryFileNames: 'assets/vault-keeper-[hash].js' } },
    },
  };
});
