// By itself, because an object reads cursors and no other schema of a live socket.
import * as z from 'zod';

/** Where a browser has got to: an instance of the object, and how many batches it has sent. Opaque to the browser. */
export const LiveCursor = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+\.[0-9]+$/, { error: 'must be a cursor from an earlier message' });
