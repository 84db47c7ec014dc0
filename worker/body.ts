// Request bodies: read up to a limit, decoded strictly, parsed with zod. Refusals name the field and never the value.
import type * as z from 'zod';
import { issueField, issueMessage } from '../schema/issue.ts';
import { type FieldError, type Refusal, type RefusalCode, refuse } from '../schema/refusal.ts';
import { readTextFile, type TextFile } from '../schema/text-file.ts';

/** The largest body that any plan of the platform lets through to a Worker. */
const DISCARDED_MAX_BYTES = 500 * 1000 * 1000;

/**
 * All of a stream, or null where it is longer than `maxBytes`. A longer one is also read to its end, and thrown away: a
 * client that is still sending when the answer comes and the connection closes would learn that it broke, and not why.
 */
async function readUpTo(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Blob | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (length > DISCARDED_MAX_BYTES) break;
    }
  } catch (error) {
    // A caller that hangs up in the middle of too large a body is refused all the same.
    if (length <= maxBytes) throw error;
  }
  return length > maxBytes ? null : new Blob(chunks);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * A body that says how long it is, as an engine's does, is read at once: the platform gives no more of it than that. One that is too long
 * by its own word, or does not say, comes piece by piece.
 */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  const said = request.headers.get('content-length');
  if (said !== null && /^\d{1,15}$/.test(said) && Number(said) <= maxBytes) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > maxBytes ? null : bytes;
  }
  const blob = request.body ? await readUpTo(request.body as ReadableStream<Uint8Array>, maxBytes) : new Blob();
  return blob && new Uint8Array(await blob.arrayBuffer());
}

/**
 * Reads a body as UTF-8 text of at most `maxBytes`. `brokenLetters`: a body in another encoding is read too, with
 * U+FFFD for bytes that are not text.
 */
export async function readText(request: Request, maxBytes: number, brokenLetters = false): Promise<TextFile | Refusal> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes === null) return refuse('body_too_large', `The body must be at most ${maxBytes} bytes.`);
  if (brokenLetters) return readTextFile(bytes);
  try {
    return { text: decoder.decode(bytes), exact: true };
  } catch {
    return refuse('malformed_json', 'The body must be UTF-8.');
  }
}

/** The media type of a request, without parameters, lower-case. */
export const mediaType = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export function parseJson(text: string): { json: unknown } | Refusal {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return refuse('malformed_json', 'The body must be one JSON value.');
  }
}

/** Turns zod's issues into field errors, the first twenty. */
export const fieldErrors = (error: z.ZodError, root: string): FieldError[] =>
  error.issues.slice(0, 20).map((issue) => ({ field: issueField(issue, root), message: issueMessage(issue) }));

export function parseWith<T>(
  schema: z.ZodType<T>,
  value: unknown,
  code: RefusalCode,
  root: string,
): { value: T } | Refusal {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  const errors = fieldErrors(parsed.error, root);
  const [first] = errors;
  return refuse(code, `${first?.field}: ${first?.message}`, errors);
}
