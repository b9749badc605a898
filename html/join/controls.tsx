/** The bar below the tiles. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { CardeaError, Meeting } from '../client/index.ts';
import {
  CameraIcon,
  ChatIcon,
  HandIcon,
  LeaveIcon,
  LockIcon,
  MicrophoneIcon,
  ScreenIcon,
} from './icons.tsx';
import { isLocked, LockNote } from './locks.tsx';
import { ReactionMenu } from './reactions.tsx';
import { describeDeviceError, type Lockable, type Texts } from './texts.ts';

interface Props {
  texts: Texts;
  meeting: Meeting;
  unread: number;
  chatOpen: boolean;
  onChat: () => void;
}

export function Controls({ texts, meeting, unread, chatOpen, onChat }: Props) {
  const { media } = meeting;
  const microphone = media.active('microphone');
  const camera = media.active('camera');
  const screen = media.active('screen');
  const [error, setError] = useState<string | null>(null);
  const attempt = (change: Promise<void>) => {
    setError(null);
    change.catch(({ code }: CardeaError) => setError(code));
  };
  const canShare = typeof navigator.mediaDevices?.getDisplayMedia === 'function';
  const lock = (lockable: Lockable) =>
    isLocked(meeting, lockable) ? texts.locked(texts.lockable[lockable]) : null;
  return (
    <nav class="controls">
      <LockNote texts={texts} meeting={meeting} />
      {error && (
        <p class="hint controls-hint" data-testid="device-error" role="status">
          {describeDeviceError(error, texts)}
        </p>
      )}
      <Toggle
        testId="mute-button"
        on={microphone}
        label={microphone ? texts.muteMicrophone : texts.unmuteMicrophone}
        locked={lock('microphone')}
        disabled={!hasDevices()}
        onClick={() => attempt(media.setMicrophone(!microphone))}
      >
        <MicrophoneIcon off={!microphone} />
      </Toggle>
      <Toggle
        testId="camera-button"
        on={camera}
        label={camera ? texts.stopCamera : texts.startCamera}
        locked={lock('webcam')}
        disabled={!hasDevices()}
        onClick={() => attempt(media.setCamera(!camera))}
      >
        <CameraIcon off={!camera} />
      </Toggle>
      {canShare && (
        <Toggle
          testId="screen-button"
          on={screen}
          quiet
          label={screen ? texts.stopScreen : texts.startScreen}
          locked={lock('screen_sharing')}
          onClick={() => void media.setScreen(!screen).catch(() => {})}
        >
          <ScreenIcon />
        </Toggle>
      )}
      <Hand texts={texts} meeting={meeting} />
      {meeting.maySend('reactions') && <ReactionMenu texts={texts} meeting={meeting} />}
      <Toggle testId="chat-button" on={chatOpen} quiet label={texts.chat} onClick={onChat}>
        <ChatIcon />
        {unread > 0 && (
          <span class="unread" data-testid="unread" role="img" aria-label={texts.unread(unread)}>
            {unread > 99 ? '99+' : unread}
          </span>
        )}
      </Toggle>
      <button
        type="button"
        class="control is-leave"
        data-testid="leave-button"
        onClick={() => meeting.leave()}
      >
        <LeaveIcon />
        <span class="control-label">{texts.leave}</span>
      </button>
    </nav>
  );
}

function Hand({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  const raised = meeting.hands.includes(meeting.self?.id ?? '');
  return (
    <Toggle
      testId="hand-button"
      on={raised}
      quiet
      label={raised ? texts.lowerHand : texts.raiseHand}
      // Seen on the own tile when the gateway has put it in order.
      onClick={() => void meeting.raiseHand(!raised).catch(() => {})}
    >
      <HandIcon />
    </Toggle>
  );
}

function Toggle({
  testId,
  on,
  quiet = false,
  label,
  locked = null,
  disabled = false,
  onClick,
  children,
}: {
  testId: string;
  on: boolean;
  /** Off is the normal state and needs no warning colour. */
  quiet?: boolean;
  label: string;
  /** Why a host does not let one, in words. */
  locked?: string | null;
  disabled?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}) {
  const tone = locked ? 'is-locked' : quiet ? (on ? 'is-lit' : '') : on ? '' : 'is-off';
  return (
    <button
      type="button"
      class={`control ${tone}`}
      data-testid={testId}
      data-on={on}
      disabled={disabled || locked !== null}
      title={locked ?? label}
      onClick={onClick}
    >
      {children}
      {locked && (
        <span class="control-lock" aria-hidden="true">
          <LockIcon />
        </span>
      )}
      <span class="control-label">{label}</span>
      {locked && <span class="sr-only">{locked}</span>}
    </button>
  );
}

function hasDevices(): boolean {
  return typeof navigator.mediaDevices !== 'undefined';
}
