// The issuer of Access tokens for tests in workerd: a real HTTP server on loopback with a real key set. Runs in Node.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';

export type Issuer = { origin: string; privateJwk: Record<string, unknown> };

/** Starts it on a free port; it does not keep the process alive. */
export async function startIssuer(): Promise<Issuer> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const kid = 'test-key';
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' };
  const server = http.createServer((request, response) => {
    const found = request.url === '/cdn-cgi/access/certs';
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? { keys: [jwk] } : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { origin: `http://localhost:${port}`, privateJwk: { ...(await exportJWK(pair.privateKey)), kid } };
}
