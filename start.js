// Starts the page. It stands in a file of its own because the content security policy allows no script inside the
// page; trunk writes the names of what it built into two attributes (pattern_script in Trunk.toml).
const { js, wasm } = document.querySelector("script[data-js]").dataset;
const { default: init } = await import(new URL(js, document.baseURI));
await init({ module_or_path: new URL(wasm, document.baseURI) });
