/** Where the app begins: reads what the server says, and hands over to the router. */

import { readConfig } from "./config.js";
import { App } from "./ui/app_state.js";
import { startBanner } from "./ui/banner.js";
import { startNav } from "./ui/nav.js";
import { Router } from "./ui/router.js";
import { loadAll } from "./ui/routes.js";

/** @type {Router} */
let router;
const app = new App(readConfig(), (path, options) => router.go(path, options));
router = new Router(app);
app.wanted = () => router.wanted();
startBanner(app);
startNav(app);
app.loaded = loadAll();
await router.start();
