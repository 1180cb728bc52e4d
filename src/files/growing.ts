/** Objects in files that a later version may add to. @module */
import { z } from 'zod';

/** The schema of an object that keeps what it does not know; its type has what this version knows. */
export function growing<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strip> {
  return z.object(shape).loose() as unknown as z.ZodObject<T, z.core.$strip>;
}
