/** A page with one thing to say. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Logo } from './icons.tsx';

interface Props {
  title: string;
  testId: string;
  /** Says that something is refused, not merely over. */
  alarm?: boolean;
  /** What to do next. */
  action?: ComponentChildren;
  children?: ComponentChildren;
}

export function Notice({ title, testId, alarm = false, action, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The view has changed under the keyboard and the screen reader: take them along.
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <main class="notice" data-testid={testId}>
      <Logo />
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children && (
        <p
          class="soft"
          role={alarm ? 'alert' : undefined}
          data-testid={alarm ? 'error-message' : 'notice-text'}
        >
          {children}
        </p>
      )}
      {action}
    </main>
  );
}
