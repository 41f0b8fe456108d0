// Tickets: whose they are, and what became of their operations.

import { describe, rangeError, Status, typeError } from '@x/shm-arena/structure';
import { ANSWER } from '../build/numbers/arena/map/result.ts';
import type { Ticket, TicketResult } from './api.ts';
import type { AnyCore } from './core.ts';
import { FORGOTTEN, PENDING } from './kernel.ts';

/** By the kernel's codes, from 1. */
const OUTCOMES = ['done', 'exists', 'absent', 'different'] as const;

/** What became of an operation; undefined: it waits. */
export function resultOf(core: AnyCore, ticket: Ticket): TicketResult | undefined {
  const { entry, generation } = core;
  if (typeof ticket !== 'object' || ticket === null || !Number.isInteger(ticket.queue)) {
    throw typeError(`ticket: expected what a write returned, found ${describe(ticket)}`);
  }
  const { queue, number } = ticket;
  if (ticket.entry !== entry || ticket.generation !== generation) {
    throw rangeError(
      `ticket: expected one of map ${entry}, generation ${generation}, found one of map ` +
        `${ticket.entry}, generation ${ticket.generation}`,
    );
  }
  const status =
    Number.isSafeInteger(number) && number > 0 && queue >= 0 && queue < 256
      ? core.kernel.outcome(entry, generation, queue, number | 0, Math.floor(number / 2 ** 32))
      : Status.BAD;
  switch (status) {
    case Status.OK:
      return { outcome: OUTCOMES[core.result(ANSWER) - 1] ?? 'done' };
    case PENDING:
      return undefined;
    case FORGOTTEN:
      return { outcome: 'forgotten' };
    case Status.BAD:
      throw rangeError(`ticket: number ${number} of queue ${queue} was not given out`);
    default:
      throw core.error(status, 'ticket');
  }
}
