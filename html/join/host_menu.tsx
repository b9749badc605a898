/** What a host may do about one person. */

import { useState } from 'preact/hooks';
import type { Meeting, Participant } from '../client/index.ts';
import { MoreIcon } from './icons.tsx';
import { Menu } from './menu.tsx';
import type { Texts } from './texts.ts';

interface Props {
  texts: Texts;
  meeting: Meeting;
  participant: Participant;
  muted: boolean;
  handRaised: boolean;
}

export function HostMenu(props: Props) {
  return (
    <Menu
      label={props.texts.manage(props.participant.name)}
      testId="host-menu"
      look="tile-menu"
      list="menu-list"
      face={<MoreIcon />}
    >
      {(close) => <Items {...props} close={close} />}
    </Menu>
  );
}

function Items({
  texts,
  meeting,
  participant: { id, name, role },
  muted,
  handRaised,
  close,
}: Props & { close: () => void }) {
  const [asks, setAsks] = useState(false);
  const act = (done: Promise<void>) => {
    close();
    // What became of it is seen on the tile.
    done.catch(() => {});
  };
  if (asks) {
    return (
      <button
        type="button"
        class="is-danger"
        data-testid="host-remove-confirm"
        onClick={() => act(meeting.remove(id))}
      >
        {texts.removeReally(name)}
      </button>
    );
  }
  return (
    <>
      {!muted && (
        <button
          type="button"
          data-testid="host-mute"
          onClick={() => act(meeting.mute(id, 'microphone'))}
        >
          {texts.muteMicrophone}
        </button>
      )}
      {handRaised && (
        <button
          type="button"
          data-testid="host-lower-hand"
          onClick={() => act(meeting.lowerHand(id))}
        >
          {texts.lowerHand}
        </button>
      )}
      {role !== 'host' && (
        <button type="button" data-testid="host-put-back" onClick={() => act(meeting.putBack(id))}>
          {texts.putBack}
        </button>
      )}
      <button
        type="button"
        class="is-danger"
        data-testid="host-remove"
        onClick={() => setAsks(true)}
      >
        {texts.remove}
      </button>
    </>
  );
}
