/** Steps one at a time. @module */
import type { Engine, Named, Shape, Value, WeightSet } from '../../engine/engine.js';
import type { Losses } from '../curve.js';
import type { Spec } from '../spec.js';
import { stateShapes, stepFunction, stepName } from '../step.js';
import type { Stepper } from './stepper.js';

/** Compiles a step that runs once at a time. The state moves on by handle, without copying. */
export async function openSingleSteps(
  engine: Engine,
  spec: Spec,
  weights: WeightSet,
  image: Shape,
  inputs: Named<Shape>,
): Promise<Stepper> {
  const rateInput = stepName.number('learningRate');
  const shapes = {
    ...inputs,
    [rateInput]: [image[0], 1, 1, 1],
    [stepName.image]: image,
    ...stateShapes(spec, image),
  };
  const compiled = await engine.compile(stepFunction(spec), shapes, weights);
  const prefix = stepName.state('');
  return {
    most: 1,
    rateInput,
    dispose: () => compiled.dispose(),
    async run(given) {
      const outputs = await compiled.run({
        ...given.inputs,
        [stepName.image]: given.image,
        ...Object.fromEntries(
          Object.entries(given.state).map(([name, value]) => [stepName.state(name), value]),
        ),
      });
      const losses = await readLosses(engine, spec, outputs);
      const accepted = await engine.read(outputs[stepName.accepted]);
      const produced = Object.fromEntries(
        Object.entries(outputs).flatMap(([name, value]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
        ),
      );
      const state = spec.optimizer.advance(given.state, produced, accepted.includes(1));
      const kept = new Set([...Object.values(state), outputs[stepName.image]]);
      for (const value of Object.values(outputs)) if (!kept.has(value)) value.dispose();
      return {
        evaluations: [{ losses, accepted }],
        measured: given.image,
        image: outputs[stepName.image],
        state,
      };
    },
  };
}

/** The losses among the outputs of a step: one number for each item. */
export async function readLosses(engine: Engine, spec: Spec, outputs: Named<Value>): Promise<Losses> {
  const names = spec.terms.map(({ name }) => name);
  const [total, ...terms] = await Promise.all(
    [stepName.total, ...names.map(stepName.term)].map((name) => engine.read(outputs[name])),
  );
  return { total, terms: Object.fromEntries(names.map((name, i) => [name, terms[i]])) };
}
