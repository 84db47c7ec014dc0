// What nobody sees from outside, as questions with where to look: the doctor asks them of whoever runs it, and answers none.

export type Question = { name: string; asks: string; where: string };

export const QUESTIONS: readonly Question[] = [
  {
    name: 'eager-cookies',
    asks: 'does one sign-in cover both host names? Without eager redirect cookies the portal’s first call to the API asks for another',
    where: 'Zero Trust → Access → Applications → TotlProvision → Cookie settings',
  },
  {
    name: 'mfa',
    asks: 'does a person need a second factor, if not from Entra then Access’s own (independent MFA)?',
    where: 'Entra’s Conditional Access, or the policy of the application',
  },
  {
    name: 'plan',
    asks: 'is the account on the paid Workers plan? The free one stops D1 and objects for the day at 100,000 rows written, 5 million read, 100,000 requests',
    where: 'Workers & Pages → Plans',
  },
  {
    name: 'edge-log',
    asks: 'who may read the Worker’s logs and the index? They name tenants, machines and people',
    where: 'Manage account → Members',
  },
];

/** A question as its line. */
export const questionLine = ({ name, asks, where }: Question): string =>
  `ask   ${name.padEnd(18)} – ${asks}  → ${where}`;
