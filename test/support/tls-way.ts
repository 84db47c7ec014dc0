// The way to a server through TLS and a proxy, for tests: a certificate of its own, a front that hands on what it is asked, a proxy that wants a password.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** A certificate for localhost that is its own authority, as files of a folder. */
export async function newCertificate(folder: string, name: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [path.join(folder, `${name}.key`), path.join(folder, `${name}.pem`)];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
  const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', [...request, ...names]);
  return { key, cert };
}

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const closing = (server: net.Server, sockets: Set<net.Socket>) => () =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });

function keepSockets(server: net.Server): Set<net.Socket> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Speaks TLS 1.2 for a server behind it. `asked` are the paths that got through. */
export async function startTlsFront(certificate: { key: string; cert: string }, origin: string) {
  const asked: string[] = [];
  const options = {
    key: readFileSync(certificate.key),
    cert: readFileSync(certificate.cert),
    maxVersion: 'TLSv1.2' as const,
  };
  const server = https.createServer(options, async (request, response) => {
    asked.push(request.url ?? '');
    const headers = { ...request.headers } as Record<string, string>;
    delete headers.host;
    const sent: Buffer[] = [];
    for await (const chunk of request) sent.push(chunk);
    const body = request.method === 'GET' ? undefined : Buffer.concat(sent);
    const answer = await fetch(origin + request.url, { method: request.method, headers, body });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    if (answer.body) Readable.fromWeb(answer.body as never).pipe(response);
    else response.end();
  });
  server.on('tlsClientError', () => {});
  const sockets = keepSockets(server);
  return { origin: `https://localhost:${await listen(server)}`, asked, close: closing(server, sockets) };
}

/** A proxy that makes tunnels for who knows its password. `seen` is every byte that it could read on their way up. */
export async function startProxy(user: string, password: string) {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const seen: Buffer[] = [];
  let [tunnels, refused] = [0, 0];
  const server = http.createServer((_request, response) => response.writeHead(403).end());
  server.on('connect', (request, socket: net.Socket, head: Buffer) => {
    seen.push(Buffer.from(JSON.stringify([request.url, request.headers])));
    if (request.headers['proxy-authorization'] !== wanted) {
      refused++;
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
      );
      return;
    }
    tunnels++;
    const [host = '', port] = (request.url ?? '').split(':');
    const onward = net.connect(Number(port), host === 'localhost' ? '127.0.0.1' : host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      socket.on('data', (chunk) => seen.push(chunk)).pipe(onward);
      onward.pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  const sockets = keepSockets(server);
  return {
    address: `http://127.0.0.1:${await listen(server)}`,
    seen: () => Buffer.concat(seen),
    counts: () => ({ tunnels, refused }),
    close: closing(server, sockets),
  };
}
