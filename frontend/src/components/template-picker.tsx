/** Templates as pictures of real CVs, chosen as radio buttons: arrows, a mouse and a thumb all work. */
import { useQuery } from "@tanstack/react-query";
import { getTemplates, type TemplateList } from "../api/client";
import { useInterface } from "../i18n";
import { Problem } from "./problem";

export const useTemplates = () => useQuery<TemplateList>({ queryKey: ["templates"], queryFn: getTemplates, staleTime: 600_000 });

export function TemplatePicker({ value, onChange, name }: { value: string; onChange: (name: string) => void; name: string }) {
  const { t } = useInterface();
  const { data, error, refetch } = useTemplates();
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <legend className="visually-hidden">{t("template")}</legend>
      <div className="templates" aria-busy={!data}>
        {(data?.templates ?? Array.from({ length: 4 }, () => null)).map((template, index) =>
          template ? (
            <label key={template.name} className="template">
              <input type="radio" name={name} checked={value === template.name} onChange={() => onChange(template.name)} />
              <span className="page">
                {template.thumbnail && <img src={template.thumbnail} alt="" loading="lazy" width="210" height="297" />}
              </span>
              <strong>
                {template.title}
                <span className="visually-hidden">. {template.description}</span>
              </strong>
            </label>
          ) : (
            <span key={index} className="template" aria-hidden="true">
              <span className="page" />
              <span className="skeleton" />
            </span>
          ),
        )}
      </div>
      <p className="soft" aria-hidden="true" style={{ marginTop: "0.9rem", minHeight: "1.6rem" }}>
        {data?.templates.find((template) => template.name === value)?.description}
      </p>
    </fieldset>
  );
}
