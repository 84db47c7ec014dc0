// Writes the PowerShell module's copy of the one list of shared ids and placeholder serials. Run it after a change of schema/shared-ids.ts:
// layout.test.ts holds the file against what comes out here.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  PLACEHOLDER_SERIAL_PATTERNS,
  PLACEHOLDER_SERIALS,
  type Published,
  SHARED_UUID_PATTERNS,
  SHARED_UUIDS,
} from '../../schema/shared-ids.ts';

const FILE = path.join(import.meta.dirname, 'TotlProvision/private/SharedIds.ps1');

const list = (name: string, values: readonly Published[]): string =>
  [`$script:${name} = @(`, ...values.map(({ value }) => `    '${value.replaceAll("'", "''")}'`), ')'].join('\n');

/** The file's text. */
export const sharedIdsText = (): string =>
  [
    '# Made by engine/powershell/shared-ids.ts from schema/shared-ids.ts, where each stands with its public source: change it there.',
    list('SharedUuids', SHARED_UUIDS),
    list('SharedUuidPatterns', SHARED_UUID_PATTERNS),
    list('PlaceholderSerials', PLACEHOLDER_SERIALS),
    list('PlaceholderSerialPatterns', PLACEHOLDER_SERIAL_PATTERNS),
    '',
  ].join('\n');

if (import.meta.main) writeFileSync(FILE, sharedIdsText());
