// SPDX-License-Identifier: MIT
// What the page can do beyond being read. Without it only the search,
// the theme button and the copy buttons are missing.
(function () {
	const by = (id) => document.getElementById(id);

	// Theme: as the system wishes, or light, or dark, remembered.
	const themes = ["auto", "light", "dark"];
	let theme = "auto";
	try {
		theme = localStorage.getItem("theme") || "auto";
	} catch (e) {
		// A browser may refuse storage to files.
	}
	const button = by("theme");
	function show() {
		wear(theme);
		button.textContent = "Theme: " + theme;
		button.hidden = false;
	}
	button.addEventListener("click", function () {
		theme = themes[(themes.indexOf(theme) + 1) % 3];
		try {
			localStorage.setItem("theme", theme);
		} catch (e) {
			// It lasts as long as the page, then.
		}
		show();
	});
	show();

	// Copy: code as it is in the file, without its prose; of a
	// terminal only the commands.
	function text(box) {
		const commands = box.querySelectorAll("kbd");
		const parts = commands.length ? commands :
			box.querySelectorAll("pre");
		return Array.from(parts, function (part) {
			const code = part.cloneNode(true);
			code.querySelectorAll(".came").forEach((a) => a.remove());
			return code.textContent;
		}).join(commands.length ? "\n" : "").trimEnd() + "\n";
	}
	document.querySelectorAll(".copy").forEach(function (copy) {
		copy.hidden = false;
		copy.addEventListener("click", function () {
			const box = copy.closest("figure, .code, .terminal");
			const say = (word) => {
				copy.textContent = word;
				setTimeout(() => copy.textContent = "Copy", 1500);
			};
			const area = document.createElement("textarea");
			const old = () => {
				area.value = text(box);
				document.body.append(area);
				area.select();
				const ok = document.execCommand("copy");
				area.remove();
				copy.focus();
				say(ok ? "Copied" : "Select it by hand");
			};
			if (navigator.clipboard)
				navigator.clipboard.writeText(text(box))
					.then(() => say("Copied"), old);
			else
				old();
		});
	});

	// Search: its index is a file beside the page, loaded when the
	// search is opened for the first time.
	const find = by("find");
	let loaded;
	function search() {
		loaded = loaded || new Promise(function (resolve, reject) {
			const script = document.createElement("script");
			script.src = "search.js";
			script.onload = resolve;
			script.onerror = reject;
			document.head.append(script);
		});
		return loaded;
	}
	function openSearch() {
		search().then(() => window.openSearch(), function () {
			find.textContent = "search.js is missing";
		});
	}
	const found = new URLSearchParams(location.search).get("find");
	if (found)
		search().then(() => window.markFound(found), () => null);
	find.hidden = false;
	find.addEventListener("click", openSearch);

	document.addEventListener("keydown", function (event) {
		const busy = event.target.closest("input, textarea, dialog, pre") ||
			event.altKey || event.metaKey || event.shiftKey;
		const turn = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
		if (event.key === "k" && event.ctrlKey ||
		    event.key === "/" && !busy && !event.ctrlKey) {
			event.preventDefault();
			openSearch();
		} else if (turn && !busy && !event.ctrlKey) {
			const link = document.querySelector("a[rel=" + turn + "]");
			if (link)
				link.click();
		}
	});

	// What scrolls can be reached by the keyboard.
	document.querySelectorAll("pre, .drawing").forEach(function (box) {
		if (box.scrollWidth > box.clientWidth)
			box.tabIndex = 0;
	});

	// A click on the number of a line makes a link to it.
	document.addEventListener("click", function (event) {
		if (event.target.matches("pre i[id]"))
			location.hash = event.target.id;
	});

	// The side list says which section is read.
	const places = Array.from(document.querySelectorAll(".here a"),
		(a) => ({ a, section: by(a.hash.slice(1)) }));
	function locate() {
		let now = places[0];
		for (const p of places)
			if (p.section.getBoundingClientRect().top < 130)
				now = p;
		for (const p of places)
			if (p === now)
				p.a.setAttribute("aria-current", "true");
			else
				p.a.removeAttribute("aria-current");
	}
	if (places.length) {
		addEventListener("scroll", locate, { passive: true });
		locate();
	}

	// A link into a folded answer unfolds it.
	function unfold() {
		const place = location.hash && by(location.hash.slice(1));
		if (place && place.matches("details"))
			place.open = true;
	}
	window.addEventListener("hashchange", unfold);
	unfold();
})();
