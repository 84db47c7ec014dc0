// Whether the deployed portal is, file by file, what this copy builds: what `npm run verify` says, as one finding.
import type { Origins } from '../stand/portal-files.ts';
import type { Held } from '../supply/deployed.ts';
import { copyInWords, heldAgainstThis } from '../supply/of-this-commit.ts';
import { check, type Finding } from './finding.ts';
import { SIGN_IN } from './hosts.ts';

const { ok, warn, fail } = check('portal-files');
const EITHER =
  'look from the commit that was deployed, or npm run deploy -- --only portal; npm run verify -- --remote names each file';

/** Decides over the files. `copy`: what they were held against, in words. */
export function judgeFiles(held: readonly Held[], copy: string): Finding {
  const others = held.filter(({ differs }) => differs !== null);
  return others.length === 0
    ? ok(`all ${held.length} are what ${copy} builds`)
    : fail(`${others.length} of ${held.length} are not what ${copy} builds, first ${others[0]?.file}`, EITHER);
}

/** Builds the portal, which takes some seconds, if there is a session to ask with. */
export async function portalFiles(
  { portal, api, engine }: Origins & { portal: string },
  cookie: string | null,
): Promise<Finding> {
  if (cookie === null) return warn('not held against what this copy builds', SIGN_IN);
  try {
    return judgeFiles(await heldAgainstThis(portal, { api, engine }, cookie), await copyInWords());
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    const why = cause?.code ?? message.split('\n')[0];
    return fail(`they could not be held against what this copy builds (${why})`, 'see portal above');
  }
}
