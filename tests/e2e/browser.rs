//! One Chromium, steered through chromedriver, with a fresh profile, its own server and its own folder for downloads.
//!
//! Every method blocks. Elements are found as a person or a screen reader finds them: by role and accessible name, as
//! Chromium itself computes them.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::server::Server;

/// How long the page may take for what it should do at once.
pub const SOON: Duration = Duration::from_secs(20);

/// Between two looks at something that is awaited.
const POLL: Duration = Duration::from_millis(50);

/// What Chromium's network service did, in the profile's folder.
const NETWORK_LOG: &str = "network.json";

/// Runs in every document before its own scripts: notes when the main thread was blocked, and what a status said when.
const NOTES: &str = "
globalThis.notes = { longTasks: [], statuses: [], chosenAt: null, violations: [] };
addEventListener('securitypolicyviolation', event => {
    notes.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) notes.longTasks.push({ startMs: entry.startTime, ms: entry.duration });
}).observe({ type: 'longtask', buffered: true });
addEventListener('change', event => { if (event.target.type === 'file') notes.chosenAt = performance.now(); }, true);
new MutationObserver(() => {
    for (const status of document.querySelectorAll('[role=status], output')) {
        const text = status.textContent.trim();
        if (text && notes.statuses.at(-1)?.text !== text) notes.statuses.push({ ms: performance.now(), text });
    }
}).observe(document, { subtree: true, childList: true, characterData: true });
";

/// Elements that can have a role, before Chromium is asked which they have. Those with a text that could not be
/// the name are left out, because each question costs a round trip.
const CANDIDATES: &str = "
const [role, name] = arguments;
const tags = {
    button: 'button, summary, input[type=button], input[type=submit], input[type=file]',
    link: 'a[href]', textbox: 'input, textarea', combobox: 'select', heading: 'h1, h2, h3, h4, h5, h6',
    status: 'output', tab: '', alert: '',
}[role] ?? '*';
const selector = [tags, `[role=${role}]`].filter(Boolean).join(', ');
const squeezed = text => (text ?? '').replace(/\\s+/g, ' ');
return [...document.querySelectorAll(selector)].filter(element => {
    if (element.type !== 'file' && !element.checkVisibility({ visibilityProperty: true })) return false;
    const texts = [element.getAttribute('aria-label'), element.title, element.textContent, element.placeholder];
    for (const label of element.labels ?? []) texts.push(label.textContent);
    for (const id of (element.getAttribute('aria-labelledby') ?? '').split(' ')) {
        texts.push(document.getElementById(id)?.textContent);
    }
    return texts.some(text => squeezed(text).includes(name));
});
";

/// A WebDriver command that fantoccini does not know.
#[derive(Debug)]
struct Extension {
    /// Below the session.
    path: String,
    /// A POST when there is one, a GET otherwise.
    body: Option<Json>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        match &self.body {
            Some(body) => (http::Method::POST, Some(body.to_string())),
            None => (http::Method::GET, None),
        }
    }
}

/// A line of the browser's console.
#[derive(Clone, Debug)]
pub struct ConsoleLine {
    /// `SEVERE` for errors.
    pub level: String,
    pub message: String,
}

/// A task of the main thread that lasted 50 ms or more.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[allow(dead_code)] // `at_ms` is read by a person, in the message of a failure
pub struct LongTask {
    /// Since a file was chosen.
    pub at_ms: f64,
    pub ms: f64,
}

/// The page in a browser of its own.
pub struct Browser {
    label: String,
    runtime: Runtime,
    client: Option<Client>,
    driver: Child,
    server: Server,
    profile: TempDir,
    downloads: TempDir,
    /// Chromium hands out its logs once; what was read is kept here.
    console: RefCell<Vec<ConsoleLine>>,
}

impl Browser {
    /// Opens the page and waits until its worker listens. `label` names the screenshot of a failure.
    #[track_caller]
    pub fn open(label: &str) -> Self {
        Self::open_at(label, Server::start(&Server::built_page()))
    }

    /// The page as another server gives it.
    #[track_caller]
    pub fn open_at(label: &str, server: Server) -> Self {
        let browser = Self::start(label, server);
        browser.load();
        browser
    }

    #[track_caller]
    fn start(label: &str, server: Server) -> Self {
        let (driver, port) = start_driver();
        let profile = tempfile::tempdir().expect("a temporary folder for the profile");
        let downloads = tempfile::tempdir().expect("a temporary folder for downloads");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(profile.path(), downloads.path()));
        let client = runtime
            .block_on(builder.connect(&format!("http://127.0.0.1:{port}")))
            .unwrap_or_else(|error| panic!("Chromium did not start: {error}"));
        let browser = Self {
            label: label.into(),
            runtime,
            client: Some(client),
            driver,
            server,
            profile,
            downloads,
            console: RefCell::default(),
        };
        let folder = browser.downloads.path().to_path_buf();
        browser.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder }));
        browser.take_notes();
        browser
    }

    fn take_notes(&self) {
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NOTES }));
    }

    /// The page in another tab, which is the one that is steered from here on.
    #[track_caller]
    pub fn new_tab(&self) {
        let tab = self.wait(self.client().new_window(true), "open a tab");
        self.wait(self.client().switch_to_window(tab.handle), "go to the new tab");
        self.take_notes();
        self.load();
    }

    /// Closes the tab that is steered and goes back to the first.
    #[track_caller]
    pub fn close_tab(&self) {
        self.wait(self.client().close_window(), "close the tab");
        let tabs = self.wait(self.client().windows(), "look for other tabs");
        let first = tabs.into_iter().next().expect("another tab");
        self.wait(self.client().switch_to_window(first), "go to the first tab");
    }

    /// Loads the page, anew if it was loaded before.
    #[track_caller]
    pub fn load(&self) {
        self.go(&self.address());
        // The catalogue comes with the worker's first message, and the page then says what is documented.
        self.until("the worker listens", SOON, || {
            let text = self.text_of("main")?;
            text.contains("13 indexes").then_some(())
        });
        // Only then is every request done: the service worker keeps a copy of each file.
        self.until("the page is kept", SOON, || {
            let script = "return navigator.serviceWorker.controller?.state === 'activated'";
            self.js(script, vec![]).as_bool().filter(|kept| *kept)
        });
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        self.server.address()
    }

    /// From here on every connection is refused.
    pub fn stop_server(&self) {
        self.server.stop();
    }

    /// What the content security policy refused since the page was loaded.
    #[track_caller]
    pub fn violations(&self) -> Json {
        self.js("return notes.violations", vec![])
    }

    /// Any address, a file's too.
    #[track_caller]
    pub fn go(&self, address: &str) {
        self.wait(self.client().goto(address), "load the page");
    }

    pub fn origin(&self) -> &str {
        self.server.origin()
    }

    /// Paths that the server was asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.server.asked()
    }

    pub fn client(&self) -> &Client {
        self.client.as_ref().expect("the browser was closed")
    }

    // What a person does

    /// The one visible element with this role and name. An accessible name may go on with a figure, as that of a
    /// link with a count does; an exact name wins.
    #[track_caller]
    pub fn find(&self, role: &str, name: &str) -> Element {
        self.until(&format!("{role} “{name}”"), SOON, || self.look_for(role, name))
    }

    /// The same, without waiting.
    pub fn look_for(&self, role: &str, name: &str) -> Option<Element> {
        let found = self.block_on(self.client().execute(CANDIDATES, vec![json!(role), json!(name)])).ok()?;
        let mut starts_so = None;
        for candidate in found.as_array()? {
            let id = candidate.as_object()?.values().next()?.as_str()?.to_owned();
            let ask = |what: &str| {
                let answer = self.extension(format!("element/{id}/computed{what}"), None);
                answer.ok().and_then(|answer| answer.as_str().map(str::to_owned))
            };
            let (Some(its_role), Some(its_name)) = (ask("role"), ask("label")) else { continue };
            let same_role = its_role == role || (role == "textbox" && its_role != "button");
            if !same_role || !its_name.starts_with(name) {
                continue;
            }
            let element = Element::from_element_id(self.client().clone(), id.clone().into());
            if its_name == name {
                return Some(element);
            }
            starts_so.get_or_insert(element);
        }
        starts_so
    }

    #[track_caller]
    pub fn click(&self, role: &str, name: &str) {
        let element = self.find(role, name);
        self.wait(element.click(), &format!("click {role} “{name}”"));
    }

    /// Chooses files with a file input.
    #[track_caller]
    pub fn choose_files(&self, name: &str, files: &[&Path]) {
        let element = self.find("button", name);
        let paths: Vec<&str> = files.iter().map(|file| file.to_str().expect("a path in UTF-8")).collect();
        self.wait(element.send_keys(&paths.join("\n")), &format!("choose {paths:?}"));
    }

    /// Fills in a control that has a value, as its own keyboard interface would.
    #[track_caller]
    pub fn fill(&self, name: &str, value: &str) {
        let element = self.find("textbox", name);
        let script = "
            const [control, value] = arguments;
            control.focus();
            Object.getOwnPropertyDescriptor(Object.getPrototypeOf(control), 'value').set.call(control, value);
            control.dispatchEvent(new Event('input', { bubbles: true }));
            control.dispatchEvent(new Event('change', { bubbles: true }));
            return control.value;";
        let element = serde_json::to_value(&element).expect("an element is an identifier");
        let shown = self.js(script, vec![element, json!(value)]);
        assert_eq!(shown.as_str(), Some(value), "the field “{name}” does not take the value");
    }

    /// Presses one key, with another one held down if `held` says so.
    #[track_caller]
    pub fn press(&self, held: Option<char>, key: char) {
        use fantoccini::actions::{InputSource, KeyAction, KeyActions};
        let mut actions = KeyActions::new("keyboard".into());
        if let Some(held) = held {
            actions = actions.then(KeyAction::Down { value: held });
        }
        actions = actions.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        if let Some(held) = held {
            actions = actions.then(KeyAction::Up { value: held });
        }
        self.wait(self.client().perform_actions(actions), "press a key");
    }

    /// Role and accessible name of what has the focus.
    #[track_caller]
    pub fn focused(&self) -> (String, String) {
        let element = self.wait(self.client().active_element(), "ask for the focus");
        let id = element.element_id();
        let ask = |what: &str| {
            let answer = self.extension(format!("element/{id}/computed{what}"), None);
            answer.ok().and_then(|answer| answer.as_str().map(str::to_owned)).unwrap_or_default()
        };
        (ask("role"), ask("label"))
    }

    /// Clicks a button that saves a file, and reads the file.
    #[track_caller]
    pub fn download(&self, button: &str) -> String {
        let finished = || -> Vec<PathBuf> {
            let entries = std::fs::read_dir(self.downloads.path()).expect("the folder for downloads");
            let files = entries.flatten().map(|entry| entry.path());
            files.filter(|path| path.extension().is_none_or(|extension| extension != "crdownload")).collect()
        };
        finished().iter().for_each(|old| std::fs::remove_file(old).expect("an old download can be removed"));
        self.click("button", button);
        let file = self.until(&format!("a file from “{button}”"), SOON, || {
            let file = finished().pop()?;
            // Chromium makes the file empty, under its final name, before it renames the finished one over it.
            std::fs::metadata(&file).is_ok_and(|meta| meta.len() > 0).then_some(file)
        });
        std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    // What a person sees

    /// The text of the first element that a CSS selector finds.
    pub fn text_of(&self, selector: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? null";
        let text = self.block_on(self.client().execute(script, vec![json!(selector)])).ok()?;
        text.as_str().map(|text| text.trim().to_owned())
    }

    /// Texts of every element with `role="…"` that says something.
    pub fn texts_of_role(&self, role: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(`[role=${arguments[0]}]`)]
                          .map(element => element.innerText.trim()).filter(Boolean)";
        let texts = self.block_on(self.client().execute(script, vec![json!(role)])).unwrap_or_default();
        serde_json::from_value(texts).unwrap_or_default()
    }

    /// Waits for a status that starts with `prefix`, and returns it.
    #[track_caller]
    pub fn status(&self, prefix: &str, limit: Duration) -> String {
        self.until(&format!("a status that starts with “{prefix}”"), limit, || {
            self.texts_of_role("status").into_iter().find(|text| text.starts_with(prefix))
        })
    }

    /// Writes a file that the page can get a real handle of without a person.
    #[track_caller]
    pub fn keep_file(&self, name: &str, bytes: &[u8]) {
        let script = "return (async (name, bytes) => {
            const root = await navigator.storage.getDirectory();
            const handle = await root.getFileHandle(name, { create: true });
            const stream = await handle.createWritable();
            await stream.write(new Uint8Array(bytes));
            await stream.close();
        })(...arguments)";
        self.js(script, vec![json!(name), json!(bytes)]);
    }

    /// Waits until the background copy of a large file, which has begun or is about to, is there.
    #[track_caller]
    pub fn copied(&self, limit: Duration) {
        let is_copying = || self.text_of(".filebar").map(|text| text.contains("copying"));
        self.until("the copy begins", SOON, || is_copying().filter(|goes_on| *goes_on));
        self.until("the copy is there", limit, || is_copying().filter(|goes_on| !*goes_on));
    }

    /// Waits for an alert and returns its text.
    #[track_caller]
    pub fn alert(&self) -> String {
        self.until("an alert", SOON, || self.texts_of_role("alert").pop())
    }

    // What the browser knows

    #[track_caller]
    pub fn js(&self, script: &str, args: Vec<Json>) -> Json {
        self.wait(self.client().execute(script, args), "run a script")
    }

    /// A command of the Chrome DevTools protocol.
    #[track_caller]
    pub fn cdp(&self, command: &str, parameters: Json) -> Json {
        let body = json!({ "cmd": command, "params": parameters });
        self.extension("goog/cdp/execute".into(), Some(body)).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Everything that the console said since the start.
    pub fn console(&self) -> Vec<ConsoleLine> {
        let entries = self.extension("se/log".into(), Some(json!({ "type": "browser" }))).unwrap_or_default();
        let of = |entry: &Json, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let lines = entries.as_array().into_iter().flatten();
        let lines = lines.map(|entry| ConsoleLine { level: of(entry, "level"), message: of(entry, "message") });
        let mut console = self.console.borrow_mut();
        console.extend(lines);
        console.clone()
    }

    #[track_caller]
    pub fn check_console_is_quiet(&self) {
        let loud: Vec<ConsoleLine> = self.console().into_iter().filter(|line| line.level == "SEVERE").collect();
        assert!(loud.is_empty(), "errors in the console: {loud:#?}");
        assert_eq!(self.violations(), Json::Array(vec![]), "the content security policy refused something");
    }

    /// Addresses of every request of the page's documents, as the DevTools of the page see them.
    #[track_caller]
    pub fn requests(&self) -> Vec<String> {
        let log = self.extension("se/log".into(), Some(json!({ "type": "performance" })));
        let log = log.unwrap_or_else(|error| panic!("the performance log cannot be read: {error}"));
        let messages = log.as_array().into_iter().flatten().filter_map(|entry| {
            let message: Json = serde_json::from_str(entry["message"].as_str()?).ok()?;
            Some(message["message"].clone())
        });
        messages
            .filter(|message| message["method"] == "Network.requestWillBeSent")
            // Chromium's own start page is loaded before ours.
            .filter(|message| {
                !message["params"]["documentURL"].as_str().is_some_and(|url| url.starts_with("chrome://"))
            })
            .filter_map(|message| message["params"]["request"]["url"].as_str().map(str::to_owned))
            .collect()
    }

    /// Ends Chromium. Returns the address of every request that its network service made for our origin, those of the
    /// worker included, which DevTools do not show to chromedriver.
    #[track_caller]
    pub fn end(mut self) -> Vec<String> {
        let client = self.client.take().expect("the browser was closed");
        self.block_on(client.close()).unwrap_or_else(|error| panic!("Chromium did not end: {error}"));
        let log = self.profile.path().join(NETWORK_LOG);
        let log = std::fs::read_to_string(&log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        // One event a line, the last of a request without a comma.
        let events = log.lines().filter_map(|line| serde_json::from_str::<Json>(line.trim_end_matches(',')).ok());
        let ours = events.filter(|event| event["params"]["initiator"] == self.server.origin());
        ours.filter_map(|event| event["params"]["url"].as_str().map(str::to_owned)).collect()
    }

    /// Every time that the main thread was blocked for 50 ms or more since a file was chosen.
    #[track_caller]
    pub fn long_tasks(&self) -> Vec<LongTask> {
        let script = "return notes.longTasks.filter(task => task.startMs >= notes.chosenAt)
                          .map(task => ({ at_ms: task.startMs - notes.chosenAt, ms: task.ms }))";
        serde_json::from_value(self.js(script, vec![])).expect("durations are numbers")
    }

    /// The most memory that a renderer of this Chromium ever held; the largest one runs the page and its worker. Only
    /// Linux tells it.
    pub fn renderer_high_water_bytes(&self) -> Option<u64> {
        let of = |pid: u32| -> Option<u64> {
            let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
            command.contains("--type=renderer").then_some(kib * 1024)
        };
        descendants(self.driver.id()).into_iter().filter_map(of).max()
    }

    // How it waits

    /// Asks again and again until there is an answer; panics when there is none in time.
    #[track_caller]
    pub fn until<T>(&self, what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(start.elapsed() < limit, "not there after {limit:?}: {what}\n{}", self.state());
            std::thread::sleep(POLL);
        }
    }

    #[track_caller]
    fn wait<T>(&self, command: impl Future<Output = Result<T, CmdError>>, what: &str) -> T {
        match self.block_on(command) {
            Ok(answer) => answer,
            Err(error) => panic!("could not {what}: {error}\n{}", self.state()),
        }
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn extension(&self, path: String, body: Option<Json>) -> Result<Json, CmdError> {
        self.block_on(self.client().issue_cmd(Extension { path, body }))
    }

    /// What the page shows, for the message of a failure.
    fn state(&self) -> String {
        let alerts = self.texts_of_role("alert");
        let statuses = self.texts_of_role("status");
        let heading = self.text_of("h1").unwrap_or_default();
        format!("  heading: {heading:?}\n  statuses: {statuses:?}\n  alerts: {alerts:?}")
    }

    /// Leaves behind what a failure needs to be understood.
    fn tell_failure(&self) {
        let folder = std::env::temp_dir().join("cortex-inspector-e2e");
        let file = folder.join(format!("{}.png", self.label));
        let picture = self.block_on(self.client().screenshot());
        let written =
            picture.is_ok_and(|png| std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, png)).is_ok());
        if written {
            eprintln!("screenshot: {}", file.display());
        }
        eprintln!("{}", self.state());
        self.console().iter().for_each(|line| eprintln!("console {}: {}", line.level, line.message));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() && self.client.is_some() {
            self.tell_failure();
        }
        // Chromium ends with its session; chromedriver would leave it running.
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Processes that a process started, and those that these started.
fn descendants(pid: u32) -> Vec<u32> {
    let children = |pid: u32| -> Vec<u32> {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
        lists.flat_map(|list| list.split(' ').filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
    };
    let mut found = children(pid);
    let mut at = 0;
    while let Some(pid) = found.get(at) {
        found.extend(children(*pid));
        at += 1;
    }
    found
}

/// Starts chromedriver on a free port that it finds itself. It looks for one on IPv4 and then wants the same on IPv6,
/// and gives up when that one is taken, as happens while other browsers are busy: so it is asked again.
#[track_caller]
fn start_driver() -> (Child, u16) {
    let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
    let mut said = String::new();
    for _ in 0..10 {
        let mut driver = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} did not start ({error}): cargo xtask setup", program.display()));
        let stdout = driver.stdout.take().expect("stdout is piped");
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let port = line.split_once("started successfully on port ").map(|(_, port)| port.trim_end_matches('.'));
            if let Some(port) = port.and_then(|port| port.parse().ok()) {
                return (driver, port);
            }
            said = line;
        }
        let _ = driver.kill();
        let _ = driver.wait();
    }
    panic!("chromedriver did not say its port, at last it said: {said}");
}

fn capabilities(profile: &Path, downloads: &Path) -> serde_json::Map<String, Json> {
    let args = [
        "--headless".to_owned(),
        "--no-sandbox".into(),
        "--disable-gpu".into(),
        "--disable-dev-shm-usage".into(),
        "--disable-quic".into(),
        "--no-first-run".into(),
        "--disable-background-networking".into(),
        "--disable-component-update".into(),
        "--disable-sync".into(),
        "--window-size=1440,1000".into(),
        format!("--user-data-dir={}", profile.display()),
        format!("--log-net-log={}", profile.join(NETWORK_LOG).display()),
    ];
    let mut options = json!({
        "args": args,
        "prefs": {
            "download.default_directory": downloads,
            "download.prompt_for_download": false,
        },
        "perfLoggingPrefs": { "enableNetwork": true, "enablePage": false },
    });
    if let Some(chrome) = std::env::var_os("CHROME") {
        options["binary"] = json!(chrome.to_string_lossy());
    }
    let all = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    });
    match all {
        Json::Object(map) => map,
        _ => unreachable!("an object was written above"),
    }
}
