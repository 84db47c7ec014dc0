// `npm run audit -- verify FILE`: an audit export verified offline. Ends with 0 if it is whole, 1 if it is not, 2 if
// the command is wrong.
import { parseArgs } from 'node:util';
import type { Witness } from '../schema/chain.ts';
import { type ExportVerdict, readHead, readReceipts, verifyExport } from './operate/verify-export.ts';

const USAGE = 'Usage: npm run audit -- verify FILE [--receipts FOLDER_OR_FILE] [--head SEQ:HASH] [--json]';

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      receipts: { type: 'string', multiple: true, default: [] },
      head: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  const [verb, file, ...more] = positionals;
  if (verb !== 'verify' || file === undefined || more.length > 0) throw new Error('Which file shall be verified?');
  return {
    file,
    json: values.json,
    witnesses: [...values.receipts.flatMap(readReceipts), ...values.head.map(readHead)],
  };
}

/** The verdict in plain sentences. */
function sentences(verdict: ExportVerdict, witnesses: readonly Witness[]): string[] {
  if (!verdict.ok)
    return [
      `${verdict.fault === 'incomplete' ? 'INCOMPLETE' : 'NOT WHOLE'}: ${verdict.says}`,
      ...(verdict.fault === 'missing'
        ? ['An export with filters leaves entries out; only a whole one is a chain.']
        : verdict.fault === 'incomplete'
          ? [`Up to there nothing is edited, missing or out of place. Export the whole audit again.`]
          : []),
    ];
  const { seq, hash } = verdict.head;
  return [
    `Whole: ${seq} ${seq === 1 ? 'entry' : 'entries'} of tenant ${verdict.tenant}, none edited, missing or out of place.`,
    `Head: ${seq}:${hash}`,
    witnesses.length > 0
      ? `It agrees with ${witnesses.length === 1 ? 'the one witness' : `all ${witnesses.length} witnesses`} given.`
      : 'A cut right behind an earlier export shows only against what somebody else knows: give --head or --receipts.',
  ];
}

try {
  const { file, json, witnesses } = readOptions();
  const verdict = await verifyExport(file, witnesses);
  console.log(
    json ? JSON.stringify({ ...verdict, witnesses: witnesses.length }) : sentences(verdict, witnesses).join('\n'),
  );
  process.exitCode = verdict.ok ? 0 : 1;
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
