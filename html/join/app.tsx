/** Which view is shown when. */

import { useMemo, useRef, useState } from 'preact/hooks';
import {
  type CardeaError,
  type DeviceKind,
  type Ending,
  LocalMedia,
  Meeting,
} from '../client/index.ts';
import { Call } from './call.tsx';
import type { Credential } from './credential.ts';
import { useMeeting, useTexts } from './hooks.ts';
import { Notice } from './notice.tsx';
import { Prejoin } from './prejoin.tsx';
import { describeError, describeShutDoor, type Texts } from './texts.ts';
import { Waiting } from './waiting.tsx';
import { logoutAddress } from './welcome.tsx';

declare global {
  interface Window {
    /** For tests and the console. It gives no credential away. */
    cardeaMeeting?: Meeting;
  }
}

const STORED_NAME = 'cardea.name';
const DEVICES: readonly DeviceKind[] = ['microphone', 'camera'];

interface AppProps {
  /** Address of the gateway. */
  gateway: string;
  credential: Credential | null;
}

export function App({ gateway, credential }: AppProps) {
  const [meeting, setMeeting] = useState<Meeting | null>(null);
  useMeeting(meeting);
  const texts = useTexts(gateway, meeting, credential);
  if (!Meeting.supported) {
    return (
      <Notice title={texts.unsupportedTitle} testId="unsupported" alarm>
        {texts.unsupported}
      </Notice>
    );
  }
  if (!credential) {
    return (
      <Notice title={texts.noLinkTitle} testId="no-link" alarm>
        {texts.noLink}
      </Notice>
    );
  }
  return (
    <Visit
      texts={texts}
      gateway={gateway}
      credential={credential}
      meeting={meeting}
      onMeeting={setMeeting}
    />
  );
}

interface VisitProps {
  texts: Texts;
  gateway: string;
  credential: Credential;
  meeting: Meeting | null;
  onMeeting: (meeting: Meeting) => void;
}

/** From the door to the end, and back to the door. */
function Visit({ texts, gateway, credential, meeting, onMeeting }: VisitProps) {
  const media = useMemo(() => new LocalMedia(), []);
  const [name, setName] = useState(credential.name ?? rememberedName);
  /** What was on when the last call ended, to be on again after "Rejoin". */
  const used = useRef<DeviceKind[]>([]);

  const join = (given: string) => {
    const next = new Meeting({
      baseUrl: gateway,
      credential: credential.value,
      media,
      ...(given ? { name: given } : {}),
    });
    window.cardeaMeeting = next;
    void restore(media, used.current);
    used.current = [];
    next.on('ended', ({ reason, error }) => {
      // The first door is shown again, with the preview.
      if (reason === 'refused' && !(error && shutDoor(error, credential, texts))) return;
      const elsewhere = logoutAddress(next);
      if (elsewhere && (reason === 'left' || reason === 'closed')) location.assign(elsewhere);
      used.current = DEVICES.filter((kind) => media.active(kind));
      media.release();
    });
    setName(given);
    if (given && credential.asksName) rememberName(given);
    onMeeting(next);
    next.join().catch(() => {
      // Shown from the meeting's state.
    });
  };

  return (
    <>
      <p class="sr-only" data-testid="status" data-state={meeting?.state ?? 'idle'} role="status">
        {texts.status[meeting?.state ?? 'idle']}
      </p>
      <View
        texts={texts}
        credential={credential}
        media={media}
        meeting={meeting}
        name={name}
        onJoin={join}
      />
    </>
  );
}

interface ViewProps {
  texts: Texts;
  credential: Credential;
  media: LocalMedia;
  meeting: Meeting | null;
  name: string;
  onJoin: (name: string) => void;
}

function View({ texts, credential, media, meeting, name, onJoin }: ViewProps) {
  const state = meeting?.state ?? 'idle';
  const ending = meeting?.ending ?? null;
  const elsewhere = logoutAddress(meeting);
  if (meeting && (state === 'connected' || state === 'reconnecting')) {
    return <Call texts={texts} meeting={meeting} />;
  }
  if (meeting?.door && !ending) {
    return <Waiting texts={texts} meeting={meeting} door={meeting.door} />;
  }
  const shut = ending?.error ? shutDoor(ending.error, credential, texts) : null;
  if (ending && (meeting?.self || shut || ending.reason !== 'refused')) {
    return (
      <Notice
        title={shut?.title ?? texts.endings[ending.reason].title}
        testId="ended"
        alarm={ending.reason !== 'left'}
        action={
          <>
            {mayComeBack(ending) && (
              <button
                type="button"
                class="primary"
                data-testid="rejoin-button"
                onClick={() => onJoin(name)}
              >
                {shut ? texts.tryAgain : texts.rejoin}
              </button>
            )}
            {shut === texts.shut.uninvited && (
              <a class="secondary" data-testid="sign-in-link" href="../account">
                {texts.signIn}
              </a>
            )}
            {elsewhere && (
              <a class="secondary" data-testid="logout-link" href={elsewhere}>
                {texts.goOn}
              </a>
            )}
          </>
        }
      >
        {shut?.text ?? endingText(ending, texts)}
      </Notice>
    );
  }
  const problem = ending?.error ?? meeting?.trouble ?? null;
  return (
    <Prejoin
      texts={texts}
      media={media}
      asksName={credential.asksName || problem?.code === 'name_required'}
      knownName={credential.asksName ? null : (credential.name ?? null)}
      name={name}
      busy={state === 'connecting'}
      problem={problem && describeError(problem, texts)}
      onJoin={onJoin}
    />
  );
}

/** Doors that stay shut; of a room that an alias names, also for whoever is not invited. */
function shutDoor(error: CardeaError, { isOpen }: Credential, texts: Texts) {
  const shut = describeShutDoor(error, texts);
  if (shut || !isOpen) return shut;
  return [401, 403, 404].includes(error.status) ? texts.shut.uninvited : null;
}

function mayComeBack({ reason, error }: Ending): boolean {
  return (
    reason !== 'revoked' && reason !== 'closed' && error?.status !== 410 && error?.code !== 'denied'
  );
}

function endingText({ reason, text, error }: Ending, texts: Texts): string {
  if (text) return text;
  return error && reason === 'refused' ? describeError(error, texts) : texts.endings[reason].text;
}

async function restore(media: LocalMedia, kinds: readonly DeviceKind[]): Promise<void> {
  const changes = kinds.map((kind) =>
    kind === 'camera' ? media.setCamera(true) : media.setMicrophone(true),
  );
  await Promise.allSettled(changes);
}

function rememberedName(): string {
  try {
    return localStorage.getItem(STORED_NAME) ?? '';
  } catch {
    return '';
  }
}

function rememberName(name: string): void {
  try {
    localStorage.setItem(STORED_NAME, name);
  } catch {
    // Then it is typed again next time.
  }
}
