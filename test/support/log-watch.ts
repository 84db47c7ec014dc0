// Listens to the log of a test in workerd, and says what is wrong with what a request has left in it.
import { onTestFinished, vi } from 'vitest';
import { LogLine } from '../../schema/log.ts';

export type LogWatch = { written: string[]; lines: () => LogLine[] };

/** From here to the test's end nothing goes to the console. */
export function watchLog(): LogWatch {
  const written: string[] = [];
  for (const level of ['log', 'error'] as const) {
    const spy = vi.spyOn(console, level).mockImplementation((line) => void written.push(String(line)));
    onTestFinished(() => spy.mockRestore());
  }
  return { written, lines: () => written.map((line) => LogLine.parse(JSON.parse(line))) };
}

/**
 * The fault in the lines of one request, in one sentence; null if all is well: one line of the Worker's with the
 * route's pattern, as many of the objects' with its id as it asked them, and nothing that is secret in any.
 */
export function logFault({ written, lines }: LogWatch, method: string, route: string, secrets: readonly string[]) {
  const name = `${method} ${route}`;
  const [request, ...more] = lines().filter((line) => line.event === 'request');
  const calls = lines().filter((line) => line.event === 'object');
  if (!request || more.length > 0) return `${name} left ${more.length + (request ? 1 : 0)} request lines`;
  if (request.method !== method || request.route !== route) return `${name} is ${request.method} ${request.route}`;
  const own = calls.filter((line) => line.requestId === request.requestId);
  const pulled = route.endsWith('/export') ? own.filter((line) => line.call === 'auditPage').length : 0;
  if (own.length !== request.objectCalls + pulled)
    return `${name} asked ${request.objectCalls} times, ${own.length} answered`;
  // A page of tenants asks each of them; the file of an export is pulled page by page, once it is answered.
  if (own.length - pulled > 1 && route !== '/v1/operator/tenants')
    return `${name} asked the object ${own.length} times`;
  if (own.some((line) => request.tenant !== null && line.tenant !== request.tenant)) return `${name} asked a stranger`;
  if (own.length === 1 && own[0]?.code && own[0].code !== request.code) return `${name} hides ${own[0].code}`;
  const leaked = secrets.findIndex((secret) => written.some((line) => line.includes(secret)));
  return leaked === -1 ? null : `${name} has secret ${leaked} in the log`;
}
