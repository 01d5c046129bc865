/** A refusal with words for a person. `status` 0: the network did not answer. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly advice: string,
    readonly jobId?: string,
    readonly retryAfter?: number,
  ) {
    super(code);
  }

  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}
