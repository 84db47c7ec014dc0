// For the Pester tests on Windows: the reference kit's small server, and beside it an answer that opens what was sent to it.
// usage: node test/foreign/pester-server.ts FILE      writes FILE once it listens, runs until it is ended
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { newEscrowKey, newRoot, publicKeyAnswer, startServer, stateKey } from '../../engine/fixtures.ts';

const [file = 'server.json'] = process.argv.slice(2);
const [root, key] = await Promise.all([newRoot(), newEscrowKey()]);
const statement = await stateKey(root, 'acme', key.kid);
const server = await startServer(() => publicKeyAnswer(key, [statement]));
// One answer is lost after the work is done: the engine asks again and nothing is kept twice.
server.faults.push('drop-after', 503);

const opener = http.createServer(async (request, response) => {
  const sealed = server.secrets.get(request.url?.slice(1) ?? '')?.sealed ?? '';
  const { plaintext } = await compactDecrypt(sealed, key.privateKey);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ plaintext: new TextDecoder().decode(plaintext) }));
});
await new Promise<void>((resolve) => opener.listen(0, '127.0.0.1', resolve));
const opened = `http://127.0.0.1:${(opener.address() as AddressInfo).port}`;
const engineFile = {
  apiOrigin: server.origin,
  token: `tok_${'A'.repeat(32)}`,
  fingerprint: root.fingerprint,
  minEpoch: 1,
};
writeFileSync(file, JSON.stringify({ file: engineFile, opened }));
