#!/usr/bin/env node
/** The command line: `symphony-bus <command>`. Each command lives in its own room. */

import type { WriteStream } from 'node:tty';
import type { Output } from '../src/demo/progress.ts';

const USAGE = `usage: symphony-bus <command> [options]

  demo    replays real webhook deliveries through the bus and checks every message
  bench   throughput and latency, with peers beside it
  help    this text

symphony-bus <command> --help lists the options of a command.
`;

const COMMANDS: readonly string[] = ['demo', 'bench', 'help'];
const EXIT_FAULT = 1;
const EXIT_USAGE = 2;

process.exitCode = await run(process.argv[2], process.argv.slice(3));

async function run(command: string | undefined, args: readonly string[]): Promise<number> {
  switch (command) {
    case 'demo': {
      const { demoCommand } = await import('../src/demo/command.ts');
      return demoCommand(args, { out: outputOf(process.stdout), error: outputOf(process.stderr) });
    }
    case 'bench': {
      const { runBenches } = await import('../bench/program.ts');
      const code = await runBenches(args, writerOf(process.stdout), writerOf(process.stderr));
      // After a failed row a thread may wait for a message that was lost; it must not hold the process.
      return code === EXIT_FAULT ? process.exit(code) : code;
    }
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(USAGE);
      return 0;
    case undefined:
      process.stderr.write(USAGE);
      return EXIT_USAGE;
    default: {
      const { unknownName } = await import('../src/options/argument-problem.ts');
      process.stderr.write(`${unknownName('command', command, COMMANDS)}\n\n${USAGE}`);
      return EXIT_USAGE;
    }
  }
}

function outputOf(stream: WriteStream): Output {
  return {
    isTerminal: stream.isTTY,
    columns: stream.isTTY ? stream.columns : undefined,
    write: writerOf(stream),
  };
}

function writerOf(stream: WriteStream): (text: string) => void {
  return (text) => {
    stream.write(text);
  };
}
