/** One space: its rooms, and who is invited to it. */

import { roomAddress } from './address.ts';
import type { ViewProps } from './app.tsx';
import { Invites } from './invites.tsx';
import type { Room } from './spaces.ts';
import { Problem, Rows, Section, useAction, useLoaded } from './ui.tsx';

export function SpaceView({ texts, spaces, id }: ViewProps & { id: string }) {
  const all = useLoaded('spaces', () => spaces.spaces());
  const rooms = useLoaded(id, () => spaces.rooms(id));
  const space = all.value?.find((one) => one.id === id);
  return (
    <>
      <nav class="crumbs">
        <a href="#">{texts.spaces}</a>
      </nav>
      <h1>{space?.name ?? ' '}</h1>
      <Section title={texts.rooms} testId="rooms">
        <Rows texts={texts} loaded={rooms} empty={texts.noRooms}>
          {rooms.value?.map((room) => (
            <li key={room.id}>
              <a class="row-name" href={roomAddress(id, room.id)} data-testid="room">
                {room.name}
              </a>
              <span class="tag">{room.isPublic ? texts.public : texts.private}</span>
            </li>
          ))}
        </Rows>
        {rooms.value && (
          <NewRoom texts={texts} spaces={spaces} space={id} onCreated={rooms.reload} />
        )}
      </Section>
      <Invites texts={texts} spaces={spaces} space={id} />
    </>
  );
}

function NewRoom({
  texts,
  spaces,
  space,
  onCreated,
}: ViewProps & { space: string; onCreated: () => void }) {
  const { busy, error, run } = useAction();
  return (
    <>
      <form
        class="row-form"
        aria-label={texts.newRoom}
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const fields = new FormData(form);
          run(async () => {
            await spaces.createRoom(space, {
              name: String(fields.get('name')),
              isPublic: fields.has('public'),
              type: fields.get('type') as Room['type'],
            });
            form.reset();
            onCreated();
          });
        }}
      >
        <label class="field">
          <span>{texts.newRoom}</span>
          <input name="name" data-testid="room-name" maxLength={128} required />
        </label>
        <label class="field">
          <span>{texts.kind}</span>
          <select name="type" data-testid="room-type">
            <option value="lesson">{texts.conference}</option>
            <option value="webinar">{texts.webinar}</option>
          </select>
        </label>
        <label class="check">
          <input type="checkbox" name="public" data-testid="room-public" />
          {texts.openToAll}
        </label>
        <button class="small primary" type="submit" data-testid="create-room" disabled={busy}>
          {texts.create}
        </button>
      </form>
      <Problem texts={texts} error={error} />
    </>
  );
}
