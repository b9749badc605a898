/** What is locked for this person, in words. */

import type { MediaKind, Meeting } from '../client/index.ts';
import { type Lockable, LOCKABLES, type Texts } from './texts.ts';

const KINDS: Record<Exclude<Lockable, 'chat'>, MediaKind> = {
  microphone: 'microphone',
  webcam: 'camera',
  screen_sharing: 'screen',
};

export function isLocked(meeting: Meeting, lockable: Lockable): boolean {
  if (lockable === 'chat') return !meeting.maySend('chat');
  return !meeting.mayPublish(KINDS[lockable]);
}

export function LockNote({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  if (meeting.self?.hidden) {
    return (
      <p class="lock-note" data-testid="hidden-note" role="status">
        {texts.hiddenHere}
      </p>
    );
  }
  const locked = LOCKABLES.filter((lockable) => isLocked(meeting, lockable));
  if (locked.length === 0) return null;
  return (
    <p class="lock-note" data-testid="lock-note" data-locked={locked.join(' ')} role="status">
      {texts.lockedFor(locked.map((lockable) => texts.lockable[lockable]))}
    </p>
  );
}
