import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/market.css";
import "./styles/tables.css";
import "./styles/sentiment.css";
import "./styles/sql.css";
import { marketPage } from "./market/marketPage.ts";
import { Preferences } from "./preferences.ts";
import { Shell } from "./shell/shell.ts";
import { sqlPage } from "./sql/sqlPage.ts";

const root = document.getElementById("app");
if (!root) throw new Error("index.html has no element with the id app.");
new Shell(root, new Preferences(), [marketPage, sqlPage]);
