/** Runs a program of `test/fixtures/programs` in a process of its own, and says how it ended. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

/** Longer than any of the programs needs on a busy machine: what still runs then hangs, and is killed. */
const LIMIT_MS = 30_000;

export function runProgram(name: string, ...args: string[]): Promise<Ended> {
  return runProgramWith({}, name, ...args);
}

/** `env`: what its environment has beside ours. */
export function runProgramWith(
  env: Readonly<Record<string, string>>,
  name: string,
  ...args: string[]
): Promise<Ended> {
  const program = fileURLToPath(new URL(`../fixtures/programs/${name}.mjs`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    let out = '';
    let error = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, error }));
  });
}
