// A receiver of webhooks as a customer would run one: a real HTTP server that keeps what it got and answers as its path says.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Received = { path: string; headers: Record<string, string>; body: string; at: number };
export type Receiver = { origin: string; received: Received[]; close: () => Promise<void> };

/**
 * `/ok/NAME` takes everything, `/status/CODE/NAME` answers that code, `/redirect/NAME` sends to `/ok/NAME`, `/silent/NAME` never answers,
 * `/teams/CODE/NAME` answers 200 and says in Teams' words that it was that code, `/later/SECONDS/NAME` answers 503 and asks to be left alone for so long, `/after/N/NAME` answers 503 N times and then takes it, `/refuse-first/CODE/NAME` answers that code to its first notice, however often, `/refuse-kind/KIND/NAME` answers 503 to that kind. `GET /received/NAME` tells what came under a name, for tests that run elsewhere.
 */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => void answer(request, response, received));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  server.unref();
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse, received: Received[]) {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const [, mode = '', ...rest] = path.split('/');
  const name = rest.at(-1) ?? '';
  const under = () => received.filter((one) => one.path.endsWith(`/${name}`));
  if (request.method === 'GET') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(under()));
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += chunk;
  received.push({ path, headers: request.headers as Record<string, string>, body, at: Date.now() });
  if (mode === 'silent') return;
  if (mode === 'redirect') response.setHeader('location', `/ok/${name}`);
  const refuses = mode === 'refuse-first' && under()[0]?.headers['webhook-id'] === request.headers['webhook-id'];
  if (mode === 'later') response.setHeader('retry-after', rest[0] ?? '');
  const isOfKind = mode === 'refuse-kind' && JSON.parse(body).kind === rest[0];
  const failsStill = isOfKind || mode === 'later' || (mode === 'after' && under().length <= Number(rest[0]));
  response.statusCode =
    mode === 'status' || refuses ? Number(rest[0]) : mode === 'redirect' ? 307 : failsStill ? 503 : 204;
  if (mode === 'teams') {
    response.statusCode = 200;
    const inside = 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error';
    return response.end(`${inside} ${rest[0]} with ContextId tcid=1,server=x..`);
  }
  response.end(mode === 'status' ? 'an answer that nobody keeps' : undefined);
}
