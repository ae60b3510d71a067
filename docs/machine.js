// SPDX-License-Identifier: MIT
// Runs and edits the programs of a page on a Linux kernel in the page: v86 emulates
// the computer, linux.js beside the page has its memory as it was when
// everything was ready. Nothing is loaded before the first click. It is
// here only where "make machine" was called.
(function () {
	const SIZE = "SIZE"; // of linux.js
	const cannot = "This browser cannot run it: it takes WebAssembly. " +
		"The recorded run is further down.";
	const programs = /^program-(\d\d_\w+|test_maps)$/;
	let loading, machine, said = "", answered = null, heard = null;

	const bytes = (text) => Uint8Array.from(atob(text),
		(c) => c.charCodeAt(0));

	// Once: the script, and in it the emulator and the state.
	function load() {
		loading = loading || new Promise(function (resolve, reject) {
			const script = document.createElement("script");
			script.src = "linux.js";
			script.onload = resolve;
			script.onerror = () => reject(new Error(
				"linux.js is missing beside this page."));
			document.head.append(script);
		}).then(async function () {
			const { options, wasm, state } = window.LINUX;
			const unzip = new DecompressionStream("gzip");
			const code = new Blob([bytes(wasm)]).stream();
			const all = { options, state: bytes(state).buffer,
				module: await WebAssembly.compile(await new Response(
					code.pipeThrough(unzip)).arrayBuffer()) };
			window.LINUX = null;
			return all;
		}).catch(function (error) {
			loading = null;
			throw error;
		});
		return loading;
	}

	async function boot() {
		const { options, state, module } = await load();
		const now = new window.V86(Object.assign({}, options, {
			autostart: true, initial_state: { buffer: state.slice(0) },
			wasm_fn: async (imports) =>
				(await WebAssembly.instantiate(module, imports)).exports
		}));
		const decoder = new TextDecoder();
		now.add_listener("serial1-output-byte", function (byte) {
			if (now !== machine)
				return;
			said += decoder.decode(Uint8Array.of(byte), { stream: true });
			const end = /\x1e(\d+)\n/.exec(said);
			if (heard && (end || byte === 10))
				heard(end ? said.slice(0, end.index) : said);
			if (!end)
				return;
			said = "";
			const answer = answered;
			answered = null;
			if (answer)
				answer(+end[1]);
		});
		machine = now;
		await new Promise((resolve) =>
			now.add_listener("emulator-started", resolve));
	}

	const send = (text) => machine.serial_send_bytes(1,
		new TextEncoder().encode(text));

	// order LINE SEE: its status; SEE gets all that was printed so far
	async function order(line, see) {
		if (!machine)
			await boot();
		return new Promise(function (resolve) {
			answered = resolve;
			heard = see;
			send(/\x04$/.test(line) ? line : line + "\n");
		});
	}

	// put FILE TEXT: write it there, in lines that a terminal takes
	async function put(file, text) {
		let raw = "";
		for (const byte of new TextEncoder().encode(text))
			raw += String.fromCharCode(byte);
		await order("put " + file + "\n" +
			btoa(raw).replace(/.{1,2000}/g, "$&\n") + "\x04", null);
	}

	// What a reader has written is kept by the browser, if it keeps
	// anything: TEXT null forgets it.
	function kept(program, text) {
		const name = "bpf-map-workbook " + program;
		try {
			if (text === null)
				localStorage.removeItem(name);
			else if (text !== undefined)
				localStorage.setItem(name, text);
			return localStorage.getItem(name);
		} catch (error) {
			return null;
		}
	}

	// The machine as it was at first, whatever runs.
	async function reset() {
		const old = machine, answer = answered;
		machine = answered = null;
		said = "";
		if (old)
			await old.destroy();
		if (answer)
			answer(null);
		await boot();
	}

	const panels = [];
	let busy = false;
	function show(running) {
		busy = running !== null;
		for (const panel of panels) {
			panel.run.disabled = panel.edit.disabled = busy;
			panel.stop.hidden = panel !== running;
			panel.reset.hidden = !machine;
		}
	}

	function panel(figure, program) {
		const name = program + ".c";
		const box = document.createElement("div");
		const button = (text, act) => {
			const b = document.createElement("button");
			b.type = "button";
			b.textContent = text;
			b.addEventListener("click", act);
			box.append(b);
			return b;
		};
		const status = document.createElement("span");
		const output = document.createElement("pre");
		const mine = {
			run: button("Run it here (loads " + SIZE + " once)", run),
			edit: button("Edit it here", edit),
			back: button("Put back", put_back),
			save: button("Download", download),
			stop: button("Stop (Ctrl+C)", () => send("\x03")),
			reset: button("Reset the machine", async function () {
				await reset();
				status.textContent = "The machine is as it was at first.";
			}),
			label() {
				mine.run.textContent = changed() ?
					"Run what you wrote" : "Run it here";
				mine.edit.hidden = area !== null;
				mine.back.hidden = mine.save.hidden = !area;
				mine.back.disabled = !changed();
			},
		};
		let area = null; // the editor
		let text = null; // what it held at first
		const changed = () => area && area.value !== text;
		mine.back.hidden = mine.save.hidden = true;
		box.className = "machine";
		box.setAttribute("role", "group");
		box.setAttribute("aria-label", "Run " + program + " in this page");
		status.setAttribute("role", "status");
		output.setAttribute("role", "log");
		output.setAttribute("aria-label", "What " + program + " prints");
		output.hidden = true;
		box.append(status, output);
		figure.after(box);
		panels.push(mine);

		// What a click does in the machine, which is started for it.
		async function work(act) {
			if (busy)
				return;
			if (typeof WebAssembly !== "object" ||
			    typeof DecompressionStream !== "function") {
				status.textContent = cannot;
				return;
			}
			show(mine);
			mine.stop.hidden = true;
			try {
				if (!machine) {
					status.textContent = "The machine is loaded.";
					await boot();
				}
				for (const p of panels)
					p.label();
				await act();
			} catch (error) {
				machine = null;
				status.textContent = error instanceof RangeError ?
					"There is too little memory for it. " +
					"The recorded run is further down." : error.message;
			}
			show(null);
		}

		function run() {
			return work(async function () {
				output.textContent = "";
				output.hidden = false;
				output.tabIndex = 0;
				mine.stop.hidden = false;
				// Only what is new is added, so that only that is
				// read out.
				let seen = 0, said = "";
				const see = (all) => {
					output.append(all.slice(seen));
					seen = all.length;
					said = all;
					output.scrollTop = output.scrollHeight;
				};
				let ended, command = "./" + program;
				if (changed()) {
					status.textContent = "It is compiled.";
					await put("/tmp/" + name, area.value);
					ended = await order("cd /tmp && build " + name, see);
					if (ended) {
						status.textContent = did_not_compile(said);
						return;
					}
					seen = 0;
					command = "/tmp/program";
				}
				if (ended !== null) {
					status.textContent = "It runs.";
					ended = await order(command + " </dev/null", see);
				}
				status.textContent = ended === null ? "It was ended." :
					"It ended with status " + ended + ".";
			});
		}

		// The text comes from the machine, unless another was kept.
		function edit() {
			return work(async function () {
				await order("cat " + name, (all) => text = all);
				area = document.createElement("textarea");
				area.value = kept(program) || text;
				area.spellcheck = false;
				area.wrap = "off";
				area.rows = 24;
				area.setAttribute("aria-label", "The text of " + name);
				area.addEventListener("input", function () {
					kept(program, changed() ? area.value : null);
					mine.label();
				});
				area.addEventListener("keydown", function (event) {
					if (event.key === "Enter" &&
					    (event.ctrlKey || event.metaKey))
						run();
				});
				box.prepend(area);
				mine.label();
				area.focus();
				area.setSelectionRange(0, 0);
				area.scrollTop = 0;
				status.textContent =
					"Change what you like. Ctrl+Enter runs it.";
			});
		}

		function put_back() {
			area.value = text;
			kept(program, null);
			mine.label();
			status.textContent = "The text is as it was at first.";
		}

		function download() {
			const link = document.createElement("a");
			link.download = name;
			link.href = URL.createObjectURL(new Blob([area.value]));
			link.click();
			URL.revokeObjectURL(link.href);
		}

		// The first line with an error is selected.
		function did_not_compile(said) {
			const at = /^\w+\.c:(\d+): error/m.exec(said);
			if (!at)
				return "It did not compile.";
			const lines = area.value.split("\n");
			const before = lines.slice(0, at[1] - 1)
				.reduce((n, line) => n + line.length + 1, 0);
			area.focus();
			area.setSelectionRange(before,
				before + lines[at[1] - 1].length);
			area.scrollTop = (at[1] - 8) *
				area.scrollHeight / lines.length;
			return "It did not compile: see line " + at[1] + ".";
		}
	}

	const style = document.createElement("style");
	style.textContent = ".machine{margin:.6rem 0 1.6rem;display:flex;" +
		"flex-wrap:wrap;gap:.5rem;align-items:center}" +
		".machine button{font:inherit;font-size:.88rem;padding:.3rem .8rem;" +
		"border:1px solid var(--line);border-radius:.4rem;cursor:pointer;" +
		"background:var(--panel);color:var(--fg)}" +
		".machine button:disabled{opacity:.6;cursor:default}" +
		".machine button[hidden],.machine pre[hidden]{display:none}" +
		".machine span{font-size:.88rem;color:var(--muted)}" +
		".machine textarea{flex:1 0 100%;box-sizing:border-box;tab-size:8;" +
		"font:.82rem/1.5 \"JetBrains Mono\",ui-monospace,monospace;" +
		"padding:.8rem 1rem;border:1px solid var(--line);" +
		"border-radius:.5rem;background:var(--panel);color:var(--fg)}" +
		".machine pre{flex:1 0 100%;max-height:22rem;overflow:auto;margin:0;" +
		"padding:.8rem 1rem;border-radius:.5rem;background:var(--term);" +
		"color:var(--term-fg);white-space:pre-wrap;overflow-wrap:anywhere}" +
		"@media print{.machine{display:none}}";
	document.head.append(style);
	document.querySelectorAll("figure.program").forEach(function (figure) {
		const name = programs.exec(figure.id);
		if (name)
			panel(figure, name[1]);
	});
	show(null);
})();
