// The handlers of the routes in schema/routes/keyring.ts: a line each.
import { keyring } from '../../schema/routes/keyring.ts';
import { handled } from '../core/route.ts';

export const keyringRoutes = handled(keyring, {
  'GET /v1/tenants/:tenant/keyring': ({ object, caller }) => object.keyring(caller),
  'POST /v1/tenants/:tenant/keyring': ({ object, caller, body }) => object.writeKeyring(caller, body),
  'GET /v1/tenants/:tenant/keyring/manifests': ({ object, caller, query }) => object.manifests(caller, query.from),
  'GET /v1/tenants/:tenant/keyring/successions': ({ object, caller, query }) =>
    object.successions(caller, query.before),
  'POST /v1/tenants/:tenant/keyring/line': ({ object, caller, body }) => object.noteLineTaken(caller, body),
  'POST /v1/tenants/:tenant/keyring/undo': ({ object, caller, body }) => object.undoChange(caller, body),
  'GET /v1/tenants/:tenant/rotation': ({ object, caller }) => object.rotation(caller),
  'POST /v1/tenants/:tenant/rotation/page': ({ object, caller, body }) => object.rotationPage(caller, body),
  'POST /v1/tenants/:tenant/rotation/reseal': ({ object, caller, body }) => object.reseal(caller, body),
  'POST /v1/tenants/:tenant/rotation/unopenable': ({ object, caller, body }) => object.markUnopenable(caller, body),
  'POST /v1/tenants/:tenant/rotation/restore': ({ object, caller, body }) => object.restoreReplaced(caller, body),
  'GET /v1/tenants/:tenant/grants': ({ object, caller, query }) => object.grants(caller, query),
  'POST /v1/tenants/:tenant/grants': ({ object, caller, body }) => object.requestGrant(caller, body),
  'POST /v1/tenants/:tenant/grants/:grant/decline': ({ object, caller, params }) =>
    object.declineGrant(caller, params.grant),
  'POST /v1/tenants/:tenant/unlockers/:unlocker/change': ({ object, caller, params, body }) =>
    object.changeUnlocker(caller, params.unlocker, body),
  'POST /v1/tenants/:tenant/unlockers/:unlocker/opened': ({ object, caller, params, body }) =>
    object.takeOpened(caller, params.unlocker, body),
  'POST /v1/tenants/:tenant/recovery/:recovery/drilled': ({ object, caller, params, body }) =>
    object.noteDrill(caller, params.recovery, body),
});
