// Keeps every file of one version of the page, so that it works with the server gone. `cargo xtask finish` fills in
// the two constants when the page is built: each file with the SHA-256 of its bytes.
const VERSION = "";
const FILES = {};

const PREFIX = `cortex-inspector ${registration.scope} `;
const CACHE = PREFIX + VERSION;

// What a server may not send: memory that page and worker share, with a finer clock, and no page around this one.
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy": "frame-ancestors 'none'",
};

// A file that is not the one of this version fails, and with it the installation: never half of two versions.
async function keepFiles() {
  const cache = await caches.open(CACHE);
  const keep = async ([path, integrity]) => {
    const response = await fetch(new Request(path, { cache: "no-cache", integrity }));
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    await cache.put(path, response);
  };
  await Promise.all(Object.entries(FILES).map(keep));
}

// Another tab may still show the version before and need its files; then the next start removes them.
async function takeOver() {
  const tabs = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  if (tabs.length < 2) await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

async function answer(request, key) {
  const kept = (await (await caches.open(CACHE)).match(key)) ?? (await caches.match(key));
  if (!kept) return fetch(request);
  const headers = new Headers(kept.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(kept.body, { status: kept.status, headers });
}

addEventListener("install", (event) => event.waitUntil(keepFiles()));
addEventListener("activate", (event) => event.waitUntil(takeOver()));
// The person asked for the newer version.
addEventListener("message", () => skipWaiting());
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  url.search = url.hash = "";
  const key = url.href.replace(/\/index\.html$/, "/");
  if (event.request.method === "GET" && key.startsWith(registration.scope)) {
    event.respondWith(answer(event.request, key));
  }
});
