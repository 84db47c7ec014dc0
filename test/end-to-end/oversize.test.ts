// A body that is too large, over the stand's sockets: the sender reads why, instead of seeing a broken connection.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { freePorts } from '../../dev/stand/ports.ts';
import { type Stand, startStand } from '../../dev/stand/stand.ts';

let stateDir: string;
let stand: Stand;

before(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'totl-oversize-'));
  stand = await startStand({ port: await freePorts(4), stateDir, fleet: 0 });
});
after(async () => {
  await stand?.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const CHUNK = Buffer.alloc(64 * 1024, 'x');

type Answer = { status: number; type: string; json: { code?: string; status?: number } };

/** Posts `chunks` times 64 KiB. Without a length the body is chunked; it is written no faster than it is taken. */
function post(url: URL, headers: http.OutgoingHttpHeaders, chunks: number, length?: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sized = length === undefined ? {} : { 'content-length': length };
  const request = http.request(url, {
    agent: false,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers, ...sized },
  });
  request.on('error', reject);
  request.on('response', async (response) => {
    let text = '';
    for await (const part of response) text += part;
    const type = response.headers['content-type'] ?? '';
    resolve({ status: response.statusCode ?? 0, type, json: type.endsWith('json') ? JSON.parse(text) : {} });
  });
  let left = chunks;
  const write = (): void => {
    while (left > 0) {
      left -= 1;
      if (!request.write(CHUNK)) return void request.once('drain', write);
    }
    request.end();
  };
  write();
  return promise;
}

/** More than the buffers of all sockets on the way hold: the writer notices that the reader has stopped. */
const LARGE = (40 * 1024 * 1024) / CHUNK.length;

for (const [what, chunks] of [
  ['just over the limit', 17],
  ['far over it', LARGE],
] as const)
  test(`a chunked report ${what} is 413 with our problem, because a client has to know that it must not send it again`, async () => {
    const answer = await post(
      new URL('/v1/report', stand.addresses.api),
      { authorization: `Bearer ${stand.demo.token}` },
      chunks,
    );
    assert.deepEqual(
      [answer.status, answer.type, answer.json.code],
      [413, 'application/problem+json', 'body_too_large'],
    );
  });

test('so is one that says its length, and one that a person sends through Access', async () => {
  const sized = await post(
    new URL('/v1/secret', stand.addresses.api),
    { authorization: `Bearer ${stand.demo.token}` },
    LARGE,
    LARGE * CHUNK.length,
  );
  assert.deepEqual([sized.status, sized.json.code], [413, 'body_too_large']);
  const email = stand.demo.people[0]?.email ?? '';
  const assertion = await stand.tokens.mint({ email, sub: 'x' });
  const person = await post(
    new URL(`/v1/tenants/${stand.demo.tenant}/keyring`, stand.addresses.apiBehindAccess),
    { cookie: `CF_Authorization_api=${assertion}`, origin: stand.addresses.portal },
    LARGE,
  );
  assert.deepEqual([person.status, person.json.code], [413, 'body_too_large']);
});
