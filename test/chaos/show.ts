/** A chaos run in a few lines. */
import type { ChaosResult } from './chaos.ts';
import type { Death } from './round.ts';

export function showChaos({ deaths, ...result }: ChaosResult): string[] {
  const aimed = deaths.filter(({ isAimed }) => isAimed).length;
  const fewest = Math.min(...deaths.map(({ inFlight }) => inFlight));
  return [
    `${result.rounds} rounds: ${result.sent} messages accepted, ${result.handled} handled`,
    `kills: ${deaths.length}, ${aimed} of them at a chosen message, at least ${fewest} messages under way`,
    ...rolesOf(deaths).map(
      (role) => `  ${showRole(deaths.filter((death) => death.role === role))}`,
    ),
    `duplicates: ${result.duplicates}`,
    `refused while the pool had no thread: ${result.refused}`,
    `lost: ${result.lost}`,
  ];
}

function rolesOf(deaths: readonly Death[]): Death['role'][] {
  return [...new Set(deaths.map(({ role }) => role))].sort();
}

/** One kind of thread: how many died in which way, and how long until its successor worked. */
function showRole(deaths: readonly Death[]): string {
  const times = deaths.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
  const middle = times[times.length >> 1] ?? 0;
  const ways = new Map<string, number>();
  for (const { way } of deaths) ways.set(way, (ways.get(way) ?? 0) + 1);
  const counts = [...ways].sort().map(([way, count]) => `${way} × ${count}`);
  const name = deaths[0]?.role ?? '';
  const recovery = `recovery p50 ${Math.round(middle)} ms, max ${Math.round(times.at(-1) ?? 0)} ms`;
  return `${name}: ${counts.join(', ')}; ${recovery}`;
}
