// The product with everything counted that the platform bills: its own Worker and object, with counters around the bindings, the object's
// storage and the log. Nothing is timed here.
import { Tenant as Real } from '../../objects/tenant.ts';
import worker from '../../worker/index.ts';
import { countedIndex } from './counted-index.ts';
import { COUNTS_PATH, type Counts, noCounts } from './counts.ts';

type Bindings = Parameters<typeof worker.fetch>[1];
type Cursor = { readonly rowsRead: number; readonly rowsWritten: number };

let counts = noCounts();
/** Their counts grow until their last row is read, so they are added up when somebody asks. */
let cursors: Cursor[] = [];

function taken(): Counts {
  const told = counts;
  for (const { rowsRead, rowsWritten } of cursors) {
    told.rowsRead += rowsRead;
    told.rowsWritten += rowsWritten;
  }
  counts = noCounts();
  cursors = [];
  return told;
}

const log = console.log.bind(console);
console.log = (line: string) => {
  counts.logBytes += line.length + 1;
  // An object's call writes one line, whoever made it.
  if (line.startsWith('{"event":"object"')) counts.calls += 1;
  log(line);
};

const seen = new WeakMap<Bindings, Bindings>();

function counted(bindings: Bindings): Bindings {
  const known = seen.get(bindings) ?? { ...bindings, INDEX_DB: countedIndex(bindings.INDEX_DB, () => counts) };
  seen.set(bindings, known);
  return known;
}

function countStorage({ storage }: DurableObjectState): void {
  const exec = storage.sql.exec.bind(storage.sql);
  storage.sql.exec = ((query: string, ...values: unknown[]) => {
    const cursor = exec(query, ...values);
    cursors.push(cursor);
    return cursor;
  }) as typeof storage.sql.exec;
  const setAlarm = storage.setAlarm.bind(storage);
  storage.setAlarm = (...given) => {
    counts.alarmsSet += 1;
    return setAlarm(...given);
  };
}

export class Tenant extends Real {
  constructor(ctx: DurableObjectState, env: Bindings) {
    countStorage(ctx);
    super(ctx, counted(env));
  }

  override alarm(info?: AlarmInvocationInfo): Promise<void> {
    counts.alarms += 1;
    return super.alarm(info);
  }

  override webSocketMessage(socket: WebSocket, said: string | ArrayBuffer): void {
    counts.socketMessages += 1;
    super.webSocketMessage(socket, said);
  }
}

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    if (new URL(request.url).pathname === COUNTS_PATH) return Response.json(taken());
    counts.requests += 1;
    return worker.fetch(request as Parameters<typeof worker.fetch>[0], counted(bindings));
  },
};
