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

export const ask = (path, params = {}, { signal } = {}) => fetched(address(path, params), { signal });

// The JSON at an address. "no-cache": the browser asks with the ETag of what it has, and what is unchanged answers 304.
export async function fetched(where, { signal } = {}) {
  let answer;
  try {
    answer = await fetch(where, { cache: "no-cache", credentials: "same-origin", signal });
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
