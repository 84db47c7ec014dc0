// Simulated PCs with the reference client, each on a spool of its own: they stream runs and escrow secrets until they are stopped, then send
// what is left. What a PC makes of chance is the same for the same seed.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Engine } from '../../engine/client.ts';
import { simulatedPc } from '../../engine/simulator/pc.ts';
import { type Chance, chance } from '../../engine/simulator/random.ts';
import { bitlockerRecoveryPassword, localAdminPassword } from '../../engine/simulator/secrets.ts';
import { PHASES } from '../../engine/simulator/story.ts';
import { bytesUnder, findIn, textCanary } from '../../test/support/canary.ts';
import type { Gate } from './gate.ts';
import type { Ledger } from './ledger.ts';

export type EnginesOptions = {
  origin: string;
  tokens: readonly { token: string }[];
  fingerprint: string;
  count: number;
  seed: number;
  folder: string;
  ledger: Ledger;
  /** Passed before each flush. */
  gate: Gate;
  /** How many times sooner an engine tries again than a real one would. */
  speed: number;
  /** The longest pause between two flushes, in ms. */
  pauseMs: number;
  /** After so many runs a PC is done; absent: it goes on until it is stopped. */
  runs?: number;
  /** Statuses from 500 on that are no fault. */
  expected?: readonly number[];
};

/** A PC's disk, and what was sealed on it. */
type Disk = { spoolDir: string; sealed: string[] };

/** How often each engine tries to get rid of what is left, once everything works again. */
const DRAINS = 60;
const ESCROW_ODDS = 0.2;
const EVENTS_MAX = 15;
const FLUSHES_MAX = 6;
const FINE = 2 ** 30;

export class Engines {
  readonly #options: EnginesOptions;
  readonly #working: Promise<void>[];
  #stopping = false;
  /** How long engines waited before they tried again, in ms as a real one would have waited. */
  readonly waits: number[] = [];
  readonly faults: string[] = [];
  /** What there was to send in the end. */
  readonly made = { events: 0, sealed: 0 };

  constructor(options: EnginesOptions) {
    this.#options = options;
    this.#working = Array.from({ length: options.count }, (_, index) =>
      this.#work(index).catch((error: unknown) => void this.faults.push(`engine ${index}: ${(error as Error).stack}`)),
    );
  }

  /** Waits until each is through with its runs and rid of what it had to send. */
  async finished(): Promise<void> {
    await Promise.all(this.#working);
  }

  /** Has them end what they are at, send what is left, and answers what they could not get rid of. */
  async stop(): Promise<string[]> {
    this.#stopping = true;
    await this.finished();
    return this.faults;
  }

  async #work(index: number): Promise<void> {
    const { origin, tokens, fingerprint, seed, folder, ledger, speed, expected, runs = Infinity } = this.#options;
    const luck = chance(seed * 10_000 + index);
    const pc = simulatedPc(seed, index);
    const spoolDir = path.join(folder, pc.before.id);
    const engine = new Engine({
      apiOrigin: origin,
      token: tokens[index % tokens.length]?.token ?? '',
      fingerprint,
      spoolDir,
      machine: pc.before,
      fetch: ledger.watching(expected),
      // Fine enough that two of thousands of waits are the same only where nothing random is in them.
      random: () => luck.between(0, FINE) / FINE,
      sleep: (ms) => {
        this.waits.push(ms);
        return wait(ms / speed);
      },
    });
    const sealed: string[] = [];
    for (let run = 0; run < runs && !this.#stopping; run++) await this.#run(engine, luck, { spoolDir, sealed });
    for (let tries = 0; tries < DRAINS && !(await engine.flush()).ok; tries++) await wait(this.#options.pauseMs);
    for (const open of engine.openRuns()) engine.closeRun(open);
    this.faults.push(...left(spoolDir).map((what) => `${pc.before.hostname} still has ${what}`));
    this.#search({ spoolDir, sealed });
  }

  async #run(engine: Engine, luck: Chance, disk: Disk): Promise<void> {
    const run = { id: crypto.randomUUID(), startedAt: Date.now(), engineVersion: '2.3.1', phases: PHASES };
    engine.startRun(run);
    const tell = (event: Parameters<Engine['event']>[1]) => {
      engine.event(run.id, event);
      this.made.events++;
    };
    tell({ type: 'run_started', message: `Started ${run.id}` });
    let told = 0;
    for (let flush = luck.between(1, FLUSHES_MAX); flush > 0 && !this.#stopping; flush--) {
      for (let event = luck.between(1, EVENTS_MAX); event > 0; event--)
        tell({ message: `Event ${++told} of ${run.id}`, phase: luck.pick(PHASES) });
      if (luck.odds(ESCROW_ODDS)) await this.#escrow(engine, run.id, luck, disk);
      await this.#options.gate.pass();
      await engine.flush();
      await wait(luck.between(0, this.#options.pauseMs));
    }
    tell({ type: 'run_succeeded', message: `Over ${run.id}` });
    await engine.flush();
    engine.closeRun(run.id);
  }

  async #escrow(engine: Engine, run: string, luck: Chance, { spoolDir, sealed }: Disk): Promise<void> {
    const isKey = luck.odds(0.5);
    const id = crypto.randomUUID();
    const plaintext = isKey ? bitlockerRecoveryPassword() : localAdminPassword();
    this.#options.ledger.plaintexts.set(id, plaintext);
    sealed.push(plaintext);
    const escrowed = isKey
      ? await engine.escrow(run, 'bitlocker_recovery_key', { protectorId: id, volume: 'C:' }, plaintext)
      : await engine.escrow(run, 'local_admin_password', { account: id }, plaintext);
    if (escrowed.ok || bytesUnder(path.join(spoolDir, 'secrets')).includes(id)) this.made.sealed++;
    // It lies there sealed, until it is sent.
    if (!escrowed.ok) this.#search({ spoolDir, sealed: [plaintext] });
  }

  #search({ spoolDir, sealed }: Disk): void {
    const canaries = sealed.map((text) => textCanary('a plaintext', text));
    if (findIn(bytesUnder(spoolDir), canaries).length > 0) this.faults.push(`a spool holds a plaintext: ${spoolDir}`);
  }
}

/** What a spool still has to send. */
function left(spoolDir: string): string[] {
  const names = (folder: string) => {
    const place = path.join(spoolDir, folder);
    return existsSync(place) ? readdirSync(place).filter((name) => name.endsWith('.json')) : [];
  };
  return [
    ...names('secrets').map(() => 'a secret without a receipt'),
    ...names('secrets/set-aside').map(() => 'a secret that was set aside'),
    ...names('runs').map(() => 'a run that is not wholly acknowledged'),
  ];
}
