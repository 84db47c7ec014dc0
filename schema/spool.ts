// The spool file: what an engine could not send, as NDJSON that a person carries to the portal. Each line stands by itself.
// Apart from reports and secrets, because it holds both, and neither knows of a spool.
import * as z from 'zod';
import { Report } from './report.ts';
import { EscrowRequest } from './secret.ts';

/** A spool holds one PC's runs; a file beyond this is something else. */
export const SPOOL_FILE_MAX_BYTES = 64 * 1024 * 1024;

/** One line: a report of at most 500 events, or a sealed secret, each the body that the engine itself would have sent. */
export const SpoolLine = z.union([z.strictObject({ report: Report }), z.strictObject({ secret: EscrowRequest })]);
export type SpoolLine = z.infer<typeof SpoolLine>;
