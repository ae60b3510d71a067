// SPDX-License-Identifier: MIT
// The filter of the errno atlas: rows with all of its words stay, and
// the headings that have such rows.
(function () {
	const tables = Array.from(document.querySelectorAll(".errnos"));
	if (tables.length < 2)
		return;
	const bar = document.createElement("div");
	bar.className = "filter";
	bar.innerHTML = "<input type='search' aria-label='Filter the atlas' " +
		"placeholder='Filter: lookup EINVAL array' spellcheck='false'>" +
		"<output></output>";
	const input = bar.firstChild;
	const heading = (table) => {
		let before = table.previousElementSibling;
		while (before.tagName !== "H2")
			before = before.previousElementSibling;
		return before;
	};
	heading(tables[0]).before(bar);
	const rows = tables.flatMap(function (table) {
		const call = heading(table);
		let group, since;
		return Array.from(table.querySelectorAll("tbody tr"), function (row) {
			if (row.firstChild.tagName === "TH") {
				group = row;
				since = null;
				return null;
			}
			if (row.className) {
				since = row;
				return null;
			}
			const above = [table, call, group].concat(since || []);
			if (call.nextElementSibling !== table)
				above.push(call.nextElementSibling);
			return { row, above, text: [call, group, since || row, row]
				.map((e) => e.textContent).join(" ").toLowerCase() };
		}).filter((r) => r);
	});
	input.addEventListener("input", function () {
		const words = input.value.toLowerCase().split(/[\s,]+/)
			.filter((w) => w);
		let shown = 0;
		for (const r of rows)
			for (const element of r.above)
				element.hidden = true;
		for (const r of rows) {
			r.row.hidden = !words.every((w) => r.text.includes(w));
			if (r.row.hidden)
				continue;
			shown++;
			for (const element of r.above)
				element.hidden = false;
		}
		bar.lastChild.textContent = words.length ?
			shown + " of " + rows.length : "";
	});
})();
