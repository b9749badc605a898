/** The door to the account pages. */

import { Logo } from '../join/icons.tsx';
import type { AccountSession } from './session.ts';
import type { AccountTexts } from './texts.ts';
import { Problem, useAction } from './ui.tsx';

export function SignIn({ texts, session }: { texts: AccountTexts; session: AccountSession }) {
  const { busy, error, run } = useAction();
  return (
    <main class="sign-in" data-testid="sign-in">
      <form
        class="door"
        onSubmit={(event) => {
          event.preventDefault();
          const fields = new FormData(event.currentTarget);
          run(() => session.signIn(String(fields.get('username')), String(fields.get('password'))));
        }}
      >
        <header>
          <Logo />
          <h1>{texts.signIn}</h1>
          <p class="soft">{texts.signInLead}</p>
        </header>
        <label class="field">
          <span>{texts.username}</span>
          <input name="username" data-testid="username" autoComplete="username" required />
        </label>
        <label class="field">
          <span>{texts.password}</span>
          <input
            name="password"
            type="password"
            data-testid="password"
            autoComplete="current-password"
            required
          />
        </label>
        <Problem texts={texts} error={error} />
        <button class="primary" type="submit" data-testid="sign-in-button" disabled={busy}>
          {busy && <span class="spinner" aria-hidden="true" />}
          {texts.signIn}
        </button>
      </form>
    </main>
  );
}
