// The portal's policies judged by somebody else: Google's CSP Evaluator, every check of it, for each kind of answer.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CspEvaluator } from 'csp_evaluator';
import { Severity, Type } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { expect, it } from 'vitest';
import { allowMap } from '../../portal/build/integrity.ts';
import { parsePagesHeaders } from './pages-headers.ts';

const written = readFileSync(path.join(import.meta.dirname, '../../portal/public/_headers'), 'utf8');
const headersOf = parsePagesHeaders(allowMap(written, '{"integrity":{}}'));

/** What it says of a policy, but for remarks. */
const findings = (policy: string): string[] =>
  new CspEvaluator(new CspParser(policy).csp)
    .evaluate()
    .filter(({ severity }) => severity !== Severity.NONE && severity !== Severity.INFO)
    .map(({ type, directive, value, severity }) => `${Type[type]} ${directive} ${value ?? ''} (${Severity[severity]})`);

/**
 * `'self'` is safe where the origin serves no file of others and answers no JSONP: ours serves what the build made. The import map's hash is for
 * older browsers that go by hashes what `'self'` is anyway; none of these lacks a directive.
 */
const SELF = /^SCRIPT_ALLOWLIST_BYPASS script-src 'self'/;

it.each(['/', '/t/acme/machines/1', '/recover.html', '/assets/app-abc.js', '/assets/vault-keeper-abc.js'])(
  'finds nothing in the policy of %s that a script could get through',
  (at) => {
    const policy = headersOf(at).get('content-security-policy') ?? '';
    expect(findings(policy).filter((one) => !SELF.test(one))).toEqual([]);
  },
);

it('finds what is wrong with a policy that is, so that its silence says something', () => {
  expect(findings("script-src 'self' 'unsafe-inline' https:").length).toBeGreaterThan(2);
});
