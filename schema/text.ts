// The small parts that every other schema is built from: ids, instants, digests, well-formed text.
import * as z from 'zod';
import { isBase64Url } from './base64url.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const WITHOUT_CONTROLS = /^[^\u0000-\u0008\u000b-\u001f\u007f]*$/u;

// Checks that many texts share are made once, and go into a text together: each `.min()` and `.regex()` of a chain copies
// all of the schema before it, at every start of the Worker (docs/decisions/0102).
const notEmpty = z.minLength(1);
const wellFormed = z.refine<string>((text) => text.isWellFormed(), { error: 'must be well-formed Unicode' });
const withoutControls = z.regex(WITHOUT_CONTROLS, { error: 'must not hold control characters' });
const atMost = (max: number) =>
  z.refine<string>((text) => text.length <= max || [...text].length <= max, {
    error: `must be at most ${max} characters`,
  });

/**
 * Free text of 1..max characters: well-formed (no lone surrogate) and without control characters except tab and
 * newline. A character is a code point, as in JSON Schema, so that the published length is the one that is kept.
 */
export const Text = (max: number) =>
  z.string().check(notEmpty, atMost(max), wellFormed, withoutControls).meta({ maxLength: max });

/** Why somebody does something: three characters or more, outer spaces not counted. */
export const Reason = (error = 'must say why, in 3 characters or more') =>
  Text(500).regex(/^\s*\S[\s\S]+\S\s*$/u, { error });

/** A lower-case UUID of any version. */
export const Uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, { error: 'must be a lower-case UUID' });

/** A tenant's id; a UUID when we make it, any lower-case slug when raw SQL did. */
export const TenantId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'must be a lower-case id' });

/** Milliseconds since the epoch, up to the year 9999. */
export const Instant = z.int().min(0).max(253_402_300_799_999);

/** A SHA-256 in lower-case hex. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 in lower-case hex' });

/** An RFC 7638 thumbprint with SHA-256: 43 characters of canonical base64url. A `kid` and a fingerprint are one each. */
export const Thumbprint = z
  .string()
  .regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, { error: 'must be an RFC 7638 SHA-256 thumbprint' });

const inBase64Url = z.regex(/^[A-Za-z0-9_-]+$/, { error: 'must be unpadded base64url' });
const canonical = z.refine<string>(isBase64Url, { error: 'must be unpadded base64url without unused bits' });

/** Canonical, unpadded base64url of 1..max characters. */
export const Base64Url = (max: number) =>
  z
    .string()
    .check(z.maxLength(max), inBase64Url, canonical)
    .describe('Base64url (RFC 4648, section 5) without padding and without a bit set that no byte uses');

const lowered = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const AnyEmail = z
  .string()
  .max(254)
  .regex(/^[^@\s]+@[^@\s]+$/, { error: 'must be an email address' })
  .check(wellFormed)
  .describe('An address in plain characters: none that is not seen, or that some fold into another');

/**
 * An address as somebody writes it; the output is lower-case. Only A to Z change: a Kelvin sign would become a k, and
 * its owner somebody else. It holds no invisible characters, and none that some programs fold into another.
 */
export const Email = AnyEmail.refine(
  (email) =>
    !/[\p{C}\p{Z}]/u.test(email) && email.normalize('NFKC') === email && lowered(email) === email.toLowerCase(),
  { error: 'must be an address in plain characters' },
).transform(lowered);

/** An address as we keep it. */
export const LowerCaseEmail = AnyEmail.refine((email) => email === email.toLowerCase(), {
  error: 'must be lower-case',
});
