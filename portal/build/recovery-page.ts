// Builds the recovery page: one HTML file with everything in it, script and style by hash in its own CSP. The same sources and lock file
// give the same bytes anywhere, so its SHA-256 can be printed (docs/recovery-page.md) and checked.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'vite';
import { asProduction } from './as-production.ts';

const folder = path.join(import.meta.dirname, '../recover');
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

async function bundleScript(): Promise<string> {
  const built = await asProduction(() =>
    build({
      configFile: false,
      root: folder,
      logLevel: 'warn',
      publicDir: false,
      build: {
        target: 'es2023',
        write: false,
        modulePreload: false,
        rolldownOptions: { input: path.join(folder, 'main.ts'), output: { format: 'iife', codeSplitting: false } },
      },
    }),
  );
  const outputs = Array.isArray(built) ? built : [built];
  const chunks = outputs.flatMap((one) => ('output' in one ? one.output : [])).filter((one) => one.type === 'chunk');
  const [chunk, ...others] = chunks;
  if (!chunk || others.length > 0) throw new Error('the recovery page is one script');
  // Within a script element only this ends it.
  return chunk.code.replaceAll('</script', '<\\/script');
}

/** The whole file. Nothing that it shows is sent to a translator, and no digits of a key become a telephone number. */
export async function buildRecoveryPage(): Promise<string> {
  const script = await bundleScript();
  const style = readFileSync(path.join(folder, '../src/ui/page.css'), 'utf8').replaceAll('\r\n', '\n');
  const csp = [
    "default-src 'none'",
    `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');
  return `<!doctype html>
<html lang="en" translate="no">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<meta name="referrer" content="no-referrer">
<title>TotlProvision recovery</title>
<style>${style}</style>
</head>
<body>
<p>Save this file and open it from your disk, in a browser with JavaScript.</p>
<script>${script}</script>
</body>
</html>
`;
}

/** Puts `recover.html` beside the portal. */
export const recoveryPage = (): Plugin => ({
  name: 'recovery-page',
  apply: 'build',
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'recover.html', source: await buildRecoveryPage() });
  },
});
