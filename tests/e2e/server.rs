//! Serves the built page on a free port of this machine, and notes what it was asked for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;

/// A request line with its headers is shorter than this.
const MAX_HEAD_BYTES: u64 = 16 << 10;

/// Listens until the program ends.
pub struct Server {
    origin: String,
    site: Arc<Site>,
}

struct Site {
    root: PathBuf,
    /// Below which path the page stands, with a slash at both ends.
    folder: &'static str,
    /// Whether the headers that Trunk.toml sets are sent.
    isolates: bool,
    asked: Mutex<Vec<String>>,
    stopped: AtomicBool,
}

impl Server {
    /// Where the built page is.
    pub fn built_page() -> PathBuf {
        std::env::var_os("DIST").map_or_else(|| PathBuf::from("dist"), PathBuf::from)
    }

    /// A copy of it that a test may change.
    pub fn copy_of_page() -> TempDir {
        let copy = tempfile::tempdir().expect("a temporary folder");
        for entry in std::fs::read_dir(Self::built_page()).expect("the built page").flatten() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("a copy of a file");
        }
        copy
    }

    /// A copy of it whose every worker runs `script` before its own.
    pub fn page_whose_workers_run_first(script: &str) -> TempDir {
        let page = Self::copy_of_page();
        let files = std::fs::read_dir(page.path()).expect("the copy").flatten().map(|entry| entry.path());
        let is_loader = |path: &PathBuf| path.to_string_lossy().contains("/worker_loader-");
        let loader = files.into_iter().find(is_loader).expect("the loader of the worker");
        let own = std::fs::read_to_string(&loader).expect("the loader");
        std::fs::write(&loader, format!("{script}\n{own}")).expect("the loader is written");
        // The service worker keeps only what is as it was built.
        let keeper = page.path().join("service-worker.js");
        let kept = std::fs::read_to_string(&keeper).expect("the service worker");
        let others = kept.lines().filter(|line| !line.contains("/worker_loader-")).collect::<Vec<_>>().join("\n");
        std::fs::write(&keeper, others).expect("the service worker is written");
        page
    }

    /// As `trunk serve` does it.
    pub fn start(root: &Path) -> Self {
        Self::listen(root, "/", true)
    }

    /// As any static host does it: below a path, without headers of its own.
    pub fn plain(root: &Path, folder: &'static str) -> Self {
        Self::listen(root, folder, false)
    }

    fn listen(root: &Path, folder: &'static str, isolates: bool) -> Self {
        let root = root.canonicalize().unwrap_or_else(|error| {
            panic!("{} is not there ({error}): run `cargo xtask test --only build`, or set DIST", root.display())
        });
        assert!(root.join("index.html").is_file(), "{} holds no built page", root.display());
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("no free port on 127.0.0.1");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let (asked, stopped) = (Mutex::default(), AtomicBool::new(false));
        let site = Arc::new(Site { root, folder, isolates, asked, stopped });
        let served = Arc::clone(&site);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let site = Arc::clone(&served);
                if site.stopped.load(Ordering::Relaxed) {
                    continue;
                }
                std::thread::spawn(move || {
                    // A browser that hangs up early is no error of the server.
                    let _ = answer(stream, &site);
                });
            }
        });
        Self { origin: format!("http://127.0.0.1:{port}"), site }
    }

    /// Where the page is.
    pub fn address(&self) -> String {
        format!("{}{}", self.origin, self.site.folder)
    }

    /// Answers nothing more.
    pub fn stop(&self) {
        self.site.stopped.store(true, Ordering::Relaxed);
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Paths that were asked for so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.site.asked.lock().expect("no thread panics while it notes a path").clone()
    }
}

fn answer(mut stream: TcpStream, site: &Site) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut lines = BufReader::new(stream.try_clone()?.take(MAX_HEAD_BYTES)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The headers say nothing that matters here, but unread bytes would reset the connection.
    for line in lines.by_ref() {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(['?', '#']).next().unwrap_or_default();
    if let Ok(mut asked) = site.asked.lock() {
        asked.push(path.to_owned());
    }
    let file = path.strip_prefix(site.folder).and_then(|rest| resolve(&site.root, &format!("/{rest}")));
    let (status, mime, body) = match (method, file) {
        ("GET" | "HEAD", Some(file)) => ("200 OK", mime(&file), std::fs::read(&file)?),
        ("GET" | "HEAD", None) => ("404 Not Found", "text/plain", b"There is no such file.".to_vec()),
        _ => ("405 Method Not Allowed", "text/plain", Vec::new()),
    };
    let isolation = match site.isolates {
        true => {
            "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Embedder-Policy: require-corp\r\n\
                 Content-Security-Policy: frame-ancestors 'none'\r\n"
        }
        false => "",
    };
    // No cache: every run sees what was built last.
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {}\r\nConnection: close\r\n{isolation}\
         Cross-Origin-Resource-Policy: same-origin\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n",
        body.len()
    )?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// The file that a path of a request names; `None` when there is none, or when it would lie outside of `root`.
fn resolve(root: &Path, path: &str) -> Option<PathBuf> {
    let decoded = percent_decoded(path.strip_prefix('/')?)?;
    let mut file = root.to_path_buf();
    for segment in decoded.split('/').filter(|segment| !segment.is_empty()) {
        if segment.starts_with('.') || segment.contains(['\\', ':', '\0']) {
            return None;
        }
        file.push(segment);
    }
    if file.is_dir() {
        file.push("index.html");
    }
    // A symbolic link may still lead out.
    let file = file.canonicalize().ok()?;
    (file.starts_with(root) && file.is_file()).then_some(file)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[test]
fn only_files_below_the_root_are_served() {
    let outside = tempfile::tempdir().unwrap();
    let root = outside.path().join("dist");
    std::fs::create_dir_all(root.join("deep")).unwrap();
    std::fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    std::fs::write(root.join("index.html"), "page").unwrap();
    std::fs::write(root.join("deep/a b.js"), "script").unwrap();
    let root = root.canonicalize().unwrap();
    #[track_caller]
    fn check(root: &Path, path: &str, expect: Option<&str>) {
        assert_eq!(resolve(root, path), expect.map(|file| root.join(file)), "{path}");
    }
    check(&root, "/", Some("index.html"));
    check(&root, "/deep/a%20b.js", Some("deep/a b.js"));
    check(&root, "/deep/", None);
    check(&root, "/../secret.txt", None);
    check(&root, "/deep/../../secret.txt", None);
    check(&root, "/%2e%2e/secret.txt", None);
    check(&root, "/%2e%2e%2fsecret.txt", None);
    check(&root, "//etc/passwd", None);
    check(&root, "/..\\secret.txt", None);
    check(&root, "/%zz", None);
    check(&root, "index.html", None);
}
