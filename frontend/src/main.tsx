import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProblem } from "./api/client";
import { App } from "./app";
import { LanguageProvider } from "./i18n";
import { leaveWithOtherTabs } from "./state/account";
import { applyTheme } from "./state/theme";
import "./styles.css";

applyTheme();
leaveWithOtherTabs();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      // A refusal stays one; only what may pass is tried again, ever more slowly.
      retry: (count, error) => count < 4 && (!(error instanceof ApiProblem) || error.retryable),
      retryDelay: (count) => Math.min(1000 * 2 ** count, 15_000) * (0.5 + Math.random() / 2),
    },
  },
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </LanguageProvider>
    </StrictMode>,
  );
}
