// SPDX-License-Identifier: MIT
// Opens the pages of the book in a real Chromium, without a window:
//
//   node check.js FOLDER CHECK
//
// FOLDER holds the pages, CHECK is one of the functions in "checks".
// Prints a line for each fault; the status is 1 if there is one.
"use strict";
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const { chromium } = require("playwright-core");

const [folder, check] = process.argv.slice(2);
const top = path.join(__dirname, "../../..");
const pages = fs.readdirSync(folder).filter((f) => f.endsWith(".html"));
const lesson = pages.find((p) => p.startsWith("01-")) || pages[0];
const url = (page) => pathToFileURL(path.join(folder, page)).href;
let faults = 0;

function fault(...words) {
	faults++;
	console.log(...words);
}

// wanted NAME GOT EXPECTED
function wanted(name, got, expected) {
	if (got !== expected)
		fault(name + ": expected " + JSON.stringify(expected) +
			", got " + JSON.stringify(got));
}

async function axe(browser, options) {
	const source = fs.readFileSync(require.resolve("axe-core/axe.min.js"),
		"utf8");
	const context = await browser.newContext(options);
	for (const name of pages) {
		const page = await context.newPage();
		await page.goto(url(name));
		await page.evaluate(() => document.querySelectorAll("details")
			.forEach((d) => d.open = true));
		await page.evaluate(source);
		const { violations } = await page.evaluate(() => axe.run());
		for (const v of violations)
			fault(name + ": " + v.id + ": " + v.nodes.length + ": " +
				v.nodes[0].html.slice(0, 120));
		if (await page.evaluate(() =>
			document.documentElement.scrollWidth > innerWidth))
			fault(name + ": wider than the window");
		await page.close();
	}
}

const checks = {
	light: (browser) => axe(browser, {
		viewport: { width: 1280, height: 900 }, colorScheme: "light" }),
	dark: (browser) => axe(browser, {
		viewport: { width: 1280, height: 900 }, colorScheme: "dark" }),
	phone: (browser) => axe(browser, {
		viewport: { width: 360, height: 740 }, colorScheme: "light" }),

	// Nothing on the console, and nothing asked for but the page and,
	// once the search is opened, its index.
	async quiet(browser) {
		for (const name of pages) {
			const page = await browser.newPage();
			const asked = [];
			page.on("console", (m) => fault(name + ": " + m.text()));
			page.on("pageerror", (e) => fault(name + ": " + e.message));
			page.on("request", (r) => {
				if (!r.url().startsWith("data:"))
					asked.push(r.url());
			});
			await page.goto(url(name));
			for (const copy of await page.locator(".copy").all())
				if (await copy.isVisible())
					await copy.click();
			await page.emulateMedia({ media: "print" });
			await page.pdf();
			await page.emulateMedia({ media: "screen" });
			// What runs the programs here, if it was built.
			const machine = await page.locator("script[src]").count();
			const first = [url(name)].concat(machine ?
				[url("machine.js")] : []);
			wanted(name + ": requests", asked.join(" "),
				first.join(" "));
			await page.keyboard.press("/");
			await page.locator("dialog[open] input").fill("ENOENT");
			await page.locator("dialog li").first().waitFor();
			wanted(name + ": requests of the search",
				asked.slice(first.length).join(" "), url("search.js"));
			await page.close();
		}
	},

	async search(browser) {
		const page = await browser.newPage();
		await page.goto(url(lesson));
		await page.locator("#find").click();
		const input = page.locator("dialog[open] input");
		const hits = () => page.locator("dialog li a")
			.evaluateAll((l) => l.map((a) => a.href.replace(
				/^.*\/([^/]*)\.html\?find=[^#]*/, "$1")));
		// What people type, and the page or place that must be among
		// the first results: so many of them.
		for (const [words, place, first] of [
			["get_next_key", "06-iterate#the-call", 1],
			["bpf_map_update_elem", "02-update#the-call", 1],
			["update", "02-update#the-call", 2],
			["lookup and delete", "04-lookup-and-delete#the-call", 1],
			["how to delete while iterating", "06-iterate", 2],
			["iterate over all keys", "06-iterate", 2],
			["loop over a map", "06-iterate", 3],
			["remove an entry", "05-delete", 2],
			["evict", "", 1],
			["lru evict", "", 1],
			["noexist", "02-update", 2],
			["EEXIST", "02-update", 3],
			["17", "90-errno-atlas", 5],
			["permission denied", "91-when-it-does-not-work", 3],
			["errno atlas", "90-errno-atlas", 5],
			["padding struct", "03-lookup", 3],
			["two underscores", "08-two-worlds", 3],
			["02a_first_writer_wins", "02-update", 2],
			["first writer wins", "02-update", 2],
			["how do I compile", "", 1],
			["bpf(2)", "", 1],
		]) {
			await input.fill(words);
			const found = await hits();
			if (!found.slice(0, first).some((l) => l.startsWith(place)))
				fault(words + ": " + place + " is not among the first " +
					first + ": " + found.slice(0, 5).join(" "));
		}
		// A word is found where it begins.
		for (const [word, other] of [["race", "strace"], ["pin", "spin"]]) {
			await input.fill(word);
			const marks = await page.locator("dialog mark")
				.allTextContents();
			if (marks.some((m) => m.toLowerCase().includes(other)))
				fault(word + ": finds " + other);
		}
		await input.fill("zzzzzz");
		wanted("nothing", await page.locator("dialog li").count(), 0);
		await input.fill("<img src=x>");
		wanted("markup", await page.locator("dialog img").count(), 0);
		await page.keyboard.press("Escape");
		wanted("closed", await page.locator("dialog[open]").count(), 0);
		await page.keyboard.press("/");
		await input.fill("noexist");
		await page.keyboard.press("Enter");
		await page.waitForURL(/02-update\.html\?find=noexist#/);
		const marked = page.locator("main mark");
		await marked.first().waitFor();
		if (!(await marked.allTextContents()).every((m) =>
			/noexist/i.test(m)))
			fault("where one lands, other words are marked");
	},

	// What the copy buttons take is pasted, and compared with the
	// source file without its prose, and with the commands of a run.
	async copy(browser) {
		const plain = (text) => text.split("\n").filter((line) =>
			line.trim() !== "" && !/^\s*\/\//.test(line) &&
			!/^\s*\/\*.*\*\/$/.test(line)).join("\n");
		const context = await browser.newContext();
		const page = await context.newPage();
		const taken = async (button) => {
			await button.click();
			await button.filter({ hasText: "Copied" }).waitFor();
			await page.evaluate(() => {
				const area = document.createElement("textarea");
				area.id = "paste";
				document.body.append(area);
				area.focus();
			});
			await page.keyboard.press("Control+V");
			const text = await page.locator("#paste").inputValue();
			await page.evaluate(() =>
				document.getElementById("paste").remove());
			return text;
		};
		for (const name of pages) {
			await page.goto(url(name));
			for (const p of await page.locator(".program").all()) {
				const file = await p.locator("figcaption code")
					.textContent();
				wanted(file, plain(await taken(p.locator(".copy"))),
					plain(fs.readFileSync(path.join(top, file),
						"utf8")));
			}
			for (const t of await page.locator(".terminal").all()) {
				const commands = await t.locator("kbd")
					.allTextContents();
				if (!commands.length || !await t.isVisible())
					continue;
				const text = await taken(t.locator(".copy"));
				wanted(name + ": commands", text,
					commands.join("\n") + "\n");
				if (/^\$ /m.test(text))
					fault(name + ": a prompt was copied");
			}
		}
	},

	async keyboard(browser) {
		const page = await browser.newPage();
		await page.goto(url("01-create.html"));
		await page.keyboard.press("ArrowRight");
		await page.waitForURL(/02-update\.html/);
		await page.keyboard.press("ArrowLeft");
		await page.waitForURL(/01-create\.html/);
		await page.keyboard.press("Tab");
		wanted("first stop", await page.evaluate(() =>
			document.activeElement.className), "skip");
		await page.goto(url("01-create.html") + "#answer-1");
		wanted("a link into an answer unfolds it",
			await page.locator("#answer-1").getAttribute("open"), "");
	},

	// The button's choice wins over the system's and is remembered.
	async theme(browser) {
		const context = await browser.newContext({ colorScheme: "light" });
		const page = await context.newPage();
		const dark = () => page.evaluate(() => {
			const c = getComputedStyle(document.body).backgroundColor;
			return /rgb\((\d+)/.exec(c)[1] < 128;
		});
		await page.goto(url(lesson));
		wanted("as the system", await dark(), false);
		await page.emulateMedia({ colorScheme: "dark" });
		wanted("as the dark system", await dark(), true);
		await page.locator("#theme").click();
		wanted("light by the button", await dark(), false);
		await page.locator("#theme").click();
		await page.emulateMedia({ colorScheme: "light" });
		await page.reload();
		wanted("dark is remembered", await dark(), true);
	},

	// The filter of the atlas leaves the rows that have all its words,
	// and the headings that have rows.
	async atlas(browser) {
		const page = await browser.newPage();
		await page.goto(url("90-errno-atlas.html"));
		const rows = page.locator(".errnos tbody td:first-child:visible");
		const all = await rows.count();
		await page.locator(".filter input").fill("queue ENOENT");
		const left = await page.locator(".errnos").evaluateAll((tables) =>
			tables.filter((t) => t.offsetParent).map((t) => t.innerText));
		if (!left.length || !left.every((t) => /QUEUE/.test(t) &&
			/ENOENT/.test(t) && !/EINVAL/.test(t)))
			fault("the filter leaves other rows: " + left.join(" | "));
		if (await rows.count() >= all / 4)
			fault("the filter leaves most rows");
		for (const heading of await page.locator("h2:visible").all())
			if (await heading.evaluate((h) =>
				h.querySelector("code") && !document.querySelector(
					".errnos[aria-label*='" + h.textContent + " ']")
					.offsetParent))
				fault("the filter leaves a heading without rows");
		await page.locator(".filter input").fill("");
		wanted("rows without a filter", await rows.count(), all);
	},

	// The line that a link names is marked; a click on a number makes
	// such a link; the side list says where one is.
	async places(browser) {
		const page = await browser.newPage({
			viewport: { width: 1500, height: 800 } });
		await page.goto(url("02-update.html") + "#20");
		wanted("the line that the link names", await page.evaluate(() =>
			document.querySelector(":target").tagName), "I");
		await page.locator("pre i[id='24']").click({ force: true });
		wanted("the link of a click", await page.evaluate(() =>
			location.hash), "#24");
		const here = () => page.locator(".here [aria-current]")
			.evaluateAll((l) => l.map((a) => a.textContent).join());
		for (const id of ["the-program", "exercises"]) {
			await page.evaluate((i) => document.getElementById(i)
				.scrollIntoView(), id);
			await page.waitForTimeout(200);
			wanted("the section that is read", await here(),
				await page.locator("#" + id).textContent());
		}
	},

	// A run that is stepped through shows what is recorded: the file of
	// the run, a line a call, is read again here.
	async steps(browser) {
		const spaced = (hex) => hex.replace(/..(?=.)/g, "$& ");
		const small = (hex) => /^(..)(..)0*$/.test(hex) &&
			hex.length >= 8 && hex.length <= 16 ?
			String(parseInt(hex.slice(2, 4) + hex.slice(0, 2), 16)) :
			spaced(hex);
		const run = (name) => fs.readFileSync(path.join(top,
			"lessons/transcripts", name + ".steps.tsv"), "utf8")
			.trimEnd().split("\n").slice(1).map((l) => l.split("\t"));
		const context = await browser.newContext({
			viewport: { width: 1280, height: 900 } });
		const page = await context.newPage();
		const text = (place) => page.locator(place).allTextContents();
		const one = async (place) => (await text(place)).join("|");

		await page.goto(url("02-update.html"));
		const rows = run("02_update");
		await page.locator(".bar input[type=range]").focus();
		const said = new Set();
		for (const [i, row] of rows.entries()) {
			const [, line, , , , , key, value, back, result, open,
				entries] = row;
			const step = "step " + (i + 1) + ": ";
			wanted(step + "place", await one(".bar a"),
				i + 1 + " / " + rows.length);
			wanted(step + "answer", await one(".asked b"), "= " + result);
			for (const bytes of [key, value, back])
				if (/^[0-9a-f]+$/.test(bytes) &&
				    !(await one(".asked")).includes(spaced(bytes)))
					fault(step + spaced(bytes) + " is missing");
			wanted(step + "entries", (await page.locator(
				".stage li:not(.free)").evaluateAll((l) => l.map((e) =>
				Array.from(e.children, (c) => c.textContent)
					.join("=")))).join(" "),
			entries.split(" ").map((e) => e.split("=").map(small)
				.join("=")).join(" ").replace("-", ""));
			wanted(step + "descriptors", await one(".stage .fds"),
				open === "-" ? "no descriptor" :
					open.replace(":", " \u2192 "));
			const lit = await page.locator(".program i.lit")
				.evaluateAll((l) => l.map((e) => e.id));
			if (lit[0] !== line ||
			    (await text(".stage pre .on i"))[0] !== line)
				fault(step + "line " + line + " is not lit");
			wanted(step + "sentences", await page.locator(
				".stage [role=status]").count(), 1);
			said.add(await one(".said"));
			await page.keyboard.press("ArrowRight");
		}
		if (said.size < 8)
			fault("it says the same again and again");

		// A link leads to a step, and a line of code to its calls.
		await page.goto(url("02-update.html") + "#step-5");
		wanted("the step of a link", await one(".bar a"),
			"5 / " + rows.length);
		await page.locator(".bar button", { hasText: "Next" }).click();
		wanted("the step after it", await one(".bar a"),
			"6 / " + rows.length);
		const number = page.locator(".program i[id='43']");
		await number.scrollIntoViewIfNeeded();
		const at = await number.boundingBox();
		await page.mouse.click(at.x + 120, at.y + at.height / 2);
		wanted("the step of a line", await one(".stage pre .on i"),
			"43|44");

		// It can be asked to hide an answer until one is chosen.
		await page.goto(url("02-update.html") + "#step-7");
		const before = await one(".stage .cells li");
		await page.goto(url("02-update.html") + "#step-5");
		await page.locator(".bar input[type=checkbox]").check();
		wanted("a hidden answer", await one(".asked b"), "= ?");
		if (await page.locator(".stage pre").isVisible() ||
		    await page.locator(".came").first().isVisible())
			fault("the answer can be read beside the call");
		await page.locator(".choices button",
			{ hasText: "-ENOENT" }).click();
		wanted("a wrong guess", (await one(".said")).slice(0, 12),
			"Not -ENOENT.");
		wanted("the answer", await one(".asked b"), "= -EEXIST");
		await page.goto(url("02-update.html") + "#step-7");
		if (await one(".stage .cells li") === before)
			fault("the map gives the answer away");
		await page.locator(".choices button",
			{ hasText: /^0$/ }).click();
		wanted("a right guess", (await one(".said")).slice(0, 4), "Yes.");

		// Two lanes move together; the first is through before.
		await page.goto(url("06-iterate.html"));
		await page.locator(".bar input[type=range]").focus();
		await page.keyboard.press("End");
		const ends = await text(".said");
		wanted("the lane that is through", ends[0].slice(0, 23),
			"Finished after 8 calls.");
		wanted("the other", ends[1].includes("-ENOENT"), true);
		await page.goto(url("06-iterate.html") + "#step-4");
		wanted("the walk starts over", (await text(".said"))
			.map((s) => s.includes("starts over")).join(), "false,true");
		const places = async () => Promise.all((await page.locator(".lane")
			.all()).map((l) => l.boundingBox()));
		let [a, b] = await places();
		if (a.y !== b.y || a.x >= b.x)
			fault("the lanes are not side by side");
		await page.setViewportSize({ width: 390, height: 800 });
		[a, b] = await places();
		if (a.x !== b.x || a.y >= b.y)
			fault("on a phone the lanes are not stacked");
		for (const e of await page.locator(".steps, .steps *").all())
			if (await e.evaluate((x) => parseFloat(
				getComputedStyle(x).transitionDuration) ||
				getComputedStyle(x).animationName !== "none")) {
				fault("something moves by itself");
				break;
			}

		// How much a page carries for it, packed.
		const packed = async (place) => require("zlib").gzipSync(
			(await page.locator(place).evaluateAll((l) =>
				l.map((e) => e.outerHTML)
					.filter((h) => /steps/.test(h)).join("")))).length;
		if (await packed("script") > 6144)
			fault("the script has " + await packed("script") + " bytes");

		// Without JavaScript all of it can be read, and nothing idles.
		const plain = await (await browser.newContext({
			javaScriptEnabled: false })).newPage();
		await plain.goto(url("02-update.html"));
		wanted("rows", await plain.locator(".steps tbody tr:visible")
			.count(), rows.length);
		wanted("answers", (await plain.locator(
			".steps tbody td:last-child").allTextContents())
			.map((t) => t.trim()).join(),
		rows.map((r) => r[9]).join());
		wanted("states", await plain.locator(".frames > li:visible")
			.count(), new Set(rows.map((r) => r[10] + r[11])).size);
		const data = require("zlib").gzipSync(await plain.locator(
			".steps").evaluate((e) => e.outerHTML)).length;
		if (data > 3072)
			fault("the run has " + data + " bytes");
		await plain.emulateMedia({ media: "print" });
		wanted("printed rows", await plain.locator(
			".steps tbody tr:visible").count(), rows.length);
	},

	// Without JavaScript all of the text is there, and no button that
	// does nothing.
	async plain(browser) {
		const context = await browser.newContext({
			javaScriptEnabled: false });
		const page = await context.newPage();
		for (const name of pages) {
			await page.goto(url(name));
			for (const b of await page.locator("button").all())
				if (await b.isVisible())
					fault(name + ": a button is shown");
			if (!await page.locator("h1").isVisible())
				fault(name + ": no heading");
		}
	},

	// On paper: no buttons, no bars, no line cut at the right.
	async print(browser) {
		const page = await browser.newPage({
			viewport: { width: 700, height: 1000 } });
		for (const name of pages) {
			await page.goto(url(name));
			await page.emulateMedia({ media: "print" });
			for (const part of [".top", ".side", ".turn"])
				if (await page.locator(part).count() &&
				    await page.locator(part).first().isVisible())
					fault(name + ": " + part + " is printed");
			const cut = await page.evaluate(() =>
				Array.from(document.querySelectorAll("pre"))
					.filter((p) => p.scrollWidth > p.clientWidth + 1)
					.map((p) => p.textContent.slice(0, 60)));
			cut.forEach((c) => fault(name + ": cut: " + c));
		}
	},
};

(async function () {
	if (!pages.length || !checks[check])
		throw new Error("usage: node check.js FOLDER CHECK");
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
			"--no-first-run", "--disable-background-networking",
			"--disable-component-update", "--disable-sync"],
	});
	try {
		await checks[check](browser);
	} finally {
		await browser.close();
	}
	process.exitCode = faults ? 1 : 0;
})().catch(function (error) {
	console.log(error.message);
	process.exitCode = 1;
});
