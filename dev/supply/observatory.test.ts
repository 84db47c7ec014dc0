// The portal's headers graded by somebody else: MDN's HTTP Observatory, by its own checks and its own scale. It is installed into a folder of
// its own, none of whose install scripts run; its scanner wants a host on the internet, so its checks are given the answer that Pages would send.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { allowMap, withHashes } from '../../portal/build/integrity.ts';
import { capture, root } from '../lib/run.ts';
import { parsePagesHeaders } from '../stand/pages-headers.ts';

const folder = path.join(root, '.observatory');
const lock = path.join(root, 'dev/observatory/package-lock.json');
const own = (place: string) => path.join(folder, 'node_modules/@mdn/mdn-http-observatory', place);

beforeAll(async () => {
  const [wanted, there] = [readFileSync(lock, 'utf8'), path.join(folder, 'package-lock.json')];
  if (!existsSync(own('conf/hsts-preload.json')) || readFileSync(there, 'utf8') !== wanted) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(there, wanted);
    writeFileSync(path.join(folder, 'package.json'), readFileSync(path.join(root, 'dev/observatory/package.json')));
    const installed = await capture('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']);
    if (!installed.ok) throw new Error(`it cannot be installed: ${installed.stderr}`);
    // Its install script would fetch the list of preloaded hosts; ours is on none.
    writeFileSync(own('conf/hsts-preload.json'), '{}');
  }
});

type Output = { pass: boolean; result: string };
type Answer = {
  status: number;
  headers: Record<string, string>;
  data: string;
  verified: true;
  httpEquiv: Map<string, string>;
};

/** As its own client has them: by name, and with `get`. */
const asSent = (headers: Record<string, string>): Record<string, string> =>
  Object.assign(Object.create({ get: (name: string) => headers[name.toLowerCase()] ?? null }), headers);

const SITE = new URL('https://portal.example.com/');

async function graded(headers: Record<string, string>, page: string) {
  const load = (place: string) => import(/* @vite-ignore */ pathToFileURL(own(place)).href);
  const [{ ALL_TESTS }, { Requests }, { getGradeForScore, getScoreModifier }] = await Promise.all(
    ['src/constants.js', 'src/types.js', 'src/grader/grader.js'].map(load),
  );
  const answer: Answer = { status: 200, headers: asSent(headers), data: page, verified: true, httpEquiv: new Map() };
  const requests = new Requests(SITE.host);
  Object.assign(requests.responses, {
    auto: answer,
    https: answer,
    http: answer,
    cors: answer,
    httpRedirects: [
      { url: new URL(`http://${SITE.host}/`), status: 301 },
      { url: SITE, status: 200 },
    ],
    httpsRedirects: [{ url: SITE, status: 200 }],
  });
  requests.resources.path = page;
  requests.session = { url: SITE, redirectHistory: [], response: answer, jar: null };
  const outputs: Output[] = ALL_TESTS.map((check: (given: unknown) => Output) => check(requests));
  const modifiers: number[] = outputs.map(({ result }) => getScoreModifier(result));
  const score = modifiers.filter((one) => one < 0).reduce((sum, one) => sum + one, 100);
  return {
    failed: outputs.filter(({ pass }) => !pass).map(({ result }) => result),
    grade: getGradeForScore(score).grade,
  };
}

const built = withHashes(
  readFileSync(path.join(root, 'portal/index.html'), 'utf8').replace('/src/main.ts', '/assets/index.js'),
  new Map([['/assets/index.js', 'sha384-AAAA']]),
);
const written = readFileSync(path.join(root, 'portal/public/_headers'), 'utf8');
const headersOf = parsePagesHeaders(allowMap(written, built.map));
const html = { 'content-type': 'text/html; charset=utf-8' };

it('passes every check for the portal, without a point taken off', async () => {
  expect(await graded({ ...Object.fromEntries(headersOf('/')), ...html }, built.page)).toEqual({
    failed: [],
    grade: 'A+',
  });
});

it('takes points off where the headers are missing, so that its grade says something', async () => {
  const { failed, grade } = await graded(html, built.page);
  expect(failed.length).toBeGreaterThan(2);
  expect(grade).not.toMatch(/^A/);
});
