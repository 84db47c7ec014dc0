// The API's own document as the Worker serves it. `node dev/docs/openapi-document.ts FILE` writes it for tools that
// read a file.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runnerImport } from 'vite';
import type { OpenApi } from './api.ts';

/** By Vite, since the Worker's modules are written for a bundler. */
export async function openApiDocument(): Promise<OpenApi> {
  const load = async <M>(name: string) => (await runnerImport<M>(path.join(import.meta.dirname, '../..', name))).module;
  const { openapi } = await load<typeof import('../../worker/openapi/openapi.ts')>('worker/openapi/openapi.ts');
  const { list } = await load<typeof import('../../schema/routes/contract.ts')>('schema/routes/contract.ts');
  return openapi(list) as unknown as OpenApi;
}

if (import.meta.main) {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('Usage: node dev/docs/openapi-document.ts FILE');
  writeFileSync(file, JSON.stringify(await openApiDocument(), null, 2));
}
