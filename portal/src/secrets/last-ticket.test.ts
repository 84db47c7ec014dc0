import { expect, it } from 'vitest';
import { keepTicket, lastTicket } from './last-ticket.ts';

it('offers no ticket of a form that the tenant no longer takes', () => {
  keepTicket('t1', 'INC-1002');
  expect([lastTicket('t1', null), lastTicket('t1', 'INC-####'), lastTicket('t1', 'INC-#####')]).toEqual([
    'INC-1002',
    'INC-1002',
    null,
  ]);
});
