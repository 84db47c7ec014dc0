// The story of one run: ordered phases, reboots, warnings, retries, failures. Pure; the same for the same seed.

import type * as z from 'zod';
import type { EventLevel, EventType } from '../../schema/report.ts';
import { chance } from './random.ts';

export const PHASES = [
  'preflight',
  'rename',
  'debloat',
  'apps',
  'office',
  'bitlocker',
  'local_admin',
  'rmm',
  'updates',
  'validation',
];

export type Beat =
  | {
      kind: 'event';
      type: EventType;
      level: z.infer<typeof EventLevel>;
      phase?: string;
      message: string;
      data?: Record<string, string | number>;
    }
  /** Simulated seconds that pass. */
  | { kind: 'pause'; seconds: number }
  | { kind: 'rename' }
  | { kind: 'escrow'; secret: 'local_admin_password' | 'bitlocker_recovery_key' }
  /** The PC has no network for this many simulated seconds; it goes on and catches up. */
  | { kind: 'offline'; seconds: number };

export type Ending = 'succeeds' | 'fails' | 'hangs';

const APPS = [
  '7-Zip 25.01',
  'Google Chrome 142',
  'Adobe Acrobat Reader',
  'VLC 3.0.21',
  'Notepad++ 8.8',
  'Zoom Workplace',
];
const BLOAT = ['Xbox', 'Solitaire Collection', 'Clipchamp', 'Weather', 'News', 'Feedback Hub'];

/** All beats of one run. */
export function story(seed: number, ending: Ending): Beat[] {
  const { between, odds, pick } = chance(seed);
  const beats: Beat[] = [];
  const say = (message: string, phase?: string, more: Partial<Extract<Beat, { kind: 'event' }>> = {}) =>
    beats.push({ kind: 'event', type: 'message', level: 'info', phase, message, ...more });
  const pause = (low: number, high: number) => beats.push({ kind: 'pause', seconds: between(low, high) });
  const reboot = (phase: string, reason: string) => {
    say(`Restarting: ${reason}`, phase, { type: 'reboot', data: { reason } });
    pause(40, 120);
    say('Back after restart; going on where it left off', phase);
  };
  const failIn = ending === 'fails' ? pick(['apps', 'office', 'updates']) : null;
  const hangIn = ending === 'hangs' ? pick(['office', 'updates']) : null;

  const work: Record<string, () => void> = {
    preflight: () => {
      say(`TPM 2.0 ready, Secure Boot on, ${pick([16, 32])} GB memory`, 'preflight', { level: 'debug' });
      if (odds(0.25)) say('Battery below 40 %; plug the PC in', 'preflight', { level: 'warning' });
    },
    rename: () => {
      beats.push({ kind: 'rename' });
      reboot('rename', 'new computer name');
    },
    debloat: () => {
      for (const app of BLOAT.slice(0, between(3, BLOAT.length))) {
        say(`Removed ${app}`, 'debloat', { level: 'debug' });
        pause(2, 8);
      }
    },
    apps: () => {
      for (const app of APPS.slice(0, between(3, APPS.length))) {
        pause(15, 60);
        if (odds(0.12)) {
          say(`${app}: installer ended with exit code 1618, another installation runs; trying again`, 'apps', {
            level: 'warning',
            data: { exitCode: 1618 },
          });
          pause(20, 40);
        }
        say(`Installed ${app}`, 'apps');
      }
    },
    office: () => {
      say('Downloading Microsoft 365 Apps, current channel', 'office');
      pause(90, 240);
      if (odds(0.2)) beats.push({ kind: 'offline', seconds: between(60, 240) });
      say('Microsoft 365 Apps installed', 'office', { data: { version: '16.0.19231' } });
    },
    bitlocker: () => {
      say('Recovery password made; handing it to escrow before encryption starts', 'bitlocker');
      beats.push({ kind: 'escrow', secret: 'bitlocker_recovery_key' });
      say('BitLocker on for C:, XTS-AES 256, used space only', 'bitlocker');
      pause(30, 90);
    },
    local_admin: () => {
      beats.push({ kind: 'escrow', secret: 'local_admin_password' });
      say('Local administrator password set', 'local_admin');
    },
    rmm: () => {
      pause(20, 60);
      say('RMM agent installed and seen by its server', 'rmm');
    },
    updates: () => {
      const count = between(4, 14);
      say(`${count} updates found`, 'updates', { data: { count } });
      pause(120, 300);
      reboot('updates', 'updates');
      if (odds(0.2)) say('KB5044284 failed with 0x800f0922; it will be tried again', 'updates', { level: 'warning' });
      pause(60, 120);
    },
    validation: () => {
      say('Every check passed', 'validation', { data: { checks: between(18, 26) } });
    },
  };

  say('Provisioning engine started', undefined, { type: 'run_started' });
  for (const phase of PHASES) {
    if (phase === 'office' && failIn !== phase && hangIn !== phase && odds(0.1)) {
      say('Office is not in this client’s profile', phase, { type: 'phase_skipped' });
      continue;
    }
    say(`Phase ${phase} started`, phase, { type: 'phase_started' });
    pause(5, 30);
    if (phase === hangIn) return beats;
    work[phase]?.();
    if (phase === failIn) {
      say(`The installer of ${phase} was tried 3 times`, phase, { level: 'error' });
      say('Exit code 1603: fatal error during installation', phase, {
        type: 'phase_failed',
        level: 'error',
        data: { exitCode: 1603 },
      });
      say('Provisioning stopped; an engineer has to look at this PC', undefined, {
        type: 'run_failed',
        level: 'error',
      });
      return beats;
    }
    say(`Phase ${phase} done`, phase, { type: 'phase_succeeded' });
    pause(3, 15);
  }
  say('Provisioning finished', undefined, { type: 'run_succeeded' });
  return beats;
}
