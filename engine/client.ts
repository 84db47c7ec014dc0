// The engine's side of TotlProvision: trust the tenant's key, stream a run, escrow secrets sealed. Only public HTTP.
import { createHash } from 'node:crypto';
import { PublicKeyAnswer } from '../schema/keyring.ts';
import { mendEvent } from '../schema/mend-event.ts';
import { mendEnvelope } from '../schema/mend-report.ts';
import {
  NDJSON,
  type ReportEnvelope,
  type ReportedMachine,
  type ReportedRun,
  type ReportedVolumes,
  type RunEvent,
} from '../schema/report.ts';
import { type EscrowRequest, Receipt, type SecretKind, type SecretRef } from '../schema/secret.ts';
import { SET_ASIDE } from './answer.ts';
import { writeWhole } from './files.ts';
import { anotherId, ownMachine } from './machine-id.ts';
import { type EngineRefusal, no } from './refusal.ts';
import { seal } from './seal.ts';
import { type Sender, sendRun } from './send-run.ts';
import { nextBatch, Spool } from './spool.ts';
import { spoolLines } from './spool-file.ts';
import { type TrustedKey, trustKey } from './tenant-key.ts';
import { ask, type Reply, strange, type Transport } from './transport.ts';

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
  /** Hears of events that a person may want to know. Never given a token, a plaintext or a ciphertext. */
  onNotice?: (text: string) => void;
  fetch?: typeof fetch;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
  random?: () => number;
  signal?: AbortSignal;
};

export type Escrowed = { ok: true; receipt: Receipt };
/** `setAside`: items that the server refused this time; the next engine that opens the spool will try them again. */
export type Flushed = { ok: true; sent: number; rejected: number; receipts: number; setAside: number };
/**
 * Anything at all as a message or as data: values that do not fit are mended (schema/mend-event.ts), never answered
 * with an exception.
 */
type EventInput = Omit<Partial<RunEvent>, 'seq' | 'message' | 'data'> & { message: unknown; data?: unknown };

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Engine {
  readonly #options: EngineOptions;
  readonly #transport: Transport;
  readonly #spool: Spool;
  readonly #now: () => number;
  #machine: ReportedMachine;
  /** Runs that have a secret accepted: it is sealed to the id of that time, and the run stays with it. */
  readonly #bound = new Set<string>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#spool = new Spool(options.spoolDir, (name) => this.#notice(`a damaged spool entry was left out: ${name}`));
    this.#spool.putBack();
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
    const reply = await ask(this.#transport, { route: 'GET /v1/tenant/pubkey' });
    if (!reply.ok) return reply.code === 'offline' ? this.#carriedKey(reply) : reply;
    if (reply.code === 'no_tenant_key')
      return no('no_tenant_key', 'The tenant has no key yet; an admin has to set it up.');
    if (reply.code !== null) return no('rejected', `The server refused to name its key (${reply.code}).`);
    // Like a captive portal, which answers 200 to everything.
    if (!PublicKeyAnswer.safeParse(reply.json).success) return this.#carriedKey(strange(reply.status));
    const { fingerprint = null, minEpoch = 1 } = this.#options;
    const known = this.#spool.pin();
    const trusted = await trustKey(reply.json, { fingerprint, minEpoch, known });
    if (!trusted.ok) return trusted;
    if (JSON.stringify(trusted.pin) !== JSON.stringify(known)) this.#spool.keepPin(trusted.pin);
    if (trusted.firstUse && !known) this.#notice(`pinned ${trusted.pin.fingerprint} on first use`);
    return trusted;
  }

  /**
   * Offline, the key in the file will do, if a fingerprint in the same file vouches for it: nothing is pinned on the
   * word of a key alone. If it will not do, as with an older key than one seen before, the PC counts as offline and no
   * server is to blame.
   */
  async #carriedKey(offline: EngineRefusal): Promise<TrustedKey | EngineRefusal> {
    const { fingerprint, minEpoch = 1, tenantKey } = this.#options;
    if (!fingerprint || !tenantKey) return offline;
    const trusted = await trustKey(tenantKey, { fingerprint, minEpoch, known: this.#spool.pin() });
    return trusted.ok ? trusted : offline;
  }

  /**
   * The PC's volumes as they are now, each with the ids of its recovery passwords: the server no longer offers what it
   * holds for a protector that is gone.
   */
  listVolumes(run: ReportedRun, list: ReportedVolumes['list']): void {
    const own = { ...run, id: this.#spool.idOf(run.id) };
    this.#keepEnvelope({ machine: this.#machine, run: own, volumes: { readAt: this.#now(), list } });
  }

  /** Begins a run; events appended to it are on disk before this returns to the caller's work. */
  startRun(run: ReportedRun): void {
    const own = { ...run, id: this.#spool.idOf(run.id) };
    const volumes = this.#spool.run(own.id)?.envelope.volumes;
    this.#keepEnvelope({ machine: this.#machine, run: own, ...(volumes ? { volumes } : {}) });
  }

  #keepEnvelope(envelope: ReportEnvelope): void {
    this.#spool.keepEnvelope(mendEnvelope(envelope, this.#now()) as ReportEnvelope);
  }

  /** The id that this PC reports and seals under: not the one it was given, if many PCs have that. */
  get machineId(): string {
    return this.#machine.id;
  }

  /** The PC's attributes changed, as in the rename phase. */
  describe(run: ReportedRun, machine: ReportedMachine): void {
    this.#machine = ownMachine(this.#spool, machine);
    this.startRun(run);
  }

  /**
   * Appends one event to a run. Its seq follows on the last one, also after a reboot. A message or data that does not
   * fit is mended; only an unknown type throws.
   */
  event(run: string, input: EventInput): void {
    const now = this.#now();
    this.#spool.append(this.#spool.idOf(run), (seq) => {
      const mended = mendEvent({ at: now, ...input, seq }, now);
      if ('event' in mended) return mended.event;
      if (mended.refused.field === 'type') throw new TypeError(`type ${mended.refused.message}`);
      this.#notice('an event was left out: a run has at most 1,000,000');
      return null;
    });
  }

  /**
   * Sends everything unsent: sealed secrets first, in the order in which they were sealed, which never wait for reports, then reports from
   * where the server wants to go on. An item refused for its own sake is set aside, and one that may be the only thing
   * in the way is passed over; the first refusal of any other kind ends it.
   */
  async flush(): Promise<Flushed | EngineRefusal> {
    const done: Flushed = { ok: true, sent: 0, rejected: 0, receipts: 0, setAside: 0 };
    let waiting: EngineRefusal | null = null;
    // Once something is in the way, six tries for each of the others would take hours.
    const attempts = () => (waiting === null ? undefined : 1);
    const goesOn = (no: EngineRefusal): boolean => {
      if (no.only === 'set_aside') done.setAside++;
      else waiting ??= no;
      return no.only !== undefined;
    };
    for (const request of this.#spool.secrets()) {
      const sent = await this.#send(request, attempts());
      if (sent.ok) done.receipts++;
      else if (sent.code === 'no_tenant_key') {
        // Reports are accepted before there is a key.
        waiting ??= sent;
        break;
      } else if (!goesOn(sent)) return sent;
    }
    this.#findStrays();
    const post = (body: () => string, tries?: number) =>
      ask(this.#transport, { route: 'POST /v1/report', body, type: NDJSON, attempts: tries });
    const queue = this.#spool.runs();
    const sender: Sender = {
      spool: this.#spool,
      now: this.#now,
      queue,
      post,
      notice: (text) => this.#notice(text),
      takesOtherId: (run) => this.#takesOtherId(run),
      takeAnotherId: () => this.#takeAnotherId(),
    };
    for (const run of queue) {
      if (run.halt) continue;
      const refusal = await sendRun(sender, run, this.#machine, done, attempts());
      if (refusal && !goesOn(refusal)) return refusal;
    }
    return waiting ?? done;
  }

  /**
   * Whether a run may go on under another id: nobody has heard of it, and nothing is sealed for it except what `eid`
   * names. This happens once: an id of its own making is kept for good, and does not count as shared whatever a server
   * says.
   */
  #takesOtherId(run: string, eid?: string): boolean {
    return this.#spool.machineId() === null && !this.#bound.has(run) && this.#spool.isUnheardOf(run, eid);
  }

  /**
   * The server knows more ids that many PCs share: this PC goes on under an id of its own, and with it every run that
   * may.
   */
  #takeAnotherId(eid?: string): ReportedMachine {
    const runs = this.#spool.runs().filter(({ id }) => this.#takesOtherId(id, eid));
    const id = anotherId(this.#spool);
    this.#machine = { ...this.#machine, id };
    for (const { envelope } of runs) this.#spool.keepEnvelope({ ...envelope, machine: { ...envelope.machine, id } });
    this.#notice('many PCs have the id of this one; it goes on under a random one');
    return this.#machine;
  }

  /** A run whose envelope is damaged gets a plain one, because its remaining events are worth it. */
  #findStrays(): void {
    for (const { id, events } of this.#spool.strays()) {
      const phases = [...new Set(events.flatMap(({ phase }) => phase ?? []))].slice(0, 32);
      this.#notice(`a run whose beginning is lost is sent with what is left of it: ${id}`);
      this.#spool.keepEnvelope({
        machine: this.#machine,
        run: { id, startedAt: events[0]?.at ?? this.#now(), phases },
      });
    }
  }

  /** The runs that are still in the spool, by id. */
  openRuns(): string[] {
    return this.#spool.runs().map((run) => run.id);
  }

  /**
   * Writes everything unsent as one spool file, for a person to upload in the portal. The spool stays as it is: sending
   * the same later is harmless. Answers how many lines the file has; without any, none is written.
   */
  exportSpool(file: string): number {
    const lines = spoolLines(this.#spool);
    if (lines.length > 0) writeWhole(file, `${lines.join('\n')}\n`);
    return lines.length;
  }

  /** A run that is over and wholly acknowledged leaves the spool. */
  closeRun(run: string): void {
    const own = this.#spool.idOf(run);
    const spooled = this.#spool.run(own);
    if (!spooled || nextBatch(spooled, spooled.nextSeq).length > 0) return;
    for (const id of new Set([own, run])) this.#spool.dropRun(id);
  }

  /**
   * Seals a secret at once, keeps the ciphertext on disk, and sends it until a receipt comes. Apply a password or enable
   * encryption only on `ok`. Refusals: what `tenantKey` refuses; `offline` and `tenant_suspended` keep the ciphertext for
   * a later flush; `key_destroyed` asks for a new secret; `empty_secret`: there is nothing to seal.
   */
  async escrow(of: string, kind: SecretKind, ref: SecretRef, plaintext: string): Promise<Escrowed | EngineRefusal> {
    // Such as a variable that was never set: there would be a receipt for nothing.
    if (plaintext === '') return no('empty_secret', 'The secret is empty; nothing was sealed.');
    const key = await this.tenantKey();
    if (!key.ok) return key;
    const run = this.#spool.idOf(of);
    const takesOtherId = this.#takesOtherId(run);
    const request = await this.#seal(key, run, kind, ref, plaintext);
    const reply = await this.#post(takesOtherId ? { ...request, takesOtherId } : request);
    if (!takesOtherId || !reply.ok || reply.code !== 'shared_machine_id') return this.#taken(request, reply);
    this.#takeAnotherId(request.eid);
    const again = await this.#seal(key, run, kind, ref, plaintext);
    // Only now: until here only the other one kept the plaintext.
    this.#spool.dropSecret(request.eid);
    return this.#send(again);
  }

  /** Seals to where this PC is now, and keeps the ciphertext on disk. */
  async #seal(
    { kid, jwk, tenant }: TrustedKey,
    run: string,
    kind: SecretKind,
    ref: SecretRef,
    plaintext: string,
  ): Promise<EscrowRequest> {
    const [eid, machine] = [crypto.randomUUID(), this.#machine.id];
    const iat = Math.floor(this.#now() / 1000);
    const sealed = await seal({ kid, jwk, tenant, machine, run, kind, eid, ref, iat, plaintext });
    const order = this.#spool.nextOrder(this.#now());
    const request: EscrowRequest = { machine, run, kind, eid, ref, format: 'jwe', order, sealed };
    this.#spool.keepSecret(request);
    return request;
  }

  async #send(request: EscrowRequest, attempts?: number): Promise<Escrowed | EngineRefusal> {
    return this.#taken(request, await this.#post(request, attempts));
  }

  #post(request: EscrowRequest, attempts?: number): Promise<Reply | EngineRefusal> {
    // This clock's time as it goes out, so that the server learns how far off the clock behind `iat` is. Kept or
    // carried items never have it.
    const body = () => JSON.stringify({ ...request, sentAt: this.#now() });
    return ask(this.#transport, { route: 'POST /v1/secret', body, type: 'application/json', attempts });
  }

  /** Decides by the answer what becomes of a ciphertext. */
  #taken(request: EscrowRequest, reply: Reply | EngineRefusal): Escrowed | EngineRefusal {
    if (!reply.ok) return reply;
    if (reply.code === null) {
      const receipt = Receipt.safeParse(reply.json);
      if (!receipt.success) return strange(reply.status);
      const sha256 = createHash('sha256').update(request.sealed, 'utf8').digest('hex');
      if (receipt.data.sha256 !== sha256)
        return no('wrong_receipt', 'The receipt is not for what was sent; the ciphertext stays on disk.', 'waits');
      this.#bound.add(request.run);
      this.#spool.settle(request.eid, receipt.data);
      return { ok: true, receipt: receipt.data };
    }
    if (reply.code === 'no_tenant_key') return no('no_tenant_key', 'The tenant has no key yet.');
    if (!SET_ASIDE.includes(reply.code)) return no('rejected', `The server refused the secret (${reply.code}).`);
    this.#spool.setAsideSecret(request.eid);
    this.#notice(`a sealed secret was refused and set aside: ${reply.code}`);
    return reply.code === 'kid_destroyed'
      ? no('key_destroyed', 'The escrow key was destroyed: make a new secret and seal it again.', 'set_aside')
      : no('rejected', `The server refused the secret (${reply.code}).`, 'set_aside');
  }
}
