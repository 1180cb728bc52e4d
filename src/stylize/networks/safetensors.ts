/** The reader of weights files; the format itself is in `files/safetensors/`. @module */
export { openSafetensors, type SafetensorsFile } from '../../files/safetensors/read.js';
