// The portal in Chromium over a network that loses answers: a person is told what is known, and no act that counts is repeated.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chance } from '../../engine/simulator/random.ts';
import type { AuditPage } from '../../schema/audit.ts';
import { openBrowser, openPage } from '../../test/support/browser.ts';
import { signInAs } from '../../test/support/story.ts';
import { asPerson } from '../bench/product.ts';
import { BadNetwork, type NetworkFault } from './bad-network.ts';
import { House } from './house.ts';
import type { Outcome, Run } from './part.ts';
import { newTenant, type Tenant } from './tenant.ts';

/** Each with how often the act may have been done. */
const FAULTS: readonly [NetworkFault, number][] = [
  ['dropped before', 0],
  ['reset before', 0],
  ['cut short on the way in', 0],
  ['dropped after', 1],
  ['reset after', 1],
  ['cut short on the way out', 1],
  ['delayed', 1],
];
const UNKNOWN = 'look before you do it again';

/** Asks for somebody to be added, whose answer meets the fault. Answers what is wrong with what came of it. */
async function added(
  page: Page,
  house: House,
  tenant: Tenant,
  network: BadNetwork,
  [fault, times]: (typeof FAULTS)[number],
): Promise<string[]> {
  const email = `${randomUUID()}@answers.example`;
  const before = network.heard.length;
  network.script('/people', fault);
  await page.getByLabel('Email address').fill(email);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const said = fault === 'delayed' ? page.getByText(`${email} is a member now`) : page.getByText(UNKNOWN);
  await said.first().waitFor();
  const faults: string[] = [];
  const asked = network.heard.slice(before).filter((one) => one === `POST /v1/tenants/${tenant.id}/people`).length;
  if (asked !== 1) faults.push(`it asked ${asked} times`);
  const { entries } = await asPerson<AuditPage>(
    house.place.product,
    tenant.admin,
    `/v1/tenants/${tenant.id}/audit?action=person.added&limit=500`,
  );
  const done = entries.filter(({ detail }) => detail.email === email).length;
  if (done !== times) faults.push(`it is on record ${done} times`);
  return faults.map((one) => `somebody is added and the answer is ${fault}: ${one}`);
}

export async function lostInPortal({ ground, seed }: Run): Promise<Outcome> {
  const house = await House.open(ground, 'answers-portal', (api) => BadNetwork.open(api, chance(seed)));
  const tenant = await newTenant(house.place.product, { domain: 'portal.example', tokens: 1 });
  let browser: Browser | null = null;
  try {
    browser = await openBrowser();
    const { page } = await openPage(browser);
    await signInAs(page, house.portal, tenant.admin, path.posix.join('/t', tenant.id, 'people'));
    const faults: string[] = [];
    for (const one of FAULTS) faults.push(...(await added(page, house, tenant, house.network, one)));
    return {
      did: [`an act in the portal whose answer met each of ${FAULTS.length} faults: told, and not repeated`],
      faults,
    };
  } finally {
    await browser?.close();
    await house.close();
  }
}
