/** OpenVINO's C library, called through koffi. @module */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { WildstyleError } from '../../errors.js';
import { setupCommand } from '../libraries/setup-command.js';
import { openvinoFolders } from './folders.js';

/** A pointer to an object of the library. */
export type Handle = unknown;

/** A function of the library. */
interface Call {
  (...args: unknown[]): unknown;
  /** Runs it on a thread; the last argument is called at the end. */
  async(...args: unknown[]): void;
}

/** The part of koffi that is used. It is an optional package, so the build must not need its types. */
interface Koffi {
  load(path: string): {
    func(declaration: string): Call;
    func(name: string, result: string, parameters: readonly unknown[]): Call;
  };
  struct(members: Readonly<Record<string, string>>): object;
  pointer(type: object): object;
  out(type: object): object;
  /** The memory behind a pointer. */
  view(pointer: unknown, bytes: number): ArrayBuffer;
}

/** The functions that the engine calls. Each returns a status; results come back through the last argument. */
export interface OpenvinoLibrary {
  readonly koffi: Pick<Koffi, 'view'>;
  readonly createCore: Call;
  readonly readModel: Call;
  readonly compileModel: Call;
  readonly createRequest: Call;
  readonly getTensor: Call;
  readonly infer: Call;
  readonly tensorData: Call;
  readonly tensorBytes: Call;
  readonly lastError: () => string;
  readonly version: string;
  readonly free: Readonly<
    Record<'model' | 'tensor' | 'request' | 'compiled' | 'core', (handle: Handle) => void>
  >;
}

/** Calls a function of the library and returns its result. @throws the library's own message */
export function resultOf(library: OpenvinoLibrary, what: string, call: Call, ...args: unknown[]): Handle {
  const result = [null as Handle];
  const status = call(...args, result) as number;
  if (status !== 0) throw new Error(`${what}: ${library.lastError() || `status ${status}`}`);
  return result[0];
}

const unavailable = (message: string, cause?: unknown): WildstyleError =>
  new WildstyleError('engine-unavailable', `OpenVINO cannot be used: ${message}`, {
    cure: `Get it with ${setupCommand('openvino')}, or set WILDSTYLE_OPENVINO to the folder with libopenvino_c.`,
    cause,
  });

const isCLibrary = (file: string): boolean => /^(lib)?openvino_c\b.*\.(so(\.[\d.]+)?|dylib|dll)$/.test(file);

/** The C library in the first folder that has one. */
export function openvinoFile(folders: readonly string[] = openvinoFolders()): string | undefined {
  for (const folder of folders) {
    const file = existsSync(folder) ? readdirSync(folder).find(isCLibrary) : undefined;
    if (file) return join(folder, file);
  }
  return undefined;
}

let loaded: OpenvinoLibrary | undefined;

/**
 * Loads the library, once in a process.
 * @throws `engine-unavailable` if koffi or the library is missing, or it does not load
 */
export function openvinoLibrary(): OpenvinoLibrary {
  loaded ??= load();
  return loaded;
}

function load(): OpenvinoLibrary {
  const file = openvinoFile();
  if (!file) throw unavailable('its library was not found.');
  let koffi: Koffi;
  let library: ReturnType<Koffi['load']>;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
    library = koffi.load(file);
  } catch (error) {
    throw unavailable(error instanceof Error ? error.message : String(error), error);
  }
  const call = (declaration: string): Call => library.func(declaration);
  const version = koffi.struct({ buildNumber: 'const char *', description: 'const char *' });
  const getVersion = library.func('ov_get_openvino_version', 'int', [koffi.out(koffi.pointer(version))]);
  const found = {} as { buildNumber?: string };
  getVersion(found);
  return {
    koffi,
    createCore: call('int ov_core_create(_Out_ void **core)'),
    readModel: call(
      'int ov_core_read_model_from_memory_buffer(void *core, const void *model, size_t length, void *weights, _Out_ void **result)',
    ),
    compileModel: call(
      'int ov_core_compile_model(void *core, void *model, const char *device, size_t count, _Out_ void **result, ...)',
    ),
    createRequest: call('int ov_compiled_model_create_infer_request(void *compiled, _Out_ void **result)'),
    getTensor: call('int ov_infer_request_get_tensor(void *request, const char *name, _Out_ void **result)'),
    infer: call('int ov_infer_request_infer(void *request)'),
    tensorData: call('int ov_tensor_data(void *tensor, _Out_ void **result)'),
    tensorBytes: call('int ov_tensor_get_byte_size(void *tensor, _Out_ size_t *result)'),
    lastError: call('const char *ov_get_last_err_msg()') as () => string,
    version: (found.buildNumber ?? 'of unknown version').split('-')[0],
    free: {
      model: call('void ov_model_free(void *model)'),
      tensor: call('void ov_tensor_free(void *tensor)'),
      request: call('void ov_infer_request_free(void *request)'),
      compiled: call('void ov_compiled_model_free(void *compiled)'),
      core: call('void ov_core_free(void *core)'),
    },
  };
}
