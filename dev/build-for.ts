// `npm run build:for -- staging`: builds the portal and puts it together for one environment, under .wrangler/deploy.
import path from 'node:path';
import { stagePortal } from './deploy/portal.ts';
import { portalFolder } from './deploy/step.ts';
import { root, run } from './lib/run.ts';
import { ENVIRONMENTS, readEnvironment } from './operate/environment.ts';

const name = ENVIRONMENTS.find((one) => one === process.argv[2]);
if (!name) {
  console.error(`Usage: npm run build:for -- ${ENVIRONMENTS.join('|')}`);
  process.exit(2);
}
if (!(await run('vite', ['build', '--config', 'portal/vite.config.ts', '--logLevel', 'warn']))) process.exit(1);
try {
  const { origins } = await readEnvironment(root, name);
  stagePortal(path.join(root, 'portal/dist'), path.join(root, portalFolder(name)), origins);
  console.log(`The portal for ${name} is in ${portalFolder(name)}; it calls ${origins.api}.`);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
