// The gateway away for a while.

import { isAlive } from './cardea.mjs';
import { until } from './janus.mjs';

/** Runs @p during while there is no gateway worker and nobody starts one; the ports stay open. */
export async function withoutGateway(cardea, during) {
  const { supervisor, gateway } = cardea.dev.pids;
  process.kill(supervisor, 'SIGSTOP');
  try {
    process.kill(gateway, 'SIGKILL');
    return await during();
  } finally {
    process.kill(supervisor, 'SIGCONT');
  }
}

/** SIGKILL for the supervisor; resolves when its worker has ended, too. Janus goes on. */
export async function killSupervisor(cardea) {
  const { gateway } = cardea.dev.pids;
  await cardea.kill('supervisor');
  await until(() => !isAlive(gateway), 'the worker ends with its supervisor');
}
