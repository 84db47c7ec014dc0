// Machine tokens, and what a revoked one brought.
import type { AsideActed, Brought, BroughtQuery, SetAside } from '../../schema/aside.ts';
import type { Refusal } from '../../schema/refusal.ts';
import type { IssuedToken, TokenList, TokenRevoked, TokenRotate, TokensQuery, TokenWrite } from '../../schema/token.ts';
import { broughtBy } from '../aside/brought.ts';
import { bringBackAside } from '../aside/set-aside.ts';
import type { Caller, Person } from '../core/caller.ts';
import { unknownToken } from '../tokens/tokens.ts';
import { PeopleCalls } from './people.ts';

export abstract class TokensCalls extends PeopleCalls {
  tokens(caller: Caller<Person>, query: TokensQuery): Promise<TokenList | Refusal> {
    return this.administration.tokens(caller, query);
  }

  issueToken(caller: Caller<Person>, wanted: TokenWrite): Promise<IssuedToken | Refusal> {
    return this.administration.issueToken(caller, wanted);
  }

  rotateToken(caller: Caller<Person>, id: string, wanted: TokenRotate): Promise<IssuedToken | Refusal> {
    return this.administration.rotateToken(caller, id, wanted);
  }

  /** Takes a machine token out of use: here at once, in the index as soon as it answers. */
  revokeToken(caller: Caller<Person>, id: string): Promise<TokenRevoked | Refusal> {
    return this.administration.revokeToken(caller, id);
  }

  /** How much a token brought, counted a page of the rows at a time. */
  brought(caller: Caller<Person>, id: string, query: BroughtQuery): Brought | Refusal {
    return this.gate.admins(caller, id, () => broughtBy(this.sql, id, query) ?? unknownToken());
  }

  /** Sets aside what a revoked token brought: kept, listed apart, counted nowhere. The alarm works it off. */
  setAside(caller: Caller<Person>, id: string, wanted: SetAside): Promise<AsideActed | Refusal> {
    return this.administration.setAside(caller, id, wanted);
  }

  /** Brings back what was set aside with a token. */
  bringBackAside(caller: Caller<Person>, id: string): AsideActed | Refusal {
    return this.gate.admins(
      caller,
      id,
      this.gate.paced('personActs', caller, (now) => bringBackAside(this.ctx.storage, caller, id, now)),
    );
  }
}
