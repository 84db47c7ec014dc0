// The engine's side of TotlProvision: trust the tenant's key, stream a run, escrow secrets sealed. Only public HTTP.
import { createHash } from 'node:crypto';
import type { PublicKeyAnswer } from '../schema/keyring.ts';
import {
  EVENT_MAX_BYTES,
  ReportAnswer,
  type ReportedMachine,
  type ReportedRun,
  type ReportedVolumes,
  RunEvent,
} from '../schema/report.ts';
import { type EscrowRequest, Receipt, type SecretKind, type SecretRef } from '../schema/secret.ts';
import { writeWhole } from './files.ts';
import { type EngineRefusal, no } from './refusal.ts';
import { seal } from './seal.ts';
import { nextBatch, Spool, type SpooledRun } from './spool.ts';
import { spoolLines } from './spool-file.ts';
import { type TrustedKey, trustKey } from './tenant-key.ts';
import { ask, type Transport } from './transport.ts';

export type EngineOptions = {
  apiOrigin: string;
  token: string;
  /** The tenant's pin from the configuration file; without it the engine pins on first use. */
  fingerprint?: string;
  minEpoch?: number;
  /** The escrow key that the configuration file carries, sealed to only while the API cannot be reached, and only where the pin vouches for it. */
  tenantKey?: PublicKeyAnswer;
  spoolDir: string;
  machine: ReportedMachine;
  /** Hears of what a person may want to know. Never given a token, a plaintext or a ciphertext. */
  onNotice?: (text: string) => void;
  fetch?: typeof fetch;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
  random?: () => number;
  signal?: AbortSignal;
};

export type Escrowed = { ok: true; receipt: Receipt };
export type Flushed = { ok: true; sent: number; rejected: number; receipts: number };
type EventInput = Omit<Partial<RunEvent>, 'seq'> & { message: string };

/** A server's word that goes to a terminal: the name of a member, or nothing. */
const fieldOf = (told: string | null): string => (told && /^[\w.[\]-]{1,128}$/.test(told) ? ` (${told})` : '');

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Engine {
  readonly #options: EngineOptions;
  readonly #transport: Transport;
  readonly #spool: Spool;
  readonly #now: () => number;
  #machine: ReportedMachine;
  readonly #seqs = new Map<string, number>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#machine = options.machine;
    this.#now = options.now ?? Date.now;
    this.#spool = new Spool(options.spoolDir, (name) => this.#notice(`a damaged spool entry was set aside: ${name}`));
    this.#transport = {
      apiOrigin: options.apiOrigin,
      token: options.token,
      fetch: options.fetch ?? fetch,
      sleep: options.sleep ?? wait,
      random: options.random ?? Math.random,
      signal: options.signal,
    };
  }

  #notice(text: string): void {
    this.#options.onNotice?.(text);
  }

  /** Fetches the tenant's escrow key and decides whether to trust it; what it learns is pinned on disk. */
  async tenantKey(): Promise<TrustedKey | EngineRefusal> {
    const reply = await ask(this.#transport, { method: 'GET', path: '/v1/tenant/pubkey' });
    if (!reply.ok) return reply.code === 'offline' ? this.#carriedKey(reply) : reply;
    if (reply.code === 'no_tenant_key')
      return no('no_tenant_key', 'The tenant has no key yet; an admin has to set it up.');
    if (reply.status !== 200) return no('malformed_answer', `The server answered ${reply.status}.`);
    const { fingerprint = null, minEpoch = 1 } = this.#options;
    const known = this.#spool.pin();
    const trusted = await trustKey(reply.json, { fingerprint, minEpoch, known });
    if (!trusted.ok) return trusted;
    if (JSON.stringify(trusted.pin) !== JSON.stringify(known)) this.#spool.keepPin(trusted.pin);
    if (trusted.firstUse && !known) this.#notice(`pinned ${trusted.pin.fingerprint} on first use`);
    return trusted;
  }

  /**
   * Offline, what the file carries will do, if a fingerprint in the same file vouches for it: nothing is pinned on the word of a key alone.
   * Where it will not, as with an older key than one seen before, the PC is offline and no server is to blame.
   */
  async #carriedKey(offline: EngineRefusal): Promise<TrustedKey | EngineRefusal> {
    const { fingerprint, minEpoch = 1, tenantKey } = this.#options;
    if (!fingerprint || !tenantKey) return offline;
    const trusted = await trustKey(tenantKey, { fingerprint, minEpoch, known: this.#spool.pin() });
    return trusted.ok ? trusted : offline;
  }

  /** The PC's volumes as they are now, each with the ids of its recovery passwords: what the server holds of a protector that is gone is no longer offered. */
  listVolumes(run: ReportedRun, list: ReportedVolumes['list']): void {
    this.#spool.keepEnvelope({ machine: this.#machine, run, volumes: { readAt: this.#now(), list } });
  }

  /** Begins a run; events appended to it are on disk before this returns to the caller's work. */
  startRun(run: ReportedRun): void {
    this.#spool.keepEnvelope({ machine: this.#machine, run });
    this.#seqs.set(run.id, 1);
  }

  /** The PC's attributes changed, as in the rename phase. */
  describe(run: ReportedRun, machine: ReportedMachine): void {
    this.#machine = machine;
    const volumes = this.#spool.run(run.id)?.envelope.volumes;
    this.#spool.keepEnvelope({ machine, run, ...(volumes ? { volumes } : {}) });
  }

  /** Appends one event to a run. Its seq follows on the last one, also after a reboot. */
  event(run: string, input: EventInput): void {
    const seq = this.#seqs.get(run) ?? (this.#spool.run(run)?.events.at(-1)?.seq ?? 0) + 1;
    const event = RunEvent.parse({ at: this.#now(), ...input, seq });
    if (Buffer.byteLength(JSON.stringify(event)) > EVENT_MAX_BYTES) throw new RangeError('an event is at most 16 KiB');
    this.#spool.append(run, event);
    this.#seqs.set(run, seq + 1);
  }

  /**
   * Sends everything unsent: sealed secrets first, in the order in which they were sealed, since reports are what a server short of room refuses, then reports from where it wants to
   * go on. Stops at the first no.
   */
  async flush(): Promise<Flushed | EngineRefusal> {
    const done: Flushed = { ok: true, sent: 0, rejected: 0, receipts: 0 };
    for (const request of this.#spool.secrets()) {
      const sent = await this.#send(request);
      if (sent.ok) done.receipts++;
      else if (sent.code !== 'rejected' && sent.code !== 'key_destroyed') return sent;
    }
    for (const run of this.#spool.runs()) {
      const refusal = await this.#flushRun(run, done);
      if (refusal) return refusal;
    }
    return done;
  }

  async #flushRun(run: SpooledRun, done: Flushed): Promise<EngineRefusal | null> {
    let { nextSeq } = run;
    // Each round either moves on or goes back to a gap the server names; a server that does neither ends it.
    for (let rounds = run.events.length + 2; rounds > 0; rounds--) {
      const batch = nextBatch(run, nextSeq);
      if (batch.length === 0) return null;
      const body = () =>
        [{ ...run.envelope, sentAt: this.#now() }, ...batch].map((line) => JSON.stringify(line)).join('\n');
      const reply = await ask(this.#transport, {
        method: 'POST',
        path: '/v1/report',
        body,
        type: 'application/x-ndjson',
      });
      if (!reply.ok) return reply;
      const answer = reply.status === 200 ? ReportAnswer.safeParse(reply.json) : null;
      if (!answer?.success) return no('rejected', `The server refused the report (${reply.code ?? reply.status}).`);
      done.sent += answer.data.accepted;
      done.rejected += answer.data.rejected.length;
      for (const one of answer.data.rejected)
        this.#notice(`event ${one.seq} was rejected: ${one.code}${fieldOf(one.field)}`);
      nextSeq = answer.data.nextSeq;
      this.#spool.acknowledge(run.id, nextSeq);
    }
    return no('rejected', 'The server does not go on with this run.');
  }

  /** The runs that are still in the spool, by id. */
  openRuns(): string[] {
    return this.#spool.runs().map((run) => run.id);
  }

  /**
   * Writes what is unsent as one spool file, for a person to upload in the portal. The spool stays as it is: what is sent later too is
   * harmless. Answers how many lines the file has; without any, none is written.
   */
  exportSpool(file: string): number {
    const lines = spoolLines(this.#spool);
    if (lines.length > 0) writeWhole(file, `${lines.join('\n')}\n`);
    return lines.length;
  }

  /** A run that is over and wholly acknowledged leaves the spool. */
  closeRun(run: string): void {
    const spooled = this.#spool.run(run);
    if (spooled && nextBatch(spooled, spooled.nextSeq).length === 0) this.#spool.dropRun(run);
  }

  /**
   * Seals a secret at once, keeps the ciphertext on disk, and sends it until a receipt comes. Apply a password or enable
   * encryption only on `ok`. Refusals: what `tenantKey` refuses; `offline` and `tenant_suspended` keep the ciphertext for
   * a later flush; `key_destroyed` asks for a new secret.
   */
  async escrow(run: string, kind: SecretKind, ref: SecretRef, plaintext: string): Promise<Escrowed | EngineRefusal> {
    const key = await this.tenantKey();
    if (!key.ok) return key;
    const [eid, machine] = [crypto.randomUUID(), this.#machine.id];
    const { kid, jwk, tenant } = key;
    const iat = Math.floor(this.#now() / 1000);
    const sealed = await seal({ kid, jwk, tenant, machine, run, kind, eid, ref, iat, plaintext });
    const order = this.#spool.nextOrder(this.#now());
    const request: EscrowRequest = { machine, run, kind, eid, ref, format: 'jwe', order, sealed };
    this.#spool.keepSecret(request);
    return this.#send(request);
  }

  async #send(request: EscrowRequest): Promise<Escrowed | EngineRefusal> {
    // By this clock, as it goes out: so the server learns how far the clock is off that `iat` is by. Nothing that is kept or carried has it.
    const body = () => JSON.stringify({ ...request, sentAt: this.#now() });
    const reply = await ask(this.#transport, { method: 'POST', path: '/v1/secret', body, type: 'application/json' });
    if (!reply.ok) return reply;
    if (reply.status === 201 || reply.status === 200) {
      const receipt = Receipt.safeParse(reply.json);
      const sha256 = createHash('sha256').update(request.sealed, 'utf8').digest('hex');
      if (!receipt.success || receipt.data.sha256 !== sha256)
        return no('wrong_receipt', 'The receipt is not for what was sent; the ciphertext stays on disk.');
      this.#spool.settle(request.eid, receipt.data);
      return { ok: true, receipt: receipt.data };
    }
    if (reply.code === 'no_tenant_key') return no('no_tenant_key', 'The tenant has no key yet.');
    this.#spool.setAsideSecret(request.eid);
    this.#notice(`a sealed secret was refused and set aside: ${reply.code ?? reply.status}`);
    return reply.code === 'kid_destroyed'
      ? no('key_destroyed', 'The escrow key was destroyed: make a new secret and seal it again.')
      : no('rejected', `The server refused the secret (${reply.code ?? reply.status}).`);
  }
}
