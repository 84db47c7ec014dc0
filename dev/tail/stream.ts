// For tests: a stream as `wrangler tail --format json` prints it, made from Cloudflare's documents of a tail item and from wrangler's own
// source. It is not a recording.
import type { AlarmLine, LogLine, ObjectLine, RequestLine } from '../../schema/log.ts';

export const TENANT = '0f8fad5b-d9cb-469f-a165-70867728950e';
export const OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const AT = 1_790_000_000_000;

type Item = {
  logs?: readonly unknown[];
  outcome?: string;
  exceptions?: readonly { name: string; message: string; stack?: string }[];
  event?: unknown;
  entrypoint?: string;
  cpuTime?: number;
};

/** One item, over many lines, as wrangler prints it. */
export function item({ logs = [], exceptions = [], event, ...more }: Item): string {
  const whole = {
    wallTime: 12,
    cpuTime: 1,
    truncated: false,
    executionModel: more.entrypoint ? 'durableObject' : 'stateless',
    outcome: 'ok',
    scriptName: 'totlprovision-api',
    scriptVersion: { id: OTHER },
    diagnosticsChannelEvents: [],
    ...more,
    exceptions: exceptions.map((one) => ({ ...one, timestamp: AT })),
    logs: logs.map((line) => ({ message: [JSON.stringify(line)], level: 'log', timestamp: AT })),
    eventTimestamp: AT,
    event: event ?? {
      request: { url: 'https://api.example.com/v1/x?q=canary', method: 'GET', headers: { 'cf-ray': 'canary' } },
    },
  };
  return JSON.stringify(whole, null, 4);
}

export const requestLine = (id: string, more: Partial<RequestLine> = {}): RequestLine => ({
  event: 'request',
  at: AT,
  requestId: id,
  tenant: TENANT,
  method: 'POST',
  route: '/v1/report',
  principal: 'machine',
  principalId: 't1',
  code: null,
  status: 200,
  durationMs: 20,
  objectMs: 9,
  objectCalls: 1,
  ...more,
});
export const objectLine = (id: string, more: Partial<ObjectLine> = {}): ObjectLine => ({
  event: 'object',
  at: AT,
  requestId: id,
  tenant: TENANT,
  call: 'report',
  principal: 'machine',
  principalId: 't1',
  code: null,
  durationMs: 4,
  rowsRead: 31,
  rowsWritten: 102,
  failed: false,
  ...more,
});
export const alarmLine = (more: Partial<AlarmLine> = {}): AlarmLine => ({
  event: 'alarm',
  at: AT,
  alarmId: 'a1',
  tenant: TENANT,
  due: ['head', 'notices'],
  retry: 0,
  durationMs: 40,
  rowsRead: 12,
  rowsWritten: 3,
  failed: false,
  ...more,
});
const rpc = (rpcMethod: string, lines: readonly LogLine[], more: Item = {}) =>
  item({ entrypoint: 'Tenant', event: { rpcMethod }, logs: lines, cpuTime: 3, ...more });

/** A stream with one of everything; between the items what wrangler may say in plain words. */
export const STREAM = [
  rpc('report', [objectLine('r1')]),
  item({ logs: [requestLine('r1')] }),
  'Connected to totlprovision-api, waiting for logs...',
  // The Worker's part may come first.
  item({
    logs: [
      requestLine('r2', { route: '/v1/tenants/:tenant/secrets/:secret/reveal', code: 'role_forbids', status: 403 }),
    ],
  }),
  rpc('recordRefusal', [objectLine('r2', { call: 'recordRefusal', rowsRead: 8, rowsWritten: 1 })]),
  item({ logs: [requestLine('r3', { tenant: OTHER, durationMs: 900, objectCalls: 0, objectMs: 0 })] }),
  item({
    entrypoint: 'Tenant',
    event: { scheduledTime: '2026-09-21T14:13:20.000Z' },
    logs: [alarmLine()],
  }),
  item({
    entrypoint: 'Tenant',
    event: { getWebSocketEvent: { webSocketEventType: 'close', code: 1001, wasClean: true } },
    logs: [
      {
        event: 'socket',
        at: AT,
        what: 'closed',
        requestId: 'r9',
        tenant: TENANT,
        principal: 'person',
        principalId: 'u1',
        closeCode: 1001,
        sockets: 2,
      },
    ],
  }),
  item({
    logs: [
      { event: 'fault', at: AT, requestId: 'r4', alarmId: null, tenant: TENANT, stack: 'Error: it broke\n    at here' },
      requestLine('r4', { status: 500, code: 'internal_error', objectCalls: 0 }),
    ],
  }),
  rpc('settings', [], { outcome: 'exception', exceptions: [{ name: 'TypeError', message: 'no\u001b[2J such thing' }] }),
  item({ outcome: 'exceededCpu' }),
  item({ outcome: 'canceled' }),
  item({ outcome: 'ok', event: { type: 'overload', message: 'Tail is currently in sampling mode.' } }),
].join('\n');
