/** One person, or one shared screen. */

import type { ComponentChildren } from 'preact';
import type { Participant } from '../client/index.ts';
import { Avatar } from './avatar.tsx';
import { HandIcon, MicrophoneIcon, ScreenIcon } from './icons.tsx';
import { Video } from './media.tsx';
import type { Texts } from './texts.ts';

interface TileProps {
  texts: Texts;
  id: string;
  name: string;
  /** Address of the person's own picture. */
  picture?: string | null | undefined;
  /** What the camera shows, while it does. */
  camera: MediaStreamTrack | null;
  muted: boolean;
  speaking: boolean;
  /** Place in the line of raised hands from 1; 0: no hand. */
  hand: number;
  /** An emoji, while it is shown. */
  reaction: string | null;
  guest?: boolean;
  own?: boolean;
  /** What a host may do. */
  menu?: ComponentChildren;
}

export function Tile({
  texts,
  id,
  name,
  picture,
  camera,
  muted,
  speaking,
  hand,
  reaction,
  guest = false,
  own = false,
  menu,
}: TileProps) {
  return (
    <li
      class="tile"
      data-testid="tile"
      data-participant={id}
      data-own={own}
      data-muted={muted}
      data-speaking={speaking && !muted}
      data-camera={camera !== null}
      data-hand={hand}
    >
      <Avatar id={id} name={name} picture={picture} />
      {camera && <Video track={camera} mirrored={own} testId="tile-video" />}
      {hand > 0 && (
        <span class="hand" data-testid="hand-badge" role="img" aria-label={texts.handRaised(hand)}>
          <HandIcon />
          {hand}
        </span>
      )}
      {reaction !== null && (
        <span class="reaction" data-testid="reaction" role="status">
          <span class="sr-only">{texts.reacted(name, reaction)}</span>
          <span aria-hidden="true">{reaction}</span>
        </span>
      )}
      <span class="label">
        {muted && (
          <span class="badge" data-testid="muted-badge" role="img" aria-label={texts.muted}>
            <MicrophoneIcon off />
          </span>
        )}
        <span class="label-name">{own ? `${name} (${texts.you})` : name}</span>
        {guest && <span class="label-note">{texts.guest}</span>}
      </span>
      {menu}
    </li>
  );
}

export function ScreenTile({
  texts,
  participant,
  track,
}: {
  texts: Texts;
  participant: Participant;
  /** The picture, as soon as it is there. */
  track: MediaStreamTrack | null;
}) {
  return (
    <li class="tile is-screen" data-testid="screen-tile" data-participant={participant.id}>
      {track && <Video track={track} contained testId="screen-video" />}
      <span class="label">
        <span class="badge" aria-hidden="true">
          <ScreenIcon />
        </span>
        <span class="label-name">{texts.sharing(participant.name)}</span>
      </span>
    </li>
  );
}
