/** Checks of the commands' arguments. @module */

/** Says what is wrong with the arguments and ends the process with exit code 2. */
export function refuse(message: string): never {
  process.stderr.write(`${message}; see the file\n`);
  process.exit(2);
}

/** Reads a number, or ends the process if it is none or below `least`. */
export function numberOf(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  return refuse(`--${option} ${text} is not a number from ${least}`);
}

/** Reads a whole number, or ends the process if it is none or below `least`. */
export function integerOf(option: string, text: string, least: number): number {
  const value = numberOf(option, text, least);
  return Number.isSafeInteger(value) ? value : refuse(`--${option} ${text} is not a whole number`);
}
