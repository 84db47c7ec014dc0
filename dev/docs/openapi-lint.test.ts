// The API's own document by the rules of a linter that others use on it. dev/docs/redocly.yaml has the reason for each
// rule that is off.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../test/workerd/routes.ts';
import { openapi } from '../../worker/openapi/openapi.ts';
import { root } from '../lib/run.ts';

type Problem = { ruleId: string; message: string; location: { pointer?: string }[] };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'totl-openapi-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function problemsOf(document: object): Promise<string[]> {
  const file = path.join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const redocly = path.join(root, 'node_modules/@redocly/cli/bin/cli.js');
  const asked = ['lint', file, '--config', path.join(root, 'dev/docs/redocly.yaml'), '--format', 'json'];
  // It would report its usage, and ask whether there is a newer one.
  const quiet = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { stdout } = await promisify(execFile)(process.execPath, [redocly, ...asked], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...quiet },
    maxBuffer: 16 * 1024 * 1024,
  }).catch((failed: { stdout: string }) => failed);
  const { problems } = JSON.parse(stdout) as { problems: Problem[] };
  return problems.map(({ ruleId, message, location }) => `${ruleId} at ${location[0]?.pointer}: ${message}`);
}

it('is clean by redocly’s recommended rules, and a document that is not would be noticed', async () => {
  const document = openapi(routes) as { paths: Record<string, { get: { operationId?: string } }> };
  expect(await problemsOf(document)).toEqual([]);
  const broken = structuredClone(document);
  const health = broken.paths['/health'] ?? expect.fail('there is a health check');
  delete health.get.operationId;
  expect(await problemsOf(broken)).toEqual([expect.stringContaining('operation-operationId')]);
});
