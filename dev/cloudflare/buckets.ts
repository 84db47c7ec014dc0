// R2's buckets by name. Their objects are workerd's.
import { type Account, now } from './account.ts';
import { ok, Refused } from './answer.ts';
import type { Answers } from './asked.ts';

export const answersOfBuckets = (account: Account): Answers => ({
  'POST /accounts/:account/r2/buckets': (asked) => {
    const { name } = asked.json<{ name: string }>();
    if (account.buckets.has(name))
      throw new Refused(409, 10004, 'The bucket you tried to create already exists, and you own it.');
    const made = { name, creation_date: now(), location: 'weur', storage_class: 'Standard' };
    account.buckets.set(name, made);
    return ok(made);
  },
  'GET /accounts/:account/r2/buckets/:bucket': (asked) => {
    const found = account.buckets.get(asked.get('bucket'));
    if (!found) throw new Refused(404, 10006, 'The specified bucket does not exist.');
    return ok(found);
  },
});
