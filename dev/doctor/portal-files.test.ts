// The doctor's word on the portal's files. That a build and a deployed portal agree or differ at all is shown by test/end-to-end/account.test.ts,
// start.test.ts and dev/supply/deployed.test.ts.
import { expect, it } from 'vitest';
import { freePorts } from '../stand/ports.ts';
import { judgeFiles, portalFiles } from './portal-files.ts';

const SAME = { file: 'index.html', differs: null };

it('is content where every file is what this copy builds', () => {
  expect(judgeFiles([SAME, SAME], 'commit 1234567')).toEqual({
    name: 'portal-files',
    level: 'ok',
    finding: 'all 2 are what commit 1234567 builds',
  });
});

it('fails where one is not, and leaves open which of the two is right', () => {
  const found = judgeFiles([SAME, { file: 'recover.html', differs: 'differs from byte 7 on' }], 'commit 1234567');
  expect(found.level).toBe('FAIL');
  expect(found.finding).toBe('1 of 2 are not what commit 1234567 builds, first recover.html');
  expect(found.fix).toMatch(/^look from the commit that was deployed, or npm run deploy -- --only portal;/);
});

it('builds nothing for a portal that it cannot ask', async () => {
  const nowhere = `http://localhost:${await freePorts(1)}`;
  const places = { portal: nowhere, api: nowhere, engine: nowhere };
  expect((await portalFiles(places, null)).level).toBe('warn');
  const asked = await portalFiles(places, 'CF_Authorization=of-a-test');
  expect([asked.level, asked.finding]).toEqual([
    'FAIL',
    'they could not be held against what this copy builds (ECONNREFUSED)',
  ]);
});
