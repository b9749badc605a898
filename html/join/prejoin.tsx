/** Before the call: how I look and sound, what I am called, and the door. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { CardeaError, DeviceKind, LocalMedia } from '../client/index.ts';
import { useDevices, useLocalMedia } from './hooks.ts';
import { Logo } from './icons.tsx';
import { watchLevel } from './level.ts';
import { Preview } from './preview.tsx';
import { describeDeviceError, type Texts } from './texts.ts';

const MAX_NAME = 64;

interface Props {
  texts: Texts;
  media: LocalMedia;
  asksName: boolean;
  /** Of somebody whom the server will name, as far as the link tells. */
  knownName: string | null;
  name: string;
  busy: boolean;
  /** Why joining failed, or why it takes so long. */
  problem: string | null;
  onJoin: (name: string) => void;
}

export function Prejoin({
  texts,
  media,
  asksName,
  knownName,
  name: initial,
  busy,
  problem,
  onJoin,
}: Props) {
  useLocalMedia(media);
  const [name, setName] = useState(initial);
  const [deviceError, setDeviceError] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const report = (error: CardeaError) => setDeviceError(error.code);

  useEffect(() => {
    if (media.track('microphone') || media.track('camera')) return;
    setAsking(true);
    media
      .open()
      .catch(report)
      .finally(() => setAsking(false));
  }, [media]);

  const toggle = (kind: DeviceKind) => {
    const on = !media.active(kind);
    setDeviceError(null);
    (kind === 'camera' ? media.setCamera(on) : media.setMicrophone(on)).catch(report);
  };

  return (
    <main class="prejoin" data-testid="prejoin">
      <Preview texts={texts} media={media} asking={asking} onToggle={toggle} />
      <form
        class="door"
        onSubmit={(event) => {
          event.preventDefault();
          onJoin(name.trim());
        }}
      >
        <header>
          <Logo />
          <h1>{texts.title}</h1>
          <p class="soft">{texts.lead}</p>
        </header>
        {knownName && !asksName && (
          <p data-testid="known-name">
            {texts.joinAs} <strong>{knownName}</strong>
          </p>
        )}
        {asksName && (
          <label class="field">
            <span>{texts.name}</span>
            <input
              data-testid="name-input"
              name="name"
              value={name}
              placeholder={texts.namePlaceholder}
              maxLength={MAX_NAME}
              autoComplete="name"
              required
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
        )}
        <DevicePicker kind="microphone" texts={texts} media={media} onError={report} />
        <Level texts={texts} track={media.track('microphone')} />
        <DevicePicker kind="camera" texts={texts} media={media} onError={report} />
        {deviceError && (
          <p class="hint" data-testid="device-error" role="status">
            {describeDeviceError(deviceError, texts)} {texts.joinAnyway}
          </p>
        )}
        {problem && (
          <p class="error" data-testid="error-message" role="alert">
            {problem}
          </p>
        )}
        <button class="primary" data-testid="join-button" type="submit" disabled={busy}>
          {busy && <span class="spinner" aria-hidden="true" />}
          {busy ? texts.joining : texts.join}
        </button>
      </form>
    </main>
  );
}

function DevicePicker({
  kind,
  texts,
  media,
  onError,
}: {
  kind: DeviceKind;
  texts: Texts;
  media: LocalMedia;
  onError: (error: CardeaError) => void;
}) {
  const devices = useDevices(media)[kind];
  if (devices.length === 0) return null;
  return (
    <label class="field">
      <span>{texts[kind]}</span>
      <select
        data-testid={`${kind}-select`}
        value={media.deviceId(kind) ?? ''}
        onChange={(event) => {
          media.selectDevice(kind, event.currentTarget.value).catch(onError);
        }}
      >
        {devices.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId}>
            {label || texts.device(index + 1)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Level({ texts, track }: { texts: Texts; track: MediaStreamTrack | null }) {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    if (!track) return undefined;
    return watchLevel(track, (level) => {
      if (meter.current) meter.current.value = level;
    });
  }, [track]);
  if (!track) return null;
  return (
    <meter ref={meter} class="level" data-testid="level" min={0} max={1} aria-label={texts.level} />
  );
}
