/** The bar below the tiles. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { CardeaError, MediaKind, Meeting } from '../client/index.ts';
import { CameraIcon, LeaveIcon, MicrophoneIcon, ScreenIcon } from './icons.tsx';
import { describeDeviceError, type Texts } from './texts.ts';

export function Controls({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
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
      <button
        type="button"
        class="control is-leave"
        data-testid="leave-button"
        onClick={() => meeting.leave()}
      >
        <LeaveIcon />
        <span>{texts.leave}</span>
      </button>
    </nav>
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
      onClick={onClick}
    >
      {children}
      <span>{label}</span>
    </button>
  );
}

function usable(meeting: Meeting, kind: MediaKind): boolean {
  return meeting.mayPublish(kind) && typeof navigator.mediaDevices !== 'undefined';
}
