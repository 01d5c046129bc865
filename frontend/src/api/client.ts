/** Talks to the API: as whom, how errors come back, and what is asked of it. */
import { bearer } from "../state/account";
import { readConfiguration } from "./configuration";
import { ApiProblem } from "./problem";
import type { components } from "./schema";

export { ApiProblem } from "./problem";

export type Schemas = components["schemas"];
export type JobView = Schemas["JobView"];
export type JobSummary = Schemas["JobSummary"];
export type JobCreated = Schemas["JobCreated"];
export type TemplateList = Schemas["TemplateList"];
export type Link = Schemas["Link"];

interface Options {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  accept?: string;
}

export async function request(path: string, options: Options = {}): Promise<Response> {
  let response: Response;
  try {
    const { apiUrl, apiKey, signIn } = await readConfiguration();
    const headers: Record<string, string> = {
      Accept: options.accept ?? "application/json",
      Authorization: `Bearer ${await bearer(signIn)}`,
      ...(apiKey ? { "x-api-key": apiKey } : {}),
      ...(options.body === undefined ? {} : { "Content-Type": "application/json" }),
      ...options.headers,
    };
    response = await fetch(apiUrl.replace(/\/$/, "") + path, {
      method: options.method ?? "GET",
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
      cache: "no-store",
      credentials: "omit",
    });
  } catch (error) {
    if (error instanceof ApiProblem || (error instanceof DOMException && error.name === "AbortError")) throw error;
    throw new ApiProblem(0, "offline", "", "");
  }
  if (!response.ok && response.status !== 304) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Schemas["Problem"]>;
  const wait = Number(response.headers.get("Retry-After"));
  return new ApiProblem(
    response.status,
    body.code ?? `http_${response.status}`,
    body.detail ?? body.title ?? "",
    body.advice ?? "",
    body.job_id ?? undefined,
    Number.isFinite(wait) && wait > 0 ? wait : undefined,
  );
}

async function json<T>(path: string, options?: Options): Promise<T> {
  return (await request(path, options)).json() as Promise<T>;
}

/** A text that makes a repeated request the same request. */
export const newIdempotencyKey = (): string => crypto.randomUUID().replaceAll("-", "");

const once = (key: string): Record<string, string> => ({ "Idempotency-Key": key });

const seen = new Map<string, { etag: string; view: JobView }>();

/** A job; unchanged ones cost a 304. */
export async function getJob(id: string, signal?: AbortSignal): Promise<JobView> {
  const known = seen.get(id);
  const response = await request(`/jobs/${encodeURIComponent(id)}`, {
    ...(known ? { headers: { "If-None-Match": known.etag } } : {}),
    ...(signal ? { signal } : {}),
  });
  if (response.status === 304 && known) return known.view;
  const view = (await response.json()) as JobView;
  const etag = response.headers.get("ETag");
  if (etag) seen.set(id, { etag, view });
  return view;
}

export const listJobs = (cursor?: string): Promise<Schemas["JobPage"]> =>
  json(`/jobs?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
export const getTemplates = (): Promise<TemplateList> => json("/templates");
export const createJob = (body: Schemas["JobCreation"], key: string): Promise<JobCreated> =>
  json("/jobs", { method: "POST", body, headers: once(key) });
export const createTailoring = (id: string, body: Schemas["Tailoring"], key: string): Promise<JobCreated> =>
  json(`/jobs/${id}/tailorings`, { method: "POST", body, headers: once(key) });
export const correctSource = (id: string, body: Schemas["SourceCorrection"], etag: string, key: string): Promise<JobCreated> =>
  json(`/jobs/${id}/source`, { method: "PUT", body, headers: { ...once(key), "If-Match": etag } });
export const editResume = (id: string, body: Schemas["ResumeEdit"], etag: string, key: string): Promise<JobCreated> =>
  json(`/jobs/${id}/resume`, { method: "PUT", body, headers: { ...once(key), "If-Match": etag } });
export const deleteJob = async (id: string): Promise<void> => {
  await request(`/jobs/${id}`, { method: "DELETE" });
  seen.delete(id);
};
export const createProposals = (id: string, body: Schemas["ProposalRequest"]): Promise<Schemas["Proposals"]> =>
  json(`/jobs/${id}/proposals`, { method: "POST", body });
export const search = (query: string): Promise<Schemas["SearchResults"]> =>
  json("/search", { method: "POST", body: { query, limit: 20 } });

/** The very PDF that the job would make, and its size in pages where the server tells. */
export async function preview(body: Schemas["Preview"], signal?: AbortSignal): Promise<ArrayBuffer> {
  const response = await request("/previews", {
    method: "POST",
    body,
    accept: "application/pdf",
    ...(signal ? { signal } : {}),
  });
  return response.arrayBuffer();
}

/** Sends a file to storage with a presigned POST; reports progress from 0 to 1. */
export function upload(target: Schemas["UploadTarget"], file: Blob, onProgress: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(target.fields)) form.append(name, value);
    form.append("file", file);
    // fetch cannot tell how far an upload is.
    const sender = new XMLHttpRequest();
    sender.open("POST", target.url);
    sender.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    sender.onload = () =>
      sender.status >= 200 && sender.status < 300
        ? resolve()
        : reject(new ApiProblem(sender.status, "upload_refused", "", ""));
    sender.onerror = () => reject(new ApiProblem(0, "offline", "", ""));
    sender.send(form);
  });
}

/** A JSON file of a job, out of its envelope. */
export async function readArtefact<T>(link: Link, signal?: AbortSignal): Promise<T> {
  const response = await fetch(link.url, { credentials: "omit", ...(signal ? { signal } : {}) }).catch(() => {
    throw new ApiProblem(0, "offline", "", "");
  });
  if (!response.ok) throw new ApiProblem(response.status, "link_expired", "", "");
  const document = (await response.json()) as { schema_version?: string; data?: T };
  return document.schema_version && document.data ? document.data : (document as T);
}
