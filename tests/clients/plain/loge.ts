export type Problem = { message: string; extensions?: { code?: string; correlationId?: string } };

/** What Loge did not answer: a wrong token, a wrong document, a limit, a fault of its own. */
export class LogeError extends Error {
  readonly status: number;
  readonly problems: Problem[];
  constructor(status: number, problems: Problem[]) {
    super(problems.map(({ message }) => message).join("; "));
    this.status = status;
    this.problems = problems;
  }
}

const AGAIN = [429, 502, 503, 504];

/** Send an operation, up to four times. A mutation happens once all the same, by its key. */
export async function ask(url: string, token: string, query: string, variables: object = {}) {
  const request = {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query, variables }),
  };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, request).catch((lost: Error) => lost);
    const isAnswered = answer instanceof Response && !AGAIN.includes(answer.status);
    if (!isAnswered && attempt < 4) {
      const wanted = answer instanceof Response ? answer.headers.get("retry-after") : null;
      await new Promise((resume) => setTimeout(resume, Number(wanted ?? 2 ** attempt / 4) * 1000));
      continue;
    }
    if (answer instanceof Error) throw answer;
    const { data, errors } = await answer.json();
    if (errors) throw new LogeError(answer.status, errors);
    return data;
  }
}
