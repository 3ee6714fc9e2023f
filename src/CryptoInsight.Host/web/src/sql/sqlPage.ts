import { api } from "../api/apiClient.ts";
import { h, setText } from "../core/dom.ts";
import type { Page, PageContext, PageDefinition } from "../shell/pages.ts";
import type { SqlEditor } from "./editor.ts";
import { EXAMPLES } from "./examples.ts";
import { ResultTable } from "./resultTable.ts";
import { SqlModel } from "./sqlModel.ts";
import { statementAt } from "./statementAt.ts";

const KEY = "cryptoinsight.sql";
const TICK_MS = 100;

export const sqlPage: PageDefinition = { id: "sql", title: "page.sql", open: (context) => new SqlPage(context) };

/** A statement, its answer below it. */
class SqlPage implements Page {
  readonly #context: PageContext;
  readonly #model = new SqlModel();
  readonly #table: ResultTable;
  readonly #place = h("div", { class: "sql-editor" });
  readonly #run = h("button", { type: "button", class: "button sql-run" });
  readonly #stop = h("button", { type: "button", class: "button", hidden: true });
  readonly #examples = h("select", { class: "sql-examples" });
  readonly #hint = h("p", { class: "sql-hint" });
  readonly #status = h("p", { class: "sql-status", role: "status" });
  readonly #note = h("p", { class: "sql-note", hidden: true });
  readonly #failTitle = h("strong");
  readonly #failText = h("p", { class: "sql-fault-text" });
  readonly #fault = h("div", { class: "sql-fault", role: "alert", hidden: true }, this.#failTitle, this.#failText);
  readonly #unwatch: (() => void)[] = [];
  readonly #timer: number;
  #editor: SqlEditor | null = null;
  #closed = false;

  constructor(context: PageContext) {
    this.#context = context;
    this.#table = new ResultTable(context.preferences);
    this.#run.addEventListener("click", () => this.#go());
    this.#stop.addEventListener("click", () => void this.#model.stop());
    this.#examples.addEventListener("change", () => this.#take());
    context.main.append(
      h(
        "section",
        { class: "panel sql-panel" },
        this.#place,
        h("div", { class: "sql-bar" }, this.#run, this.#stop, this.#examples, this.#hint),
      ),
      h("section", { class: "panel sql-panel" }, h("div", { class: "sql-bar" }, this.#status, this.#table.saveButton), this.#note, this.#fault, this.#table.element),
    );
    this.#unwatch.push(
      this.#model.state.watch(() => this.#render()),
      this.#model.surface.watch((surface) => {
        if (surface) this.#editor?.complete(surface);
        this.#render();
      }),
    );
    this.#timer = window.setInterval(() => this.#renderStatus(), TICK_MS);
    this.#table.show(null);
    this.restyle();
    void this.#model.loadSurface();
    void this.#venue();
    void this.#openEditor();
  }

  route(): void {
    // The page has no rooms.
  }

  restyle(): void {
    const { t } = this.#context.preferences;
    setText(this.#run, t("sql.run"));
    setText(this.#stop, t("sql.stop"));
    this.#examples.setAttribute("aria-label", t("sql.examples"));
    this.#examples.replaceChildren(h("option", { value: "" }, t("sql.examples")), ...EXAMPLES.map(({ title }, i) => h("option", { value: i }, t(title))));
    this.#editor?.label(t("sql.statement"), t("sql.placeholder"));
    this.#table.render();
    this.#render();
  }

  close(): void {
    this.#closed = true;
    window.clearInterval(this.#timer);
    for (const unwatch of this.#unwatch) unwatch();
    this.#model.close();
    this.#editor?.close();
  }

  /** The editor is the heaviest part of all pages: it comes when this page does. */
  async #openEditor(): Promise<void> {
    const { SqlEditor } = await import("./editor.ts");
    if (this.#closed) return;
    const { t } = this.#context.preferences;
    this.#editor = new SqlEditor(this.#place, remembered() ?? EXAMPLES[0]!.statement, { run: () => this.#go(), changed: remember });
    this.#editor.label(t("sql.statement"), t("sql.placeholder"));
    if (this.#model.surface.value) this.#editor.complete(this.#model.surface.value);
    this.#place.dataset["ready"] = "";
  }

  async #venue(): Promise<void> {
    try {
      const { exchange, simulated } = await api.symbols();
      if (!this.#closed) this.#context.showVenue({ exchange, simulated });
    } catch {
      // The first statement will say what is wrong with the node.
    }
  }

  #go(): void {
    const editor = this.#editor;
    if (editor) void this.#model.run(editor.selected.trim() !== "" ? editor.selected : statementAt(editor.text, editor.cursor));
  }

  #take(): void {
    const example = EXAMPLES[Number(this.#examples.value)];
    if (this.#examples.value !== "" && example && this.#editor) {
      this.#editor.text = example.statement;
      this.#editor.focus();
    }
    this.#examples.value = "";
  }

  #render(): void {
    const { t } = this.#context.preferences;
    const state = this.#model.state.value;
    const limits = this.#model.surface.value?.limits;
    this.#run.disabled = state.kind === "running";
    this.#stop.hidden = state.kind !== "running";
    this.#stop.disabled = state.kind === "running" && state.stopping;
    setText(this.#hint, limits ? t("sql.limits", { seconds: limits.wallSecondsMax, megabytes: Math.round(limits.memoryBytesMax / 2 ** 20), rows: limits.rowsMax }) : t("sql.readOnly"));
    this.#table.show(state.kind === "done" ? state.result : null);
    this.#note.hidden = !(state.kind === "done" && state.result.truncated);
    setText(this.#note, t("sql.truncated"));
    this.#fault.hidden = state.kind !== "failed";
    if (state.kind === "failed") {
      setText(this.#failTitle, state.problem.status === 0 ? t("sql.unreachable") : (state.problem.title ?? t("sql.failed")));
      setText(this.#failText, state.problem.detail ?? "");
    }
    this.#renderStatus();
  }

  #renderStatus(): void {
    const { t } = this.#context.preferences;
    const state = this.#model.state.value;
    const text =
      state.kind === "running"
        ? t(state.stopping ? "sql.stopping" : "sql.running", { seconds: ((performance.now() - state.since) / 1_000).toFixed(1) })
        : state.kind === "done"
          ? t("sql.done", { count: state.result.rows.length, ms: state.milliseconds.toFixed(state.milliseconds < 10 ? 1 : 0) })
          : state.kind === "failed"
            ? ""
            : t("sql.ready");
    setText(this.#status, text);
  }
}

function remembered(): string | null {
  try {
    const text = localStorage.getItem(KEY);
    return text !== null && text.trim() !== "" ? text : null;
  } catch {
    return null; // storage is forbidden in this browser: the text lasts as long as the page
  }
}

function remember(text: string): void {
  try {
    localStorage.setItem(KEY, text.slice(0, 100_000));
  } catch {
    // As above.
  }
}
