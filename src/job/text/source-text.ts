/** The text of a job file: lines, columns, and the excerpt shown below a problem. @module */
import { printable } from '../../printable.js';
import type { Span } from '../messages/job-problem.js';

const maximumWidth = 100;

/** A text with its name and the offsets of its lines. */
export class SourceText {
  readonly name: string;
  readonly text: string;
  readonly #lineStarts: number[] = [0];

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** The line and column of an offset, both starting at 1. */
  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low] + 1 };
  }

  /** Formats `job.yaml:4:3 message`, then the line with carets below the span. */
  show(span: Span, message: string): string {
    const { line, column } = this.position(Math.min(span.start, this.text.length));
    return `${this.name}:${line}:${column} ${message}\n${this.#frame(line, column - 1, span.end - span.start)}`;
  }

  #frame(line: number, begin: number, length: number): string {
    const start = this.#lineStarts[line - 1];
    const next = this.#lineStarts[line] ?? this.text.length + 1;
    const full = this.text.slice(start, next - 1).replace(/\r$/, '');
    // Long lines are cut to a window around the span.
    const cut =
      full.length <= maximumWidth ? 0 : Math.max(0, Math.min(begin - 40, full.length - maximumWidth));
    const shown = printable(full.slice(cut, cut + maximumWidth).replaceAll('\t', ' '));
    const caretAt = begin - cut;
    const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - caretAt)));
    const number = String(line).padStart(4);
    return `${number} | ${shown}\n${' '.repeat(number.length)} | ${' '.repeat(caretAt)}${carets}`;
  }
}
