/** What the views of the account pages are made of. */

import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type CardeaError, toCardeaError } from '../client/errors.ts';
import { type AccountTexts, describeAccountError } from './texts.ts';

export interface Loaded<Value> {
  value: Value | null;
  error: CardeaError | null;
  reload: () => void;
}

/** What `load` brings, now and after `reload`; `key` names what is loaded. */
export function useLoaded<Value>(key: string, load: () => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<{
    key: string;
    value: Value | null;
    error: CardeaError | null;
  }>({ key, value: null, error: null });
  const [count, setCount] = useState(0);
  useEffect(() => {
    let late = false;
    load().then(
      (value) => late || setState({ key, value, error: null }),
      (reason) => late || setState({ key, value: null, error: toCardeaError(reason) }),
    );
    return () => {
      late = true;
    };
  }, [key, count]);
  const reload = useCallback(() => setCount((before) => before + 1), []);
  const isOfKey = state.key === key;
  return { value: isOfKey ? state.value : null, error: isOfKey ? state.error : null, reload };
}

/** Runs what a button asks for: one thing at a time, and what went wrong. */
export function useAction(): {
  busy: boolean;
  error: CardeaError | null;
  run: (act: () => Promise<unknown>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CardeaError | null>(null);
  const run = (act: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    act()
      .catch((reason) => setError(toCardeaError(reason)))
      .finally(() => setBusy(false));
  };
  return { busy, error, run };
}

export function Problem({ texts, error }: { texts: AccountTexts; error: CardeaError | null }) {
  if (!error) return null;
  return (
    <p class="error" role="alert" data-testid="error-message">
      {describeAccountError(error, texts)}
    </p>
  );
}

export function Section({
  title,
  lead,
  testId,
  children,
}: {
  title: string;
  lead?: string;
  testId: string;
  children: ComponentChildren;
}) {
  return (
    <section class="card" data-testid={testId} aria-label={title}>
      <h2>{title}</h2>
      {lead && <p class="soft">{lead}</p>}
      {children}
    </section>
  );
}

/** A list, or a word instead of it. */
export function Rows({
  empty,
  loaded,
  texts,
  children,
}: {
  empty: string;
  loaded: Loaded<readonly unknown[]>;
  texts: AccountTexts;
  children: ComponentChildren;
}) {
  if (loaded.error) return <Problem texts={texts} error={loaded.error} />;
  if (!loaded.value) return <p class="soft">{texts.loading}</p>;
  if (loaded.value.length === 0) return <p class="soft">{empty}</p>;
  return <ul class="rows">{children}</ul>;
}

export function CopyButton({
  texts,
  text,
  label,
  testId,
}: {
  texts: AccountTexts;
  text: string;
  label?: string;
  testId: string;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      class="small secondary"
      data-testid={testId}
      data-text={text}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => {},
        );
      }}
    >
      {copied ? texts.copied : (label ?? texts.copy)}
    </button>
  );
}
