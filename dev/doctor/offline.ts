// Every check of the repository's contents, for one environment.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type EnvironmentName, readEnvironment } from '../operate/environment.ts';
import * as configuration from './configuration.ts';
import { check, type Finding } from './finding.ts';

/** Reads a folder's configuration and judges it. `deployed`: an installation is looked at, so nothing may be a placeholder. */
export async function lookOffline(folder: string, name: EnvironmentName, deployed: boolean): Promise<Finding[]> {
  const findings = [configuration.nodeVersion(process.versions.node)];
  try {
    const [production, staging] = [
      await readEnvironment(folder, 'production'),
      await readEnvironment(folder, 'staging'),
    ];
    const environment = name === 'production' ? production : staging;
    const { worker } = environment;
    const headers = readFileSync(path.join(folder, 'portal/public/_headers'), 'utf8');
    findings.push(
      check('configuration').ok(`wrangler.toml and environments.json, ${name}: ${worker.name}`),
      configuration.bindings(worker),
      configuration.databaseId(worker, deployed),
      configuration.teamDomain(worker),
      configuration.audience(worker),
      configuration.portalOriginForm(worker),
      configuration.apiOrigin(worker, environment.origins),
      configuration.operators(worker),
      configuration.previewUrls(worker),
      configuration.invocationLogs(worker),
      configuration.strictlyPublic(worker),
      configuration.sameShape(production.worker, staging.worker),
      configuration.portalPolicy(environment.built, headers),
    );
  } catch (error) {
    // wrangler's parser keeps the place beside its message.
    const { message, location } = error as Error & { location?: { line: number } };
    const place = location ? `, line ${location.line} of wrangler.toml` : '';
    const sentence = `${message.replaceAll(/\s*\n\s*/g, ' ').trim()}${place}`;
    findings.push(check('configuration').fail(sentence, 'mend wrangler.toml or environments.json'));
  }
  return findings;
}
