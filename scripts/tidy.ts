/**
 * Checks what no compiler or linter knows about this repository: `npm run tidy`. Each rule is a
 * function in `tidy/` with a test that plants a mistake. It looks at what git tracks or would track.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bannedNames } from './tidy/banned-names.ts';
import { brokerStates } from './tidy/broker-states.ts';
import { fileLength } from './tidy/file-length.ts';
import { injectedTime } from './tidy/injected-time.ts';
import { interfacePage } from './tidy/interface-page.ts';
import { focusedTests, notes, skippedTests } from './tidy/leftovers.ts';
import { machineDirectories, registryHosts } from './tidy/machine-traces.ts';
import { oneTitle, relativeLinks } from './tidy/markdown.ts';
import { sharedMemoryDoor } from './tidy/shared-memory-door.ts';
import type { Rule, SourceFile } from './tidy/source-file.ts';
import { plantsDirectory } from './tidy/source-file.ts';
import { syncTags } from './tidy/sync-tags.ts';
import { unbuiltOptions } from './tidy/unbuilt-options.ts';

const rules: Readonly<Record<string, Rule>> = {
  bannedNames,
  brokerStates,
  fileLength,
  focusedTests,
  injectedTime,
  interfacePage,
  machineDirectories,
  notes,
  oneTitle,
  registryHosts,
  relativeLinks,
  sharedMemoryDoor,
  skippedTests,
  syncTags,
  unbuiltOptions,
};

const root = fileURLToPath(new URL('../', import.meta.url));

const files = trackedPaths().flatMap(readText);
let findingCount = 0;
for (const [name, rule] of Object.entries(rules)) {
  for (const { path, line, problem } of rule(files)) {
    console.error(`${path}:${line} ${name}: ${problem}`);
    findingCount += 1;
  }
}
console.log(
  `tidy: ${files.length} files, ${Object.keys(rules).length} rules, ${findingCount} findings`,
);
if (findingCount > 0) process.exitCode = 1;

function trackedPaths(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  return paths.filter((path) => path !== '' && existsSync(root + path));
}

/** Text files become one source file; binary ones none. The plants of the rules' tests are left out. */
function readText(path: string): SourceFile[] {
  if (path.startsWith(plantsDirectory)) return [];
  const bytes = readFileSync(root + path);
  return bytes.includes(0) ? [] : [{ path, text: bytes.toString('utf8') }];
}
