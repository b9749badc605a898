/** What the room says to everybody who comes in. */

import { useState } from 'preact/hooks';
import type { Meeting } from '../client/index.ts';
import { CloseIcon } from './icons.tsx';
import type { Texts } from './texts.ts';

export function Welcome({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  const [closed, setClosed] = useState(false);
  const message = meeting.options.welcome_message;
  if (closed || typeof message !== 'string' || message === '') return null;
  return (
    <div class="welcome" data-testid="welcome" role="status">
      <p>{message}</p>
      <button
        type="button"
        class="plain"
        data-testid="welcome-close"
        aria-label={texts.close}
        title={texts.close}
        onClick={() => setClosed(true)}
      >
        <CloseIcon />
      </button>
    </div>
  );
}

/** Where the room sends people who have left; null for what is no address of a page. */
export function logoutAddress(meeting: Pick<Meeting, 'options'> | null): string | null {
  const given = meeting?.options.logout_url;
  if (typeof given !== 'string' || !URL.canParse(given)) return null;
  const { protocol, href } = new URL(given);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}
