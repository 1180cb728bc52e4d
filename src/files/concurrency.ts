/** Bounded concurrency over lists. @module */

/**
 * Processes a list with at most `lanes` elements in progress at a time. Elements that have not started have no promise,
 * so a list of millions costs no extra memory. Rejects with the first error.
 */
export async function forEachConcurrently<T>(
  elements: readonly T[],
  work: (element: T, index: number) => Promise<void>,
  lanes = 16,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < elements.length) {
      const index = next++;
      await work(elements[index], index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, elements.length) }, lane));
}

/** Like {@link forEachConcurrently}, but returns the results, in the order of the elements. */
export async function mapConcurrently<T, R>(
  elements: readonly T[],
  work: (element: T) => Promise<R>,
  lanes?: number,
): Promise<R[]> {
  const results: R[] = new Array(elements.length);
  await forEachConcurrently(
    elements,
    async (element, index) => {
      results[index] = await work(element);
    },
    lanes,
  );
  return results;
}
