/** Line icons on a 24 px grid, in the colour of the text. */

import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const SLASH = <path d="M4 4l16 16" />;

export function MicrophoneIcon({ off = false }) {
  return (
    <Icon>
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21" />
      {off && SLASH}
    </Icon>
  );
}

export function CameraIcon({ off = false }) {
  return (
    <Icon>
      <rect x="2.5" y="6" width="13" height="12" rx="3" />
      <path d="M15.5 10.5l5.2-2.8a.5.5 0 0 1 .8.4v7.8a.5.5 0 0 1-.8.4l-5.2-2.8" />
      {off && SLASH}
    </Icon>
  );
}

export function ScreenIcon() {
  return (
    <Icon>
      <rect x="3" y="4" width="18" height="13" rx="2.5" />
      <path d="M8.5 21h7M12 14V8m-2.7 2.5L12 7.8l2.7 2.7" />
    </Icon>
  );
}

export function LeaveIcon() {
  return (
    <Icon>
      <path d="M3 14.5c5-4.7 13-4.7 18 0l-2.2 2.7-3.6-1.5v-2.4a10 10 0 0 0-6.4 0v2.4l-3.6 1.5z" />
    </Icon>
  );
}

export function PeopleIcon() {
  return (
    <Icon>
      <circle cx="9" cy="8" r="3.5" />
      <path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 4.7a3.5 3.5 0 0 1 0 6.6M18.5 14.5a6.5 6.5 0 0 1 3 5.5" />
    </Icon>
  );
}

export function SoundIcon() {
  return (
    <Icon>
      <path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11" />
    </Icon>
  );
}

export function HandIcon() {
  return (
    <Icon>
      <path d="M7 12.5V6.3a1.6 1.6 0 0 1 3.2 0V11m0-1V4.6a1.6 1.6 0 0 1 3.2 0V11m0-5a1.6 1.6 0 0 1 3.2 0v6m0-2.6a1.6 1.6 0 0 1 3.2 0V15a6.5 6.5 0 0 1-6.5 6.5c-3 0-4.7-1.2-6.3-3.8l-2.6-4.4c-.9-1.6 1.1-3.1 2.4-1.7L7 12.5" />
    </Icon>
  );
}

export function ChatIcon() {
  return (
    <Icon>
      <path d="M4 5.5h16a1 1 0 0 1 1 1v9.5a1 1 0 0 1-1 1h-8.5L7 20.5V17H4a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1zM8 10h8M8 13h5" />
    </Icon>
  );
}

export function SmileIcon() {
  return (
    <Icon>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M8.5 14a4.2 4.2 0 0 0 7 0M9.2 9.5v.500M14.8 9.5v.500" />
    </Icon>
  );
}

export function SendIcon() {
  return (
    <Icon>
      <path d="M4 12h15M12.5 5.5L19 12l-6.5 6.5" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="M6 6l12 12M18 6L6 18" />
    </Icon>
  );
}

export function MoreIcon() {
  return (
    <Icon>
      <path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="3" />
    </Icon>
  );
}

export function DoorIcon() {
  return (
    <Icon>
      <path d="M4 21h16M6 21V5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v16M14.5 12h.01" />
    </Icon>
  );
}

/** A door, half open. */
export function LockIcon() {
  return (
    <Icon>
      <rect x="5" y="11" width="14" height="9" rx="2.5" />
      <path d="M8 11V8a4 4 0 0 1 8 0v3" />
    </Icon>
  );
}

/** The operator's own picture instead of ours. */
export const CustomLogo = createContext<string | null>(null);

export function Logo() {
  const custom = useContext(CustomLogo);
  if (custom) {
    return <img class="logo is-custom" src={custom} alt="" referrerPolicy="no-referrer" />;
  }
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" class="logo-ground" />
      <path
        class="logo-door"
        d="M10 25V8.5a1.5 1.5 0 0 1 1.1-1.45l9-2.45A1.5 1.5 0 0 1 22 6.05v20.9a1.5 1.5 0 0 1-1.9 1.45z"
      />
      <circle cx="18.2" cy="16.5" r="1.7" class="logo-ground" />
    </svg>
  );
}
