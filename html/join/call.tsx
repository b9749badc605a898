/** In the call: everybody's tiles, everybody's voices, and the controls. */

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Meeting, Participant, Picture, SourceKind } from '../client/index.ts';
import { Chat, useUnread } from './chat.tsx';
import { Controls } from './controls.tsx';
import { useLocalMedia, useMeeting } from './hooks.ts';
import { HostMenu } from './host_menu.tsx';
import { DoorIcon, Logo, PeopleIcon, SoundIcon } from './icons.tsx';
import { bestColumns, tileWidth } from './layout.ts';
import { Audio } from './media.tsx';
import { People } from './people.tsx';
import { useReactions } from './reactions.tsx';
import type { Texts } from './texts.ts';
import { ScreenTile, Tile } from './tile.tsx';
import { Welcome } from './welcome.tsx';

export function Call({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  useMeeting(meeting);
  useLocalMedia(meeting.media);
  const [panel, setPanel] = useState<'chat' | 'people' | null>(null);
  const chatOpen = panel === 'chat';
  const unread = useUnread(meeting, chatOpen);
  const others = [...meeting.participants.values()];
  const waiting = meeting.lobby.length;
  const close = (opener: string) => {
    setPanel(null);
    // The panel goes away under the keyboard.
    document.querySelector<HTMLElement>(`[data-testid="${opener}"]`)?.focus();
  };
  return (
    <main class="call" data-testid="call">
      <header class="call-head">
        <Logo />
        <h1>{meeting.room?.name}</h1>
        <button
          type="button"
          class="count"
          data-testid="participant-count"
          data-count={others.length + 1}
          aria-expanded={panel === 'people'}
          onClick={() => setPanel(panel === 'people' ? null : 'people')}
        >
          <PeopleIcon />
          {texts.people(others.length + 1)}
          {waiting > 0 && (
            <span class="count-waiting" role="img" aria-label={texts.peopleWait(waiting)}>
              {waiting}
            </span>
          )}
        </button>
      </header>
      {meeting.state === 'reconnecting' && (
        <p class="banner" data-testid="reconnecting">
          <span class="spinner" aria-hidden="true" />
          {texts.status.reconnecting}
        </p>
      )}
      {waiting > 0 && panel !== 'people' && meeting.state === 'connected' && (
        <button
          type="button"
          class="banner is-knock"
          data-testid="knock"
          onClick={() => setPanel('people')}
        >
          <DoorIcon />
          <span>
            {waiting === 1
              ? texts.wantsIn(meeting.lobby[0]?.name ?? '')
              : texts.peopleWait(waiting)}
          </span>
        </button>
      )}
      <Welcome texts={texts} meeting={meeting} />
      <div class="call-body">
        <Grid texts={texts} meeting={meeting} others={others} />
        {chatOpen && <Chat texts={texts} meeting={meeting} onClose={() => close('chat-button')} />}
        {panel === 'people' && (
          <People texts={texts} meeting={meeting} onClose={() => close('participant-count')} />
        )}
      </div>
      <Voices texts={texts} meeting={meeting} />
      <Controls
        texts={texts}
        meeting={meeting}
        unread={unread}
        chatOpen={chatOpen}
        onChat={() => setPanel(chatOpen ? null : 'chat')}
      />
    </main>
  );
}

function Grid({
  texts,
  meeting,
  others,
}: {
  texts: Texts;
  meeting: Meeting;
  others: Participant[];
}) {
  const list = useRef<HTMLUListElement>(null);
  const { media, self } = meeting;
  const speaks = (id: string | undefined) => meeting.speaking.speaking.some((one) => one === id);
  const reactions = useReactions(meeting);
  const reaction = (id: string | undefined) => reactions.get(id ?? '')?.text ?? null;
  const hand = (id: string | undefined) => meeting.hands.indexOf(id ?? '') + 1;
  const screens = others.filter((participant) => isActive(participant, 'screen'));
  const count = others.length + screens.length + 1;
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => fitTiles(list.current, count, setHeight), [count]);
  useEffect(() => {
    if (height > 0) meeting.watch(pictures(others, screens, meeting.speaking.speaking, height));
  });
  return (
    <section class="stage">
      <ul class="grid" ref={list}>
        {screens.map((participant) => (
          <ScreenTile
            key={`${participant.id}/screen`}
            texts={texts}
            participant={participant}
            track={visible(meeting, participant, 'screen')}
          />
        ))}
        {others.map((participant) => (
          <Tile
            key={participant.id}
            texts={texts}
            id={participant.id}
            name={participant.name}
            picture={participant.avatar}
            guest={participant.guest}
            camera={visible(meeting, participant, 'camera')}
            muted={!isActive(participant, 'microphone')}
            speaking={speaks(participant.id)}
            hand={hand(participant.id)}
            reaction={reaction(participant.id)}
            menu={
              self?.role === 'host' && (
                <HostMenu
                  texts={texts}
                  meeting={meeting}
                  participant={participant}
                  muted={!isActive(participant, 'microphone')}
                  handRaised={hand(participant.id) > 0}
                />
              )
            }
          />
        ))}
        <Tile
          key="own"
          own
          texts={texts}
          id={self?.id ?? ''}
          name={self?.name ?? ''}
          picture={meeting.avatar}
          camera={media.active('camera') ? media.track('camera') : null}
          muted={!media.active('microphone')}
          speaking={speaks(self?.id)}
          hand={hand(self?.id)}
          reaction={reaction(self?.id)}
        />
      </ul>
      {others.length === 0 && meeting.lobby.length === 0 && <p class="alone soft">{texts.alone}</p>}
    </section>
  );
}

/** Audio lines play whoever they carry; nobody has to know who that is. */
function Voices({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  const [blocked, setBlocked] = useState<(() => Promise<void>)[]>([]);
  const onBlocked = useCallback((play: () => Promise<void>) => {
    setBlocked((before) => [...before, play]);
  }, []);
  const lines = [...meeting.tracks].filter(([, track]) => track.kind === 'audio');
  return (
    <>
      {lines.map(([mid, track]) => (
        <Audio key={mid} mid={mid} track={track} onBlocked={onBlocked} />
      ))}
      {blocked.length > 0 && (
        <button
          type="button"
          class="primary unblock"
          data-testid="unblock-audio"
          onClick={() => {
            setBlocked([]);
            for (const play of blocked) play().catch(() => onBlocked(play));
          }}
        >
          <SoundIcon />
          {texts.clickToHear}
        </button>
      )}
    </>
  );
}

function isActive({ sources }: Participant, kind: SourceKind): boolean {
  return sources.some((source) => source.kind === kind && source.active);
}

function visible(
  meeting: Meeting,
  participant: Participant,
  kind: 'camera' | 'screen',
): MediaStreamTrack | null {
  return isActive(participant, kind) ? meeting.trackOf(participant.id, kind) : null;
}

/** What the tiles show, in the order in which lines are given out: screens, who speaks, the rest. */
function pictures(
  others: Participant[],
  screens: Participant[],
  speaking: readonly string[],
  height: number,
): Picture[] {
  const filmed = others.filter((participant) => isActive(participant, 'camera'));
  const speaks = ({ id }: Participant) => speaking.includes(id);
  const cameras = [...filmed.filter(speaks), ...filmed.filter((one) => !speaks(one))];
  return [
    ...screens.map(({ id }): Picture => ({ participant: id, kind: 'screen', height })),
    ...cameras.map(({ id }): Picture => ({ participant: id, kind: 'camera', height })),
  ];
}

/**
 * Makes the tiles as large as the stage allows, now and when the window changes, and tells how high
 * they are in device pixels.
 */
function fitTiles(
  list: HTMLUListElement | null,
  count: number,
  onHeight: (height: number) => void,
): (() => void) | undefined {
  if (!list) return undefined;
  const fit = () => {
    const { clientWidth: width, clientHeight: height } = list;
    const gap = Number.parseFloat(getComputedStyle(list).columnGap) || 0;
    const columns = bestColumns(count, width, height, gap);
    const tile = tileWidth(columns, Math.ceil(count / columns), width, height, gap);
    list.style.setProperty('--tile-width', `${tile}px`);
    onHeight(Math.round((tile * 9 * (globalThis.devicePixelRatio || 1)) / 16));
  };
  const observer = new ResizeObserver(fit);
  observer.observe(list);
  fit();
  return () => observer.disconnect();
}
