/** Files that make a system start a job whenever its window opens. @module */
import { shellLine } from '../shell.js';
import { calendarEvent, clock, cronFields, type Start } from './starts.js';

/** A job that is started at certain times. */
export interface NightlyJob {
  /** For the names of units. */
  readonly name: string;
  /** The command of the run. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** Empty: at once. */
  readonly starts: readonly Start[];
}

/** Returns a service and a timer of systemd, each with the name of its file in a comment. */
export function systemdUnits({ name, command, workingDirectory, starts }: NightlyJob): string {
  const events = starts.length > 0 ? starts.map(calendarEvent) : ['hourly'];
  return `# ${name}.service
[Unit]
Description=${name}: makes a dataset

[Service]
Type=oneshot
WorkingDirectory=${systemdText(workingDirectory)}
ExecStart=${command.map(systemdWord).join(' ')}
# The job goes on in its next window.
SuccessExitStatus=75
TimeoutStopSec=5min
Nice=10

# ${name}.timer
[Unit]
Description=${name}: when its window opens

[Timer]
${events.map((event) => `OnCalendar=${event}`).join('\n')}
# A window that opened while the machine was off.
Persistent=true

[Install]
WantedBy=timers.target
`;
}

/** Returns lines for a crontab. */
export function crontab({ command, workingDirectory, starts }: NightlyJob, machineZone: string): string {
  // cron ends a command at a percent sign.
  const line = shellLine(command).replaceAll('%', '\\%');
  const folder = shellLine([workingDirectory]).replaceAll('%', '\\%');
  const at = starts.length > 0 ? starts : [{ minutes: 0, days: [], zone: machineZone }];
  return at
    .map((start) => {
      const fields = starts.length > 0 ? cronFields(start) : '0 * * * *';
      // Only some crons know it; they all ignore it as a variable otherwise.
      const zone = start.zone === machineZone ? '' : `CRON_TZ=${start.zone}\n`;
      return `${zone}${fields} cd ${folder} && ${line} >/dev/null\n`;
    })
    .join('');
}

/** Returns a script for `sbatch` that runs a job in its window, and submits itself for the next one. */
export function nightlySlurm({ name, command, workingDirectory, starts }: NightlyJob): string {
  const [first] = starts;
  const begin = first && `--begin=${clock(first.minutes)}`;
  const options = [
    `--job-name=${name}`,
    ...(begin ? [begin] : []),
    '--signal=B:TERM@60',
    '--open-mode=append',
    `--output=${name}-%j.log`,
    `--chdir=${workingDirectory}`,
  ];
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${option}`).join('\n')}

child=
trap '[ -n "$child" ] && kill -TERM "$child"' TERM
${shellLine(command)} &
child=$!
wait "$child"
code=$?
# A signal ends the first wait.
if kill -0 "$child" 2>/dev/null; then
  wait "$child"
  code=$?
fi
# Something is left.
if [ "$code" -eq 75 ]; then
  sbatch ${begin ?? '--begin=now+60'} "$0"
fi
exit "$code"
`;
}

/** A word of a command line of systemd. */
function systemdWord(word: string): string {
  const text = systemdText(word).replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** systemd replaces percent signs. */
const systemdText = (text: string): string => text.replaceAll('%', '%%');
