// Mends a report's envelope as it is sent into one that can be kept: a PC that does not name its model, or names it
// oddly, is still a PC. The schema refuses only an envelope without identity, a machine's id and a run's. Pure.
import { cleanText, instantOf, isAbsent, isRecord, listOf, textOf } from './clean.ts';
import { phaseOf } from './mend-event.ts';
import { ATTRIBUTE_MAX, ENGINE_VERSION_MAX, PLAN_MAX, ReportEnvelope, ReportedVolume } from './report.ts';

/**
 * The envelope as `ReportEnvelope` takes it, other members as they are. `now`, ms since the epoch, is taken as the
 * beginning of a run that does not state it.
 */
export function mendEnvelope(value: unknown, now: number): unknown {
  if (!isRecord(value) || ReportEnvelope.safeParse(value).success) return value;
  return withoutUnfit({
    ...value,
    machine: mendMachine(value.machine),
    run: mendRun(value.run, now),
    ...('sentAt' in value && { sentAt: instantOf(value.sentAt) ?? undefined }),
    ...('volumes' in value && { volumes: mendVolumes(value.volumes) }),
  });
}

/**
 * A list of volumes, with ids as Windows writes them, in braces and upper case. A volume of which not every protector can be read is left out: a
 * shorter list would say that the others are gone.
 */
function mendVolumes(volumes: unknown): unknown {
  if (!isRecord(volumes)) return volumes;
  const list = listOf(volumes.list).filter(isRecord).map(mendVolume);
  return { readAt: instantOf(volumes.readAt), list: list.filter((volume) => ReportedVolume.safeParse(volume).success) };
}

const mendVolume = ({ volume, protectors }: Record<string, unknown>): unknown => ({
  volume,
  // Nothing where a list should be: it was not read, which is not to say that there are none.
  protectors: isAbsent(protectors) ? null : listOf(protectors).map(protectorOf),
});

const protectorOf = (id: unknown): unknown =>
  typeof id === 'string'
    ? id
        .trim()
        .replace(/^\{(.*)\}$/, '$1')
        .toLowerCase()
    : id;

/** Any other unfit member is left out, so that only it is lost: all except the two ids may be absent. */
function withoutUnfit(envelope: Record<string, unknown>): unknown {
  const fit = { ...envelope };
  for (const { path } of ReportEnvelope.safeParse(envelope).error?.issues ?? []) {
    const [member, part] = path.map(String);
    if (member === undefined) continue;
    const of = fit[member];
    if (member !== 'machine' && member !== 'run') delete fit[member];
    else if (isRecord(of) && part !== undefined && part !== 'id') fit[member] = { ...of, [part]: undefined };
  }
  return fit;
}

/** The same for a report as one JSON object: one event by itself is a list of one. */
export function mendReport(value: unknown, now: number): unknown {
  const mended = mendEnvelope(value, now);
  return isRecord(mended) ? { ...mended, events: listOf(mended.events) } : mended;
}

function mendMachine(machine: unknown): unknown {
  if (!isRecord(machine)) return machine;
  const attributes = Object.entries(ATTRIBUTE_MAX).map(([name, max]) => [name, attributeOf(machine[name], max)]);
  return { ...machine, ...Object.fromEntries(attributes) };
}

function mendRun(run: unknown, now: number): unknown {
  if (!isRecord(run)) return run;
  const plan = listOf(run.phases).map(phaseOf);
  return {
    ...run,
    startedAt: instantOf(run.startedAt) ?? now,
    engineVersion: attributeOf(run.engineVersion, ENGINE_VERSION_MAX),
    phases: [...new Set(plan.filter((phase) => phase !== null))].slice(0, PLAN_MAX),
  };
}

/** An attribute as text, or undefined where nothing is left of it: an object contains nothing that could be shown. */
function attributeOf(value: unknown, max: number): string | undefined {
  if (isAbsent(value) || typeof value === 'object') return undefined;
  return cleanText(textOf(value), max).text || undefined;
}
