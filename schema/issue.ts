// How a zod issue is reported to a client: the field and the expectation, never the value, nor a name the client
// invented.
import type * as z from 'zod';

type Issue = Pick<z.core.$ZodIssue, 'code' | 'message' | 'path'>;

/** zod's message, except for an unknown member: zod would repeat its name. */
export const issueMessage = (issue: Issue): string =>
  issue.code === 'unrecognized_keys' ? 'has a member that is not known here' : issue.message;

/** The path to the field as `a.b.0`; below free-form `data`, and for anything unlike our own names, `…`. */
export function issueField(issue: Issue, root: string): string {
  if (issue.path.length === 0) return root;
  const free = issue.path.indexOf('data');
  return issue.path
    .map((segment, index) => {
      if (typeof segment === 'number') return String(segment);
      const ours = /^[A-Za-z][A-Za-z0-9]{0,31}$/.test(String(segment)) && (free < 0 || index <= free);
      return ours ? String(segment) : '…';
    })
    .join('.');
}
