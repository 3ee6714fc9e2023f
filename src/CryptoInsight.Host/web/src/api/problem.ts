/** What went wrong, as the server said it (application/problem+json), or that it could not be asked. */
export interface Problem {
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  readonly title: string | null;
  readonly detail: string | null;
}

export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title ?? `HTTP ${problem.status}`);
    this.problem = problem;
  }
}

const TEXT_LENGTH_MAX = 400;

const text = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, TEXT_LENGTH_MAX) : null;

/** Reads a refusal's body; anything but a ProblemDetails object leaves only the status. */
export function parseProblem(status: number, body: string): Problem {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) {
      const fields = parsed as Record<string, unknown>;
      return { status, title: text(fields["title"]), detail: text(fields["detail"]) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { status, title: null, detail: null };
}

export async function problemOf(response: Response): Promise<Problem> {
  return parseProblem(response.status, await response.text());
}

/** The problem behind anything that a request can throw; a network fault has status 0. */
export function problemFrom(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : { status: 0, title: null, detail: null };
}
