import { expect, it } from 'vitest';
import { judge } from './advisories.ts';

const report = (vulnerabilities: Record<string, number>) =>
  JSON.stringify({ auditReportVersion: 2, metadata: { vulnerabilities } });

it('holds up a change for what is known to be high or critical, and says how to see it', () => {
  expect(judge(report({ low: 1, moderate: 0, high: 2, critical: 1, total: 4 }))).toEqual({
    ok: false,
    says: '3 dependencies have a known fault that is high or critical: see `npm audit`.',
  });
  expect(judge(report({ low: 2, moderate: 1, high: 0, critical: 0, total: 3 }))).toMatchObject({ ok: true });
});

it.each([
  [
    'a registry that has no such endpoint',
    '{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":""}}',
  ],
  ['no network', ''],
  ['a proxy’s page', '<html>'],
])('says that nothing was checked where it met %s, because silence would pass for a clean result', (_what, stdout) => {
  expect(judge(stdout)).toEqual({ ok: true, says: expect.stringContaining('nothing was checked') });
});
