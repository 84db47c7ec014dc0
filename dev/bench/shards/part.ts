// Two shards of a tenant beside one object, given the same reports in the same rounds: the rate, the time, and that nothing is lost
// (decision 0110). Once with both shards in one process, where they share a thread, and once with each in a process of its own.
import { bundleOther } from '../bundle.ts';
import { type Figure, median, quantile, ratio, shown } from '../figure.ts';
import { CONNECTIONS, Generator } from '../generator.ts';
import type { Ground } from '../ground.ts';
import type { Fired, Shot } from '../load.ts';
import type { Measured, Part } from '../part.ts';
import { reportLanes, to } from '../pcs.ts';
import { type Served, serveWorker } from '../workerd.ts';

const EVENTS = 10;
const ROUNDS = 7;
const QUICK_ROUNDS = 1;
/** What each connection sends in a round: a thousand reports in all. */
const REPORTS = 60;
const QUICK_REPORTS = 6;

type Counts = { stored: number; told: number };
/** `origins`: each gets its half of the connections; the same origin twice is one process. `parent`: who is asked what it was told. */
type Subject = { name: string; shards: readonly Served[]; parent: Served | null; sent: number };
type Round = { rate: number; p50: number; p99: number };

const countsOf = async ({ url }: Served): Promise<Counts> => (await (await fetch(`${url}/counts`)).json()) as Counts;

/** What has arrived of a subject: in its shards, and at its parent. */
async function arrived({ shards, parent }: Subject): Promise<{ stored: number; told: number | null }> {
  const each = await Promise.all([...new Set(shards)].map(countsOf));
  const stored = each.reduce((sum, counts) => sum + counts.stored, 0);
  return { stored, told: parent === null ? null : (await countsOf(parent)).told };
}

async function fire(subject: Subject, generators: readonly Generator[], lanes: readonly Shot[][]): Promise<Round> {
  const half = lanes.length / generators.length;
  const fired: Fired[] = await Promise.all(
    generators.map((generator, index) =>
      generator.fire({
        origin: (subject.shards[index] as Served).url,
        lanes: lanes.slice(index * half, (index + 1) * half),
        seconds: null,
      }),
    ),
  );
  const latencies = fired.flatMap((one) => [...one.latencies]);
  subject.sent += latencies.length * EVENTS;
  const seconds = Math.max(...fired.map((one) => one.seconds));
  return { rate: latencies.length / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

async function subjectsOf(ground: Ground): Promise<{ subjects: Subject[]; close: () => Promise<void> }> {
  const script = await bundleOther('shards/worker.ts', ground.folder('shards-bundle'));
  const serve = (folder: string, shards: number, summaries: string) =>
    serveWorker({
      script,
      folder: ground.folder(`shards-${folder}`),
      database: 'DB',
      objects: { SHARD: 'Shard', PARENT: 'Parent' },
      texts: { SHARDS: String(shards), SUMMARIES: summaries },
    });
  const [one, both, parent] = [
    await serve('one', 1, 'none'),
    await serve('both', 2, 'own'),
    await serve('parent', 0, 'none'),
  ];
  const [left, right] = [await serve('left', 1, parent.url), await serve('right', 1, parent.url)];
  return {
    subjects: [
      { name: 'one object', shards: [one, one], parent: null, sent: 0 },
      { name: 'two shards and their parent in one process', shards: [both, both], parent: both, sent: 0 },
      { name: 'two shards, each in a process', shards: [left, right], parent, sent: 0 },
    ],
    close: async () => {
      for (const served of [one, both, left, right, parent]) await served.close();
    },
  };
}

async function measure(ground: Ground): Promise<Measured> {
  const { subjects, close } = await subjectsOf(ground);
  const other = new Generator();
  try {
    const [rounds, reports] = ground.isQuick ? [QUICK_ROUNDS, QUICK_REPORTS] : [ROUNDS, REPORTS];
    const tokens = Array.from({ length: CONNECTIONS }, () => '');
    const series = new Map<string, Round[]>(subjects.map(({ name }) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      const lanes = to('/report', reportLanes(tokens, EVENTS, reports));
      for (let turn = 0; turn < subjects.length; turn++) {
        const subject = subjects[(round + turn) % subjects.length] as Subject;
        const fired = await fire(subject, [ground.generator, other], lanes);
        if (round > 0) series.get(subject.name)?.push(fired);
      }
    }
    const of = (subject: Subject, what: keyof Round) => (series.get(subject.name) ?? []).map((round) => round[what]);
    const words = (subject: Subject) =>
      `${shown(median(of(subject, 'rate')) * EVENTS)} events/s, p50 ${shown(median(of(subject, 'p50')))} ms, p99 ${shown(median(of(subject, 'p99')))} ms`;
    const [one, ...others] = subjects as [Subject, ...Subject[]];
    const figures: Figure[] = others.map((subject) => ({
      what: `${subject.name}, reports of ${EVENTS} events: events stored a second`,
      measured: words(subject),
      against: `one object: ${words(one)}`,
      value: ratio(of(subject, 'rate'), of(one, 'rate')),
      unit: ' ×',
      wanted: null,
    }));
    let missing = 0;
    for (const subject of subjects) {
      const { stored, told } = await arrived(subject);
      missing += Math.abs(subject.sent - stored) + (told === null ? 0 : Math.abs(subject.sent - told));
    }
    figures.push({
      what: 'events that were acknowledged and that a shard has not stored, or its parent not heard of',
      measured: `${missing.toLocaleString('en-US')} of ${subjects.reduce((sum, { sent }) => sum + sent, 0).toLocaleString('en-US')}`,
      against: '–',
      value: missing,
      unit: '',
      wanted: { most: 0 },
    });
    return { figures, remarks: [REMARK] };
  } finally {
    await other.close();
    await close();
  }
}

const REMARK =
  'Both take reports by the product’s own code, without tokens, limits, logs and live sockets. Objects of one process share a thread here, so the first ratio shows what it costs to have two and to tell a parent. In the second, the shards have threads of their own, and two cores run them, the parent, the generator and whatever else this machine does: it shows that they need not wait for each other, and is no measure of what two objects on the platform reach, each of which has a thread to itself.';

export const shards: Part = { name: 'shards', title: 'Two shards of a tenant', measure };
