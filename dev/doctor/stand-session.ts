// A session on the local stand: signed in by the Access stand-in's own form, as a person would.
import { OPERATOR_EMAIL } from '../stand/demo-data.ts';

/** Signs in as the stand's operator. Answers the Cookie header for both applications, or null where nobody answers. */
export async function standSession(team: string): Promise<string | null> {
  const body = new URLSearchParams({ email: OPERATOR_EMAIL });
  try {
    const answer = await fetch(`${team}/sign-in`, { method: 'POST', body, redirect: 'manual' });
    return answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
  } catch {
    return null;
  }
}
