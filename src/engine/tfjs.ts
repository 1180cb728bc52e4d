/** TF.js's global state, borrowed for one call and given back. @module */
import { enableProdMode, engine, setBackend, tidy } from '@tensorflow/tfjs';

/**
 * Calls a function with one TF.js backend active. Afterwards the backend that was active before is active again, and
 * no tensor is left behind. TF.js itself does not clean up after an error inside of a gradient: its tape would go on
 * recording, and keep every tensor.
 */
export function withBackend(name: string, fn: () => void): void {
  // Outside of production mode TF.js prints an advertisement of its native package.
  enableProdMode();
  // Asking for the instance makes TF.js choose a backend where none was chosen yet.
  const previous = engine().backend && engine().backendName;
  const { state } = engine();
  const { activeTape, gradientDepth, kernelDepth, numBytes, numTensors, numDataBuffers } = state;
  void setBackend(name);
  try {
    tidy(fn);
  } catch (error) {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth, numBytes, numTensors, numDataBuffers });
    throw error;
  } finally {
    void setBackend(previous);
  }
}
