// Every call of Cloudflare's API that the stand-in answers: what `npm run deploy`, the guide's commands, `npm run tenant -- … --remote`,
// `npm run tail` and a rollback make of it with the wrangler of package.json.

const ACCOUNT = '/accounts/:account';
const SCRIPT = `${ACCOUNT}/workers/scripts/:script`;
const PROJECT = `${ACCOUNT}/pages/projects/:project`;

export const CALLS = [
  'GET /user/tokens/verify',
  'GET /user',
  'GET /accounts',
  'GET /memberships',
  `GET ${ACCOUNT}/d1/database`,
  `POST ${ACCOUNT}/d1/database`,
  `GET ${ACCOUNT}/d1/database/:database`,
  `POST ${ACCOUNT}/d1/database/:database/query`,
  `GET ${ACCOUNT}/workers/services/:script`,
  `GET ${ACCOUNT}/workers/subdomain`,
  `GET ${ACCOUNT}/workers/workers/:script`,
  `PUT ${SCRIPT}`,
  `GET ${SCRIPT}/settings`,
  `PATCH ${SCRIPT}/script-settings`,
  `POST ${SCRIPT}/subdomain`,
  `POST ${SCRIPT}/versions`,
  `GET ${SCRIPT}/versions`,
  `GET ${SCRIPT}/versions/:version`,
  `GET ${SCRIPT}/deployments`,
  `POST ${SCRIPT}/deployments`,
  `GET ${SCRIPT}/secrets`,
  `PUT ${SCRIPT}/secrets`,
  `POST ${SCRIPT}/tails`,
  `DELETE ${SCRIPT}/tails/:tail`,
  `GET ${ACCOUNT}/pages/projects`,
  `POST ${ACCOUNT}/pages/projects`,
  `GET ${PROJECT}`,
  `GET ${PROJECT}/upload-token`,
  `POST ${PROJECT}/deployments`,
  `GET ${PROJECT}/deployments/:deployment`,
  'POST /pages/assets/check-missing',
  'POST /pages/assets/upload',
  'POST /pages/assets/upsert-hashes',
  `POST ${ACCOUNT}/r2/buckets`,
  `GET ${ACCOUNT}/r2/buckets/:bucket`,
] as const;

export type Call = (typeof CALLS)[number];
