import { expect, test } from 'vitest';
import type { Run } from '../../../schema/machine.ts';
import { machine } from '../fleet/fixtures.ts';
import { exactTime } from '../ui/words.ts';
import type { RunCard } from './run-card.ts';
import './run-card.ts';
import type { RunList } from './run-list.ts';
import './run-list.ts';

const [DAY, AT] = [86_400_000, Date.UTC(2026, 10, 3, 9, 0)];
const OWN = AT - 3_653 * DAY;
const run: Run = {
  id: 'r',
  machine: 'm',
  status: 'failed',
  startedAt: AT,
  finishedAt: AT + 1_500_000,
  lastEventAt: AT + 1_500_000,
  engineVersion: null,
  phases: [],
  reboots: 0,
  rebootsAt: [],
  warnings: 0,
  errors: 1,
  events: 4,
  nextSeq: 5,
  uploadedBy: null,
  aside: null,
  clock: { startedAt: OWN, skewMs: AT - OWN },
};
test('a run of a wrong clock took as long as it took, and says by how much the clock was off and when it began by it', async () => {
  const card = document.createElement('run-card') as RunCard;
  Object.assign(card, { run, machine: machine('m') });
  const list = document.createElement('run-list') as RunList;
  Object.assign(list, { runs: [run, { ...run, id: 's', clock: null }] });
  document.body.append(card, list);
  await Promise.all([card.updateComplete, list.updateComplete]);
  const said = card.renderRoot.textContent?.replace(/\s+/g, ' ') ?? '';
  expect(said).toContain('Failed after 25 min 0 s');
  expect(said).toContain('The PC’s clock was 10 years behind.');
  expect(said).toContain(`By its own clock the run began ${exactTime(OWN)}.`);
  const rows = [...list.renderRoot.querySelectorAll('tbody tr')];
  expect(rows.map((row) => row.textContent?.includes('Clock wrong'))).toEqual([true, false]);
  card.remove();
  list.remove();
});
