// What goes over a live socket (`GET /v1/tenants/:tenant/live`): JSON text messages, the server's changes and the browser's acks.
import * as z from 'zod';
import { LiveCursor } from './live-cursor.ts';
import { FleetCounts, MachineSummary } from './machine.ts';

export const LiveQuery = z.strictObject({ cursor: LiveCursor.optional() });
export type LiveQuery = z.infer<typeof LiveQuery>;

/**
 * `hello` is the first message: `resync` says that the cursor is useless and the lists are to be read again.
 * `machines`: those that changed since the previous cursor, each as it is now. `resync` later on: this browser was too
 * slow, and changes were left out. `requests`, to admins: somebody asks for access, or no longer does.
 */
export const LiveMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), cursor: z.string(), resync: z.boolean() }),
  z.object({ type: z.literal('machines'), cursor: z.string(), machines: z.array(MachineSummary), counts: FleetCounts }),
  z.object({ type: z.literal('resync'), cursor: z.string() }),
  z.object({ type: z.literal('requests'), cursor: z.string() }),
]);
export type LiveMessage = z.infer<typeof LiveMessage>;
