/** Template, colour, fonts, paper and density. */
import type { Schemas } from "../api/client";
import { type Text, useInterface } from "../i18n";
import type { Design } from "../state/draft";
import { useTemplates } from "./template-picker";

export function DesignControls({ design, onChange }: { design: Design; onChange: (design: Design) => void }) {
  const { t } = useInterface();
  const { data } = useTemplates();
  const template = data?.templates.find((item) => item.name === design.template);
  const option = <Key extends keyof Schemas["DesignOptions"]>(key: Key, value: Schemas["DesignOptions"][Key]): void =>
    onChange({ ...design, options: { ...design.options, [key]: value } });
  const select = (label: Text, key: keyof Schemas["DesignOptions"], choices: [string, string][]) => (
    <label className="field">
      <span>{t(label)}</span>
      <select value={String(design.options[key] ?? "")} onChange={(event) => option(key, (event.target.value || null) as never)}>
        <option value="">{t("asTemplate")}</option>
        {choices.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div className="row top" style={{ gap: "1rem" }}>
      <label className="field">
        <span>{t("template")}</span>
        <select value={design.template} onChange={(event) => onChange({ ...design, template: event.target.value })}>
          {(data?.templates ?? [{ name: design.template, title: design.template }]).map((item) => (
            <option key={item.name} value={item.name}>
              {item.title}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t("accent")}</span>
        <input type="color" value={design.options.accent ?? template?.accent ?? "#1f3a5f"} onChange={(event) => option("accent", event.target.value)} />
      </label>
      {select("fonts", "fonts", (data?.fonts ?? []).map((font) => [font.name, font.name]))}
      {select("paper", "paper", [
        ["A4", "A4"],
        ["Letter", "US Letter"],
      ])}
      {select("density", "density", [
        ["compact", t("density_compact")],
        ["normal", t("density_normal")],
        ["airy", t("density_airy")],
      ])}
      {select("pageTarget", "pages", [
        ["one", t("pages_one")],
        ["two", t("pages_two")],
        ["natural", t("pages_natural")],
      ])}
    </div>
  );
}
