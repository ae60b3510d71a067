// SPDX-License-Identifier: MIT
// Boots the kernel in the emulator, puts the programs there and compiles
// them, and writes the script that a page loads: the emulator and the
// machine as it stands then, ready for its first order.
//
//   node snapshot.js BZIMAGE BIOS CODE SCRIPT
//
// CODE is the folder of the programs. SCRIPT.part is the state itself,
// which must be compressed by zstd: that makes SCRIPT with
//
//   node snapshot.js --wrap STATE.zst SCRIPT
"use strict";
const fs = require("fs");
const path = require("path");
const zlib = require("zlib");

const v86 = path.join(__dirname, "node_modules/v86/build");
// What the state was saved with must be what it is restored with.
const options = { memory_size: 32 << 20, vga_memory_size: 2 << 20,
	uart1: true, disable_keyboard: true, disable_mouse: true,
	disable_speaker: true };

function wrap(state, script) {
	// v86 waits for another time than the last one: a clock that never
	// stands still. Only while it is loaded: it keeps the function.
	const clock = "(() => { const p = performance, real = p.now.bind(p); " +
		"let last = 0; p.now = () => { const n = real(); " +
		"return last = n > last ? n : last + 1e-5; }; })();\n";
	const wasm = zlib.gzipSync(fs.readFileSync(path.join(v86, "v86.wasm")),
		{ level: 9 });
	fs.writeFileSync(script + ".new", clock +
		fs.readFileSync(path.join(v86, "libv86.js"), "utf8") +
		"\ndelete performance.now;\nwindow.LINUX = " + JSON.stringify({
			options, wasm: wasm.toString("base64"),
			state: fs.readFileSync(state).toString("base64") }) +
		";\n");
	fs.renameSync(script + ".new", script);
}

async function boot(bzimage, bios, code, state) {
	const { V86 } = await import(path.join(v86, "libv86.mjs"));
	const read = (file) => {
		const b = fs.readFileSync(file);
		return { buffer: b.buffer.slice(b.byteOffset,
			b.byteOffset + b.length) };
	};
	const machine = new V86(Object.assign({}, options, {
		wasm_path: path.join(v86, "v86.wasm"), bios: read(bios),
		bzimage: read(bzimage), autostart: true,
		cmdline: "console=ttyS0 tsc=reliable mitigations=off " +
			"random.trust_cpu=on quiet" }));
	let said = "", console_ = "", answered;
	machine.add_listener("serial0-output-byte", (b) =>
		console_ += String.fromCharCode(b));
	machine.add_listener("serial1-output-byte", (b) => {
		said += String.fromCharCode(b);
		const end = /\x1e(\d+)\n/.exec(said);
		if (end && answered) {
			const text = said.slice(0, end.index);
			said = "";
			answered({ text, status: +end[1] });
		}
	});
	const send = (text) => machine.serial_send_bytes(1,
		new TextEncoder().encode(text));
	const order = (line) => new Promise((resolve) => {
		answered = resolve;
		send(line);
	});
	const must = async (line) => {
		const { text, status } = await order(line);
		if (status) {
			process.stderr.write(line.slice(0, 200).split("\n")[0] +
				" ended with status " + status + ":\n" + text);
			process.exit(1);
		}
		return text;
	};
	const late = setTimeout(() => {
		process.stderr.write(console_ + said +
			"The machine in the page did not answer for ten minutes.\n");
		process.exit(1);
	}, 600000);

	// It is up when its shell asks.
	while (!console_.includes("# "))
		await new Promise((r) => setTimeout(r, 200));
	await must("true\n");
	const put = (name, bytes) => must("put " + name + "\n" +
		bytes.toString("base64").replace(/.{1,2000}/g, "$&\n") + "\x04");
	await must("mkdir skeletons\n");
	const files = fs.readdirSync(code).filter((f) =>
		/\.[ch]$/.test(f) && !/\.bpf\.c$|^gate/.test(f) &&
		/^(\d\d_|test_maps|expect)/.test(f) && !/^\d\d_mine/.test(f));
	const skeletons = fs.readdirSync(path.join(code, "skeletons"))
		.filter((f) => /^\d\d_.*skel\.h$/.test(f))
		.map((f) => "skeletons/" + f);
	for (const file of files.concat(skeletons))
		await put(file, fs.readFileSync(path.join(code, file)));
	for (const file of files.filter((f) => f.endsWith(".c"))) {
		process.stdout.write("  PAGE " + file + "\n");
		await must("build " + file + " && mv /tmp/program " +
			file.replace(/\.c$/, "") + "\n");
	}
	// What is free is filled with zeros, which take no room in a file.
	await must("sync; echo 3 >/proc/sys/vm/drop_caches; mkdir /tmp/fill; " +
		"mount -t tmpfs -o size=$(($(awk '/MemFree/ { print $2 }' " +
		"/proc/meminfo) - 700))k fill /tmp/fill; " +
		"dd if=/dev/zero of=/tmp/fill/zeros bs=64k 2>/dev/null; " +
		"umount /tmp/fill; rmdir /tmp/fill; dmesg -n 1; " +
		"awk '/MemFree/' /proc/meminfo\n");
	clearTimeout(late);
	await machine.stop();
	fs.writeFileSync(state, new Uint8Array(await machine.save_state()));
	process.exit(0);
}

const args = process.argv.slice(2);
if (args[0] === "--wrap")
	wrap(args[1], args[2]);
else
	boot(...args);
