/** Everything the account pages say, in each of their languages. */

import type { CardeaError } from '../client/index.ts';

export interface AccountTexts {
  signIn: string;
  signInLead: string;
  username: string;
  password: string;
  signOut: string;
  yourId: string;
  copy: string;
  copied: string;
  spaces: string;
  noSpaces: string;
  newSpace: string;
  name: string;
  create: string;
  public: string;
  private: string;
  openToAll: string;
  rooms: string;
  noRooms: string;
  newRoom: string;
  conference: string;
  webinar: string;
  kind: string;
  join: string;
  roomLink: string;
  invites: string;
  invitesLead: string;
  noInvites: string;
  invite: string;
  inviteLink: string;
  revoke: string;
  roles: string;
  rolesLead: string;
  noRoles: string;
  grant: string;
  userId: string;
  links: string;
  linksLead: string;
  noLinks: string;
  generate: string;
  linkFor: string;
  newLink: string;
  shownOnce: string;
  validFor: string;
  hour: string;
  day: string;
  fiveDays: string;
  manyTimes: string;
  once: string;
  until: (time: string) => string;
  loading: string;
  invited: string;
  invitedLead: string;
  accept: string;
  roleNames: Record<string, string>;
  states: Record<string, string>;
  errors: Record<
    | 'invalid_grant'
    | 'unauthorized'
    | 'forbidden'
    | 'not_found'
    | 'invite_used'
    | 'validation_error'
    | 'rate_limited'
    | 'unreachable'
    | 'other',
    string
  >;
}

const en: AccountTexts = {
  signIn: 'Sign in',
  signInLead: 'Your spaces, rooms and links.',
  username: 'E-mail or user name',
  password: 'Password',
  signOut: 'Sign out',
  yourId: 'Your ID',
  copy: 'Copy',
  copied: 'Copied',
  spaces: 'Spaces',
  noSpaces: 'You have no space yet. Create one, or open an invitation.',
  newSpace: 'New space',
  name: 'Name',
  create: 'Create',
  public: 'Public',
  private: 'Private',
  openToAll: 'Open to everybody',
  rooms: 'Rooms',
  noRooms: 'There is no room here yet.',
  newRoom: 'New room',
  conference: 'Conference: everybody speaks',
  webinar: 'Webinar: moderators speak',
  kind: 'Kind',
  join: 'Join',
  roomLink: 'Link of the room',
  invites: 'Invitations',
  invitesLead: 'Each works once, for whoever opens it signed in.',
  noInvites: 'No invitations yet.',
  invite: 'Invite',
  inviteLink: 'Copy link',
  revoke: 'Revoke',
  roles: 'People with a role',
  rolesLead: 'They enter this room signed in. Their ID is on their account page.',
  noRoles: 'Nobody has a role here.',
  grant: 'Add',
  userId: 'ID of the person',
  links: 'Access links',
  linksLead: 'For people without an account. A link opens this room only.',
  noLinks: 'No links yet.',
  generate: 'Make a link',
  linkFor: 'Name of the person',
  newLink: 'The new link',
  shownOnce: 'Copy it now: it is shown this once.',
  validFor: 'Valid for',
  hour: 'One hour',
  day: 'One day',
  fiveDays: 'Five days',
  manyTimes: 'Works many times',
  once: 'once',
  until: (time) => `until ${time}`,
  loading: 'Loading…',
  invited: 'You are invited',
  invitedLead: 'Accept to become a member of this space.',
  accept: 'Accept',
  roleNames: {
    role_space_owner: 'Owner',
    role_space_moderator: 'Moderator',
    role_space_user: 'Member',
    role_room_owner: 'Owner',
    role_room_moderator: 'Moderator',
    role_room_user: 'Participant',
    moderator: 'Moderator',
    user: 'Participant',
  },
  states: {
    pending: 'open',
    activated: 'used',
    fresh: 'unused',
    used: 'used',
    expired: 'expired',
    revoked: 'revoked',
  },
  errors: {
    invalid_grant: 'This name or password is wrong.',
    unauthorized: 'Sign in again.',
    forbidden: 'You may not do this here.',
    not_found: 'This is not here, or not for you.',
    invite_used: 'This invitation has been used. Ask for a new one.',
    validation_error: 'Something is missing or not as it should be.',
    rate_limited: 'Too many tries. Wait a moment, then try again.',
    unreachable: 'The server cannot be reached. Try again.',
    other: 'That did not work.',
  },
};

const de: AccountTexts = {
  signIn: 'Anmelden',
  signInLead: 'Ihre Bereiche, Räume und Links.',
  username: 'E-Mail oder Benutzername',
  password: 'Passwort',
  signOut: 'Abmelden',
  yourId: 'Ihre Kennung',
  copy: 'Kopieren',
  copied: 'Kopiert',
  spaces: 'Bereiche',
  noSpaces: 'Sie haben noch keinen Bereich. Legen Sie einen an oder öffnen Sie eine Einladung.',
  newSpace: 'Neuer Bereich',
  name: 'Name',
  create: 'Anlegen',
  public: 'Öffentlich',
  private: 'Privat',
  openToAll: 'Für alle offen',
  rooms: 'Räume',
  noRooms: 'Hier gibt es noch keinen Raum.',
  newRoom: 'Neuer Raum',
  conference: 'Konferenz: alle sprechen',
  webinar: 'Webinar: Moderatoren sprechen',
  kind: 'Art',
  join: 'Teilnehmen',
  roomLink: 'Link des Raums',
  invites: 'Einladungen',
  invitesLead: 'Jede gilt einmal, für die Person, die sie angemeldet öffnet.',
  noInvites: 'Noch keine Einladungen.',
  invite: 'Einladen',
  inviteLink: 'Link kopieren',
  revoke: 'Zurücknehmen',
  roles: 'Personen mit einer Rolle',
  rolesLead: 'Sie betreten diesen Raum angemeldet. Ihre Kennung steht auf ihrer Kontoseite.',
  noRoles: 'Niemand hat hier eine Rolle.',
  grant: 'Hinzufügen',
  userId: 'Kennung der Person',
  links: 'Zugangslinks',
  linksLead: 'Für Personen ohne Konto. Ein Link öffnet nur diesen Raum.',
  noLinks: 'Noch keine Links.',
  generate: 'Link erzeugen',
  linkFor: 'Name der Person',
  newLink: 'Der neue Link',
  shownOnce: 'Kopieren Sie ihn jetzt: Er wird nur dieses Mal gezeigt.',
  validFor: 'Gültig',
  hour: 'Eine Stunde',
  day: 'Einen Tag',
  fiveDays: 'Fünf Tage',
  manyTimes: 'Mehrmals verwendbar',
  once: 'einmal',
  until: (time) => `bis ${time}`,
  loading: 'Wird geladen …',
  invited: 'Sie sind eingeladen',
  invitedLead: 'Nehmen Sie an, um Mitglied dieses Bereichs zu werden.',
  accept: 'Annehmen',
  roleNames: {
    role_space_owner: 'Inhaber',
    role_space_moderator: 'Moderator',
    role_space_user: 'Mitglied',
    role_room_owner: 'Inhaber',
    role_room_moderator: 'Moderator',
    role_room_user: 'Teilnehmer',
    moderator: 'Moderator',
    user: 'Teilnehmer',
  },
  states: {
    pending: 'offen',
    activated: 'benutzt',
    fresh: 'unbenutzt',
    used: 'benutzt',
    expired: 'abgelaufen',
    revoked: 'zurückgenommen',
  },
  errors: {
    invalid_grant: 'Name oder Passwort ist falsch.',
    unauthorized: 'Melden Sie sich erneut an.',
    forbidden: 'Das dürfen Sie hier nicht.',
    not_found: 'Das gibt es hier nicht, oder nicht für Sie.',
    invite_used: 'Diese Einladung wurde schon benutzt. Bitten Sie um eine neue.',
    validation_error: 'Etwas fehlt oder ist nicht richtig.',
    rate_limited: 'Zu viele Versuche. Warten Sie einen Moment.',
    unreachable: 'Der Server ist nicht erreichbar. Versuchen Sie es erneut.',
    other: 'Das hat nicht geklappt.',
  },
};

const fr: AccountTexts = {
  signIn: 'Se connecter',
  signInLead: 'Vos espaces, salles et liens.',
  username: 'E-mail ou nom d’utilisateur',
  password: 'Mot de passe',
  signOut: 'Se déconnecter',
  yourId: 'Votre identifiant',
  copy: 'Copier',
  copied: 'Copié',
  spaces: 'Espaces',
  noSpaces: 'Vous n’avez pas encore d’espace. Créez-en un ou ouvrez une invitation.',
  newSpace: 'Nouvel espace',
  name: 'Nom',
  create: 'Créer',
  public: 'Public',
  private: 'Privé',
  openToAll: 'Ouvert à tous',
  rooms: 'Salles',
  noRooms: 'Il n’y a pas encore de salle ici.',
  newRoom: 'Nouvelle salle',
  conference: 'Conférence : tout le monde parle',
  webinar: 'Webinaire : les modérateurs parlent',
  kind: 'Type',
  join: 'Participer',
  roomLink: 'Lien de la salle',
  invites: 'Invitations',
  invitesLead: 'Chacune sert une fois, à la personne connectée qui l’ouvre.',
  noInvites: 'Pas encore d’invitation.',
  invite: 'Inviter',
  inviteLink: 'Copier le lien',
  revoke: 'Révoquer',
  roles: 'Personnes avec un rôle',
  rolesLead: 'Elles entrent connectées. Leur identifiant est sur leur page de compte.',
  noRoles: 'Personne n’a de rôle ici.',
  grant: 'Ajouter',
  userId: 'Identifiant de la personne',
  links: 'Liens d’accès',
  linksLead: 'Pour les personnes sans compte. Un lien n’ouvre que cette salle.',
  noLinks: 'Pas encore de lien.',
  generate: 'Créer un lien',
  linkFor: 'Nom de la personne',
  newLink: 'Le nouveau lien',
  shownOnce: 'Copiez-le maintenant : il n’est montré que cette fois.',
  validFor: 'Valable',
  hour: 'Une heure',
  day: 'Un jour',
  fiveDays: 'Cinq jours',
  manyTimes: 'Utilisable plusieurs fois',
  once: 'une fois',
  until: (time) => `jusqu’au ${time}`,
  loading: 'Chargement…',
  invited: 'Vous êtes invité',
  invitedLead: 'Acceptez pour devenir membre de cet espace.',
  accept: 'Accepter',
  roleNames: {
    role_space_owner: 'Propriétaire',
    role_space_moderator: 'Modérateur',
    role_space_user: 'Membre',
    role_room_owner: 'Propriétaire',
    role_room_moderator: 'Modérateur',
    role_room_user: 'Participant',
    moderator: 'Modérateur',
    user: 'Participant',
  },
  states: {
    pending: 'ouverte',
    activated: 'utilisée',
    fresh: 'inutilisé',
    used: 'utilisé',
    expired: 'expiré',
    revoked: 'révoqué',
  },
  errors: {
    invalid_grant: 'Ce nom ou ce mot de passe est faux.',
    unauthorized: 'Reconnectez-vous.',
    forbidden: 'Vous n’en avez pas le droit ici.',
    not_found: 'Cela n’existe pas ici, ou pas pour vous.',
    invite_used: 'Cette invitation a déjà servi. Demandez-en une nouvelle.',
    validation_error: 'Il manque quelque chose, ou ce n’est pas correct.',
    rate_limited: 'Trop d’essais. Attendez un instant.',
    unreachable: 'Le serveur est injoignable. Réessayez.',
    other: 'Cela n’a pas marché.',
  },
};

export const ACCOUNT_TEXTS: Record<string, AccountTexts> = { en, de, fr };

/** What a refusal means to the person who is refused. */
export function describeAccountError(error: CardeaError, { errors }: AccountTexts): string {
  if (error.transient) return errors.unreachable;
  if (error.status === 429) return errors.rate_limited;
  if (error.code in errors) return errors[error.code as keyof AccountTexts['errors']];
  return errors.other;
}
