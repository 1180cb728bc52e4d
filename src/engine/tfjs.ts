/** Scoped changes to TF.js's global state. @module */
import { enableProdMode, engine, setBackend, tidy } from '@tensorflow/tfjs';

/**
 * Calls a function with the given TF.js backend active, then restores the previous backend and disposes all tensors the
 * function created. TF.js does not clean up after an error inside a gradient: without the reset below, its tape would
 * keep recording and hold on to every tensor.
 */
export function withBackend(name: string, fn: () => void): void {
  // Otherwise TF.js prints an advertisement for its native package.
  enableProdMode();
  // Reading `backend` makes TF.js choose a default backend if none is active yet.
  const previous = engine().backend && engine().backendName;
  const { state } = engine();
  const { activeTape, gradientDepth, kernelDepth, numBytes, numTensors, numDataBuffers } = state;
  void setBackend(name);
  try {
    tidy(fn);
  } catch (error) {
    // What a gradient saves for its backward pass belongs to no scope.
    if (state.activeTape !== activeTape)
      for (const node of state.activeTape) for (const tensor of node.saved ?? []) tensor.dispose();
    Object.assign(state, { activeTape, gradientDepth, kernelDepth, numBytes, numTensors, numDataBuffers });
    throw error;
  } finally {
    void setBackend(previous);
  }
}
