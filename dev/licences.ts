// `npm run licences`: the licence of every package that the lock file installs; those in what ships are named first.
import { byLicence, lockedPackages } from './supply/packages.ts';

const packages = lockedPackages();
const parts: [string, boolean][] = [
  ['In what ships', false],
  ['To build and test', true],
];
for (const [title, isDevelopment] of parts) {
  const own = packages.filter((one) => one.isDevelopment === isDevelopment);
  console.log(`${title}: ${own.length} packages`);
  for (const [licence, under] of byLicence(own))
    console.log(`  ${licence} (${under.length}): ${under.map(({ name, version }) => `${name} ${version}`).join(', ')}`);
}
