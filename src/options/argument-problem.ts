/** What is wrong with the arguments of a command, in words for the person who typed them. */
import { nearestName } from './nearest-name.ts';

/**
 * The text of an error of `parseArgs`, or of any other. An option that does not exist is answered with the one that was
 * probably meant. `known` are the options of the command, without dashes.
 */
export function argumentProblem(error: unknown, known: readonly string[]): string {
  const text = error instanceof Error ? error.message : String(error);
  const option = /^Unknown option '(.+?)'/.exec(text)?.[1];
  return option === undefined ? text : unknownName('option', option, known.map(dashed));
}

/** `kind` in one word: what the name should have been. */
export function unknownName(kind: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined ? `There are: ${known.join(', ')}.` : `Did you mean '${nearest}'?`;
  return `There is no ${kind} '${name}'. ${hint}`;
}

function dashed(name: string): string {
  return `--${name}`;
}
