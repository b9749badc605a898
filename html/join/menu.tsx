/** A button that opens a small list of further buttons. Escape, and a click elsewhere, close it. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  label: string;
  testId: string;
  /** Of the button. */
  look: string;
  /** What the button shows. */
  face: ComponentChildren;
  /** The list; `close` puts it away and gives the focus back. */
  children: (close: () => void) => ComponentChildren;
  /** Of the list. */
  list: string;
}

export function Menu({ label, testId, look, face, list, children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    root.current?.querySelector<HTMLElement>(`.${list} button`)?.focus();
    const away = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('focusin', away);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('focusin', away);
    };
  }, [open]);
  return (
    <div
      class="menu"
      ref={root}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) close();
      }}
    >
      <button
        type="button"
        ref={button}
        class={look}
        data-testid={testId}
        aria-haspopup="true"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {face}
      </button>
      {open && (
        <div class={list} role="group" aria-label={label}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
