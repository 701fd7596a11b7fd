// What ran, how fresh every table is, and what is wrong: asked anew every ten seconds.
import { start } from "../core/page.js";
import { alerts } from "./alerts.js";
import { checks, quarantine } from "./findings.js";
import { freshness, history } from "./freshness.js";
import { runs } from "./runs.js";

start({ form: document.getElementById("filters"), panels: [freshness, checks, history, runs, quarantine, alerts], everyMs: 10_000 });
