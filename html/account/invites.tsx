/** Invitations to a space: making them, taking them back, and accepting one. */

import { useState } from 'preact/hooks';
import { inviteAddress, spaceAddress } from './address.ts';
import type { ViewProps } from './app.tsx';
import type { SpaceRole } from './spaces.ts';
import { CopyButton, Problem, Rows, Section, useAction, useLoaded } from './ui.tsx';

/** Shown to those who may invite. */
export function Invites({ texts, spaces, space }: ViewProps & { space: string }) {
  const loaded = useLoaded(space, () => spaces.invites(space));
  const { busy, error, run } = useAction();
  if (loaded.error?.status === 403) return null;
  return (
    <Section title={texts.invites} lead={texts.invitesLead} testId="invites">
      <Rows texts={texts} loaded={loaded} empty={texts.noInvites}>
        {loaded.value?.map(({ id, role, state }) => (
          <li key={id} data-testid="invite" data-state={state}>
            <span class="row-name">{texts.roleNames[role] ?? role}</span>
            <span class="tag">{texts.states[state] ?? state}</span>
            {state === 'pending' && (
              <>
                <CopyButton
                  texts={texts}
                  text={inviteAddress(location.href, space, id)}
                  label={texts.inviteLink}
                  testId="copy-invite"
                />
                <button
                  type="button"
                  class="small is-danger"
                  data-testid="revoke-invite"
                  disabled={busy}
                  onClick={() => run(() => spaces.revokeInvite(space, id).then(loaded.reload))}
                >
                  {texts.revoke}
                </button>
              </>
            )}
          </li>
        ))}
      </Rows>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          const role = new FormData(event.currentTarget).get('role') as SpaceRole;
          run(() => spaces.invite(space, role).then(loaded.reload));
        }}
      >
        <select name="role" data-testid="invite-role" aria-label={texts.invites}>
          {(['role_space_user', 'role_space_moderator'] as const).map((role) => (
            <option key={role} value={role}>
              {texts.roleNames[role]}
            </option>
          ))}
        </select>
        <button class="small primary" type="submit" data-testid="create-invite" disabled={busy}>
          {texts.invite}
        </button>
      </form>
      <Problem texts={texts} error={error} />
    </Section>
  );
}

/** Somebody has opened the link of an invitation. */
export function Invited({ texts, spaces, space, id }: ViewProps & { space: string; id: string }) {
  const { busy, error, run } = useAction();
  const [done, setDone] = useState(false);
  return (
    <section class="card invited" data-testid="invited">
      <h1>{texts.invited}</h1>
      <p class="soft">{texts.invitedLead}</p>
      <Problem texts={texts} error={error} />
      <button
        type="button"
        class="primary"
        data-testid="accept-invite"
        disabled={busy || done}
        onClick={() =>
          run(async () => {
            await spaces.activateInvite(space, id);
            setDone(true);
            location.hash = spaceAddress(space);
          })
        }
      >
        {texts.accept}
      </button>
    </section>
  );
}
