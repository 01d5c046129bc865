/** All of this owner's applications; another posting in two clicks; search; the key for another device. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { deleteJob, type JobSummary, listJobs, type Schemas, search } from "../api/client";
import { DeleteDialog } from "../components/delete-dialog";
import { Dialog } from "../components/dialog";
import { Problem } from "../components/problem";
import { TailorDialog } from "../components/tailor-dialog";
import { type Text, useInterface } from "../i18n";
import { forgetWork, keptName } from "../state/kept";
import { useAccount } from "../state/account";
import { adoptSecret, ownerSecret } from "../state/owner";
import { RouteLink } from "../state/router";
import { CopyButton, Delete } from "./download";

const TONES: Record<string, string> = { done: "good", failed: "bad" };

export default function MyCvs() {
  const { t } = useInterface();
  // An account needs no key: it opens on any device.
  const account = useAccount();
  const [keyOpen, setKeyOpen] = useState(false);
  const [tailoring, setTailoring] = useState<string | null>(null);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = useInfiniteQuery({
    queryKey: ["jobs"],
    queryFn: ({ pageParam }) => listJobs(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: 0,
  });
  const [earlier, setEarlier] = useState(false);
  const all = data?.pages.flatMap((page) => page.jobs) ?? [];
  const known = new Set(all.map((job) => job.job_id));
  // A version that was edited since is history, unless its successor is gone.
  const isEarlier = (job: JobSummary): boolean => Boolean(job.superseded_by && known.has(job.superseded_by));
  const jobs = earlier ? all : all.filter((job) => !isEarlier(job));
  return (
    <div className="stack loose">
      <div className="row between">
        <h1 tabIndex={-1}>{t("navMyCvs")}</h1>
        {account === null && (
          <button type="button" className="button" onClick={() => setKeyOpen(true)}>
            {t("otherDevice")}
          </button>
        )}
      </div>
      {jobs.length > 0 && <Search />}
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {data && jobs.length === 0 && (
        <div className="card stack">
          <p>{t("noCvs")}</p>
          <div>
            <RouteLink href="/" className="button primary">
              {t("makeMyCv")}
            </RouteLink>
          </div>
        </div>
      )}
      {all.some(isEarlier) && (
        <label className="check">
          <input type="checkbox" checked={earlier} onChange={(event) => setEarlier(event.target.checked)} />
          <span>{t("showEarlier")}</span>
        </label>
      )}
      <ul className="stack" aria-busy={isFetching}>
        {jobs.map((job) => (
          <Row key={job.job_id} job={job} onTailor={() => setTailoring(job.job_id)} onDeleted={() => void refetch()} />
        ))}
      </ul>
      {hasNextPage && (
        <div>
          <button type="button" className="button" disabled={isFetching} onClick={() => void fetchNextPage()}>
            {t("showMore")}
          </button>
        </div>
      )}
      {all.length > 0 && <DeleteAll onDeleted={() => void refetch()} />}
      {tailoring && <TailorDialog job={tailoring} open onClose={() => setTailoring(null)} />}
      <Dialog title={t("otherDevice")} open={keyOpen} onClose={() => setKeyOpen(false)}>
        <KeyCarrier onAdopted={() => setKeyOpen(false)} />
      </Dialog>
    </div>
  );
}

/** Every CV of this owner, and what this browser keeps beside them. */
function DeleteAll({ onDeleted }: { onDeleted: () => void }) {
  const { t } = useInterface();
  const queries = useQueryClient();
  const [gone, setGone] = useState(0);
  const remove = async (): Promise<void> => {
    setGone(0);
    const met = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await listJobs(cursor);
      for (const job of page.jobs.filter((found) => !met.has(found.job_id))) {
        met.add(job.job_id);
        await deleteJob(job.job_id);
        setGone(met.size);
      }
      cursor = page.next ?? undefined;
    } while (cursor);
    forgetWork();
    queries.removeQueries({ predicate: (query) => query.queryKey[0] === "job" || query.queryKey[0] === "artefact" });
    onDeleted();
  };
  return (
    <DeleteDialog
      label={t("deleteAll")}
      title={t("deleteAllTitle")}
      text={t("deleteAllText")}
      status={t("deletedSoFar", { count: gone })}
      remove={remove}
    />
  );
}

function Row({ job, onTailor, onDeleted }: { job: JobSummary; onTailor: () => void; onDeleted: () => void }) {
  const { t, formatDate, formatNumber } = useInterface();
  const noteKey = keptName(`note.${job.job_id}`);
  const [note, setNote] = useState(() => {
    try {
      return localStorage.getItem(noteKey) ?? "";
    } catch {
      return "";
    }
  });
  const keepNote = (text: string): void => {
    setNote(text);
    try {
      if (text) localStorage.setItem(noteKey, text);
      else localStorage.removeItem(noteKey);
    } catch {
      // Lasts as long as the page.
    }
  };
  const name = job.title ? (job.employer ? t("titleAtEmployer", { title: job.title, employer: job.employer }) : job.title) : job.employer || job.file_name || t("yourCv");
  return (
    <li className="job-row">
      <div className="stack tight">
        <h2>
          <RouteLink href={`/jobs/${job.job_id}`} dir="auto">
            {name}
          </RouteLink>
        </h2>
        <p className="row soft small">
          <span className={`tag ${TONES[job.status] ?? ""}`}>{t(`status_${job.status}` as Text)}</span>
          <span>{formatDate(job.created_at)}</span>
          <span>{t(`kind_${job.kind}` as Text)}</span>
          {typeof job.fit === "number" && (
            <span>
              {t("fit")} {formatNumber(job.fit)}
            </span>
          )}
          {job.superseded_by && <span>{t("hasNewer")}</span>}
        </p>
        <label>
          <span className="visually-hidden">
            {t("note")}: {name}
          </span>
          <input value={note} maxLength={300} placeholder={t("notePlaceholder")} onChange={(event) => keepNote(event.target.value)} />
        </label>
      </div>
      <div className="row">
        <button type="button" className="button" onClick={onTailor} disabled={job.status !== "done"}>
          {t("anotherPosting")}
        </button>
        <Delete job={job.job_id} onDeleted={onDeleted} />
      </div>
    </li>
  );
}

function Search() {
  const { t } = useInterface();
  const [query, setQuery] = useState("");
  const [results, setResults] = useState<Schemas["SearchResults"] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async (): Promise<void> => {
    setError(null);
    try {
      setResults(await search(query));
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <search className="stack">
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (query.trim()) void run();
        }}
      >
        <label className="grow">
          <span className="visually-hidden">{t("searchAll")}</span>
          <input type="search" value={query} maxLength={1000} placeholder={t("searchAll")} onChange={(event) => setQuery(event.target.value)} />
        </label>
        <button type="submit" className="button">
          {t("search")}
        </button>
      </form>
      {error !== null && <Problem error={error} />}
      <div aria-live="polite">
        {results && results.results?.length === 0 && <p className="soft">{t("nothingFound")}</p>}
        {results?.results && results.results.length > 0 && (
          <ul className="card stack tight">
            {results.results.map((result) => (
              <li key={result.job_id + result.pointer}>
                <RouteLink href={`/jobs/${result.job_id}/reading`} dir="auto">
                  {result.text}
                </RouteLink>
              </li>
            ))}
          </ul>
        )}
      </div>
    </search>
  );
}

function KeyCarrier({ onAdopted }: { onAdopted: () => void }) {
  const { t } = useInterface();
  const queries = useQueryClient();
  const [shown, setShown] = useState(false);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <div className="stack">
      <p>{t("otherDeviceText")}</p>
      <div className="row">
        {shown ? (
          <>
            <code className="grow" style={{ overflowWrap: "anywhere" }}>
              {ownerSecret()}
            </code>
            <CopyButton value={ownerSecret()} label={t("ownerKey")} />
          </>
        ) : (
          <button type="button" className="button" onClick={() => setShown(true)}>
            {t("showKey")}
          </button>
        )}
      </div>
      <form
        className="stack tight"
        onSubmit={(event) => {
          event.preventDefault();
          const adopted = adoptSecret(text);
          setWrong(!adopted);
          if (adopted) {
            queries.clear();
            onAdopted();
          }
        }}
      >
        <label className="field">
          <span>{t("enterKey")}</span>
          <input value={text} autoComplete="off" spellCheck={false} aria-invalid={wrong || undefined} onChange={(event) => setText(event.target.value)} />
        </label>
        {wrong && (
          <p className="message bad" role="alert">
            {t("wrongKey")}
          </p>
        )}
        <p className="soft small">{t("enterKeyText")}</p>
        <div>
          <button type="submit" className="button primary">
            {t("useKey")}
          </button>
        </div>
      </form>
    </div>
  );
}
