/** How I look before I am in, and the switches of camera and microphone. */

import { type DeviceKind, LocalMedia } from '../client/index.ts';
import { CameraIcon, MicrophoneIcon } from './icons.tsx';
import { Video } from './media.tsx';
import type { Texts } from './texts.ts';

interface Props {
  texts: Texts;
  media: LocalMedia;
  /** The browser is asking for the devices. */
  asking?: boolean;
  onToggle: (kind: DeviceKind) => void;
}

export function Preview({ texts, media, asking = false, onToggle }: Props) {
  const camera = media.active('camera') ? media.track('camera') : null;
  return (
    <section class="preview" aria-label={texts.camera}>
      {camera ? (
        <Video track={camera} mirrored testId="preview-video" />
      ) : (
        <p class="preview-empty">{asking ? texts.askingDevices : texts.cameraOff}</p>
      )}
      <div class="preview-controls">
        <DeviceToggle kind="microphone" texts={texts} media={media} onToggle={onToggle} />
        <DeviceToggle kind="camera" texts={texts} media={media} onToggle={onToggle} />
      </div>
    </section>
  );
}

function DeviceToggle({ kind, texts, media, onToggle }: Props & { kind: DeviceKind }) {
  const on = media.active(kind);
  const [start, stop] =
    kind === 'camera'
      ? [texts.startCamera, texts.stopCamera]
      : [texts.unmuteMicrophone, texts.muteMicrophone];
  const Icon = kind === 'camera' ? CameraIcon : MicrophoneIcon;
  return (
    <button
      type="button"
      class={`round ${on ? '' : 'is-off'}`}
      data-testid={`preview-${kind}-button`}
      aria-label={on ? stop : start}
      title={on ? stop : start}
      data-on={on}
      disabled={!LocalMedia.supported}
      onClick={() => onToggle(kind)}
    >
      <Icon off={!on} />
    </button>
  );
}
