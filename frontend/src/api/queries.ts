/** Reading jobs and their artefacts. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getJob, type JobView, readArtefact } from "./client";

const FINAL = new Set(["done", "failed", "deleted"]);
export const isFinal = (job: JobView | undefined): boolean => FINAL.has(job?.status ?? "");

/** Seconds between polls: quick while stages fly by, slower the longer it takes. */
export function pollAfter(polls: number): number {
  return polls < 6 ? 700 : polls < 15 ? 1500 : polls < 30 ? 4000 : 10_000;
}

export function useJob(id: string) {
  return useQuery<JobView>({
    queryKey: ["job", id],
    queryFn: ({ signal }) => getJob(id, signal),
    refetchInterval: (query) => (isFinal(query.state.data) ? false : pollAfter(query.state.dataUpdateCount)),
    refetchIntervalInBackground: false,
    refetchOnReconnect: "always",
  });
}

/** An artefact of a job; its ETag is part of the key, so what is read never grows stale. */
export function useArtefact<T>(job: JobView, name: string) {
  const client = useQueryClient();
  const link = job.links?.[name];
  return useQuery<T>({
    queryKey: ["artefact", job.job_id, name, link?.etag],
    queryFn: async ({ signal }) => {
      try {
        return await readArtefact<T>(link!, signal);
      } catch (error) {
        // A link lives an hour; a page may stay open longer.
        await client.invalidateQueries({ queryKey: ["job", job.job_id] });
        throw error;
      }
    },
    enabled: Boolean(link),
    staleTime: Infinity,
  });
}
