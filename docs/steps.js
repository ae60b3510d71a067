// SPDX-License-Identifier: MIT
// A recorded run, moved with one slider. All that it shows is read from
// the figure's table and strip of states; see steps.lua.
document.querySelectorAll(".steps").forEach(function (figure) {
	const make = (name, text, parent, kind) => {
		const e = document.createElement(name);
		e.textContent = text;
		if (kind)
			e.className = kind;
		parent.append(e);
		return e;
	};

	// The program's lines as they are on the page, by their numbers,
	// and the paragraph that each is in.
	const program = document.getElementById(figure.dataset.program);
	const paragraph = [];
	let anchor = "";
	const letter = /^step-(?:\d+-)?([a-z]?)/
		.exec(figure.querySelector("tbody tr").id)[1];
	if (program)
		program.querySelectorAll(".chunk pre code").forEach((c) => {
			const code = c.cloneNode(true);
			code.querySelectorAll(".came, .gap")
				.forEach((a) => a.remove());
			const lines = [];
			for (const line of code.innerHTML.split("\n")) {
				const m = /<i id="([a-z]?)(\d+)"><\/i>(.*)/.exec(line);
				if (m) {
					lines.push({ n: +m[2], html: m[3].replace(/^\t/, "") });
					paragraph[m[2]] = lines;
					anchor = m[1];
				}
			}
		});

	// The lines around a call: of a lane all, else some of its paragraph.
	const side = figure.matches(".lanes") ? 99 : 4;
	const near = (lane, row) => (paragraph[row.from] || []).filter((l) =>
		l.n >= Math.max(lane.from, row.from - side) &&
		l.n <= Math.min(lane.to, row.to + side));

	const lanes = Array.from(figure.querySelectorAll(".lane"), (box) => {
		const lane = { frames: box.querySelectorAll(".frames > li"),
			seen: new Set() };
		lane.rows = Array.from(box.querySelectorAll("tbody tr"), (tr) => {
			const cell = tr.cells;
			const lines = tr.dataset.l.split("-").map(Number);
			tr.removeAttribute("id"); // or a link would open the table
			return { tr, at: +cell[0].textContent, from: lines[0],
				to: lines[1] || lines[0], line: cell[1].textContent,
				call: cell[2].querySelector("code").textContent,
				inside: cell[2].querySelector("samp"),
				answer: cell[3].textContent.trim() };
		});
		lane.last = lane.rows[lane.rows.length - 1].at;
		lane.answers = [...new Set(lane.rows.map((r) => r.answer))];
		const stage = make("div", "", box, "stage");
		box.querySelector(".frames").before(stage);
		lane.where = make("p", "", stage, "where");
		lane.code = make("pre", "", stage);
		lane.asked = make("p", "", stage, "asked");
		lane.choices = make("p", "", stage, "choices");
		lane.state = make("div", "", stage, "frames");
		lane.said = make("p", "", stage, "said");
		lane.said.setAttribute("role", "status");
		box.querySelector("details").open = false;
		lane.from = Math.min(...lane.rows.map((r) => r.from)) - 2;
		lane.to = Math.max(...lane.rows.map((r) => r.to)) + 2;
		const most = Math.max(...lane.rows.map((r) => near(lane, r).length));
		lane.code.style.minHeight = most * 1.55 + "em";
		lane.code.hidden = most < 1;
		return lane;
	});
	const last = Math.max(...lanes.map((l) => l.last));

	const bar = make("div", "", figure, "bar");
	figure.querySelector(".lane").before(bar);
	const back = make("button", "Back", bar);
	const range = make("input", "", bar);
	const next = make("button", "Next", bar);
	const place = make("a", "", bar);
	const label = make("label", "", bar);
	const predict = make("input", "", label);
	label.append(" Predict");
	Object.assign(range, { type: "range", min: 1, max: last, value: 1 });
	range.setAttribute("aria-label", "Call");
	predict.type = "checkbox";
	back.type = next.type = "button";

	// Where a walk starts over, and where a call is refused.
	const ticks = make("div", "", bar, "ticks");
	lanes.forEach((lane) => lane.rows.forEach((r) => {
		if (r.tr.className)
			make("i", "", ticks, r.tr.className).style.left =
				(last > 1 ? (r.at - 1) / (last - 1) * 100 : 0) + "%";
	}));

	function show(lane, n) {
		let i = lane.rows.length - 1;
		while (i > 0 && lane.rows[i].at > n)
			i--;
		const row = lane.rows[i];
		const now = row.at === n;
		const hidden = predict.checked && now && !lane.seen.has(n);
		const done = n > lane.last;

		if (row.at > n) {
			lane.where.textContent = "It begins with call " + row.at;
			for (const e of [lane.code, lane.asked, lane.choices, lane.state, lane.said])
				e.textContent = "";
			return false;
		}
		lane.where.textContent = "Call " + (i + 1) + " of " +
			lane.rows.length;
		lane.code.textContent = "";
		for (const l of near(lane, row)) {
			const div = make("div", "", lane.code);
			div.innerHTML = "<i>" + l.n + "</i>" + (l.html || " ");
			if (now && l.n >= row.from && l.n <= row.to)
				div.className = "on";
		}
		lane.code.style.visibility = hidden ? "hidden" : "";
		lane.asked.textContent = "";
		make("code", row.call, lane.asked);
		if (row.inside) {
			const inside = row.inside.textContent;
			make("code", hidden ? inside.replace(/ ?\u2192.*/, "") :
				inside, lane.asked);
		}
		make("b", "= " + (hidden ? "?" : row.answer), lane.asked,
			/^-/.test(row.answer) && !hidden ? "refused" : "");

		lane.choices.textContent = "";
		if (hidden)
			lane.answers.filter((a) => a > 0 === row.answer > 0 ||
				/^-/.test(a)).forEach((a) => {
				const b = make("button", a, lane.choices);
				b.type = "button";
				b.addEventListener("click", function () {
					lane.seen.add(n);
					lane.guess = a;
					go(n);
					range.focus();
				});
			});

		const frame = figure.matches(".shared") ?
			[...lane.frames].filter((f) => f.dataset.a < n + !hidden).pop() :
			(!hidden || i) && lane.frames[(hidden ? lane.rows[i - 1] : row)
				.tr.dataset.f - 1];
		lane.state.replaceChildren(...(frame ?
			frame.cloneNode(true).childNodes : []));
		if (frame)
			lane.state.firstChild.remove();
		const key = (k) => lane.state.querySelector("[data-k='" + k + "']");
		const d = row.tr.dataset;
		if (key(d.k))
			key(d.k).classList.add("at");
		if (!hidden && key(d.n))
			key(d.n).classList.add("next");

		const left = lane.state.querySelectorAll(
			"li:not(.free):not(.gone)").length;
		lane.said.textContent = hidden ?
			"Line " + row.line + ": what does the kernel answer?" :
			(lane.guess === undefined ? "" : lane.guess === row.answer ?
			"Yes. " : "Not " + lane.guess + ". ") + (done ?
			"Finished after " + lane.rows.length + " calls. " : "Line " +
			row.line + ": " + row.call.replace(/\(.*/, "") +
			" answers " + row.answer + ". ") +
			(now && row.tr.className === "over" ? "The key is gone, so the " +
			"walk starts over. " : "") + (lane.state.querySelector("ul") ?
			"The map has " + left + (left === 1 ? " entry." :
			" entries.") : "No descriptor is open.");
		lane.guess = undefined;
		return now && row;
	}

	let n;
	function go(to) {
		n = Math.min(Math.max(to, 1), last);
		range.value = n;
		range.setAttribute("aria-valuetext", n + " of " + last);
		place.textContent = n + " / " + last;
		place.href = "#step-" + letter + n;
		back.disabled = n === 1;
		next.disabled = n === last;
		document.body.classList.toggle("predicting", predict.checked);
		if (program)
			program.querySelectorAll("i.lit").forEach((l) =>
				l.classList.remove("lit"));
		for (const lane of lanes) {
			const row = show(lane, n);
			for (let l = row.from; row && program && l <= row.to; l++) {
				const mark = program.querySelector("i[id='" + anchor + l + "']");
				if (mark)
					mark.classList.add("lit");
			}
		}
	}
	range.addEventListener("input", () => go(+range.value));
	back.addEventListener("click", () => go(n - 1));
	next.addEventListener("click", () => go(n + 1));
	predict.addEventListener("change", function () {
		lanes.forEach((lane) => lane.seen.clear());
		go(n);
	});

	// A link to a step; a click on a line of code, to its next call.
	function follow() {
		const m = /^#step-(?:\d+-)?([a-z]?)(\d+)$/.exec(location.hash);
		if (m && m[1] === letter) {
			go(+m[2]);
			figure.scrollIntoView();
		}
	}
	addEventListener("hashchange", follow);
	const made = new Map();
	lanes.forEach((lane) => lane.rows.forEach((r) => {
		for (let l = r.from; l <= r.to; l++)
			made.set(l, (made.get(l) || []).concat(r.at));
	}));
	if (program)
		program.addEventListener("click", function (event) {
			const pre = event.target.closest("pre");
			if (!pre || event.target.matches("i") ||
			    String(getSelection()))
				return;
			let line;
			pre.querySelectorAll("i[id]").forEach((i) => {
				if (i.getBoundingClientRect().top <= event.clientY)
					line = +i.id.replace(anchor, "");
			});
			const calls = made.get(line);
			if (calls)
				go(calls.find((c) => c > n) || calls[0]);
		});
	go(1);
	follow();
});
