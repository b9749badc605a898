/** One room: going in, who has a role in it, and links for people without an account. */

import { useState } from 'preact/hooks';
import { keepLink } from '../join/credential.ts';
import { joinAddress, spaceAddress } from './address.ts';
import type { ViewProps } from './app.tsx';
import type { AccessLink, NewLink, Room, RoomRole } from './spaces.ts';
import { CopyButton, Problem, Rows, Section, useAction, useLoaded } from './ui.tsx';

const HOUR_S = 3_600;
const DAY_S = 86_400;
/** The longest life that a link can have (spec/spaces 10). */
const FIVE_DAYS_S = 432_000;

interface Props extends ViewProps {
  space: string;
  id: string;
  /** Of the person who is signed in. */
  name: string;
}

export function RoomView({ texts, spaces, space, id, name }: Props) {
  const loaded = useLoaded(id, () => spaces.room(space, id));
  const { busy, error, run } = useAction();
  const room = loaded.value;
  const join = async (where: Room) => {
    const value = await spaces.takeSeat(where, name);
    const address = new URL(joinAddress(location.href, where.alias));
    // The page that is opened reads it, and no address has it.
    keepLink(
      { credential: { value, asksName: false, name }, design: null },
      address.pathname,
      null,
    );
    location.assign(address);
  };
  return (
    <>
      <nav class="crumbs">
        <a href="#">{texts.spaces}</a>
        <a href={spaceAddress(space)}>{texts.rooms}</a>
      </nav>
      <h1>{room?.name ?? ' '}</h1>
      <Problem texts={texts} error={loaded.error ?? error} />
      {room && (
        <>
          <div class="row-form">
            <button
              type="button"
              class="primary"
              data-testid="join-room"
              disabled={busy}
              onClick={() => run(() => join(room))}
            >
              {texts.join}
            </button>
            {room.isPublic && (
              <CopyButton
                texts={texts}
                text={joinAddress(location.href, room.alias)}
                label={texts.roomLink}
                testId="copy-room-link"
              />
            )}
          </div>
          <Links texts={texts} spaces={spaces} room={room} />
          <Roles texts={texts} spaces={spaces} room={room} />
        </>
      )}
    </>
  );
}

/** Shown to those who may give roles. */
function Roles({ texts, spaces, room }: ViewProps & { room: Room }) {
  const loaded = useLoaded(room.id, () => spaces.roles(room));
  const { busy, error, run } = useAction();
  if (loaded.error?.status === 403) return null;
  return (
    <Section title={texts.roles} lead={texts.rolesLead} testId="roles">
      <Rows texts={texts} loaded={loaded} empty={texts.noRoles}>
        {loaded.value?.map(({ userId, username, role }) => (
          <li key={userId} data-testid="role">
            <span class="row-name">{username}</span>
            <span class="tag">{texts.roleNames[role] ?? role}</span>
            {role !== 'role_room_owner' && (
              <button
                type="button"
                class="small is-danger"
                data-testid="revoke-role"
                disabled={busy}
                onClick={() => run(() => spaces.revokeRole(room, userId).then(loaded.reload))}
              >
                {texts.revoke}
              </button>
            )}
          </li>
        ))}
      </Rows>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const fields = new FormData(form);
          run(async () => {
            const user = String(fields.get('user')).trim();
            await spaces.grant(room, user, fields.get('role') as RoomRole);
            form.reset();
            loaded.reload();
          });
        }}
      >
        <label class="field">
          <span>{texts.userId}</span>
          <input
            name="user"
            data-testid="role-user"
            pattern="\s*[0-9a-f]{24}\s*"
            autoComplete="off"
            required
          />
        </label>
        <select name="role" data-testid="role-role" aria-label={texts.roles}>
          {(['role_room_user', 'role_room_moderator'] as const).map((role) => (
            <option key={role} value={role}>
              {texts.roleNames[role]}
            </option>
          ))}
        </select>
        <button class="small primary" type="submit" data-testid="grant-role" disabled={busy}>
          {texts.grant}
        </button>
      </form>
      <Problem texts={texts} error={error} />
    </Section>
  );
}

/** Shown to those who may make links. */
function Links({ texts, spaces, room }: ViewProps & { room: Room }) {
  const loaded = useLoaded(room.id, () => spaces.links(room));
  const [address, setAddress] = useState<string | null>(null);
  const { busy, error, run } = useAction();
  if (loaded.error?.status === 403) return null;
  const generate = (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const link: NewLink = {
      username: String(fields.get('username')).trim(),
      role: fields.get('role') as NewLink['role'],
      ttl: Number(fields.get('ttl')),
      isPermanent: fields.has('permanent'),
    };
    run(async () => {
      setAddress(await spaces.generateLink(room, link));
      form.reset();
      loaded.reload();
    });
  };
  return (
    <Section title={texts.links} lead={texts.linksLead} testId="links">
      {address && (
        <div class="made" role="status">
          <label class="field">
            <span>
              {texts.newLink}. {texts.shownOnce}
            </span>
            <input
              readOnly
              value={address}
              data-testid="new-link"
              onFocus={(event) => event.currentTarget.select()}
            />
          </label>
          <CopyButton texts={texts} text={address} testId="copy-new-link" />
        </div>
      )}
      <Rows texts={texts} loaded={loaded} empty={texts.noLinks}>
        {loaded.value?.map((link) => (
          <li key={link.id} data-testid="link" data-state={link.state}>
            <span class="row-name">{link.username}</span>
            <span class="tag">{texts.roleNames[link.role] ?? link.role}</span>
            <span class="soft row-note">{describeLink(link, texts)}</span>
            {(link.state === 'fresh' || (link.state === 'used' && link.isPermanent)) && (
              <button
                type="button"
                class="small is-danger"
                data-testid="revoke-link"
                disabled={busy}
                onClick={() => run(() => spaces.revokeLink(room, link.id).then(loaded.reload))}
              >
                {texts.revoke}
              </button>
            )}
          </li>
        ))}
      </Rows>
      <form
        class="row-form"
        onSubmit={(event) => {
          event.preventDefault();
          generate(event.currentTarget);
        }}
      >
        <label class="field">
          <span>{texts.linkFor}</span>
          <input name="username" data-testid="link-name" maxLength={64} required />
        </label>
        <label class="field is-narrow">
          <span>{texts.validFor}</span>
          <select name="ttl" data-testid="link-ttl">
            <option value={DAY_S}>{texts.day}</option>
            <option value={HOUR_S}>{texts.hour}</option>
            <option value={FIVE_DAYS_S}>{texts.fiveDays}</option>
          </select>
        </label>
        <select name="role" data-testid="link-role" aria-label={texts.roles}>
          {(['user', 'moderator'] as const).map((role) => (
            <option key={role} value={role}>
              {texts.roleNames[role]}
            </option>
          ))}
        </select>
        <label class="check">
          <input type="checkbox" name="permanent" data-testid="link-permanent" />
          {texts.manyTimes}
        </label>
        <button class="small primary" type="submit" data-testid="generate-link" disabled={busy}>
          {texts.generate}
        </button>
      </form>
      <Problem texts={texts} error={error} />
    </Section>
  );
}

function describeLink({ state, isPermanent, exp }: AccessLink, texts: Props['texts']): string {
  const at = typeof exp === 'number' ? exp * 1000 : Date.parse(exp);
  const time = new Date(at).toLocaleString(document.documentElement.lang, {
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const use = isPermanent ? texts.manyTimes : texts.once;
  return `${texts.states[state] ?? state}, ${use}, ${texts.until(time)}`;
}
