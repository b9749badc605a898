/** Who is here, beside the tiles; for hosts, who waits to be let in. */

import { useEffect, useRef, useState } from 'preact/hooks';
import {
  CardeaError,
  type Meeting,
  type Participant,
  type WaitingPerson,
} from '../client/index.ts';
import { CloseIcon } from './icons.tsx';
import { describeError, type Texts } from './texts.ts';

const MAX_REASON = 160;

interface Props {
  texts: Texts;
  meeting: Meeting;
}

export function People({ texts, meeting, onClose }: Props & { onClose: () => void }) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  const { self } = meeting;
  return (
    <aside
      class="chat people"
      data-testid="people"
      aria-label={texts.peopleTitle}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header class="chat-head">
        <h2>{texts.peopleTitle}</h2>
        <button
          type="button"
          ref={close}
          class="plain"
          data-testid="people-close"
          aria-label={texts.closePeople}
          title={texts.closePeople}
          onClick={onClose}
        >
          <CloseIcon />
        </button>
      </header>
      <div class="people-lists">
        {meeting.lobby.length > 0 && <Lobby texts={texts} meeting={meeting} />}
        <h3>{texts.inTheMeeting}</h3>
        <ul>
          {self && (
            <Row texts={texts} person={self} name={`${self.name} (${texts.you})`} key={self.id} />
          )}
          {[...meeting.participants.values()].map((person) => (
            <Row texts={texts} person={person} name={person.name} key={person.id} />
          ))}
        </ul>
      </div>
    </aside>
  );
}

function Row({
  texts,
  person: { role, guest },
  name,
}: {
  texts: Texts;
  person: Pick<Participant, 'role' | 'guest'>;
  name: string;
}) {
  const note = role === 'host' ? texts.host : guest ? texts.guest : null;
  return (
    <li class="person" data-testid="person">
      <span class="person-name">{name}</span>
      {note && <span class="label-note">{note}</span>}
    </li>
  );
}

function Lobby({ texts, meeting }: Props) {
  const [problem, setProblem] = useState<CardeaError | null>(null);
  const attempt = (act: Promise<void>) => {
    setProblem(null);
    act.catch((error: CardeaError) => setProblem(error));
  };
  return (
    <section class="lobby" data-testid="lobby" aria-label={texts.waitingToJoin}>
      <header>
        <h3>{texts.waitingToJoin}</h3>
        {meeting.lobby.length > 1 && (
          <button
            type="button"
            class="small primary"
            data-testid="admit-all"
            onClick={() => attempt(meeting.admitAll())}
          >
            {texts.admitAll}
          </button>
        )}
      </header>
      {problem && (
        <p class="error" role="alert" data-testid="lobby-error">
          {describeError(problem, texts)}
        </p>
      )}
      <ul>
        {meeting.lobby.map((person) => (
          <Visitor
            key={person.participant}
            texts={texts}
            person={person}
            onAdmit={() => attempt(meeting.admit(person.participant))}
            onDeny={(reason) => attempt(meeting.deny(person.participant, reason))}
          />
        ))}
      </ul>
    </section>
  );
}

function Visitor({
  texts,
  person: { name },
  onAdmit,
  onDeny,
}: {
  texts: Texts;
  person: WaitingPerson;
  onAdmit: () => void;
  onDeny: (reason: string) => void;
}) {
  const [asks, setAsks] = useState(false);
  const reason = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asks) reason.current?.focus();
  }, [asks]);
  return (
    <li class="visitor" data-testid="visitor" data-name={name}>
      <span class="person-name">{name}</span>
      {asks ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            onDeny(reason.current?.value.trim() ?? '');
          }}
        >
          <input
            ref={reason}
            maxLength={MAX_REASON}
            data-testid="deny-reason"
            aria-label={texts.denyReason}
            placeholder={texts.denyReason}
          />
          <button type="submit" class="small is-danger" data-testid="deny-confirm">
            {texts.deny}
          </button>
          <button type="button" class="small secondary" onClick={() => setAsks(false)}>
            {texts.cancel}
          </button>
        </form>
      ) : (
        <>
          <button
            type="button"
            class="small secondary"
            data-testid="deny"
            aria-label={texts.denyOne(name)}
            onClick={() => setAsks(true)}
          >
            {texts.deny}
          </button>
          <button
            type="button"
            class="small primary"
            data-testid="admit"
            aria-label={texts.admitOne(name)}
            onClick={onAdmit}
          >
            {texts.admit}
          </button>
        </>
      )}
    </li>
  );
}
