/** The chat beside the tiles. */

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CardeaError, Meeting, Message } from '../client/index.ts';
import { CloseIcon, SendIcon } from './icons.tsx';
import { describeSendError, type Texts } from './texts.ts';

/** UTF-8 is at most three bytes for what a text field counts as one. */
const MAX_LENGTH = 1_300;

/** Number of chat messages of others that came since the panel was last open. */
export function useUnread(meeting: Meeting, open: boolean): number {
  const [read, setRead] = useState(0);
  const last = meeting.messages.at(-1)?.id ?? 0;
  useEffect(() => {
    if (open) setRead(last);
  }, [open, last]);
  if (open) return 0;
  return meeting.messages.filter(({ id, from }) => id > read && from !== meeting.self?.id).length;
}

export function Chat({
  texts,
  meeting,
  onClose,
}: {
  texts: Texts;
  meeting: Meeting;
  onClose: () => void;
}) {
  return (
    <aside
      class="chat"
      data-testid="chat"
      aria-label={texts.chat}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header class="chat-head">
        <h2>{texts.chat}</h2>
        <button
          type="button"
          class="plain"
          data-testid="chat-close"
          aria-label={texts.closeChat}
          title={texts.closeChat}
          onClick={onClose}
        >
          <CloseIcon />
        </button>
      </header>
      <Messages texts={texts} meeting={meeting} />
      {meeting.maySend('chat') ? (
        <Composer texts={texts} meeting={meeting} />
      ) : (
        <p class="soft chat-note">{texts.chatOff}</p>
      )}
    </aside>
  );
}

function Messages({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  const log = useRef<HTMLDivElement>(null);
  const { messages } = meeting;
  // The newest is what one wants to see.
  useLayoutEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [messages.length]);
  return (
    <div
      class="chat-log"
      ref={log}
      role="log"
      aria-label={texts.chat}
      tabIndex={0}
      data-testid="chat-list"
    >
      {messages.length === 0 && <p class="soft chat-note">{texts.chatEmpty}</p>}
      <ol>
        {messages.map((message) => (
          <Line key={message.id} texts={texts} meeting={meeting} message={message} />
        ))}
      </ol>
    </div>
  );
}

function Line({ texts, meeting, message }: { texts: Texts; meeting: Meeting; message: Message }) {
  const own = message.from === meeting.self?.id;
  return (
    <li
      class={`chat-line ${own ? 'is-own' : ''}`}
      data-testid="chat-message"
      data-from={message.from}
      data-private={message.to !== null}
    >
      <span class="chat-who">
        {own ? texts.you : message.name}
        {message.to !== null && <em>{privately(texts, meeting, message)}</em>}
        <time dateTime={new Date(message.at).toISOString()}>{clock(message.at)}</time>
      </span>
      <span class="chat-text">{message.text}</span>
    </li>
  );
}

/** Who else can read it. */
function privately(texts: Texts, meeting: Meeting, { from, to }: Message): string {
  if (from !== meeting.self?.id) return texts.privateToYou;
  return texts.privateTo(meeting.participants.get(to ?? '')?.name ?? texts.somebodyGone);
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

function Composer({ texts, meeting }: { texts: Texts; meeting: Meeting }) {
  const input = useRef<HTMLTextAreaElement>(null);
  const [to, setTo] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => input.current?.focus(), []);
  // Whoever left is nobody one writes to; the choice must not silently become everybody.
  const addressee = to && meeting.participants.get(to);
  const addressees = meeting.maySend('private_chat') ? [...meeting.participants.values()] : [];
  const submit = () => {
    const text = input.current?.value.trim();
    if (!input.current || !text) return;
    const written = input.current.value;
    input.current.value = '';
    setProblem(null);
    meeting.send(text, to ? { to } : {}).catch(({ code }: CardeaError) => {
      setProblem(code);
      if (input.current && !input.current.value) input.current.value = written;
    });
  };
  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {problem && (
        <p class="error" role="alert" data-testid="chat-error">
          {describeSendError(problem, texts)}
        </p>
      )}
      <label class="chat-to">
        <span>{texts.chatTo}</span>
        <select
          value={to}
          data-testid="chat-to"
          onChange={(event) => setTo(event.currentTarget.value)}
        >
          <option value="">{texts.everybody}</option>
          {to && !addressee && <option value={to}>{texts.somebodyGone}</option>}
          {addressees.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div class={`chat-input ${to ? 'is-private' : ''}`}>
        <textarea
          ref={input}
          rows={2}
          maxLength={MAX_LENGTH}
          data-testid="chat-input"
          aria-label={texts.writeMessage}
          placeholder={texts.writeMessage}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            submit();
          }}
        />
        <button
          type="submit"
          class="plain"
          data-testid="chat-send"
          aria-label={texts.send}
          title={texts.send}
        >
          <SendIcon />
        </button>
      </div>
    </form>
  );
}
