/** At the door: in words what for, with the own picture, until it opens by itself. */

import { useEffect, useRef } from 'preact/hooks';
import type { DeviceKind, Door, Meeting } from '../client/index.ts';
import { useLocalMedia } from './hooks.ts';
import { Logo } from './icons.tsx';
import { Preview } from './preview.tsx';
import { describeError, type Texts } from './texts.ts';

export function Waiting({ texts, meeting, door }: { texts: Texts; meeting: Meeting; door: Door }) {
  const { media, trouble } = meeting;
  useLocalMedia(media);
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, text } = texts.door[door.waitsFor];
  // The view has changed under the keyboard and the screen reader: take them along.
  useEffect(() => heading.current?.focus(), [title]);
  const toggle = (kind: DeviceKind) => {
    const on = !media.active(kind);
    // A device that does not start is seen on its button.
    (kind === 'camera' ? media.setCamera(on) : media.setMicrophone(on)).catch(() => {});
  };
  return (
    <main class="prejoin" data-testid="waiting" data-for={door.waitsFor}>
      <Preview texts={texts} media={media} onToggle={toggle} />
      <section class="door">
        <header>
          <Logo />
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <p class="soft" data-testid="notice-text">
            {door.text ?? text}
          </p>
        </header>
        <p class="door-state soft">
          <span class="spinner" aria-hidden="true" />
          {trouble ? describeError(trouble, texts) : texts.door.keepOpen}
        </p>
        <button
          type="button"
          class="secondary"
          data-testid="leave-button"
          onClick={() => meeting.leave()}
        >
          {texts.leave}
        </button>
      </section>
    </main>
  );
}
