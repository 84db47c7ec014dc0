// A fleet of simulated PCs, each with the reference client: for the stand, for demos, for tests. Only public HTTP.
import path from 'node:path';
import type { ReportedRun } from '../../schema/report.ts';
import type { SecretKind, SecretRef } from '../../schema/secret.ts';
import { Engine } from '../client.ts';
import { type SimulatedPc, simulatedPc } from './pc.ts';
import { chance } from './random.ts';
import { bitlockerRecoveryPassword, localAdminPassword } from './secrets.ts';
import { type Beat, type Ending, PHASES, story } from './story.ts';

export type FleetOptions = {
  apiOrigin: string;
  token: string;
  /** The tenant's pin and the lowest key epoch, as in a configuration file. */
  fingerprint?: string;
  minEpoch?: number;
  machines: number;
  spoolDir: string;
  /** Simulated seconds a real one. */
  speed: number;
  onLine: (text: string) => void;
  seed?: number;
  /** Hears when a PC gives up before its run is over. */
  onStopped?: () => void;
};

/** A PC's secrets in escrow, with their plaintexts: in memory only, for tests that compare what the browser shows. */
export type EscrowedSecret = { kind: SecretKind; ref: SecretRef; secretId: string; version: number; plaintext: string };
export type FleetMachine = { id: string; hostname: string; escrowed: EscrowedSecret[]; finished: boolean };
export type Fleet = { machines: readonly FleetMachine[]; stop: () => Promise<void> };

const DEFAULT_SEED = 20;
/** Waiting for the tenant's key, and between flushes: real time, so that a fast fleet is still a polite one. */
const WAIT_FOR_KEY_MS = 3_000;
const FLUSH_EVERY_MS = 4_000;
/** A fleet whose whole run takes seconds would spend half of them waiting for the key. */
const FAST = { speed: 500, waitForKeyMs: 500 };
const STAGGER_SECONDS = 240;

/** Starts the PCs. They wait while the tenant has no key, then each goes through one run. */
export function startFleet(options: FleetOptions): Fleet {
  const seed = options.seed ?? DEFAULT_SEED;
  const stopping = new AbortController();
  let keyIsThere: Promise<void> | null = null;
  const machines: FleetMachine[] = [];
  const work = Array.from({ length: options.machines }, (_, index) => {
    const pc = simulatedPc(seed, index);
    const machine: FleetMachine = { id: pc.before.id, hostname: pc.before.hostname, escrowed: [], finished: false };
    machines.push(machine);
    return provision({ options, seed, index, pc, machine, signal: stopping.signal }, (engine, sleep) => {
      // One PC asks for all: twenty-five that poll would only fill the log.
      const ms = options.speed < FAST.speed ? WAIT_FOR_KEY_MS : FAST.waitForKeyMs;
      keyIsThere ??= waitForKey(engine, () => sleep(ms), options.onLine);
      return keyIsThere;
    }).catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      options.onLine(`${machine.hostname}: ${(error as Error).message}`);
      options.onStopped?.();
    });
  });
  return {
    machines,
    stop: async () => {
      stopping.abort();
      await Promise.all(work);
    },
  };
}

type Sleep = (ms: number) => Promise<void>;

/** Sleeps, or throws at once when the fleet is stopped. */
const sleeper =
  (signal: AbortSignal): Sleep =>
  (ms) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) return reject(new Error('stopped'));
      const stopped = () => {
        clearTimeout(timer);
        reject(new Error('stopped'));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stopped);
        resolve();
      }, ms);
      signal.addEventListener('abort', stopped, { once: true });
    });

/** Of 25 PCs two fail and one never finishes. */
const endingOf = (index: number): Ending => (index % 12 === 5 ? 'fails' : index % 25 === 18 ? 'hangs' : 'succeeds');

type Provisioned = {
  options: FleetOptions;
  seed: number;
  index: number;
  pc: SimulatedPc;
  machine: FleetMachine;
  signal: AbortSignal;
};

async function provision(
  { options, seed, index, pc, machine, signal }: Provisioned,
  keyIsThere: (engine: Engine, sleep: Sleep) => Promise<void>,
): Promise<void> {
  const luck = chance(Date.now() + index);
  const sleep = sleeper(signal);
  const engine = new Engine({
    apiOrigin: options.apiOrigin,
    token: options.token,
    machine: pc.before,
    signal,
    sleep,
    fingerprint: options.fingerprint,
    minEpoch: options.minEpoch,
    spoolDir: path.join(options.spoolDir, pc.before.id),
    onNotice: (text) => options.onLine(`${machine.hostname}: ${text}`),
  });
  await keyIsThere(engine, sleep);
  // Sends what an earlier start of the stand left unsent; those runs do not go on.
  await engine.flush();
  for (const old of engine.openRuns()) engine.closeRun(old);
  await sleep((luck.between(0, STAGGER_SECONDS) * 1000) / options.speed);

  const run: ReportedRun = { id: crypto.randomUUID(), startedAt: Date.now(), engineVersion: '2.3.1', phases: PHASES };
  engine.startRun(run);
  let flushAt = 0;
  let onlineAt = 0;
  for (const beat of story(seed * 1000 + index, endingOf(index))) {
    await act(beat);
    if (Date.now() >= Math.max(flushAt, onlineAt)) {
      await engine.flush();
      // Now and then an answer is lost on the way and everything is sent again.
      if (luck.odds(0.05)) await engine.flush();
      flushAt = Date.now() + FLUSH_EVERY_MS;
    }
  }
  await sleep(Math.max(0, onlineAt - Date.now()));
  await engine.flush();
  engine.closeRun(run.id);
  machine.finished = true;
  options.onLine(`${machine.hostname}: run over`);

  async function act(beat: Beat): Promise<void> {
    switch (beat.kind) {
      case 'event': {
        const { kind: _kind, ...event } = beat;
        return engine.event(run.id, event);
      }
      case 'pause':
        return sleep((beat.seconds * 1000) / options.speed);
      case 'offline':
        onlineAt = Date.now() + (beat.seconds * 1000) / options.speed;
        return;
      case 'rename':
        machine.hostname = pc.after.hostname;
        return engine.describe(run, pc.after);
      case 'escrow':
        return escrow(beat.secret);
      default:
        beat satisfies never;
    }
  }

  /** The receipt exists for this order: make, escrow, and apply only with the receipt in hand. */
  async function escrow(kind: 'local_admin_password' | 'bitlocker_recovery_key'): Promise<void> {
    await sleep(Math.max(0, onlineAt - Date.now()));
    const plaintext = kind === 'local_admin_password' ? localAdminPassword() : bitlockerRecoveryPassword();
    const ref: SecretRef =
      kind === 'local_admin_password'
        ? { account: 'Administrator' }
        : { protectorId: crypto.randomUUID(), volume: 'C:' };
    const escrowed = await engine.escrow(run.id, kind, ref, plaintext);
    if (!escrowed.ok) {
      engine.event(run.id, { level: 'error', message: `Escrow refused (${escrowed.code}); nothing was applied` });
      return;
    }
    const { secretId, version } = escrowed.receipt;
    machine.escrowed.push({ kind, ref, secretId, version, plaintext });
    if ('protectorId' in ref) engine.listVolumes(run, [{ volume: ref.volume, protectors: [ref.protectorId] }]);
    engine.event(run.id, { message: `Escrowed, receipt ${escrowed.receipt.auditSeq}`, data: { version } });
    options.onLine(`${machine.hostname}: escrowed ${kind}, version ${version}`);
  }
}

async function waitForKey(engine: Engine, pause: () => Promise<void>, onLine: (text: string) => void): Promise<void> {
  let said = '';
  for (;;) {
    const key = await engine.tenantKey();
    if (key.ok) return;
    if (!['no_tenant_key', 'offline', 'tenant_suspended'].includes(key.code)) throw new Error(key.message);
    if (key.code !== said)
      onLine(
        key.code === 'no_tenant_key'
          ? 'waiting for the tenant’s key: an admin has to do the first-time set-up'
          : key.message,
      );
    said = key.code;
    await pause();
  }
}
