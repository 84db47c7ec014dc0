// The engine's side of TotlProvision: trust the tenant's key, stream a run, escrow secrets sealed. Only public HTTP.
import { createHash } from 'node:crypto';
import type { PublicKeyAnswer } from '../schema/keyring.ts';
import { EVENT_MAX_BYTES, ReportAnswer, type ReportedMachine, type ReportedRun, RunEvent } from '../schema/report.ts';
import { type EscrowRequest, Receipt, type SecretKind, type SecretRef } from '../schema/secret.ts';
import { writeWhole } from './files.ts';
import { anotherId, ownMachine } from './machine-id.ts';
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

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Engine {
  readonly #options: EngineOptions;
  readonly #transport: Transport;
  readonly #spool: Spool;
  readonly #now: () => number;
  #machine: ReportedMachine;
  readonly #seqs = new Map<string, number>();
  /** Runs of which a secret has waited in the spool: it is sealed to the id of then, and cannot be sealed anew. */
  readonly #bound = new Set<string>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#spool = new Spool(options.spoolDir, (name) => this.#notice(`a damaged spool entry was set aside: ${name}`));
    this.#machine = ownMachine(this.#spool, options.machine);
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

  /** Begins a run; events appended to it are on disk before this returns to the caller's work. */
  startRun(run: ReportedRun): void {
    this.#spool.keepEnvelope({ machine: this.#machine, run });
    this.#seqs.set(run.id, 1);
  }

  /** The id that this PC reports and seals under: not the one it was given where many PCs have that. */
  get machineId(): string {
    return this.#machine.id;
  }

  /** The PC's attributes changed, as in the rename phase. */
  describe(run: ReportedRun, machine: ReportedMachine): void {
    this.#machine = ownMachine(this.#spool, machine);
    this.#spool.keepEnvelope({ machine: this.#machine, run });
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
   * Sends everything unsent: sealed secrets first, since reports are what a server short of room refuses, then reports from where it wants to
   * go on. Stops at the first no.
   */
  async flush(): Promise<Flushed | EngineRefusal> {
    const done: Flushed = { ok: true, sent: 0, rejected: 0, receipts: 0 };
    for (const request of this.#spool.secrets()) {
      this.#bound.add(request.run);
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

  /** Once: an id of its own making is kept for good, and is no shared one whatever a server says. */
  get #takesOtherId(): boolean {
    return this.#spool.machineId() === null;
  }

  /** Nobody has heard of it, and nothing of it is sealed: it may be another PC's yet. */
  #isUnheardOf = (run: SpooledRun): boolean => run.nextSeq === 1 && !this.#bound.has(run.id);

  /** A server that knows more ids which many PCs share: this one goes on under an id of its own, and what nobody has heard of with it. */
  #takeAnotherId(): void {
    const id = anotherId(this.#spool);
    this.#machine = { ...this.#machine, id };
    for (const { envelope } of this.#spool.runs().filter(this.#isUnheardOf))
      this.#spool.keepEnvelope({ ...envelope, machine: { ...envelope.machine, id } });
    this.#notice('many PCs have the id of this one; it goes on under a random one');
  }

  async #flushRun(run: SpooledRun, done: Flushed): Promise<EngineRefusal | null> {
    let { nextSeq } = run;
    const takesOtherId = this.#takesOtherId && this.#isUnheardOf(run);
    // Each round either moves on or goes back to a gap the server names; a server that does neither ends it.
    for (let rounds = run.events.length + 2; rounds > 0; rounds--) {
      const batch = nextBatch(run, nextSeq);
      if (batch.length === 0) return null;
      const { machine, run: reported } = run.envelope;
      const envelope = { machine: takesOtherId ? { ...machine, takesOtherId } : machine, run: reported };
      const body = [envelope, ...batch].map((line) => JSON.stringify(line)).join('\n');
      const reply = await ask(this.#transport, {
        method: 'POST',
        path: '/v1/report',
        body,
        type: 'application/x-ndjson',
      });
      if (!reply.ok) return reply;
      if (reply.code === 'shared_machine_id' && takesOtherId) {
        this.#takeAnotherId();
        const again = this.#spool.run(run.id);
        return again && this.#flushRun(again, done);
      }
      const answer = reply.status === 200 ? ReportAnswer.safeParse(reply.json) : null;
      if (!answer?.success) return no('rejected', `The server refused the report (${reply.code ?? reply.status}).`);
      done.sent += answer.data.accepted;
      done.rejected += answer.data.rejected.length;
      for (const one of answer.data.rejected)
        this.#notice(`event ${one.seq} was rejected: ${one.code}${one.field ? ` (${one.field})` : ''}`);
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
    const request = await this.#seal(key, run, kind, ref, plaintext);
    const sent = this.#takesOtherId ? await this.#send(request, true) : await this.#send(request);
    if (sent !== 'another_id') return sent;
    this.#takeAnotherId();
    return this.#send(await this.#seal(key, run, kind, ref, plaintext));
  }

  /** Seals to where this PC is now, and keeps the ciphertext on disk. */
  async #seal(
    key: TrustedKey,
    run: string,
    kind: SecretKind,
    ref: SecretRef,
    plaintext: string,
  ): Promise<EscrowRequest> {
    const [eid, machine] = [crypto.randomUUID(), this.#machine.id];
    const { kid, jwk, tenant } = key;
    const iat = Math.floor(this.#now() / 1000);
    const sealed = await seal({ kid, jwk, tenant, machine, run, kind, eid, ref, iat, plaintext });
    const request: EscrowRequest = { machine, run, kind, eid, ref, format: 'jwe', sealed };
    this.#spool.keepSecret(request);
    return request;
  }

  async #send(request: EscrowRequest): Promise<Escrowed | EngineRefusal>;
  async #send(request: EscrowRequest, takesOtherId: true): Promise<Escrowed | EngineRefusal | 'another_id'>;
  async #send(request: EscrowRequest, takesOtherId = false): Promise<Escrowed | EngineRefusal | 'another_id'> {
    const body = JSON.stringify(takesOtherId ? { ...request, takesOtherId } : request);
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
    if (takesOtherId && reply.code === 'shared_machine_id') return 'another_id';
    this.#notice(`a sealed secret was refused and set aside: ${reply.code ?? reply.status}`);
    return reply.code === 'kid_destroyed'
      ? no('key_destroyed', 'The escrow key was destroyed: make a new secret and seal it again.')
      : no('rejected', `The server refused the secret (${reply.code ?? reply.status}).`);
  }
}
