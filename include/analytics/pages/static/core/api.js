// Questions to the API. Addresses are relative to the page, wherever it is mounted.

export class Problem extends Error {}

export function address(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== null && one !== "") query.append(name, one);
    }
  }
  const text = query.toString();
  return `api/v1/${path}${text ? `?${text}` : ""}`;
}

// "no-cache": the browser asks with the ETag of what it has, and an unchanged warehouse answers 304.
export async function ask(path, params = {}, { signal } = {}) {
  let answer;
  try {
    answer = await fetch(address(path, params), { cache: "no-cache", credentials: "same-origin", signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("The server cannot be reached. This page goes on trying.");
  }
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new Problem("You are no longer logged in. Log in, and load this page again.");
  if (answer.status === 403) throw new Problem("You may not look at this. Ask whoever administers Airflow for the right.");
  throw new Problem(problem.detail || `The server answered ${answer.status}.`);
}
