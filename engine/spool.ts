// Everything not yet acknowledged, on disk: events of runs, and sealed secrets until their receipt. Ciphertext only; a
// plaintext never gets here. Any file may be cut off by a kill; whole entries are used, others are set aside.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { mendEnvelope } from '../schema/mend-report.ts';
import { REPORT_MAX_EVENTS, ReportEnvelope, type RunEvent } from '../schema/report.ts';
import { EscrowRequest, type Receipt } from '../schema/secret.ts';
import { Thumbprint, Uuid } from '../schema/text.ts';
import { appendLines, asideOf, makeOwnFolder, readJson, setAside, writeWhole } from './files.ts';
import { withLock } from './lock.ts';
import { Halt, nextRunId, readEvents } from './spooled-run.ts';
import type { Pin } from './tenant-key.ts';

const PinFile = z.strictObject({ fingerprint: Thumbprint, tenant: z.string(), keyEpoch: z.int().min(1) });

/** `halt`: why it is not sent until it is tried again; null for most. */
export type SpooledRun = {
  id: string;
  envelope: ReportEnvelope;
  nextSeq: number;
  events: RunEvent[];
  halt: Halt | null;
};

type Place = { bytes: number; nextSeq: number };

export class Spool {
  readonly #folder: string;
  readonly #onDamage: (what: string) => void;
  readonly #toldOf = new Set<string>();
  /** How long each run's file was when this process wrote it, and which number comes next: another process may have written since. */
  readonly #places = new Map<string, Place>();
  #isOwn = false;

  /** `onDamage` hears, by file name, of every entry that had to be set aside. */
  constructor(folder: string, onDamage: (what: string) => void = () => {}) {
    this.#folder = folder;
    this.#onDamage = (what) => {
      if (!this.#toldOf.has(what)) onDamage(what);
      this.#toldOf.add(what);
    };
    makeOwnFolder(folder);
    for (const name of ['runs', 'secrets', 'receipts']) makeOwnFolder(path.join(folder, name));
  }

  #file(...parts: string[]): string {
    return path.join(this.#folder, ...parts);
  }

  /** Runs `work` while no other process writes into this spool. */
  #alone<T>(work: () => T): T {
    if (this.#isOwn) return work();
    return withLock(this.#file('lock'), () => {
      this.#isOwn = true;
      try {
        return work();
      } finally {
        this.#isOwn = false;
      }
    });
  }

  #write(file: string, text: string): void {
    this.#alone(() => writeWhole(file, text));
  }

  #read<T>(file: string, schema: z.ZodType<T>, mend: (json: unknown) => unknown = (json) => json): T | null {
    try {
      const json = readJson(file);
      return json === null ? null : schema.parse(mend(json));
    } catch {
      this.#setAside(file);
      this.#onDamage(path.basename(file));
      return null;
    }
  }

  #setAside(file: string): void {
    try {
      this.#alone(() => setAside(file));
    } catch {
      // The file is in use, for example by a virus scanner: it is read again the next time.
    }
  }

  pin(): Pin | null {
    return this.#read(this.#file('pin.json'), PinFile);
  }

  keepPin(pin: Pin): void {
    this.#write(this.#file('pin.json'), JSON.stringify(pin));
  }

  /** The random id that the PC reports under where its own is unusable; null if none was needed yet. */
  machineId(): string | null {
    const file = this.#file('machine-id');
    const kept = existsSync(file) ? Uuid.safeParse(readFileSync(file, 'utf8').trim()) : null;
    return kept?.success ? kept.data : null;
  }

  keepMachineId(id: string): void {
    this.#write(this.#file('machine-id'), id);
  }

  /** Starts or updates a run's envelope: a rename changes the machine's hostname in it. */
  keepEnvelope(envelope: ReportEnvelope): void {
    this.#write(this.#file('runs', `${envelope.run.id}.json`), JSON.stringify(envelope));
  }

  /** Adds an event under the next number, which is passed to `make`. Null: `make` made none. */
  append(run: string, make: (seq: number) => RunEvent | null): RunEvent | null {
    return this.#alone(() => {
      const file = this.#file('runs', `${run}.ndjson`);
      const seq = this.#nextNumber(run, file);
      const event = make(seq);
      if (event === null) return null;
      appendLines(file, [JSON.stringify(event)]);
      this.#places.set(run, { bytes: statSync(file).size, nextSeq: seq + 1 });
      return event;
    });
  }

  /** After the last one here, and after all that the server has: a damaged file may have lost its end. */
  #nextNumber(run: string, file: string): number {
    const place = this.#places.get(run);
    if (place && existsSync(file) && statSync(file).size === place.bytes) return place.nextSeq;
    return Math.max((this.#events(run).at(-1)?.seq ?? 0) + 1, this.#nextSeq(run));
  }

  /** Writes events under earlier numbers: the stand-ins for lost ones. Answers the run with them. */
  fillIn(run: SpooledRun, events: readonly RunEvent[]): SpooledRun {
    this.#alone(() =>
      appendLines(
        this.#file('runs', `${run.id}.ndjson`),
        events.map((event) => JSON.stringify(event)),
      ),
    );
    return { ...run, events: this.#events(run.id) };
  }

  /** Remembers where the server wants to go on. */
  acknowledge(run: string, nextSeq: number): void {
    this.#write(this.#file('runs', `${run}.next`), String(nextSeq));
  }

  runs(): SpooledRun[] {
    return this.#idsIn('runs', '.json').flatMap((id) => this.run(id) ?? []);
  }

  run(id: string): SpooledRun | null {
    const mend = (json: unknown) => mendEnvelope(json, Date.now());
    const envelope = this.#read(this.#file('runs', `${id}.json`), ReportEnvelope, mend);
    const halt = this.#read(this.#file('runs', `${id}.halt`), Halt);
    return envelope && { id, envelope, halt, nextSeq: this.#nextSeq(id), events: this.#events(id) };
  }

  /** Runs whose envelope is lost, with their remaining events. */
  strays(): { id: string; events: RunEvent[] }[] {
    return this.#idsIn('runs', '.ndjson')
      .filter((id) => this.#read(this.#file('runs', `${id}.json`), z.unknown()) === null)
      .map((id) => ({ id, events: this.#events(id) }))
      .filter(({ events }) => events.length > 0);
  }

  #idsIn(folder: string, ending: string): string[] {
    return readdirSync(this.#file(folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length))
      .filter((id) => Uuid.safeParse(id).success);
  }

  #nextSeq(run: string): number {
    const next = this.#file('runs', `${run}.next`);
    return existsSync(next) ? Number(readFileSync(next, 'utf8')) || 1 : 1;
  }

  #events(run: string): RunEvent[] {
    const file = this.#file('runs', `${run}.ndjson`);
    if (!existsSync(file)) return [];
    const { events, damaged } = readEvents(readFileSync(file, 'utf8'), Date.now());
    // Cut off by a kill, or lost with the power: nobody was told that it is kept, or the file system has forgotten it.
    if (damaged > 0) this.#onDamage(path.basename(file));
    return events;
  }

  /**
   * Keeps a run that cannot go on out of the way of the others. It stays where it is, and events added to it are kept
   * with it.
   */
  halt(run: string, code: string): void {
    this.#write(this.#file('runs', `${run}.halt`), JSON.stringify({ code } satisfies Halt));
  }

  /**
   * Has a run go on as one of this PC's own, since the server knows it as another PC's: unsent events are numbered
   * anew, and callers that ask for the run get the new one. Answers its id, null where the run has left the spool. A
   * kill before the end costs nothing: the id is the same the next time.
   */
  goOnAsOwn(id: string, machine: ReportEnvelope['machine']): string | null {
    return this.#alone(() => {
      // Read as it is now: events may have come meanwhile, and another process may have done the same.
      const run = this.run(id);
      if (!run || run.halt?.own) return run?.halt?.own ?? null;
      const { events, nextSeq } = run;
      // The other PC's list of its volumes does not apply to this one.
      const { volumes: _, ...envelope } = run.envelope;
      const own = nextRunId(id, machine.id);
      const unsent = events
        .filter((event) => event.seq >= nextSeq)
        .map((event, index) => ({ ...event, seq: index + 1 }));
      const lines = unsent.map((event) => `${JSON.stringify(event)}\n`);
      writeWhole(this.#file('runs', `${own}.ndjson`), lines.join(''));
      this.keepEnvelope({ ...envelope, machine, run: { ...envelope.run, id: own } });
      this.#write(this.#file('runs', `${id}.halt`), JSON.stringify({ code: 'run_conflict', own } satisfies Halt));
      this.acknowledge(id, (events.at(-1)?.seq ?? 0) + 1);
      return own;
    });
  }

  /**
   * Whether no server has accepted anything of a run, and no kept ciphertext is sealed for it except the one that `eid`
   * names.
   */
  isUnheardOf(run: string, eid?: string): boolean {
    if (this.#nextSeq(run) > 1) return false;
    return ![...this.secrets(), ...this.asideSecrets()].some((one) => one.run === run && one.eid !== eid);
  }

  /** Whether a run is the continuation of another PC's. */
  isOwnOfAnother(run: string): boolean {
    return this.#idsIn('runs', '.halt').some((id) => id !== run && this.idOf(id) === run);
  }

  /** The id under which a run goes on: its own, unless it was another PC's run. */
  idOf(run: string): string {
    return this.#read(this.#file('runs', `${run}.halt`), Halt)?.own ?? run;
  }

  /** Forgets a run that is over and acknowledged to its last event. */
  dropRun(run: string): void {
    this.#alone(() => {
      for (const ending of ['json', 'ndjson', 'next', 'halt'])
        rmSync(this.#file('runs', `${run}.${ending}`), { force: true });
    });
  }

  /**
   * The next number of the engine's own count of what it seals: the later has the higher one, whatever the clock says. Where the count is
   * damaged it goes on from the clock's seconds, beyond any that it had.
   */
  nextOrder(now: number): number {
    return this.#alone(() => {
      const file = this.#file('sealed.count');
      const text = existsSync(file) ? readFileSync(file, 'utf8') : '0';
      const next = (/^\d{1,15}$/.test(text) ? Number(text) : Math.floor(now / 1000)) + 1;
      writeWhole(file, String(next));
      return next;
    });
  }

  /** Keeps a sealed secret until its receipt. */
  keepSecret(request: EscrowRequest): void {
    this.#write(this.#file('secrets', `${request.eid}.json`), JSON.stringify(request));
  }

  /** In the order in which they were sealed: those left by an older engine have no number, and come first. */
  secrets(): EscrowRequest[] {
    return readdirSync(this.#file('secrets'))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => this.#read(this.#file('secrets', name), EscrowRequest) ?? [])
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || iatOf(a) - iatOf(b));
  }

  /** The receipt first, then the ciphertext goes: a kill between the two costs a resend, never a secret. */
  settle(eid: string, receipt: Receipt): void {
    this.#write(this.#file('receipts', `${eid}.json`), JSON.stringify(receipt));
    rmSync(this.#file('secrets', `${eid}.json`), { force: true });
  }

  /** Forgets a ciphertext once the same plaintext is kept, sealed anew. */
  dropSecret(eid: string): void {
    rmSync(this.#file('secrets', `${eid}.json`), { force: true });
  }

  /** Takes a ciphertext that the server refuses out of the queue, but keeps it. */
  setAsideSecret(eid: string): void {
    this.#setAside(this.#file('secrets', `${eid}.json`));
  }

  /** Sealed secrets that were set aside; damaged ones are not among them. */
  asideSecrets(): EscrowRequest[] {
    const folder = this.#file('secrets', 'set-aside');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((name) => {
      const request = EscrowRequest.safeParse(jsonOr(path.join(folder, name), null));
      return request.success && name === `${request.data.eid}.json` ? [request.data] : [];
    });
  }

  /**
   * Puts everything that was set aside back, to be tried again: the refusal may have come from a proxy, or from a
   * server that knew less.
   */
  putBack(): void {
    this.#alone(() => {
      for (const { eid } of this.asideSecrets()) {
        const file = this.#file('secrets', `${eid}.json`);
        renameSync(asideOf(file), file);
      }
      for (const id of this.#idsIn('runs', '.halt'))
        if (this.idOf(id) === id) rmSync(this.#file('runs', `${id}.halt`), { force: true });
    });
  }
}

function jsonOr<T>(file: string, otherwise: T): unknown {
  try {
    return readJson(file);
  } catch {
    return otherwise;
  }
}

/** When it was sealed, by its header, in seconds; 0 where it has none, as raw RSA-OAEP. */
function iatOf({ sealed }: EscrowRequest): number {
  try {
    return Number(JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()).iat) || 0;
  } catch {
    return 0;
  }
}

/** Under the server's 1 MiB, so that an envelope and its line ends always fit. */
const BATCH_MAX_BYTES = 900 * 1024;

/** The next events to send: contiguous from `nextSeq`, within the limits of one report. */
export function nextBatch(run: Pick<SpooledRun, 'events'>, nextSeq: number): RunEvent[] {
  const batch: RunEvent[] = [];
  let bytes = 0;
  for (const event of run.events) {
    if (event.seq < nextSeq) continue;
    bytes += Buffer.byteLength(JSON.stringify(event)) + 1;
    if (batch.length >= REPORT_MAX_EVENTS || bytes > BATCH_MAX_BYTES) break;
    batch.push(event);
  }
  return batch;
}
