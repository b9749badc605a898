/** The spaces that are mine, and those I am a member of. */

import { spaceAddress } from './address.ts';
import type { ViewProps } from './app.tsx';
import { Problem, Rows, Section, useAction, useLoaded } from './ui.tsx';

export function SpaceList({ texts, spaces }: ViewProps) {
  const loaded = useLoaded('spaces', () => spaces.spaces());
  const { busy, error, run } = useAction();
  return (
    <>
      <h1>{texts.spaces}</h1>
      <Section title={texts.spaces} testId="spaces">
        <Rows texts={texts} loaded={loaded} empty={texts.noSpaces}>
          {loaded.value?.map(({ id, name, isPublic }) => (
            <li key={id}>
              <a class="row-name" href={spaceAddress(id)} data-testid="space">
                {name}
              </a>
              <span class="tag">{isPublic ? texts.public : texts.private}</span>
            </li>
          ))}
        </Rows>
      </Section>
      <Section title={texts.newSpace} testId="new-space">
        <form
          class="row-form"
          onSubmit={(event) => {
            event.preventDefault();
            const form = event.currentTarget;
            const fields = new FormData(form);
            run(async () => {
              await spaces.createSpace(String(fields.get('name')), fields.has('public'));
              form.reset();
              loaded.reload();
            });
          }}
        >
          <label class="field">
            <span>{texts.name}</span>
            <input name="name" data-testid="space-name" maxLength={128} required />
          </label>
          <label class="check">
            <input type="checkbox" name="public" data-testid="space-public" />
            {texts.openToAll}
          </label>
          <button class="small primary" type="submit" data-testid="create-space" disabled={busy}>
            {texts.create}
          </button>
        </form>
        <Problem texts={texts} error={error} />
      </Section>
    </>
  );
}
