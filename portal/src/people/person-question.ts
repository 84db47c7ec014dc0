// The question before somebody is removed or given another role, and the consequences.
import { html } from 'lit';
import { ROLE_RANK } from '../../../schema/facts/roles.ts';
import type { Member, Role } from '../../../schema/person.ts';
import { ROLE_WORDS } from '../ui/words.ts';

/** Heading, action and words for the dialog. `role`: their new one; null: they are to be removed. */
export function personQuestion(person: Member, role: Role | null) {
  if (role === null)
    return {
      heading: `Remove ${person.email}?`,
      action: 'Remove',
      danger: true,
      words: html`<p>They are out at once: their next request is refused. What they did stays in the audit.</p>
        ${person.role === 'auditor' ? NO_KEY : replacedWords(person, null)}`,
    };
  const lower = ROLE_RANK[role] < ROLE_RANK[person.role];
  return {
    heading: `Make ${person.email} an ${ROLE_WORDS[role].toLowerCase()}?`,
    action: 'Change the role',
    danger: lower,
    words: html`<p>It counts at once, with their next request.</p>
      ${lower ? replacedWords(person, role) : html`<p>Their ways to unlock stay as they are${role === 'admin' ? '; for admin rights they ask for access anew' : ''}.</p>`}`,
  };
}

const NO_KEY = html`<p>Auditors reveal nothing, so no key has to be replaced.</p>`;

const replacedWords = (person: Member, becomes: Role | null) => html`<p>
  ${becomes === null ? 'Next' : 'They hold keys that they may no longer use, so'} everything they could open is replaced: their own unlock
  methods, the escrow key${person.role === 'admin' ? ', the trust root' : ''} and what the team shares, unless you keep that. Then
  every secret is re-sealed. You can stop and go on at any time. What they have copied before stays known to them: a report lists
  what they revealed.${becomes !== null && becomes !== 'auditor' ? ' Afterwards they ask for access anew.' : ''}
</p>`;
