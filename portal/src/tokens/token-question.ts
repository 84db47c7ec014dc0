// The question before a token is revoked, and for how long the earlier one goes on when it is rotated.
import { html } from 'lit';
import type { Token } from '../../../schema/token.ts';
import type { Confirmed } from '../ui/confirm-dialog.ts';

const HOUR_MS = 3600 * 1000;
const OVERLAPS: [string, number][] = [
  ['One hour', HOUR_MS],
  ['One day', 24 * HOUR_MS],
  ['7 days', 7 * 24 * HOUR_MS],
  ['30 days', 30 * 24 * HOUR_MS],
  ['90 days', 90 * 24 * HOUR_MS],
];
const DEFAULT_OVERLAP = 2;

export type TokenAsked = { token: Token; act: 'rotate' | 'revoke' };

/** How long both tokens work, in ms; only for a rotation. */
export const overlapOf = ({ detail }: Confirmed): number =>
  OVERLAPS[Number(detail.get('overlap') ?? DEFAULT_OVERLAP)]?.[1] ?? HOUR_MS;

/** Heading, action and words for the dialog. `pinned`: the new token's file carries a fingerprint that this browser has verified. */
export function tokenQuestion({ token, act }: TokenAsked, pinned: boolean) {
  const name = token.label || token.id;
  return act === 'rotate'
    ? { heading: `Rotate “${name}”`, action: 'Rotate', danger: false, words: rotateWords(pinned) }
    : { heading: `Revoke “${name}”?`, action: 'Revoke', danger: true, words: REVOKE_WORDS };
}

const REVOKE_WORDS = html`<p>It is refused at once, for good. Engines that have it keep what is unsent until they get another configuration file.</p>`;

const rotateWords = (
  pinned: boolean,
) => html`<p>A new token is issued${pinned ? ', pinned to the root that this browser has verified' : ', which trusts the first root it meets'}. Both work until the overlap is over.</p>
  <label for="overlap">The earlier one works on for</label>
  <select id="overlap" name="overlap">
    ${OVERLAPS.map(([words], place) => html`<option value=${place} ?selected=${place === DEFAULT_OVERLAP}>${words}</option>`)}
  </select>`;
