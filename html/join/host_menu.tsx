/** What a host may do about one person. */

import { useEffect, useState } from 'preact/hooks';
import type { Meeting, Participant, Permissions } from '../client/index.ts';
import { LockIcon, MoreIcon } from './icons.tsx';
import { Menu } from './menu.tsx';
import { type Lockable, LOCKABLES, type Texts } from './texts.ts';

interface Props {
  texts: Texts;
  meeting: Meeting;
  participant: Participant;
  muted: boolean;
  handRaised: boolean;
}

interface ListProps extends Props {
  /** Puts the menu away, and does this; what became of it is seen on the tile. */
  act: (what: () => Promise<unknown>) => void;
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
      {(close) => <Lists {...props} close={close} />}
    </Menu>
  );
}

/** The first list, or one of those behind it. */
function Lists({ close, ...props }: Props & { close: () => void }) {
  const [list, setList] = useState<'first' | 'locks' | 'remove'>('first');
  const act = (what: () => Promise<unknown>) => {
    close();
    what().catch(() => {});
  };
  if (list === 'locks') return <Locks {...props} act={act} />;
  if (list === 'remove') return <Removal {...props} act={act} />;
  return <First {...props} act={act} onList={setList} />;
}

function First({
  texts,
  meeting,
  participant: { id, role },
  muted,
  handRaised,
  act,
  onList,
}: ListProps & { onList: (list: 'locks' | 'remove') => void }) {
  const isHost = role === 'host';
  return (
    <>
      {!muted && (
        <button
          type="button"
          data-testid="host-mute"
          onClick={() => act(() => meeting.mute(id, 'microphone'))}
        >
          {texts.muteMicrophone}
        </button>
      )}
      {handRaised && (
        <button
          type="button"
          data-testid="host-lower-hand"
          onClick={() => act(() => meeting.lowerHand(id))}
        >
          {texts.lowerHand}
        </button>
      )}
      {!isHost && (
        <>
          <button type="button" data-testid="host-locks" onClick={() => onList('locks')}>
            {texts.locks}
          </button>
          <button
            type="button"
            data-testid="host-make-host"
            onClick={() => act(() => meeting.permit(id, { role: 'host' }))}
          >
            {texts.makeHost}
          </button>
          <button
            type="button"
            data-testid="host-put-back"
            onClick={() => act(() => meeting.putBack(id))}
          >
            {texts.putBack}
          </button>
        </>
      )}
      {isHost && (
        <button
          type="button"
          data-testid="host-make-participant"
          onClick={() => act(() => meeting.permit(id, { role: 'participant' }))}
        >
          {texts.makeParticipant}
        </button>
      )}
      <button
        type="button"
        class="is-danger"
        data-testid="host-remove"
        onClick={() => onList('remove')}
      >
        {texts.remove}
      </button>
    </>
  );
}

/** Each lock, as the gateway says it is. */
function Locks({ texts, meeting, participant: { id }, act }: ListProps) {
  const [now, setNow] = useState<Permissions | null>(null);
  useEffect(() => {
    meeting.permissions(id).then(setNow, () => {});
  }, [meeting, id]);
  const isOn = (lockable: Lockable) => now?.in_force.locks[lockable] === true;
  return (
    <>
      {LOCKABLES.map((lockable) => (
        <button
          key={lockable}
          type="button"
          class="menu-lock"
          data-testid={`host-lock-${lockable}`}
          aria-pressed={isOn(lockable)}
          disabled={!now}
          onClick={() => act(() => meeting.permit(id, { locks: { [lockable]: !isOn(lockable) } }))}
        >
          {texts.lockable[lockable]}
          {isOn(lockable) && <LockIcon />}
        </button>
      ))}
    </>
  );
}

function Removal({ texts, meeting, participant: { id, name }, act }: ListProps) {
  return (
    <>
      <button
        type="button"
        class="is-danger"
        data-testid="host-remove-confirm"
        onClick={() => act(() => meeting.remove(id))}
      >
        {texts.removeReally(name)}
      </button>
      <button
        type="button"
        class="is-danger"
        data-testid="host-block"
        onClick={() => act(() => meeting.remove(id, { block: true }))}
      >
        {texts.removeAndBlock}
      </button>
    </>
  );
}
