/** Opens a file with the program that the user has for it. @module */
import { spawn } from 'node:child_process';

/** Opens a file or an address on the user's screen. Does nothing, and says nothing, where there is none. */
export function openForUser(target: string): void {
  const command = openCommand(target, process.platform, process.env);
  if (!command) return;
  const [program = '', ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}

/** The command that opens something; undefined without a screen. */
export function openCommand(
  target: string,
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string[] | undefined {
  if (platform === 'darwin') return ['open', target];
  // Explorer takes a path or an address as one word; a shell would interpret it.
  if (platform === 'win32') return ['explorer', target];
  return environment.DISPLAY || environment.WAYLAND_DISPLAY ? ['xdg-open', target] : undefined;
}
