// SPDX-License-Identifier: MIT
// Runs the programs of a page on a Linux kernel in the page: v86 emulates
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
			send(line + "\n");
		});
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
			panel.run.disabled = busy;
			panel.stop.hidden = panel !== running;
			panel.reset.hidden = !machine;
		}
	}

	function panel(figure, program) {
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
			stop: button("Stop (Ctrl+C)", () => send("\x03")),
			reset: button("Reset the machine", async function () {
				await reset();
				status.textContent = "The machine is as it was at first.";
			}),
		};
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

		async function run() {
			if (typeof WebAssembly !== "object" ||
			    typeof DecompressionStream !== "function") {
				status.textContent = cannot;
				return;
			}
			show(mine);
			mine.stop.hidden = !machine;
			status.textContent = machine ? "It runs." :
				"The machine is loaded.";
			output.textContent = "";
			output.hidden = false;
			output.tabIndex = 0;
			// Only what is new is added, so that only that is read out.
			let seen = 0;
			const see = (text) => {
				output.append(text.slice(seen));
				seen = text.length;
				output.scrollTop = output.scrollHeight;
			};
			try {
				if (!machine)
					await boot();
				mine.stop.hidden = false;
				for (const p of panels)
					p.run.textContent = "Run it here";
				status.textContent = "It runs.";
				const ended = await order("./" + program + " </dev/null", see);
				status.textContent = ended === null ? "It was ended." :
					"It ended with status " + ended + ".";
			} catch (error) {
				machine = null;
				status.textContent = error instanceof RangeError ?
					"There is too little memory for it. " +
					"The recorded run is further down." : error.message;
			}
			show(null);
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
