// Limits in words: what is counted, for whom, and what happens beyond it.
import { LIMITS, type LimitName } from '../../../schema/limit-table.ts';
import type { RoomState } from '../../../schema/limits.ts';
import { byteWords } from '../ui/words.ts';

export const LIMIT_WORDS: Record<LimitName, string> = {
  storageBytes: 'Storage of the tenant',
  tokenRequests: 'Requests of a token in ten seconds',
  tokenBytes: 'What a token brings in a day',
  tokenMachinesTold: 'New PCs of a token in a day, before a notice',
  tokenMachines: 'New PCs of a token in a day',
  machineBytes: 'What a PC sends in a day',
  machineRuns: 'Runs of a PC in a day',
  runEvents: 'Events of a run',
  attributeChanges: 'Changes of a PC’s attributes in a day, then folded',
  secretVersions: 'Versions of a secret by a token in a day',
  machineSecrets: 'Secrets of a PC by a token',
  family: 'Ids merged into one PC',
  queuedNotices: 'Notices that wait for a webhook',
  tokens: 'Live tokens',
  tokensIssued: 'Tokens issued in a day',
  personBytes: 'What a person brings in a day',
  keyringBytes: 'What a person’s changes of the keyring replaced, until another admin unlocks',
  personActs: 'Acts of a person in a minute',
  webhookTests: 'Test notices of a person in a minute',
  personSockets: 'Live connections that a person opens in a minute',
  exports: 'Exports of the audit at a time',
};

const inBytes = (name: LimitName): boolean => name.endsWith('Bytes');
export const limitValue = (name: LimitName, value: number): string =>
  inBytes(name) ? byteWords(value) : value.toLocaleString('en');
export const isDefault = (name: LimitName, value: number): boolean => LIMITS[name].default === value;

/** What is refused at each step, in the words an admin needs. */
export const ROOM_WORDS: Record<Exclude<RoomState, 'ample'>, string> = {
  low: 'Reports are refused; engines keep them.',
  reserve:
    'All is refused but reveals, secrets of known PCs, the audit, exports, and whatever ends or removes something.',
  last: 'Secrets of engines are refused too; reveals, the audit, exports, and whatever ends or removes something go on.',
};
