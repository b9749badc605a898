/** A few emoji to send, and what others have sent a moment ago. */

import { useEffect, useState } from 'preact/hooks';
import type { Meeting, Message } from '../client/index.ts';
import { SmileIcon } from './icons.tsx';
import { Menu } from './menu.tsx';
import type { Texts } from './texts.ts';

const EMOJI = ['👍', '👏', '❤️', '😂', '😮', '🎉'] as const;
const SHOWN_MS = 4_000;

/** The last reaction of each person, for as long as it is shown. */
export function useReactions(meeting: Meeting): ReadonlyMap<string, Message> {
  const [shown, setShown] = useState<ReadonlyMap<string, Message>>(new Map());
  useEffect(() => {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const off = meeting.on('reaction', (reaction) => {
      setShown((before) => new Map(before).set(reaction.from, reaction));
      const timer = setTimeout(() => {
        timers.delete(timer);
        setShown((before) => without(before, reaction));
      }, SHOWN_MS);
      timers.add(timer);
    });
    return () => {
      off();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [meeting]);
  return shown;
}

/** A newer one of the same person stays. */
function without(shown: ReadonlyMap<string, Message>, reaction: Message) {
  const next = new Map(shown);
  if (next.get(reaction.from)?.id === reaction.id) next.delete(reaction.from);
  return next;
}

export function ReactionMenu({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  return (
    <Menu
      label={texts.react}
      testId="reaction-button"
      look="control"
      list="emoji-list"
      face={
        <>
          <SmileIcon />
          <span class="control-label">{texts.react}</span>
        </>
      }
    >
      {(close) =>
        EMOJI.map((emoji) => (
          <button
            key={emoji}
            type="button"
            class="emoji"
            data-testid="emoji"
            onClick={() => {
              close();
              // One too many is simply not sent.
              meeting.react(emoji).catch(() => {});
            }}
          >
            {emoji}
          </button>
        ))
      }
    </Menu>
  );
}
