/** The commands. Each is loaded when it is used: most need TensorFlow.js, which takes a second. @module */
import type { CommandModule } from 'yargs';

/** The options of a command, and what it does. */
export type CommandBody<T = object> = Pick<CommandModule<object, T>, 'builder' | 'handler'>;

/** A command that can be listed without being loaded. */
export interface ListedCommand {
  /** Name and positional arguments. */
  readonly command: string;
  readonly describe: string;
  readonly load: () => Promise<CommandBody>;
}

/** Every command has arguments of its own, which only itself reads. */
function listed<T>(command: string, describe: string, load: () => Promise<CommandBody<T>>): ListedCommand {
  return { command, describe, load: load as unknown as ListedCommand['load'] };
}

/** All commands, in the order of the help. */
export const commandList: readonly ListedCommand[] = [
  listed(
    'init',
    'Write a job file for two folders of images: looks at them, measures this machine, proposes the rest',
    async () => (await import('./commands/init.js')).initCommand,
  ),
  listed(
    'run <job>',
    'Create the dataset of a job; resumes if interrupted',
    async () => (await import('./commands/run.js')).runCommand,
  ),
  listed(
    'plan <job>',
    'Show what a job will create and what it will cost',
    async () => (await import('./commands/plan.js')).planCommand,
  ),
  listed(
    'status <dir>',
    'Show the progress of the run in a folder, or how the last one ended',
    async () => (await import('./commands/status.js')).statusCommand,
  ),
  listed(
    'view <dir>',
    'Show a run live in the browser: progress, newest images, loss curves, failures',
    async () => (await import('./commands/view.js')).viewCommand,
  ),
  listed(
    'merge <dirs..>',
    'Join the shards in one or more folders into a dataset',
    async () => (await import('./commands/merge.js')).mergeCommand,
  ),
  listed(
    'submit <job>',
    'Run the shards of a job on a cluster, then merge them',
    async () => (await import('./commands/submit.js')).submitCommand,
  ),
  listed(
    'task <job>',
    'Run inside a Slurm job and requeue it while work is left; submit and schedule write this command',
    async () => (await import('./commands/task.js')).taskCommand,
  ),
  listed(
    'worker',
    'Make the shards in a queue',
    async () => (await import('./commands/worker.js')).workerCommand,
  ),
  listed(
    'schedule <jobs..>',
    'Run jobs in their windows, or print a schedule for systemd, cron, Slurm or Kubernetes',
    async () => (await import('./commands/schedule.js')).scheduleCommand,
  ),
  listed(
    'verify <dir>',
    'Check every file of a dataset against its manifest, and repair it',
    async () => (await import('./commands/verify.js')).verifyCommand,
  ),
  listed(
    'sheet <dir>',
    'Draw a contact sheet of a dataset: content, style and result',
    async () => (await import('./commands/sheet.js')).sheetCommand,
  ),
  listed(
    'report <dir>',
    'Write report.html: counts, a gallery with filters, distributions, failures, times',
    async () => (await import('./commands/report.js')).reportCommand,
  ),
  listed(
    'export <dir>',
    'Export a dataset to another format, into exports/ in its folder; resumes if interrupted',
    async () => (await import('./commands/export.js')).exportCommand,
  ),
  listed(
    'stylize <content> <painting> <out>',
    'Stylize one image, to try out a style or a recipe',
    async () => (await import('./commands/stylize.js')).stylizeCommand,
  ),
  listed(
    'try <content> <style>',
    'Try recipes on two images: a grid over the values of some keys, as a picture',
    async () => (await import('./commands/try.js')).tryCommand,
  ),
  listed(
    'compare <job>',
    'Make the same images with several recipes: a picture, a table and loss curves',
    async () => (await import('./commands/compare.js')).compareCommand,
  ),
  listed(
    'inspect <image>',
    'Show what the layers of a network keep of an image: content and texture',
    async () => (await import('./commands/inspect.js')).inspectCommand,
  ),
  listed(
    'weights',
    'List, fetch, convert and check the weights of networks',
    async () => (await import('./commands/weights.js')).weightsCommand,
  ),
  listed(
    'doctor',
    'Check which engines and devices this machine has, whether they compute correctly, and how fast',
    async () => (await import('./commands/doctor.js')).doctorCommand,
  ),
];

/** Returns the name of a command. */
export function nameOf({ command }: ListedCommand): string {
  return command.split(' ')[0];
}
