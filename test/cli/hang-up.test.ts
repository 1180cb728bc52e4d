import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';
import { until } from '../support/command-line.js';

const module = new URL('../../src/cli/terminal/signals.js', import.meta.url).href;

/** Sends SIGHUP twice to a process with these signals, then lets it end. */
async function afterHangUp(isTerminal: boolean): Promise<string> {
  const script = `process.stdout.isTTY = ${isTerminal};
    const { stopSignals } = await import(${JSON.stringify(module)});
    const signals = stopSignals();
    console.log('ready');
    process.stdin.once('data', () => {
      console.log(\`drained \${signals.drain.aborted} abandoned \${signals.abandon.aborted}\`);
      process.exit(0);
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await until('the handlers', () => output.includes('ready'));
  child.kill('SIGHUP');
  child.kill('SIGHUP');
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.stdin.write('go\n');
  await once(child, 'close');
  return output.replace('ready\n', '').trim();
}

if (process.platform === 'win32') test('there are no such signals here', (t) => t.pass());
else {
  test('a closed terminal drains a run and never abandons it', async (t) => {
    t.is(await afterHangUp(true), 'drained true abandoned false');
  });

  test('with nohup, a run goes on', async (t) => {
    t.is(await afterHangUp(false), 'drained false abandoned false');
  });
}
