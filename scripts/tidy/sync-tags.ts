/**
 * Both ends of every synchronisation are named: `SYNC <tag>: pairs with <place>`, where the place is
 * `function`, `Class.member` or a file. Renaming one end must not leave the other pointing nowhere.
 */

import type { Finding, Rule, SourceFile } from './source-file.ts';
import { isCode } from './source-file.ts';

interface SyncSite extends Omit<Finding, 'problem'> {
  readonly tag: string;
  readonly place: string;
}

const mention = /^\s*(?:\/\/|\/?\*+)\s*SYNC\b(.*)$/;
const wellFormed = /^ ([a-z][a-z0-9-]*): pairs with ([\w$./-]*[\w$])/;

export const syncTags: Rule = (files) => {
  const code = files.filter((file) => isCode(file) && /^(?:src|workers)\//.test(file.path));
  const sites: SyncSite[] = [];
  const findings: Finding[] = [];
  for (const { path, text } of code) {
    for (const [index, lineText] of text.split('\n').entries()) {
      const rest = mention.exec(lineText)?.[1];
      if (rest === undefined) continue;
      const [, tag, place] = wellFormed.exec(rest) ?? [];
      const line = index + 1;
      if (tag !== undefined && place !== undefined) sites.push({ path, line, tag, place });
      else findings.push({ path, line, problem: 'write "SYNC <tag>: pairs with <place>"' });
    }
  }
  return [...findings, ...sites.flatMap((site) => unpaired(site, sites, code))];
};

function unpaired(
  { path, line, tag, place }: SyncSite,
  sites: readonly SyncSite[],
  code: readonly SourceFile[],
): Finding[] {
  const homes = code.filter((file) => isHome(file, place));
  if (homes.length === 0) {
    return [{ path, line, problem: `SYNC ${tag} pairs with ${place}, which does not exist` }];
  }
  const isTagTwice = sites.filter((site) => site.tag === tag).length > 1;
  if (isTagTwice || homes.some((home) => home.path !== path)) return [];
  return [{ path, line, problem: `SYNC ${tag} has one end only: tag ${place} too` }];
}

/** Whether the file is the place, or declares it. */
function isHome({ path, text }: SourceFile, place: string): boolean {
  if (path === place || path.endsWith(`/${place}`)) return true;
  const names = place.split('.');
  const [owner, member] = names;
  if (owner === undefined || names.length > 2) return false;
  const isDeclared = declares(
    text,
    `(?:class|interface|function|const|let)\\s+${escapeName(owner)}\\b`,
  );
  if (member === undefined || !isDeclared) return isDeclared;
  return declares(text, `^\\s+(?:\\w+ )*#?${escapeName(member)}\\b\\s*[(=:<]`);
}

function declares(text: string, source: string): boolean {
  return new RegExp(source, 'm').test(text);
}

function escapeName(name: string): string {
  return name.replaceAll('$', '\\$');
}
