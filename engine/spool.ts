// What is not yet acknowledged, on disk: events of runs, and sealed secrets until their receipt. Ciphertext only; a
// plaintext never gets here. Any file may be cut off by a kill; what is whole is used, what is not is set aside.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { REPORT_MAX_EVENTS, ReportEnvelope, RunEvent } from '../schema/report.ts';
import { EscrowRequest, type Receipt } from '../schema/secret.ts';
import { Thumbprint, Uuid } from '../schema/text.ts';
import { appendLine, makeFolder, readJson, setAside, writeWhole } from './files.ts';
import type { Pin } from './tenant-key.ts';

const PinFile = z.strictObject({ fingerprint: Thumbprint, tenant: z.string(), keyEpoch: z.int().min(1) });

export type SpooledRun = { id: string; envelope: ReportEnvelope; nextSeq: number; events: RunEvent[] };

export class Spool {
  readonly #folder: string;
  readonly #onDamage: (what: string) => void;

  /** `onDamage` hears, by file name, of every entry that had to be set aside. */
  constructor(folder: string, onDamage: (what: string) => void = () => {}) {
    this.#folder = folder;
    this.#onDamage = onDamage;
    for (const name of ['runs', 'secrets', 'receipts']) makeFolder(path.join(folder, name));
  }

  #file(...parts: string[]): string {
    return path.join(this.#folder, ...parts);
  }

  #read<T>(file: string, schema: z.ZodType<T>): T | null {
    try {
      const json = readJson(file);
      return json === null ? null : schema.parse(json);
    } catch {
      setAside(file);
      this.#onDamage(path.basename(file));
      return null;
    }
  }

  pin(): Pin | null {
    return this.#read(this.#file('pin.json'), PinFile);
  }

  keepPin(pin: Pin): void {
    writeWhole(this.#file('pin.json'), JSON.stringify(pin));
  }

  /** The random id that the PC reports under where its own is of no use; null where none was needed yet. */
  machineId(): string | null {
    const file = this.#file('machine-id');
    const kept = existsSync(file) ? Uuid.safeParse(readFileSync(file, 'utf8').trim()) : null;
    return kept?.success ? kept.data : null;
  }

  keepMachineId(id: string): void {
    writeWhole(this.#file('machine-id'), id);
  }

  /** Starts or updates a run's envelope: a rename changes the machine's hostname in it. */
  keepEnvelope(envelope: ReportEnvelope): void {
    writeWhole(this.#file('runs', `${envelope.run.id}.json`), JSON.stringify(envelope));
  }

  append(run: string, event: RunEvent): void {
    appendLine(this.#file('runs', `${run}.ndjson`), JSON.stringify(event));
  }

  /** Remembers where the server wants to go on. */
  acknowledge(run: string, nextSeq: number): void {
    writeWhole(this.#file('runs', `${run}.next`), String(nextSeq));
  }

  runs(): SpooledRun[] {
    return readdirSync(this.#file('runs'))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        const envelope = this.#read(this.#file('runs', name), ReportEnvelope);
        return envelope ? [this.#run(envelope)] : [];
      });
  }

  run(id: string): SpooledRun | null {
    const envelope = this.#read(this.#file('runs', `${id}.json`), ReportEnvelope);
    return envelope && this.#run(envelope);
  }

  #run(envelope: ReportEnvelope): SpooledRun {
    const { id } = envelope.run;
    const next = this.#file('runs', `${id}.next`);
    const nextSeq = existsSync(next) ? Number(readFileSync(next, 'utf8')) || 1 : 1;
    return { id, envelope, nextSeq, events: this.#events(id) };
  }

  #events(run: string): RunEvent[] {
    const file = this.#file('runs', `${run}.ndjson`);
    if (!existsSync(file)) return [];
    const events: RunEvent[] = [];
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue;
      try {
        events.push(RunEvent.parse(JSON.parse(line)));
      } catch {
        // Cut off by a kill before it was whole: it was never acknowledged to whoever wrote it.
        this.#onDamage(path.basename(file));
      }
    }
    return events;
  }

  /** Forgets a run that is over and acknowledged to its last event. */
  dropRun(run: string): void {
    for (const ending of ['json', 'ndjson', 'next']) rmSync(this.#file('runs', `${run}.${ending}`), { force: true });
  }

  /** Keeps a sealed secret until its receipt. */
  keepSecret(request: EscrowRequest): void {
    writeWhole(this.#file('secrets', `${request.eid}.json`), JSON.stringify(request));
  }

  secrets(): EscrowRequest[] {
    return readdirSync(this.#file('secrets'))
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => this.#read(this.#file('secrets', name), EscrowRequest) ?? []);
  }

  /** The receipt first, then the ciphertext goes: a kill between the two costs a resend, never a secret. */
  settle(eid: string, receipt: Receipt): void {
    writeWhole(this.#file('receipts', `${eid}.json`), JSON.stringify(receipt));
    rmSync(this.#file('secrets', `${eid}.json`), { force: true });
  }

  /** Takes a ciphertext that the server will never accept out of the queue, but keeps it. */
  setAsideSecret(eid: string): void {
    const file = this.#file('secrets', `${eid}.json`);
    if (existsSync(file)) setAside(file);
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
