// SPDX-License-Identifier: MIT
// The search, put after its index ("sections") by book.lua: each
// section is its place, its page, its heading, its text, and the call
// whose card it is.
window.openSearch = (function () {
	const style = document.createElement("style");
	style.textContent = [
		"dialog { border: 1px solid var(--line); border-radius: .7rem; ",
		"background: var(--bg); color: var(--fg); padding: 0; width: ",
		"min(42rem, calc(100vw - 2rem)); max-height: 80vh; margin-top: ",
		"8vh; box-shadow: 0 1rem 4rem #0006; }",
		"dialog::backdrop { background: #0007; }",
		"dialog input { font: inherit; width: 100%; border: 0; ",
		"padding: .9rem 1.2rem; background: none; color: inherit; ",
		"border-bottom: 1px solid var(--line); border-radius: 0; }",
		"dialog input:focus-visible { outline-offset: -.2rem; }",
		"dialog ol { list-style: none; margin: 0; padding: .4rem; }",
		"dialog p { margin: 0; padding: .7rem 1.2rem; color: ",
		"var(--muted); font-size: .88rem; }",
		"dialog li a { display: block; padding: .5rem .8rem; ",
		"border-radius: .4rem; color: inherit; text-decoration: none; ",
		"line-height: 1.4; }",
		"dialog li a:hover, dialog li a:focus { background: ",
		"var(--panel); }",
		"dialog li span { display: block; font-size: .85rem; color: ",
		"var(--muted); overflow-wrap: anywhere; }",
	].join("");
	document.head.append(style);

	const dialog = document.createElement("dialog");
	dialog.setAttribute("aria-label", "Search the book");
	dialog.innerHTML = "<input type='text' aria-label='Search the book' " +
		"placeholder='Search the book: a call, a flag, an errno, a word' " +
		"autocomplete='off' spellcheck='false'>" +
		"<p role='status'></p><ol></ol>";
	document.body.append(dialog);
	const input = dialog.querySelector("input");
	const status = dialog.querySelector("p");
	const list = dialog.querySelector("ol");

	// Words as they are compared: without case and signs, "_" parts
	// them, and a word is cut down to what its forms have in common.
	const plain = (text) => " " +
		text.toLowerCase().replace(/[^a-z0-9]+/g, " ").trim() + " ";
	const stem = (word) => /^[0-9]+$/.test(word) ? word + " " :
		word.length < 4 ? word :
			word.replace(/(ies|ying|ing|ion|ed|es|s|e|y)$/, "");
	const idle = new Set(("a all an and any are as at be by can do does " +
		"for from how i in into is it its my of on one or over so some " +
		"than that the then there this through to up use using was " +
		"what when where which while why with without you").split(" "));

	// What people say, and what the book says.
	const same = {};
	for (const line of [
		"iterate loop traverse scan enumerate foreach list dump visit = walk next",
		"evict eviction cache recent = lru drop",
		"race atomic concurrent thread lock parallel = step race",
		"remove erase unlink clear forget = delete",
		"insert add put set save write change modify overwrite = update store",
		"get read fetch find search query retrieve = lookup look",
		"pop dequeue consume = take queue",
		"push enqueue = queue update",
		"permission permitted denied root sudo privilege unprivileged = eperm capability cap",
		"full space room capacity limit = e2big full max",
		"missing absent notfound = enoent absent",
		"exist exists duplicate already = eexist noexist",
		"fd handle file = descriptor",
		"persist survive reboot keep = pin",
		"pointer address segfault crash = efault address",
		"free destroy leak unload = close gone",
		"fail failure failing error code = errno",
		"invalid wrong argument = einval",
		"unsupported = enotsupp",
		"percpu cpu counter = cpu per",
		"kernelspace bytecode ebpf = bpf helper",
		"sigint ctrl interrupt signal stop quit = ctrl signal",
		"struct align alignment hole = padding",
		"size sizeof length = size bytes",
		"fifo = queue", "lifo = stack", "dictionary table hashmap = hash map",
		"first start begin hello = start first",
		"compile build gcc cc link = compile lbpf make",
		"vm qemu virtual = virtual machine", "grade mark class student = teachers grade",
		"trace = strace",
	]) {
		const [said, meant] = line.split(" = ");
		for (const word of said.split(" "))
			same[stem(word)] = meant.split(" ").map(stem);
	}

	// Each word of a query, with what may stand in its place.
	function wanted(query) {
		const words = plain(query).trim().split(" ").filter((w) => w);
		const telling = words.filter((w) => !idle.has(w));
		return (telling.length ? telling : words).map(function (word) {
			const base = stem(word);
			return [base].concat((same[base] || [])
				.filter((w) => w !== base));
		});
	}

	// A place is its page, heading and text, and the call whose card it
	// is. Every word must begin a word there, or one with the same
	// meaning. What is a card of the call weighs most, then headings.
	const index = sections.map(([place, page, heading, text, card]) => ({
		place, page, heading, text, card: plain(card || ""),
		name: plain(page + " " + heading), body: plain(text),
		rank: /^9[02-9]/.test(place) ? 0.5 : 1 }));

	function weigh(at, word) {
		const begin = " " + word;
		return Math.min(at.body.split(begin).length - 1, 4) +
			(at.name.includes(begin) ? 12 : 0) +
			(at.card.includes(begin) ? 16 : 0);
	}

	function search(query) {
		const words = wanted(query);
		const phrase = plain(query).trimEnd();
		const found = [];
		for (const at of words.length ? index : []) {
			let score = 1;
			for (const forms of words) {
				const best = Math.max(...forms.map((form, i) =>
					weigh(at, form) * (i ? 0.7 : 1)));
				score = best && score && score + best;
			}
			if (score && phrase.includes(" ", 1))
				score += at.card.includes(phrase) ? 40 :
					at.name.includes(phrase) ? 20 :
						at.body.includes(phrase) ? 8 : 0;
			if (score)
				found.push({ ...at, score: score * at.rank });
		}
		return found.sort((a, b) => b.score - a.score).slice(0, 20);
	}

	// What of a text the words of a query mean, as a pattern.
	const pattern = (query) => new RegExp("((?<![a-z0-9])(?:" +
		wanted(query).flat().map((w) => w.trim()).join("|") +
		")[a-z0-9]*)", "i");

	// Text with its words marked, put in as text, never as HTML.
	function mark(element, text, query) {
		text.split(pattern(query)).forEach(function (part, i) {
			const node = i % 2 ? document.createElement("mark") :
				document.createTextNode(part);
			if (i % 2)
				node.textContent = part;
			element.append(node);
		});
	}

	// Where one lands, the words are marked until the page is left.
	window.markFound = function (query) {
		const place = document.getElementById(location.hash.slice(1));
		let node = place && !place.matches("main, figure, section") ?
			place : place && place.firstElementChild;
		const texts = [];
		for (; node; node = node.nextElementSibling) {
			if (node !== place && /^H[12]$/.test(node.tagName) && texts.length)
				break;
			const walker = document.createTreeWalker(node,
				NodeFilter.SHOW_TEXT);
			while (walker.nextNode())
				texts.push(walker.currentNode);
		}
		for (const text of texts.filter((t) =>
			pattern(query).test(t.data) && !t.parentNode.closest("svg, button, summary"))) {
			const marked = document.createElement("span");
			mark(marked, text.data, query);
			text.replaceWith(...marked.childNodes);
		}
	};

	function show() {
		const query = input.value;
		list.replaceChildren();
		if (!wanted(query).length) {
			status.textContent = query.trim() ? "Nothing to search for." :
				"Enter opens the first result. Escape closes.";
			return;
		}
		const found = search(query);
		status.textContent = found.length ?
			found.length + (found.length === 1 ? " section" :
				" sections") :
			"Nothing found. Try fewer words, or a part of one.";
		for (const hit of found) {
			const [page, id] = hit.place.split("#");
			const item = document.createElement("li");
			const link = document.createElement("a");
			const context = document.createElement("span");
			link.href = page + ".html?find=" + encodeURIComponent(query) +
				"#" + id;
			const name = document.createElement("b");
			mark(name, hit.page + (hit.heading ?
				" \u203a " + hit.heading : ""), query);
			const at = Math.max(0, hit.text.search(pattern(query)) - 50);
			mark(context, (at ? "\u2026" : "") +
				hit.text.slice(at, at + 150) + "\u2026", query);
			link.append(name, context);
			item.append(link);
			list.append(item);
		}
	}

	input.addEventListener("input", show);
	dialog.addEventListener("keydown", function (event) {
		const links = Array.from(list.querySelectorAll("a"));
		const at = links.indexOf(document.activeElement);
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (event.key === "Enter" && at < 0 && links.length) {
			links[0].click();
		} else if (step) {
			event.preventDefault();
			(links[at + step] || input).focus();
		}
	});
	list.addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", function (event) {
		if (event.target === dialog)
			dialog.close();
	});
	return function () {
		if (!dialog.open)
			dialog.showModal();
		input.select();
		show();
	};
})();
