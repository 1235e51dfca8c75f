import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../dist/scripts/symphony-bus.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

interface CountRow {
  readonly pattern: string;
  readonly expected: number;
  readonly replayed: number;
  readonly audits?: number;
}

interface Summary {
  readonly ok: boolean;
  readonly replays: number;
  readonly messages: number;
  readonly phases: readonly { readonly name: string; readonly messages: number }[];
  readonly routes: readonly CountRow[];
  readonly subscriptions: readonly CountRow[];
  readonly threads: readonly {
    readonly threadId: number;
    readonly requests: number;
    readonly events: number;
    readonly notifications: number;
  }[];
  readonly shards: readonly { readonly threadId: number; readonly messages: number }[];
  readonly faults: readonly unknown[];
}

function symphonyBus(...args: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
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
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

describe('symphony-bus demo', () => {
  it('delivers every message of whole replays to where its tables say, and ends with 0', async () => {
    const { code, error, out } = await symphonyBus('demo', '--seconds', '0.5', '--json');
    const summary = JSON.parse(out) as Summary;
    expect(summary.faults).toEqual([]);
    expect({ code, ok: summary.ok }).toEqual({ code: 0, ok: true });
    expect(error).not.toContain('FAILED');
    expect(summary.replays).toBeGreaterThan(0);
    for (const row of [...summary.routes, ...summary.subscriptions]) {
      expect(`${row.pattern} ${row.replayed}`).toBe(`${row.pattern} ${row.expected}`);
    }
    for (const { messages } of summary.phases) expect(messages).toBeGreaterThan(0);
    const catchAll = summary.routes.find(({ pattern }) => pattern === '*');
    expect(catchAll?.replayed).toBe(159 * summary.replays);
    expect(catchAll?.audits).toBe(329 * summary.replays);
    // Every receipt belongs to one shard; each shard, and each worker, is a thread of its own.
    const receipts = summary.threads.reduce((sum, thread) => {
      return sum + thread.requests + thread.events + thread.notifications;
    }, 0);
    expect(summary.shards.reduce((sum, { messages }) => sum + messages, 0)).toBe(receipts);
    const threadIds = [...summary.shards, ...summary.threads].map(({ threadId }) => threadId);
    expect(threadIds).toHaveLength(4);
    expect(new Set([0, ...threadIds]).size).toBe(5);
  });

  it('runs with one shard and three workers, and says in plain lines how far it is', async () => {
    const args = ['demo', '--seconds=1.5', '--shards=1', '--workers=3'];
    const { code, error, out } = await symphonyBus(...args);
    expect(error).toBe('');
    expect(out).toMatch(/^ *\d+ % {2}[\d,]+ messages, [\d,]+\/s, one at a time$|at once$/m);
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(/\nOK: all [\d,]+ receipts checked/);
    expect(code).toBe(0);
  });

  it.concurrent('answers a wrong option with what is wrong and the usage, and exit code 2', async () => {
    const { code, error, out } = await symphonyBus('demo', '--shards', 'two');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(error).toContain("--shards takes a whole number from 1 to 64, got 'two'");
    expect(error).toContain('usage: symphony-bus demo');
    const mistyped = await symphonyBus('demo', '--second', '3');
    expect(mistyped.code).toBe(2);
    expect(mistyped.error).toContain("There is no option '--second'. Did you mean '--seconds'?");
    expect(mistyped.error).toContain('usage: symphony-bus demo');
  });
});

describe('symphony-bus', () => {
  it.concurrent('answers an unknown command, and none, with the usage and exit code 2', async () => {
    const unknown = await symphonyBus('dance');
    expect(unknown.code).toBe(2);
    expect(unknown.error).toContain("There is no command 'dance'. There are: demo, bench, help.");
    expect(unknown.error).toContain('usage: symphony-bus <command>');
    expect((await symphonyBus('dem')).error).toContain("Did you mean 'demo'?");
    const none = await symphonyBus();
    expect(none.code).toBe(2);
    expect(none.error).toContain('usage: symphony-bus <command>');
  });

  it.concurrent('gives help on standard output, and lists no command that it does not have', async () => {
    const { code, out } = await symphonyBus('--help');
    expect(code).toBe(0);
    const commands = [...out.matchAll(/^ {2}(\w+) {2}/gm)].map(([, name]) => name as string);
    expect(commands).toContain('demo');
    for (const command of commands) {
      expect({ command, code: (await symphonyBus(command, '--help')).code }).toEqual({
        command,
        code: 0,
      });
    }
  });

  it.concurrent('answers a wrong option of the benches too with the one that was meant, and exit code 2', async () => {
    const { code, error } = await symphonyBus('bench', '--round', '3');
    expect(code).toBe(2);
    expect(error).toContain("There is no option '--round'. Did you mean '--rounds'?");
    expect(error).toContain('usage: symphony-bus bench');
  });
});
