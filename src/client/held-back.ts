/**
 * Subscriptions that block or refuse may keep events for as long as they like. Of one client's slots they have half: the
 * other half is for everything else, above all for requests.
 */
import { type ControlWords, isHolding } from '../memory/control-words.ts';
import type { ClientLink } from './client-link.ts';
import type { SlotTable } from './slot-table.ts';

export interface Holdings {
  readonly control: ControlWords;
  readonly links: readonly ClientLink[];
  readonly slots: SlotTable;
}

/** Whether the next event must wait. What is not routed yet counts as kept, since it may be. */
export function isHeldBack({ control, links, slots }: Holdings): boolean {
  const { count, used } = slots;
  if (used * 2 < count || !isHolding(control)) return false;
  let uncleared = 0;
  for (const { submit } of links) uncleared += submit.uncleared;
  return uncleared * 2 >= count;
}
