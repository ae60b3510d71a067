// SPDX-License-Identifier: MIT
// Runs the programs of the pages in the machine that is in them, in a
// real browser, and compares what they print with the record:
//
//   node machine.js FOLDER TRANSCRIPTS CHECK
"use strict";
const fs = require("fs");
const path = require("path");
const http = require("http");
const { pathToFileURL } = require("url");
const { chromium, _bidiFirefox } = require("playwright-core");

const [folder, transcripts, check] = process.argv.slice(2);
const code = path.join(__dirname, "../..");
const url = (page) => pathToFileURL(path.join(folder, page)).href;
const pages = fs.readdirSync(folder).filter((f) =>
	/^\d\d-.*\.html$/.test(f)).sort();
let faults = 0;

function fault(...words) {
	faults++;
	console.log(...words);
}

function wanted(name, got, expected) {
	if (got !== expected)
		fault(name + ": expected " + JSON.stringify(expected) +
			", got " + JSON.stringify(got));
}

// What a program prints without its command; test_maps is stopped.
const record = (name) => fs.readFileSync(path.join(transcripts,
	name + ".txt"), "utf8").replace(/^.*\n/, "");

const panel = (page, name) => page.locator("#program-" + name +
	" + .machine");

async function press(box, name) {
	await box.getByRole("button", { name }).click();
}

async function ended(box) {
	await box.getByRole("status").filter({ hasText:
		/^It ended with|^It was ended|^It did not|is missing|too little/ })
		.waitFor({ timeout: 60000 });
	return box.getByRole("status").innerText();
}

const output = (box) => box.locator("pre").evaluate((e) => e.textContent);

async function run(page, name) {
	const box = panel(page, name);
	await press(box, /^Run/);
	const status = await ended(box);
	return { status, text: await output(box) };
}

async function open(browser, name, at) {
	const page = await browser.newPage();
	page.on("console", (m) => fault(name + ": " + m.text()));
	page.on("pageerror", (e) => fault(name + ": " + e.message));
	await page.goto(at || url(name));
	return page;
}

const checks = {
	// Nothing is asked for before a click, and then one file.
	async quiet(browser) {
		const page = await browser.newPage();
		const asked = [];
		page.on("request", (r) => asked.push(path.basename(r.url())));
		await page.goto(url("02-update.html"));
		await page.waitForLoadState("networkidle");
		wanted("before the click", asked.join(" "),
			"02-update.html machine.js");
		await run(page, "02_update");
		wanted("after it", asked.filter((a) => /js$/.test(a)).join(" "),
			"machine.js linux.js");
	},

	async programs(browser) {
		let count = 0;
		for (const name of pages) {
			const page = await open(browser, name);
			const programs = await page.locator("figure.program")
				.evaluateAll((all) => all.filter((f) =>
					f.nextElementSibling.matches(".machine"))
					.map((f) => f.id.replace("program-", "")));
			for (const program of programs.filter((p) =>
				p !== "test_maps")) {
				const { status, text } = await run(page, program);
				count++;
				wanted(program, status, "It ended with status 0.");
				wanted(program, text, record(program));
			}
			await page.close();
		}
		if (count < 16)
			fault("only " + count + " programs ran");
	},

	// One flag, or one answer, changed in each program: the kernel
	// answers the changed call, and not as the record has it.
	async edits(browser) {
		let count = 0;
		for (const name of pages) {
			const page = await open(browser, name);
			const programs = await page.locator("figure.program")
				.evaluateAll((all) => all.filter((f) =>
					f.nextElementSibling.matches(".machine"))
					.map((f) => f.id.replace("program-", "")));
			for (const program of programs.filter((p) =>
				p !== "test_maps")) {
				const box = panel(page, program);
				await press(box, /^Edit/);
				const area = box.getByRole("textbox");
				const text = await area.inputValue();
				wanted(program + ": text", text, fs.readFileSync(
					path.join(code, program + ".c"), "utf8"));
				const flag = /(update_elem\([^;]*?)\b(BPF_ANY|BPF_NOEXIST|0)\)/;
				const one = flag.test(text) ?
					text.replace(flag, "$1BPF_EXIST)") :
					text.replace(/finish\(\)(?![^]*finish\(\))/,
						"(EXPECT(1 + 1, 3), finish())");
				await area.fill(one);
				const { status, text: said } = await run(page, program);
				count++;
				if (said === record(program) ||
				    !/= -ENOENT\n|No such file|1 \+ 1 = 2\n/.test(said))
					fault(program + " edited: " + status + said);
				await press(box, /^Put back/);
				const again = await run(page, program);
				wanted(program + " put back", again.text,
					record(program));
			}
			await page.close();
		}
		if (count < 16)
			fault("only " + count + " programs were edited");
	},

	// Lesson 2's flag; an error; what was written is kept and put back.
	async editor(browser) {
		const page = await open(browser, "02-update.html");
		let box = panel(page, "02_update");
		await press(box, /^Edit/);
		const area = () => box.getByRole("textbox");
		const text = await area().inputValue();
		const other = text.replace("monday, BPF_NOEXIST",
			"monday, BPF_ANY");
		await area().fill(other);
		await area().press("Control+Enter");
		await box.getByText("It ended with status 1.").waitFor();
		if (!(await output(box)).includes("bpf_map_update_elem(map, " +
			"&scanner, &monday, BPF_ANY) = 0\n02_update.c:2"))
			fault("another flag: " + await output(box));
		await area().fill(other.replace("int main", "int maim)"));
		const bad = await run(page, "02_update");
		const line = text.slice(0, text.indexOf("int main"))
			.split("\n").length;
		wanted("an error", bad.status,
			"It did not compile: see line " + line + ".");
		wanted("selected", await area().evaluate((a) => a.value.slice(
			a.selectionStart, a.selectionEnd)), "int maim)(void)");
		await page.keyboard.press("Tab");
		if (await area().evaluate((a) => a === document.activeElement))
			fault("Tab does not leave the editor");
		await area().fill(other);
		const saved = page.waitForEvent("download");
		await press(box, /^Download/);
		wanted("download", fs.readFileSync(
			await (await saved).path(), "utf8"), other);
		await page.reload();
		box = panel(page, "02_update");
		await press(box, /^Edit/);
		wanted("kept", await area().inputValue(), other);
		await press(box, /^Put back/);
		wanted("put back", await area().inputValue(), text);
		await page.reload();
		box = panel(page, "02_update");
		await press(box, /^Edit/);
		wanted("forgotten", await area().inputValue(), text);
	},

	// Ctrl+C: what test_maps printed in the record, then the sum.
	async stop(browser) {
		const page = await open(browser, "07-test-maps.html");
		const box = panel(page, "test_maps");
		await press(box, /^Run/);
		await box.getByText("round 2").waitFor({ timeout: 60000 });
		await press(box, /^Stop/);
		wanted("status", await ended(box), "It ended with status 0.");
		const text = await output(box);
		if (!record("test_maps").startsWith(
			text.split("\n").slice(0, 6).join("\n")))
			fault("other rounds: " + text);
		const sum = /^(\d+) opened = (\d+) closed \+ (\d+) expired \+ (\d+) drained$/m
			.exec(text);
		if (!sum || +sum[1] !== +sum[2] + +sum[3] + +sum[4])
			fault("no sum: " + text);
		// Reset ends what runs, and the next run is as the first.
		await press(box, /^Run/);
		await box.getByText("round 1").waitFor();
		await press(box, /^Reset/);
		await box.getByText("as it was at first").waitFor();
		await press(box, /^Run/);
		await box.getByText("round 1").waitFor();
	},

	// Fifty runs: the last is like the first, the page has not grown,
	// and no map is left in the machine.
	async repeat(browser) {
		const page = await open(browser, "02-update.html");
		const tools = await page.context().newCDPSession(page);
		const used = async function () {
			await tools.send("HeapProfiler.collectGarbage");
			return (await tools.send("Runtime.getHeapUsage")).usedSize;
		};
		let before;
		for (let i = 0; i < 50; i++) {
			const { status, text } = await run(page, "02_update");
			wanted("run " + i, status, "It ended with status 0.");
			wanted("run " + i, text, record("02_update"));
			before = i === 9 ? await used() : before;
		}
		const grown = await used() - before;
		if (grown > 1e6)
			fault("forty runs took " + grown + " bytes of the page");
		const box = panel(page, "02_update");
		await press(box, /^Edit/);
		const area = box.getByRole("textbox");
		await area.fill((await area.inputValue()).replace(
			/return finish\(\);\n}\n$/, "__u32 left = 0;\n" +
			"EXPECT(bpf_map_get_next_id(0, &left), -ENOENT);\n" +
			"return finish();\n}\n"));
		const { text } = await run(page, "02_update");
		wanted("maps that are left", text.trimEnd().split("\n").pop(),
			"bpf_map_get_next_id(0, &left) = -ENOENT");
	},

	// A processor that is four times as slow, as that of a phone. How
	// long it takes is printed, and is no verdict.
	async throttled(browser) {
		const page = await open(browser, "02-update.html");
		const tools = await page.context().newCDPSession(page);
		await tools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
		const start = Date.now();
		const { text } = await run(page, "02_update");
		console.log("from the click to the output, with a processor " +
			"throttled four times: " + (Date.now() - start) + " ms");
		wanted("text", text, record("02_update"));
	},

	async server(browser) {
		const server = http.createServer((request, response) => {
			response.setHeader("Content-Type", /js$/.test(request.url) ?
				"text/javascript" : "text/html");
			fs.createReadStream(path.join(folder,
				path.basename(request.url))).pipe(response);
		}).listen(0, "127.0.0.1");
		await new Promise((r) => server.on("listening", r));
		const page = await open(browser, "01-create.html", "http://127.0.0.1:" +
			server.address().port + "/01-create.html");
		wanted("text", (await run(page, "01_create")).text,
			record("01_create"));
		server.closeAllConnections();
		server.close();
	},

	// A browser without WebAssembly says so, and loads nothing.
	async without(browser) {
		const page = await browser.newPage();
		await page.addInitScript(() => delete window.WebAssembly);
		page.on("request", (r) => r.url().endsWith("linux.js") &&
			fault("linux.js was loaded"));
		await page.goto(url("02-update.html"));
		const box = panel(page, "02_update");
		await press(box, /^Run/);
		await box.getByText("takes WebAssembly").waitFor({ timeout: 5000 });
	},

	async screenshots(browser) {
		for (const width of [390, 1280])
			for (const colorScheme of ["light", "dark"]) {
				const page = await browser.newPage({ colorScheme,
					viewport: { width, height: 900 } });
				await page.goto(url("02-update.html"));
				await run(page, "02_update");
				const box = panel(page, "02_update");
				await box.scrollIntoViewIfNeeded();
				await page.screenshot({ path: path.join(transcripts,
					width + colorScheme + ".png") });
				await page.close();
			}
	},
};

(async () => {
	// FIREFOX, if set, is the one to ask, through WebDriver BiDi.
	const browser = process.env.FIREFOX ?
		await _bidiFirefox.launch({ executablePath: process.env.FIREFOX }) :
		await chromium.launch({ executablePath: process.env.CHROMIUM,
			args: ["--no-sandbox"] });
	try {
		await checks[check](browser);
	} catch (error) {
		fault(error.message.split("\n").slice(0, 5).join("\n"));
	}
	await browser.close();
	process.exit(faults ? 1 : 0);
})();
