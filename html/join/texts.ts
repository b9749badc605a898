/** Everything the page says, in each of its languages. */

import type { CardeaError, Ending, WaitsFor } from '../client/index.ts';
import { pickLanguage } from './language.ts';

/** What hosts can lock one by one, in this order. */
export const LOCKABLES = ['microphone', 'webcam', 'screen_sharing', 'chat'] as const;
export type Lockable = (typeof LOCKABLES)[number];

export interface Texts {
  title: string;
  lead: string;
  name: string;
  namePlaceholder: string;
  join: string;
  joining: string;
  joinAs: string;
  camera: string;
  microphone: string;
  cameraOff: string;
  askingDevices: string;
  muteMicrophone: string;
  unmuteMicrophone: string;
  startCamera: string;
  stopCamera: string;
  startScreen: string;
  stopScreen: string;
  leave: string;
  rejoin: string;
  tryAgain: string;
  you: string;
  guest: string;
  muted: string;
  sharing: (name: string) => string;
  people: (count: number) => string;
  alone: string;
  chat: string;
  closeChat: string;
  unread: (count: number) => string;
  chatEmpty: string;
  chatOff: string;
  chatTo: string;
  everybody: string;
  somebodyGone: string;
  privateTo: (name: string) => string;
  privateToYou: string;
  writeMessage: string;
  send: string;
  react: string;
  reacted: (name: string, emoji: string) => string;
  raiseHand: string;
  lowerHand: string;
  handRaised: (place: number) => string;
  manage: (name: string) => string;
  remove: string;
  removeReally: (name: string) => string;
  removeAndBlock: string;
  makeHost: string;
  makeParticipant: string;
  locks: string;
  /** Names of what hosts can lock. */
  lockable: Record<Lockable, string>;
  locked: (what: string) => string;
  lockedFor: (kinds: readonly string[]) => string;
  hiddenHere: string;
  goOn: string;
  close: string;
  sendErrors: {
    rate_limited: string;
    not_found: string;
    not_permitted: string;
    too_long: string;
    other: string;
  };
  clickToHear: string;
  level: string;
  device: (number: number) => string;
  status: {
    idle: string;
    connecting: string;
    waiting: string;
    connected: string;
    reconnecting: string;
    ended: string;
  };
  /** What somebody at the door waits for. */
  door: Record<WaitsFor, { title: string; text: string }> & { keepOpen: string };
  /** Doors that stay shut. */
  shut: Record<
    'denied' | 'over' | 'locked' | 'used' | 'expired' | 'uninvited' | 'full',
    { title: string; text: string }
  >;
  signIn: string;
  peopleTitle: string;
  closePeople: string;
  inTheMeeting: string;
  host: string;
  waitingToJoin: string;
  wantsIn: (name: string) => string;
  peopleWait: (count: number) => string;
  admit: string;
  admitOne: (name: string) => string;
  admitAll: string;
  deny: string;
  denyOne: (name: string) => string;
  denyReason: string;
  cancel: string;
  putBack: string;
  deviceErrors: {
    device_denied: string;
    device_missing: string;
    device_in_use: string;
    device_insecure: string;
    device_failed: string;
  };
  joinAnyway: string;
  noLinkTitle: string;
  noLink: string;
  unsupportedTitle: string;
  unsupported: string;
  endings: Record<Ending['reason'], { title: string; text: string }>;
  errors: {
    unknown: string;
    removed: string;
    purpose: string;
    notFound: string;
    inUse: string;
    over: string;
    locked: string;
    tooMany: string;
    full: string;
    noNode: string;
    name: string;
    unreachable: string;
    media: string;
    other: (code: string) => string;
  };
}

const en: Texts = {
  title: 'Ready to join?',
  lead: 'Check how you look and sound before you go in.',
  name: 'Your name',
  namePlaceholder: 'How others will see you',
  join: 'Join meeting',
  joining: 'Connecting…',
  joinAs: 'You join as',
  camera: 'Camera',
  microphone: 'Microphone',
  cameraOff: 'Your camera is off',
  askingDevices: 'Allow camera and microphone in your browser.',
  muteMicrophone: 'Mute',
  unmuteMicrophone: 'Unmute',
  startCamera: 'Start camera',
  stopCamera: 'Stop camera',
  startScreen: 'Share screen',
  stopScreen: 'Stop sharing',
  leave: 'Leave',
  rejoin: 'Rejoin',
  tryAgain: 'Try again',
  you: 'You',
  guest: 'Guest',
  muted: 'Muted',
  sharing: (name) => `${name} is sharing the screen`,
  people: (count) => (count === 1 ? '1 person' : `${count} people`),
  alone: 'You are the only one here. Others appear as they join.',
  chat: 'Chat',
  closeChat: 'Close chat',
  unread: (count) => (count === 1 ? '1 unread message' : `${count} unread messages`),
  chatEmpty: 'Nothing written yet. Everybody who is here can read what you send.',
  chatOff: 'You cannot write here at the moment.',
  chatTo: 'To',
  everybody: 'Everybody',
  somebodyGone: 'somebody who left',
  privateTo: (name) => `to ${name} only`,
  privateToYou: 'to you only',
  writeMessage: 'Write a message',
  send: 'Send',
  react: 'React',
  reacted: (name, emoji) => `${name} reacts with ${emoji}`,
  raiseHand: 'Raise hand',
  lowerHand: 'Lower hand',
  handRaised: (place) => `Hand raised, number ${place}`,
  manage: (name) => `Manage ${name}`,
  remove: 'Remove',
  removeReally: (name) => `Remove ${name} for good`,
  removeAndBlock: 'Remove and block',
  makeHost: 'Make host',
  makeParticipant: 'No longer host',
  locks: 'Locks',
  lockable: {
    microphone: 'Microphone',
    webcam: 'Camera',
    screen_sharing: 'Screen sharing',
    chat: 'Chat',
  },
  locked: (what) => `${what} is locked by the host`,
  lockedFor: (kinds) => `Locked by the host: ${kinds.join(', ')}`,
  hiddenHere: 'Nobody here sees or hears you.',
  goOn: 'Continue',
  close: 'Close',
  sendErrors: {
    rate_limited: 'That was fast. Wait a second, then send again.',
    not_found: 'This person is not here any more.',
    not_permitted: 'You cannot write here at the moment.',
    too_long: 'This message is too long.',
    other: 'Not sent. Try again.',
  },
  clickToHear: 'Click to hear the others',
  level: 'Microphone level',
  device: (number) => `Device ${number}`,
  status: {
    idle: 'Not joined',
    connecting: 'Connecting…',
    waiting: 'Waiting for the host',
    connected: 'Connected',
    reconnecting: 'Connection lost. Reconnecting…',
    ended: 'The call has ended',
  },
  door: {
    host: {
      title: 'Waiting for the host',
      text: 'The meeting has not begun yet. You will be in as soon as the host is there.',
    },
    admission: {
      title: 'The host will let you in',
      text: 'The host sees that you are here and opens the door.',
    },
    keepOpen: 'Keep this page open.',
  },
  shut: {
    denied: { title: 'You were not let in', text: 'The host has not let you into this meeting.' },
    over: { title: 'The meeting is over', text: 'This link was for a meeting that has ended.' },
    locked: {
      title: 'The meeting is locked',
      text: 'Nobody else can come in. Ask the host if you should be there.',
    },
    used: {
      title: 'This link has been used',
      text: 'It worked once, and that was before. Ask the person who sent it for a new one.',
    },
    expired: {
      title: 'This link has expired',
      text: 'Ask the person who sent it for a new one.',
    },
    uninvited: {
      title: 'You need an invitation',
      text: 'This room is not open to everybody. Open the link that you were sent, or sign in.',
    },
    full: {
      title: 'The room is full',
      text: 'As soon as somebody leaves, there is a place for you.',
    },
  },
  signIn: 'Sign in',
  peopleTitle: 'People',
  closePeople: 'Close the list of people',
  inTheMeeting: 'In the meeting',
  host: 'Host',
  waitingToJoin: 'Waiting to be let in',
  wantsIn: (name) => `${name} wants to come in`,
  peopleWait: (count) => (count === 1 ? '1 person is waiting' : `${count} people are waiting`),
  admit: 'Let in',
  admitOne: (name) => `Let ${name} in`,
  admitAll: 'Let all in',
  deny: 'Refuse',
  denyOne: (name) => `Refuse ${name}`,
  denyReason: 'Why? (optional)',
  cancel: 'Cancel',
  putBack: 'Send back to wait',
  deviceErrors: {
    device_denied: 'Camera and microphone are blocked for this page in your browser.',
    device_missing: 'A camera or microphone was not found.',
    device_in_use: 'Another program is using your camera or microphone.',
    device_insecure: 'Browsers allow camera and microphone only on https or localhost.',
    device_failed: 'Camera or microphone could not be started.',
  },
  joinAnyway: 'You can join without it.',
  noLinkTitle: 'A link is needed',
  noLink: 'This page opens with a personal link or a guest link. Ask the person who invited you.',
  unsupportedTitle: 'This browser cannot make calls',
  unsupported:
    'WebRTC is needed, and it is missing or switched off here. A current Chrome, Edge, Firefox or Safari has it.',
  endings: {
    left: { title: 'You left the meeting', text: 'Come back whenever you like.' },
    replaced: {
      title: 'Opened somewhere else',
      text: 'You joined this meeting from another window or device, so this one was closed.',
    },
    revoked: { title: 'You were removed', text: 'A host has removed you from this meeting.' },
    closed: { title: 'The meeting is over', text: 'Thank you for taking part.' },
    refused: { title: 'You cannot join', text: '' },
    lost: { title: 'Connection lost', text: 'The server could not be reached for a long time.' },
  },
  errors: {
    unknown: 'This link is unknown or has expired. Ask for a new one.',
    removed: 'You were removed from this meeting, or may not enter it.',
    purpose: 'This link is for something else than joining a meeting.',
    notFound: 'There is no such meeting.',
    inUse: 'This link is in use on another device.',
    over: 'The meeting is over.',
    locked: 'The meeting is locked. Ask the host to open it.',
    tooMany: 'Too many tries. Wait a moment, then try again.',
    full: 'The meeting is full.',
    noNode: 'No media server is ready yet. Trying again…',
    name: 'Enter your name to join.',
    unreachable: 'The server cannot be reached. Trying again…',
    media: 'No path for sound and picture. A firewall may be in the way.',
    other: (code) => `Joining did not work (${code}).`,
  },
};

const de: Texts = {
  title: 'Bereit?',
  lead: 'Prüfen Sie Bild und Ton, bevor Sie hineingehen.',
  name: 'Ihr Name',
  namePlaceholder: 'So sehen andere Sie',
  join: 'Teilnehmen',
  joining: 'Verbindung wird aufgebaut …',
  joinAs: 'Sie nehmen teil als',
  camera: 'Kamera',
  microphone: 'Mikrofon',
  cameraOff: 'Ihre Kamera ist aus',
  askingDevices: 'Erlauben Sie Kamera und Mikrofon in Ihrem Browser.',
  muteMicrophone: 'Stummschalten',
  unmuteMicrophone: 'Ton einschalten',
  startCamera: 'Kamera einschalten',
  stopCamera: 'Kamera ausschalten',
  startScreen: 'Bildschirm teilen',
  stopScreen: 'Teilen beenden',
  leave: 'Verlassen',
  rejoin: 'Wieder teilnehmen',
  tryAgain: 'Erneut versuchen',
  you: 'Sie',
  guest: 'Gast',
  muted: 'Stumm',
  sharing: (name) => `${name} teilt den Bildschirm`,
  people: (count) => (count === 1 ? '1 Person' : `${count} Personen`),
  alone: 'Noch ist niemand sonst hier. Andere erscheinen, sobald sie teilnehmen.',
  chat: 'Chat',
  closeChat: 'Chat schließen',
  unread: (count) => (count === 1 ? '1 ungelesene Nachricht' : `${count} ungelesene Nachrichten`),
  chatEmpty: 'Noch nichts geschrieben. Alle, die hier sind, können lesen, was Sie senden.',
  chatOff: 'Sie können hier gerade nicht schreiben.',
  chatTo: 'An',
  everybody: 'Alle',
  somebodyGone: 'jemand, der gegangen ist',
  privateTo: (name) => `nur an ${name}`,
  privateToYou: 'nur an Sie',
  writeMessage: 'Nachricht schreiben',
  send: 'Senden',
  react: 'Reagieren',
  reacted: (name, emoji) => `${name} reagiert mit ${emoji}`,
  raiseHand: 'Hand heben',
  lowerHand: 'Hand senken',
  handRaised: (place) => `Hand gehoben, Nummer ${place}`,
  manage: (name) => `${name} verwalten`,
  remove: 'Entfernen',
  removeReally: (name) => `${name} endgültig entfernen`,
  removeAndBlock: 'Entfernen und sperren',
  makeHost: 'Zum Gastgeber machen',
  makeParticipant: 'Nicht mehr Gastgeber',
  locks: 'Sperren',
  lockable: {
    microphone: 'Mikrofon',
    webcam: 'Kamera',
    screen_sharing: 'Bildschirm teilen',
    chat: 'Chat',
  },
  locked: (what) => `${what}: vom Gastgeber gesperrt`,
  lockedFor: (kinds) => `Vom Gastgeber gesperrt: ${kinds.join(', ')}`,
  hiddenHere: 'Niemand hier sieht oder hört Sie.',
  goOn: 'Weiter',
  close: 'Schließen',
  sendErrors: {
    rate_limited: 'Das war schnell. Warten Sie eine Sekunde und senden Sie erneut.',
    not_found: 'Diese Person ist nicht mehr hier.',
    not_permitted: 'Sie können hier gerade nicht schreiben.',
    too_long: 'Diese Nachricht ist zu lang.',
    other: 'Nicht gesendet. Versuchen Sie es erneut.',
  },
  clickToHear: 'Klicken, um die anderen zu hören',
  level: 'Mikrofonpegel',
  device: (number) => `Gerät ${number}`,
  status: {
    idle: 'Nicht verbunden',
    connecting: 'Verbindung wird aufgebaut …',
    waiting: 'Warten auf den Gastgeber',
    connected: 'Verbunden',
    reconnecting: 'Verbindung unterbrochen. Wird wiederhergestellt …',
    ended: 'Das Gespräch ist beendet',
  },
  door: {
    host: {
      title: 'Warten auf den Gastgeber',
      text: 'Die Besprechung hat noch nicht begonnen. Sobald der Gastgeber da ist, sind auch Sie dabei.',
    },
    admission: {
      title: 'Der Gastgeber lässt Sie ein',
      text: 'Der Gastgeber sieht, dass Sie da sind, und öffnet Ihnen.',
    },
    keepOpen: 'Lassen Sie diese Seite geöffnet.',
  },
  shut: {
    denied: {
      title: 'Sie wurden nicht eingelassen',
      text: 'Der Gastgeber hat Sie nicht in diese Besprechung gelassen.',
    },
    over: {
      title: 'Die Besprechung ist beendet',
      text: 'Dieser Link galt einer Besprechung, die zu Ende ist.',
    },
    locked: {
      title: 'Die Besprechung ist gesperrt',
      text: 'Niemand kommt mehr hinein. Fragen Sie den Gastgeber, wenn Sie dabei sein sollen.',
    },
    used: {
      title: 'Dieser Link wurde schon benutzt',
      text: 'Er galt nur einmal. Bitten Sie die Person, die ihn geschickt hat, um einen neuen.',
    },
    expired: {
      title: 'Dieser Link ist abgelaufen',
      text: 'Bitten Sie die Person, die ihn geschickt hat, um einen neuen.',
    },
    uninvited: {
      title: 'Sie brauchen eine Einladung',
      text: 'Dieser Raum steht nicht allen offen. Öffnen Sie den Link, den Sie bekommen haben, oder melden Sie sich an.',
    },
    full: {
      title: 'Der Raum ist voll',
      text: 'Sobald jemand geht, ist Platz für Sie.',
    },
  },
  signIn: 'Anmelden',
  peopleTitle: 'Personen',
  closePeople: 'Personenliste schließen',
  inTheMeeting: 'In der Besprechung',
  host: 'Gastgeber',
  waitingToJoin: 'Warten auf Einlass',
  wantsIn: (name) => `${name} möchte herein`,
  peopleWait: (count) => (count === 1 ? '1 Person wartet' : `${count} Personen warten`),
  admit: 'Einlassen',
  admitOne: (name) => `${name} einlassen`,
  admitAll: 'Alle einlassen',
  deny: 'Ablehnen',
  denyOne: (name) => `${name} ablehnen`,
  denyReason: 'Warum? (freiwillig)',
  cancel: 'Abbrechen',
  putBack: 'Zurück in den Warteraum',
  deviceErrors: {
    device_denied: 'Kamera und Mikrofon sind für diese Seite im Browser gesperrt.',
    device_missing: 'Kamera oder Mikrofon wurde nicht gefunden.',
    device_in_use: 'Ein anderes Programm verwendet Kamera oder Mikrofon.',
    device_insecure: 'Browser erlauben Kamera und Mikrofon nur über https oder auf localhost.',
    device_failed: 'Kamera oder Mikrofon ließ sich nicht starten.',
  },
  joinAnyway: 'Sie können ohne teilnehmen.',
  noLinkTitle: 'Ein Link fehlt',
  noLink:
    'Diese Seite öffnet sich mit einem persönlichen Link oder einem Gastlink. Fragen Sie die Person, die Sie eingeladen hat.',
  unsupportedTitle: 'Dieser Browser kann keine Gespräche führen',
  unsupported:
    'Es wird WebRTC gebraucht; hier fehlt es oder ist ausgeschaltet. Ein aktueller Chrome, Edge, Firefox oder Safari kann es.',
  endings: {
    left: {
      title: 'Sie haben die Besprechung verlassen',
      text: 'Sie können jederzeit zurückkommen.',
    },
    replaced: {
      title: 'Anderswo geöffnet',
      text: 'Sie nehmen jetzt in einem anderen Fenster oder auf einem anderen Gerät teil.',
    },
    revoked: {
      title: 'Sie wurden entfernt',
      text: 'Ein Gastgeber hat Sie aus der Besprechung entfernt.',
    },
    closed: { title: 'Die Besprechung ist beendet', text: 'Danke für Ihre Teilnahme.' },
    refused: { title: 'Teilnahme nicht möglich', text: '' },
    lost: { title: 'Verbindung verloren', text: 'Der Server war lange nicht erreichbar.' },
  },
  errors: {
    unknown: 'Dieser Link ist unbekannt oder abgelaufen. Bitten Sie um einen neuen.',
    removed: 'Sie wurden aus dieser Besprechung entfernt oder dürfen sie nicht betreten.',
    purpose: 'Dieser Link ist nicht zum Teilnehmen gedacht.',
    notFound: 'Diese Besprechung gibt es nicht.',
    inUse: 'Dieser Link wird gerade auf einem anderen Gerät verwendet.',
    over: 'Die Besprechung ist beendet.',
    locked: 'Die Besprechung ist gesperrt. Bitten Sie den Gastgeber, sie zu öffnen.',
    tooMany: 'Zu viele Versuche. Warten Sie einen Moment und versuchen Sie es dann erneut.',
    full: 'Die Besprechung ist voll.',
    noNode: 'Noch ist kein Medienserver bereit. Neuer Versuch …',
    name: 'Geben Sie Ihren Namen ein, um teilzunehmen.',
    unreachable: 'Der Server ist nicht erreichbar. Neuer Versuch …',
    media: 'Kein Weg für Bild und Ton. Vielleicht steht eine Firewall dazwischen.',
    other: (code) => `Die Teilnahme hat nicht geklappt (${code}).`,
  },
};

const fr: Texts = {
  title: 'Prêt à participer ?',
  lead: 'Vérifiez votre image et votre son avant d’entrer.',
  name: 'Votre nom',
  namePlaceholder: 'Tel que les autres le verront',
  join: 'Participer',
  joining: 'Connexion…',
  joinAs: 'Vous participez en tant que',
  camera: 'Caméra',
  microphone: 'Micro',
  cameraOff: 'Votre caméra est éteinte',
  askingDevices: 'Autorisez la caméra et le micro dans votre navigateur.',
  muteMicrophone: 'Couper le micro',
  unmuteMicrophone: 'Activer le micro',
  startCamera: 'Activer la caméra',
  stopCamera: 'Couper la caméra',
  startScreen: 'Partager l’écran',
  stopScreen: 'Arrêter le partage',
  leave: 'Quitter',
  rejoin: 'Revenir',
  tryAgain: 'Réessayer',
  you: 'Vous',
  guest: 'Invité',
  muted: 'Micro coupé',
  sharing: (name) => `${name} partage son écran`,
  people: (count) => (count === 1 ? '1 personne' : `${count} personnes`),
  alone: 'Vous êtes seul ici. Les autres apparaîtront à leur arrivée.',
  chat: 'Discussion',
  closeChat: 'Fermer la discussion',
  unread: (count) => (count === 1 ? '1 message non lu' : `${count} messages non lus`),
  chatEmpty: 'Rien d’écrit pour l’instant. Tous les présents peuvent lire ce que vous envoyez.',
  chatOff: 'Vous ne pouvez pas écrire ici pour le moment.',
  chatTo: 'À',
  everybody: 'Tout le monde',
  somebodyGone: 'une personne partie',
  privateTo: (name) => `à ${name} seulement`,
  privateToYou: 'à vous seulement',
  writeMessage: 'Écrire un message',
  send: 'Envoyer',
  react: 'Réagir',
  reacted: (name, emoji) => `${name} réagit par ${emoji}`,
  raiseHand: 'Lever la main',
  lowerHand: 'Baisser la main',
  handRaised: (place) => `Main levée, numéro ${place}`,
  manage: (name) => `Gérer ${name}`,
  remove: 'Exclure',
  removeReally: (name) => `Exclure ${name} définitivement`,
  removeAndBlock: 'Retirer et bloquer',
  makeHost: 'Nommer hôte',
  makeParticipant: 'N’est plus hôte',
  locks: 'Verrous',
  lockable: {
    microphone: 'Micro',
    webcam: 'Caméra',
    screen_sharing: 'Partage d’écran',
    chat: 'Discussion',
  },
  locked: (what) => `${what} : verrouillé par l’hôte`,
  lockedFor: (kinds) => `Verrouillé par l’hôte : ${kinds.join(', ')}`,
  hiddenHere: 'Personne ici ne vous voit ni ne vous entend.',
  goOn: 'Continuer',
  close: 'Fermer',
  sendErrors: {
    rate_limited: 'C’était rapide. Attendez une seconde, puis renvoyez.',
    not_found: 'Cette personne n’est plus là.',
    not_permitted: 'Vous ne pouvez pas écrire ici pour le moment.',
    too_long: 'Ce message est trop long.',
    other: 'Non envoyé. Réessayez.',
  },
  clickToHear: 'Cliquez pour entendre les autres',
  level: 'Niveau du micro',
  device: (number) => `Appareil ${number}`,
  status: {
    idle: 'Non connecté',
    connecting: 'Connexion…',
    waiting: 'En attente de l’hôte',
    connected: 'Connecté',
    reconnecting: 'Connexion perdue. Reconnexion…',
    ended: 'L’appel est terminé',
  },
  door: {
    host: {
      title: 'En attente de l’hôte',
      text: 'La réunion n’a pas encore commencé. Vous entrerez dès que l’hôte sera là.',
    },
    admission: {
      title: 'L’hôte va vous faire entrer',
      text: 'L’hôte voit que vous êtes là et vous ouvrira.',
    },
    keepOpen: 'Gardez cette page ouverte.',
  },
  shut: {
    denied: {
      title: 'Vous n’avez pas été admis',
      text: 'L’hôte ne vous a pas fait entrer dans cette réunion.',
    },
    over: {
      title: 'La réunion est terminée',
      text: 'Ce lien était celui d’une réunion qui a pris fin.',
    },
    locked: {
      title: 'La réunion est verrouillée',
      text: 'Plus personne ne peut entrer. Demandez à l’hôte si vous êtes attendu.',
    },
    used: {
      title: 'Ce lien a déjà servi',
      text: 'Il ne servait qu’une fois. Demandez-en un nouveau à la personne qui l’a envoyé.',
    },
    expired: {
      title: 'Ce lien a expiré',
      text: 'Demandez-en un nouveau à la personne qui l’a envoyé.',
    },
    uninvited: {
      title: 'Il vous faut une invitation',
      text: 'Cette salle n’est pas ouverte à tous. Ouvrez le lien reçu, ou connectez-vous.',
    },
    full: {
      title: 'La salle est complète',
      text: 'Dès que quelqu’un part, il y a une place pour vous.',
    },
  },
  signIn: 'Se connecter',
  peopleTitle: 'Participants',
  closePeople: 'Fermer la liste des participants',
  inTheMeeting: 'Dans la réunion',
  host: 'Hôte',
  waitingToJoin: 'En attente d’admission',
  wantsIn: (name) => `${name} souhaite entrer`,
  peopleWait: (count) => (count === 1 ? '1 personne attend' : `${count} personnes attendent`),
  admit: 'Faire entrer',
  admitOne: (name) => `Faire entrer ${name}`,
  admitAll: 'Tous faire entrer',
  deny: 'Refuser',
  denyOne: (name) => `Refuser ${name}`,
  denyReason: 'Pourquoi ? (facultatif)',
  cancel: 'Annuler',
  putBack: 'Renvoyer en salle d’attente',
  deviceErrors: {
    device_denied: 'La caméra et le micro sont bloqués pour cette page dans votre navigateur.',
    device_missing: 'Caméra ou micro introuvable.',
    device_in_use: 'Un autre programme utilise votre caméra ou votre micro.',
    device_insecure: 'La caméra et le micro ne sont possibles qu’en https ou sur localhost.',
    device_failed: 'La caméra ou le micro n’a pas pu démarrer.',
  },
  joinAnyway: 'Vous pouvez participer sans.',
  noLinkTitle: 'Il faut un lien',
  noLink:
    'Cette page s’ouvre avec un lien personnel ou un lien d’invité. Demandez à la personne qui vous a invité.',
  unsupportedTitle: 'Ce navigateur ne permet pas les appels',
  unsupported:
    'WebRTC est nécessaire ; il manque ou est désactivé ici. Un Chrome, Edge, Firefox ou Safari récent l’offre.',
  endings: {
    left: { title: 'Vous avez quitté la réunion', text: 'Vous pouvez revenir à tout moment.' },
    replaced: {
      title: 'Ouvert ailleurs',
      text: 'Vous participez maintenant depuis une autre fenêtre ou un autre appareil.',
    },
    revoked: { title: 'Vous avez été exclu', text: 'Un hôte vous a exclu de cette réunion.' },
    closed: { title: 'La réunion est terminée', text: 'Merci de votre participation.' },
    refused: { title: 'Participation impossible', text: '' },
    lost: { title: 'Connexion perdue', text: 'Le serveur est resté longtemps injoignable.' },
  },
  errors: {
    unknown: 'Ce lien est inconnu ou a expiré. Demandez-en un nouveau.',
    removed: 'Vous avez été exclu de cette réunion ou ne pouvez pas y entrer.',
    purpose: 'Ce lien ne sert pas à rejoindre une réunion.',
    notFound: 'Cette réunion n’existe pas.',
    inUse: 'Ce lien est utilisé sur un autre appareil.',
    over: 'La réunion est terminée.',
    locked: 'La réunion est verrouillée. Demandez à l’hôte de l’ouvrir.',
    tooMany: 'Trop d’essais. Attendez un instant, puis réessayez.',
    full: 'La réunion est complète.',
    noNode: 'Aucun serveur média n’est prêt. Nouvel essai…',
    name: 'Entrez votre nom pour participer.',
    unreachable: 'Le serveur est injoignable. Nouvel essai…',
    media: 'Aucun chemin pour le son et l’image. Un pare-feu bloque peut-être.',
    other: (code) => `La participation a échoué (${code}).`,
  },
};

const TABLES: Record<string, Texts> = { en, de, fr };

/** In the first of the user's languages that the page speaks; English otherwise. */
export function chooseLanguage(wanted: readonly string[]): { language: string; texts: Texts } {
  return pickLanguage(TABLES, wanted);
}

/** The gateway's own words for a denial without a reason. */
const NO_REASON = 'you were not let in';

/** A door that stays shut, as a page of its own; null for other refusals. */
export function describeShutDoor(
  { status, code, message }: CardeaError,
  { shut }: Texts,
): { title: string; text: string } | null {
  if (code === 'denied') {
    return message === NO_REASON ? shut.denied : { title: shut.denied.title, text: message };
  }
  if (code === 'link_used') return shut.used;
  if (code === 'link_expired') return shut.expired;
  if (code === 'room_is_full' || code === 'room_full') return shut.full;
  if (status === 410) return shut.over;
  return status === 423 ? shut.locked : null;
}

/** What a refusal means to the person who is refused. */
export function describeError(error: CardeaError, { errors, unsupported }: Texts): string {
  switch (error.code) {
    case 'name_required':
      return errors.name;
    case 'credential_purpose':
      return errors.purpose;
    case 'room_is_full':
    case 'room_full':
      return errors.full;
    case 'duplicate_refused':
      return errors.inUse;
    case 'media_failed':
      return errors.media;
    case 'unsupported':
      return unsupported;
  }
  switch (error.status) {
    case 401:
      return errors.unknown;
    case 403:
      return errors.removed;
    case 404:
      return errors.notFound;
    case 409:
      return errors.inUse;
    case 410:
      return errors.over;
    case 423:
      return errors.locked;
    case 429:
      return errors.tooMany;
    case 503:
      return errors.noNode;
  }
  return error.transient ? errors.unreachable : errors.other(error.code);
}

export function describeDeviceError(code: string, { deviceErrors }: Texts): string {
  return code in deviceErrors
    ? deviceErrors[code as keyof Texts['deviceErrors']]
    : deviceErrors.device_failed;
}

/** Why a message was not sent. */
export function describeSendError(code: string, { sendErrors }: Texts): string {
  if (code === 'json_range') return sendErrors.too_long;
  return code in sendErrors ? sendErrors[code as keyof Texts['sendErrors']] : sendErrors.other;
}
