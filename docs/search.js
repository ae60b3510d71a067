// SPDX-License-Identifier: MIT
// The search, put after its index ("sections") by book.lua: each
// section is its place, its page, its heading and its text.
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

	// Every word must be there; a word in a heading weighs most.
	function search(words) {
		const found = [];
		for (const [place, page, heading, text] of sections) {
			const title = (page + " " + heading).toLowerCase();
			const body = text.toLowerCase();
			let score = 0;
			for (const word of words) {
				const times = body.split(word).length - 1;
				const named = title.includes(word);
				if (!times && !named) {
					score = 0;
					break;
				}
				score += Math.min(times, 5) + (named ? 12 : 0);
			}
			if (score)
				found.push({ place, page, heading, text, score });
		}
		return found.sort((a, b) => b.score - a.score).slice(0, 20);
	}

	// Text with its words marked, put in as text, never as HTML.
	function mark(element, text, words) {
		const escaped = words.map((w) =>
			w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
		text.split(new RegExp("(" + escaped.join("|") + ")", "i"))
			.forEach(function (part, i) {
				const node = i % 2 ?
					document.createElement("mark") :
					document.createTextNode(part);
				if (i % 2)
					node.textContent = part;
				element.append(node);
			});
	}

	function show() {
		const words = input.value.toLowerCase().split(/\s+/)
			.filter((w) => w);
		list.replaceChildren();
		if (!words.length) {
			status.textContent = "Enter opens the first result. " +
				"Escape closes.";
			return;
		}
		const found = search(words);
		status.textContent = found.length ?
			found.length + (found.length === 1 ? " section" :
				" sections") :
			"Nothing found. Try fewer words, or a part of one.";
		for (const hit of found) {
			const [page, id] = hit.place.split("#");
			const item = document.createElement("li");
			const link = document.createElement("a");
			const context = document.createElement("span");
			link.href = page + ".html#" + id;
			const name = document.createElement("b");
			mark(name, hit.page + (hit.heading ?
				" \u203a " + hit.heading : ""), words);
			const at = Math.max(0,
				hit.text.toLowerCase().indexOf(words[0]) - 50);
			mark(context, (at ? "\u2026" : "") +
				hit.text.slice(at, at + 150) + "\u2026", words);
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
