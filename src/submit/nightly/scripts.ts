/** Files that make a system start a job whenever its window opens. @module */
import { shellLine } from '../shell.js';
import { calendarEvent, clockHours, cronFields, isDaily, minutesInZone, type Start } from './starts.js';

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
# The job continues in its next window.
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

/**
 * Returns lines for a crontab. Most crons know the time zone of the machine only, and those that know `CRON_TZ` apply it to
 * every line that follows. So a start in another zone is looked at in each hour: the line asks what that zone's clock shows.
 * @param nowMs the minutes at which the hours of a zone begin are those of the year that follows
 */
export function crontab(
  { command, workingDirectory, starts }: NightlyJob,
  machineZone: string,
  nowMs: number,
): string {
  const line = `cd ${shellLine([workingDirectory])} && ${shellLine(command)}`;
  if (starts.length === 0) return cronLine('0 * * * *', `${line} >/dev/null`);
  return starts
    .map((start) => {
      if (start.zone === machineZone) return cronLine(cronFields(start), `${line} >/dev/null`);
      const minutes = minutesInZone(start, machineZone, nowMs).join(',');
      const asked = `$(TZ=${start.zone} date +${isDaily(start) ? '' : '%u-'}%H)`;
      return cronLine(
        `${minutes} * * * *`,
        `case "${asked}" in ${clockHours(start).join('|')}) ${line} ;; esac >/dev/null`,
      );
    })
    .join('');
}

/** cron ends a command at a percent sign. */
const cronLine = (fields: string, command: string): string => `${fields} ${command.replaceAll('%', '\\%')}\n`;

/** A word of a command line of systemd. */
function systemdWord(word: string): string {
  const text = systemdText(word).replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** systemd replaces percent signs. */
const systemdText = (text: string): string => text.replaceAll('%', '%%');
