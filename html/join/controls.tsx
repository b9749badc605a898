/** The bar below the tiles. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { CardeaError, MediaKind, Meeting } from '../client/index.ts';
import { CameraIcon, ChatIcon, HandIcon, LeaveIcon, MicrophoneIcon, ScreenIcon } from './icons.tsx';
import { ReactionMenu } from './reactions.tsx';
import { describeDeviceError, type Texts } from './texts.ts';

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
  return (
    <nav class="controls">
      {error && (
        <p class="hint controls-hint" data-testid="device-error" role="status">
          {describeDeviceError(error, texts)}
        </p>
      )}
      <Toggle
        testId="mute-button"
        on={microphone}
        label={microphone ? texts.muteMicrophone : texts.unmuteMicrophone}
        disabled={!usable(meeting, 'microphone')}
        onClick={() => attempt(media.setMicrophone(!microphone))}
      >
        <MicrophoneIcon off={!microphone} />
      </Toggle>
      <Toggle
        testId="camera-button"
        on={camera}
        label={camera ? texts.stopCamera : texts.startCamera}
        disabled={!usable(meeting, 'camera')}
        onClick={() => attempt(media.setCamera(!camera))}
      >
        <CameraIcon off={!camera} />
      </Toggle>
      {canShare && meeting.mayPublish('screen') && (
        <Toggle
          testId="screen-button"
          on={screen}
          quiet
          label={screen ? texts.stopScreen : texts.startScreen}
          onClick={() => void media.setScreen(!screen).catch(() => {})}
        >
          <ScreenIcon />
        </Toggle>
      )}
      <Hand texts={texts} meeting={meeting} />
      {meeting.mayPublish('data') && <ReactionMenu texts={texts} meeting={meeting} />}
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
  disabled = false,
  onClick,
  children,
}: {
  testId: string;
  on: boolean;
  /** Off is the normal state and needs no warning colour. */
  quiet?: boolean;
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: ComponentChildren;
}) {
  const tone = quiet ? (on ? 'is-lit' : '') : on ? '' : 'is-off';
  return (
    <button
      type="button"
      class={`control ${tone}`}
      data-testid={testId}
      data-on={on}
      disabled={disabled}
      title={label}
      onClick={onClick}
    >
      {children}
      <span class="control-label">{label}</span>
    </button>
  );
}

function usable(meeting: Meeting, kind: MediaKind): boolean {
  return meeting.mayPublish(kind) && typeof navigator.mediaDevices !== 'undefined';
}
