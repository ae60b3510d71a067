// SPDX-License-Identifier: MIT
// The search, put behind its index ("sections") by search.sh: each
// section is its place, its page, its heading and its text.
window.openSearch = (function () {
	const dialog = document.createElement("dialog");
	dialog.setAttribute("aria-label", "Search the book");
	dialog.innerHTML = "<input type='search' aria-label='Search the book' " +
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
