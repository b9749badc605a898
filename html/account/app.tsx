/** The account pages: which view is shown when. */

import { useEffect, useReducer, useState } from 'preact/hooks';
import { Logo } from '../join/icons.tsx';
import { parsePlace, type Place } from './address.ts';
import { Invited } from './invites.tsx';
import { RoomView } from './room.tsx';
import type { AccountSession } from './session.ts';
import { SignIn } from './sign_in.tsx';
import { SpaceView } from './space.tsx';
import { Spaces } from './spaces.ts';
import { SpaceList } from './space_list.tsx';
import type { AccountTexts } from './texts.ts';
import { CopyButton, useLoaded } from './ui.tsx';

/** What every view is given. */
export interface ViewProps {
  texts: AccountTexts;
  spaces: Spaces;
}

export function App({ texts, session }: { texts: AccountTexts; session: AccountSession }) {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => session.on('change', () => render(undefined)), [session]);
  const place = usePlace();
  if (!session.isSignedIn) return <SignIn texts={texts} session={session} />;
  return <Home texts={texts} session={session} place={place} />;
}

function Home({
  texts,
  session,
  place,
}: {
  texts: AccountTexts;
  session: AccountSession;
  place: Place;
}) {
  const [spaces] = useState(() => new Spaces(session));
  const { value: me } = useLoaded('me', () => spaces.me());
  const props = { texts, spaces };
  return (
    <div class="account">
      <header class="account-head">
        <a href="#" aria-label={texts.spaces} data-testid="home">
          <Logo />
        </a>
        <p class="account-name" data-testid="my-name">
          {me?.username}
        </p>
        <button
          type="button"
          class="small secondary"
          data-testid="sign-out"
          onClick={() => session.signOut()}
        >
          {texts.signOut}
        </button>
      </header>
      <main class="account-body" data-testid={`view-${place.view}`}>
        {place.view === 'spaces' && <SpaceList {...props} />}
        {place.view === 'space' && <SpaceView {...props} id={place.space} />}
        {place.view === 'room' && (
          <RoomView {...props} space={place.space} id={place.room} name={me?.username ?? ''} />
        )}
        {place.view === 'invite' && <Invited {...props} space={place.space} id={place.invite} />}
      </main>
      {me && (
        <footer class="account-foot soft">
          <span>
            {texts.yourId} <code data-testid="my-id">{me.id}</code>
          </span>
          <CopyButton texts={texts} text={me.id} testId="copy-my-id" />
        </footer>
      )}
    </div>
  );
}

function usePlace(): Place {
  const [place, setPlace] = useState(() => parsePlace(location.hash));
  useEffect(() => {
    const read = () => {
      const next = parsePlace(location.hash);
      setPlace(next);
      // An invitation is a secret until it is accepted: the history must not keep it.
      if (next.view === 'invite') history.replaceState(null, '', location.pathname);
    };
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return place;
}
