// The longest that may come: a host name of 63 characters without a place to break it, a client and a model of 128, a run of many days with
// phases of long names. Nothing makes a page scroll sideways, and what is cut says the whole of it on hover.
import { afterAll, afterEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { AttributeChange, Machine, MachineSummary, Phase, Run } from '../../../schema/machine.ts';
import { machine as summary } from '../fleet/fixtures.ts';
import { FleetRows } from '../fleet/rows.ts';
import '../fleet/attention-note.ts';
import '../fleet/fleet-table.ts';
import '../fleet/tenant-matches.ts';
import '../keyring/key-table.ts';
import '../people/person-list.ts';
import '../secrets/secret-list.ts';
import '../ui/page.css';
import './machine-identity.ts';
import './run-card.ts';
import './run-list.ts';

afterEach(() => document.body.replaceChildren());
afterAll(() => page.viewport(414, 896));

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 27, 12);
const NAME = `WS-${'W'.repeat(57)}-01`;
const CLIENT = `Gesellschaft${'fürwasserwirtschaft'.repeat(6)}`;
const MODEL = `Latitude${'7450'.repeat(29)}`;

const phase = (name: string, state: Phase['state'], from: number, days: number): Phase => ({
  name,
  state,
  startedAt: from,
  finishedAt: from + days * DAY_MS + 59_000,
  tries: 12,
});
const run = (id: string, days: number, change: Partial<Run> = {}): Run => ({
  id,
  machine: 'm',
  status: 'failed',
  startedAt: NOW - days * DAY_MS,
  finishedAt: NOW,
  lastEventAt: NOW,
  engineVersion: '1.22.333-preview.4444+build.55555',
  phases: [
    phase('preflight', 'succeeded', NOW - days * DAY_MS, days / 3),
    phase(`install_${'the_line_of_business_app'.repeat(2)}`, 'failed', NOW - (days / 2) * DAY_MS, days / 3),
  ],
  reboots: 64,
  rebootsAt: Array.from({ length: 64 }, (_, index) => NOW - (days - index * (days / 70)) * DAY_MS),
  warnings: 9_999,
  errors: 9_999,
  events: 99_999,
  nextSeq: 100_000,
  uploadedBy: `${'a-very-long-mailbox'.repeat(3)}@example.com`,
  aside: null,
  ...change,
});

const pc: MachineSummary = summary('m', {
  hostname: NAME,
  client: CLIENT,
  model: MODEL,
  serial: 'S'.repeat(64),
  lastEventAt: NOW,
  attention: ['run_failed', 'to_be_rotated', 'no_recovery_key'],
  toRotate: 99,
  run: {
    id: 'r',
    status: 'failed',
    startedAt: NOW,
    phase: 'install_the_line_of_business_app',
    phasesDone: 3,
    phasesTotal: 12,
    error: 'Exit code 1603: '.padEnd(120, 'x'),
  },
});
const before = (attribute: AttributeChange['attribute'], value: string, sinceAt: number): AttributeChange => ({
  attribute,
  value,
  sinceAt,
  machine: 'm',
});
// As much as the page shows: an attribute that comes later is not named here.
const facts: Partial<Machine> = {
  ...pc,
  archivedAt: null,
  archivedBy: null,
  mergedInto: null,
  marks: [],
  clonedBy: null,
  split: null,
  someAside: false,
  merged: [{ id: 'n'.repeat(36), hostname: NAME, mergedAt: NOW, mergedBy: 'x@example.com' }],
  history: [before('hostname', NAME.replace('01', '02'), 1), before('hostname', NAME, 2)],
  historyNext: null,
};
const whole = facts as Machine;

const MAIL = `${'a-very-long-mailbox'.repeat(3)}@${'a-very-long-host'.repeat(3)}.example.com`;
const version = {
  version: 99,
  kid: 'k'.repeat(43),
  escrowedAt: 1,
  escrowedBy: 'T'.repeat(64),
  by: MAIL,
  uploadedBy: null,
};
const secret = {
  id: 's',
  machine: 'm'.repeat(36),
  kind: 'bitlocker_recovery_key',
  ref: { protectorId: 'f'.repeat(36), volume: '\\\\?\\Volume{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}\\' },
  lastRevealedAt: 1,
  lastRevealedBy: MAIL,
  rotateDueAt: 1,
  rotated: null,
  goneAt: null,
  inForceAt: 1,
  offered: [
    {
      ...version,
      bound: false,
      counts: false,
      confirmedBy: null,
      sealedAt: 1,
      aside: null,
      finding: null,
      verifiedAt: null,
    },
  ],
  versions: [],
  count: 12,
};
const found = { machine: pc, field: 'recovery_key', keyId: 'f'.repeat(36) };
const member = { id: 'p', email: MAIL, role: 'engineer', removedAt: null, missing: false, lastSeenAt: 1 };
const key = {
  kid: 'k'.repeat(43),
  keyEpoch: 99,
  state: 'retired',
  madeAt: 1,
  madeBy: MAIL,
  retiredAt: 1,
  destroyedAt: 1,
  secrets: 9_999_999,
  remaining: 9_999_999,
  unopenable: 9_999_999,
};

/** Every element, within shadow roots too. */
function* within(root: ParentNode): Generator<HTMLElement> {
  for (const element of root.querySelectorAll<HTMLElement>('*')) {
    yield element;
    if (element.shadowRoot) yield* within(element.shadowRoot);
  }
}
/** Whether it, what is in it or what it stands in says the whole. */
function isTitled(element: Element): boolean {
  if (element.querySelector('[title]')) return true;
  for (let at: Node | null = element; at; at = at instanceof ShadowRoot ? at.host : at.parentNode)
    if (at instanceof Element && at.hasAttribute('title')) return true;
  return false;
}
function cut(): string[] {
  const cutting = [...within(document.body)].filter(
    (element) =>
      element.scrollWidth > element.clientWidth + 1 &&
      getComputedStyle(element).overflowX === 'hidden' &&
      !element.closest('.visually-hidden, .head') &&
      (element.textContent ?? '').trim() !== '' &&
      !isTitled(element),
  );
  return cutting.map(
    (element) => `${element.localName}.${element.className}: ${element.textContent?.trim().slice(0, 40)}`,
  );
}
/** What reaches beyond the right edge of the window, and does not scroll in a box of its own. */
function beyond(): string[] {
  const scrolls = (element: Element): boolean => {
    for (let at: Node | null = element; at; at = at instanceof ShadowRoot ? at.host : at.parentNode)
      if (at instanceof Element && getComputedStyle(at).overflowX !== 'visible') return true;
    return false;
  };
  return [...within(document.body)]
    .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1 && !scrolls(element))
    .map(
      (element) => `${element.localName}.${element.getAttribute('class')}: ${element.textContent?.trim().slice(0, 40)}`,
    );
}

async function shown(name: string, properties: object): Promise<void> {
  const element = Object.assign(document.createElement(name), properties) as HTMLElement & {
    updateComplete: Promise<boolean>;
  };
  const main = document.createElement('div');
  // As a card: its lists go from edge to edge of it.
  main.style.padding = '16px';
  main.append(element);
  document.body.append(main);
  while (!(await element.updateComplete));
}

const DRAWN: [string, object][] = [
  [
    'fleet-table',
    { rows: new FleetRows({ sort: 'started', shelf: 'fleet' }, { machines: [pc], next: null }), total: 1 },
  ],
  ['machine-identity', { machine: whole, acting: true }],
  ['attention-note', { machine: whole, runs: [run('r', 1)], now: NOW, acting: true }],
  ['run-card', { run: run('r', 40), machine: whole }],
  ['run-card', { run: run('r', 4_000), machine: whole }],
  ['run-list', { runs: [run('r', 40), run('s', 4_000)], chosen: 'r', machine: 'other' }],
  ['secret-list', { secrets: [secret], memberRole: 'admin', machine: 'other' }],
  [
    'tenant-matches',
    { membership: { tenant: 't', name: CLIENT }, result: { matches: [found], more: false, further: 0 }, q: 'WW' },
  ],
  ['person-list', { people: [member], unlockers: [], admin: 'admin@example.com' }],
  ['key-table', { keys: [key], admin: true }],
];

test.each([
  [360, 760],
  [1280, 860],
])(
  'at %d px the longest names and a run of many days fit, and what is cut has its whole words on hover',
  async (width, height) => {
    await page.viewport(width, height);
    for (const [name, properties] of DRAWN) {
      await shown(name, properties);
      expect([name, document.documentElement.scrollWidth, beyond(), cut()]).toEqual([name, width, [], []]);
      document.body.replaceChildren();
    }
  },
);
