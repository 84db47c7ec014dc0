// What a tenant has chosen, and its limits.
import type { LimitsAnswer } from '../../schema/limits.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { Settings, SettingsChange } from '../../schema/settings.ts';
import type { Caller, Person } from '../core/caller.ts';
import { limitsAnswer } from '../operator/limit-uses.ts';
import * as settings from '../settings/settings.ts';
import { TokensCalls } from './tokens.ts';

export abstract class SettingsCalls extends TokensCalls {
  settings(caller: Caller<Person>): Settings | Refusal {
    return this.gate.anybody(caller, 'settings', () => settings.readSettings(this.sql));
  }

  changeSettings(caller: Caller<Person>, change: SettingsChange): Settings | Refusal {
    return this.gate.admins(
      caller,
      'settings',
      this.gate.paced('personActs', caller, (now) => settings.changeSettings(this.ctx.storage, caller, change, now)),
    );
  }

  /** What counts for the tenant, and what of it is used. */
  limits(caller: Caller<Person>): LimitsAnswer | Refusal {
    return this.gate.admins(caller, 'limits', (now) => limitsAnswer(this.sql, this.uses, now));
  }
}
