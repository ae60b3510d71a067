-- SPDX-License-Identifier: MIT
-- Turns one lesson into one page: a paragraph that is one link with a
-- title brings in a program, a function, a run, a table or an exercise.
-- Run by docs/Makefile in docs/, one pandoc a page, with the metadata
-- "page". Beside the page it writes, under build/.book/:
--
--   PAGE.d      what the page was made from, for make
--   PAGE.data   what the rest of the book needs from this page, one
--               fact a line, fields separated by tabs:
--                 use KIND NAME        a source that was brought in
--                 anchor PAGE#ID       a place that links may lead to
--                 link PAGE#ID WHERE   a link, and the line it is on
--                 head LEVEL PAGE#ID HTML
--                 term KIND TERM PAGE#ID SECTION WEIGHT
--                 answer N ID SECTION  the lines of an answer follow
--                 text N LINE          (one of them)
--                 search JSON          a section, for search.js
--
-- Works with pandoc 2.17 and 3: keep to what both have.

local stringify, filename = pandoc.utils.stringify, pandoc.path.filename
local List = pandoc.List

local page, input          -- "03-lookup", "../lessons/03-lookup.md"
local data, deps = {}, {}
local pages, order = {}, List()   -- of the book, from build/.book/structure
local shown_on = {}             -- program file -> page
local glossary = {}             -- lower-case term -> term
local exercises = {}             -- folders that have an answer
local blocks                    -- the walk, defined far below

---------------------------------------------------------------- files

-- shown PATH: a path as a reader at the top of the tree writes it
local function shown(path)
	return path:match('^%.%./') and path:sub(4) or 'docs/' .. path
end

local function die(file, line, message)
	io.stderr:write(shown(file), ':', line, ': ', message, '\n')
	os.exit(1)
end

local function note(...)
	data[#data + 1] = table.concat({ ... }, '\t')
end

-- slurp PATH: the text of a file, or nil
local function slurp(path)
	local file = io.open(path, 'rb')
	local text = file and file:read('a')
	if file then file:close() end
	return text
end

-- write PATH TEXT: whole or not at all
local function write(path, text)
	local file = assert(io.open(path .. '.new', 'wb'))
	assert(file:write(text))
	assert(file:close())
	assert(os.rename(path .. '.new', path))
end

-- split TEXT SEPARATOR: its lines, or the fields between SEPARATORs
local function split(text, separator)
	separator = separator or '\n'
	local parts = List()
	for part in (text:gsub('\n$', '') .. separator)
			:gmatch('(.-)' .. separator) do
		parts:insert(part)
	end
	return parts
end

-- group LIST KEY: lists of the items for which KEY is the same, in the
-- order of the first of each
local function group(list, key)
	local groups, of = List(), {}
	for _, item in ipairs(list) do
		local k = key(item)
		if not of[k] then
			of[k] = List()
			groups:insert(of[k])
		end
		of[k]:insert(item)
	end
	return groups
end

-- sorted SET: its keys, in order
local function sorted(set)
	local keys = List()
	for key in pairs(set) do
		keys:insert(key)
	end
	keys:sort()
	return keys
end

-- where TEXT: the line of the lesson that holds TEXT; lines are passed
-- in order, so the search goes on where the last one ended
local source, cursor = {}, 1
local function where(text)
	for _, from in ipairs { cursor, 1 } do
		for i = from, #source do
			if source[i]:find(text, 1, true) then
				cursor = i
				return i
			end
		end
	end
	return 1
end

-- normal PATH: without "x/../" and "./"
local function normal(path)
	local out = {}
	for part in path:gmatch('[^/]+') do
		if part == '..' and #out > 0 and out[#out] ~= '..' then
			out[#out] = nil
		elseif part ~= '.' then
			out[#out + 1] = part
		end
	end
	return table.concat(out, '/')
end

-- need PATH LINE: the text of a source that the lesson names
local function need(path, line)
	local text = slurp(path)
	if not text then
		die(input, line, 'there is no ' .. shown(path))
	end
	deps[path] = true
	return text
end

----------------------------------------------------------------- HTML

local entity = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;' }
local function escape(text)
	return (text:gsub('[&<>]', entity))
end

local function code(text)
	return '<code>' .. escape(text) .. '</code>'
end

-- inline_code TEXT: plain text whose `code` is in backticks, as HTML
local function inline_code(text)
	return (escape(text):gsub('`([^`]+)`', '<code>%1</code>'))
end

local function raw(html)
	return pandoc.RawBlock('html', html)
end

-- wrap OPEN LIST CLOSE: blocks between two pieces of HTML
local function wrap(open, list, close)
	return List { raw(open) } .. list .. { raw(close) }
end

local function markdown(text)
	return pandoc.read(text, 'gfm+smart').blocks
end

-------------------------------------------- the book: sections, terms

-- The section that is being walked. Its text goes to the search, the
-- terms in it to the index.
local section = { id = 'main', title = '', text = {}, terms = {} }
local page_title = ''

local function here()
	return page .. '#' .. section.id
end

-- json TEXT: a string of a script; TEXT has no control characters
local function json(text)
	return (('%q'):format(text):gsub('</', '<\\/'))
end

local function close_section()
	local text = table.concat(section.text, ' '):gsub('%s+', ' ')
	for _, term in ipairs(sorted(section.terms)) do
		local seen = section.terms[term]
		note('term', seen.kind, term, here(),
			section.title ~= '' and section.title or page_title,
			seen.weight)
	end
	if text ~= '' then
		note('search', '[' .. json(here()) .. ',' .. json(page_title) ..
			',' .. json(section.title) .. ',' .. json(text) .. '],')
	end
end

local function open_section(level, id, title, html)
	close_section()
	section = { id = id, title = title, text = {}, terms = {} }
	note('anchor', page .. '#' .. id)
	note('head', level, page .. '#' .. id, html)
end

-- heading ID HTML TITLE: the start of a section that is not in the
-- Markdown; the index calls it TITLE
local function heading(id, html, title)
	open_section(2, id, title or '', html)
	return raw('<h2 id="' .. id .. '">' .. html .. '</h2>')
end

local function say(text)
	section.text[#section.text + 1] = text
end

-- count TERM KIND WEIGHT: TERM is in this section; a term in a heading
-- or a card weighs more than one in the running text
local function count(term, kind, weight)
	local seen = section.terms[term] or { kind = kind, weight = 0 }
	seen.weight = seen.weight + weight
	section.terms[term] = seen
end

-- terms_of CODE WEIGHT: the calls, flags, types and errnos in CODE
local function terms_of(code, weight)
	for word in code:gmatch('[%a_][%w_]*') do
		if word:match('^E[A-Z0-9]+$') and #word > 3 and
		   word ~= 'EXIT' then
			count(word, 'errno', weight)
		elseif word:match('^CAP_[A-Z_]+$') then
			count(word, 'capability', weight)
		elseif word:match('^BPF_MAP_TYPE_[A-Z_]*[A-Z]$') then
			count(word, 'type', weight)
		elseif word:match('^BPF_[A-Z_]*[A-Z]$') then
			count(word, 'flag', weight)
		elseif word:match('^bpf_[%w_]+$') and
		       code:match('^[%w_]+') == word and
		       not code:match('^[%w_]+%.') and
		       not word:match("_opts$") and
		       not word:match("_type$") and
		       not word:match("_info$") then
			count(word, 'call', weight)
		end
	end
end

---------------------------------------------------------------- C code

local keywords = {}
for word in ([[auto bool break case char const continue default do double
	else enum extern float for goto if inline int long register return
	short signed sizeof static struct switch typedef union unsigned
	void volatile while true false NULL]]):gmatch('%S+') do
	keywords[word] = true
end

-- tag NAME: a function that puts a piece of code in that element, each
-- line in one of its own
local function tag(name)
	local open, close = '<' .. name .. '>', '</' .. name:match('%a+') .. '>'
	return function(code)
		return open .. escape(code):gsub('\n', close .. '\n' .. open) ..
			close
	end
end

local as = { b = tag('b'), u = tag('u'), libbpf = tag('u class=c'),
	var = tag('var'), samp = tag('samp'), em = tag('em'), entity = entity }

function as.word(word, paren)
	local kind
	if keywords[word] or word:match('_t$') or word:match('^__[us]%d+$') then
		kind = 'b'
	elseif word:match('^[A-Z][A-Z0-9_]+$') then
		kind = 'var'
	elseif paren ~= '' then
		kind = word:match('^bpf_') and 'libbpf' or 'u'
	end
	return (kind and as[kind](word) or word) .. paren
end

-- C as HTML. b is a keyword or a type, u a function that is called, u.c
-- one of libbpf's, var a constant, samp a string, em a comment: short
-- names that mean nothing to a screen reader keep the page small.
local c_code = re.compile([[
	code      <- {~ start token* ~}
	start     <- %s* directive?
	token     <- %nl start / comment / string / word / number /
	             [&<>] -> entity / .
	directive <- ('#' %s* %a*) -> b (%s* ('<' [^>%nl]* '>') -> samp)?
	comment   <- ('//' [^%nl]* / '/*' (!'*/' .)* '*/') -> em
	string    <- ('"' ('\' . / [^"%nl])* '"' /
	              "'" ('\' . / [^'%nl])* "'") -> samp
	word      <- ({[_%a] [_%w]*} {'('?}) -> word
	number    <- (%d [_.%w]*) -> var
]], as)

local function c_html(text)
	return c_code:match(text)
end

-- numbered LINES: lines of HTML, each after the mark of its number
local function numbered(lines)
	return '<i></i>' .. table.concat(lines, '\n<i></i>') .. '\n'
end

local copy_button =
	'<button type="button" class="copy" hidden>Copy</button>'

-- undent LINES: without the tabs that all of them start with
local function undent(lines)
	local least = 99
	for _, line in ipairs(lines) do
		if line ~= '' then
			least = math.min(least, #line:match('^\t*'))
		end
	end
	return lines:map(function(line) return line:sub(least + 1) end)
end

-- code_from FIRST HTML: numbered lines, the first of them FIRST
local function code_from(first, html)
	return '<pre style="counter-reset:l ' .. first - 1 .. '"><code>' ..
		html .. '</code></pre>'
end

-- listing CAPTION TEXT FIRST: an excerpt with its line numbers
local function listing(caption, text, first)
	return raw('<figure class="excerpt"><figcaption><span>' .. caption ..
		'</span>' .. copy_button .. '</figcaption>\n' ..
		code_from(first, numbered(split(c_html(text)))) .. '</figure>')
end

-- program_link FILE: where a program is shown; nil, if nowhere
local function program_link(file)
	local on = shown_on[file]
	return on and (on == page and '' or on .. '.html') ..
		'#program-' .. file:gsub('%.c$', '')
end

-- file_link PATH: the name of a program, leading to where it is shown
local function file_link(path)
	local url = program_link(path:match('^%.%./code/([^/]+)$'))
	local name = code(shown(path))
	return url and '<a href="' .. url .. '">' .. name .. '</a>' or name
end

-- marker LINE: "part NAME" or "end NAME", if that is all it says
local function marker(line)
	return line:match('^%s*/%* (part [%w_-]+) %*/%s*$') or
		line:match('^%s*/%* (end [%w_-]+) %*/%s*$')
end

-- code_lines LINES: the code of a chunk; the blank line that parts it
-- from the next is marked, for a phone has notes to part them
local function code_lines(lines)
	local html = split(c_html(table.concat(lines, '\n')) .. '\n')
	if #html == 1 or html[#html] ~= '' then
		return numbered(html)
	end
	html:remove()
	return numbered(html) .. '<span class="gap">' .. numbered { '' } ..
		'</span>'
end

-- What a directive brings in: a list of blocks, by its word. PATH is
-- the file that it names, LINE where the lesson does, and a third
-- argument what follows the word.
local directives = {}

-- A whole file in two columns. Each full-line comment is a note, and
-- stands beside the code that follows it. The code is one unbroken
-- column; a note floats beside it and is pushed down only by a longer
-- one before it.
function directives.program(path, line)
	local lines = split(need(path, line))
	local file = filename(path)
	local id = 'program-' .. file:gsub('%.c$', '')
	note('use', 'program', file)
	note('anchor', page .. '#' .. id)

	local start = 1
	while lines[start] and lines[start]:match('^/%*') or
	      lines[start] == '' do
		start = start + 1
	end
	local chunk = { note = List(), code = List(), first = start }
	local chunks = List { chunk }
	for i = start, #lines do
		local prose = lines[i]:match('^%s*// ?(.*)$')
		if prose then
			if #chunk.code > 0 then
				chunk = { note = List(), code = List() }
				chunks:insert(chunk)
			end
			chunk.note:insert(prose)
			chunk.first = i + 1
		elseif not marker(lines[i]) then
			chunk.code:insert(lines[i])
		end
	end

	local out = List()
	for _, c in ipairs(chunks) do
		local parts = List()
		if #c.note > 0 then
			parts = wrap('<div class="note">', blocks(markdown(
				table.concat(c.note, '\n'))), '</div>')
		end
		if #c.code > 0 then
			parts:insert(raw(code_from(c.first, code_lines(c.code))))
		end
		out:extend(wrap('<div class="chunk' ..
			(#c.code < 9 and ' short' or '') .. '">', parts, '</div>'))
	end
	return wrap('<figure class="program" id="' .. id ..
		'"><figcaption><span>' .. code(shown(path)) .. '</span>' ..
		copy_button .. '</figcaption>\n<div class="listing">', out, '</div></figure>')
end

-- excerpt PATH FIRST LAST TEXT: a listing that says which lines it is
local function excerpt(path, first, last, text)
	return { listing(file_link(path) .. ', lines ' .. first .. ' to ' ..
		last, text, first) }
end

-- One function and the comment above it.
directives['function'] = function(path, line, name)
	local lines = split(need(path, line))
	for i, text in ipairs(lines) do
		if text:match('^[%a_]') and not text:match(';%s*$') and
		   text:match('%f[%w_]' .. name .. '%(') then
			local first, last = i, i
			while last < #lines and not lines[last]:match('^}') do
				last = last + 1
			end
			while first > 1 and lines[first - 1]:match('^//') do
				first = first - 1
			end
			return excerpt(path, first, last,
				table.concat(lines, '\n', first, last))
		end
	end
	die(input, line, 'there is no function ' .. name .. ' in ' ..
		shown(path))
end

-- From /* part NAME */ to /* end NAME */.
function directives.part(path, line, name)
	local first
	local part = List()
	for i, text in ipairs(split(need(path, line))) do
		local mark = marker(text)
		if mark == 'part ' .. name then
			first = i + 1
		elseif mark == 'end ' .. name and first then
			note('use', 'part', filename(path) .. ' ' .. name)
			return excerpt(path, first, i - 1,
				table.concat(undent(part), '\n'))
		elseif first and not mark then
			part:insert(text)
		end
	end
	die(input, line, (first and 'part ' .. name .. ' has no end in ' or
		'there is no part ' .. name .. ' in ') .. shown(path))
end

------------------------------------------------------------- terminals

-- commands LINES EACH: a terminal's lines as HTML. A line that begins
-- with "$ " is a command; the prompt is drawn by the style, so that
-- nobody copies it. With EACH every line is a command.
local function commands(lines, each)
	local more
	local html = lines:map(function(line)
		local comment = each and line:match('^%s*#')
		local command = line:match('^%$ (.*)$') or
			each and line ~= '' and not comment and line
		local tag = more and 'kbd class="more"' or command and 'kbd' or
			comment and 'em'
		local text = escape(not more and command or line)
		more = (more or command) and line:match('\\$')
		return tag and '<' .. tag .. '>' .. text .. '</' ..
			tag:match('%a+') .. '>' or text
	end)
	return table.concat(html, '\n')
end

local function terminal(html, class)
	local _, breaks = html:gsub('\n', '')
	local wide = html:gsub('<[^>]*>', ''):find(('[^\n]'):rep(37))
	return '<div class="terminal' .. (class or '') ..
		(breaks < 24 and ' brief' or '') .. '">' ..
		(html:find('<kbd>', 1, true) and copy_button or '') ..
		'<pre' .. (wide and ' tabindex="0"' or '') .. '><code>' .. html ..
		'</code></pre></div>'
end

-- What a run prints.
function directives.output(path, line)
	note('use', 'output', filename(path))
	return { raw(terminal(commands(split(need(path, line))))) }
end

-- The bpf(2) calls of a run, folded when they are many.
function directives.calls(path, line)
	note('use', 'output', filename(path))
	local lines = split(need(path, line))
	local html = List { commands(List { lines:remove(1) }) }
	local number = 0
	for _, text in ipairs(lines) do
		local command = text:match('^bpf%(([A-Z_]+)')
		if command then
			number = number + 1
			terms_of(command, 1)
		end
		html:insert((escape(text)
			:gsub('^bpf%(([A-Z_]+)', 'bpf(<b>%1</b>')
			:gsub('= %-1 (E[A-Z0-9]+)', '= -1 <var>%1</var>')
			:gsub('^(%s+%(th.-times%))$', '<em>%1</em>')))
	end
	local run = terminal(table.concat(html, '\n'), ' calls')
	if #lines <= 16 then
		return { raw(run) }
	end
	return { raw('<details class="calls"><summary>What the kernel saw: ' ..
		number .. ' bpf(2) calls</summary>\n' .. run ..
		'</details>') }
end

---------------------------------------------------------------- errnos

-- table_rows PATH LINE: the rows of a file, each a list of its fields
local function table_rows(path, line)
	local rows = List()
	for i, text in ipairs(split(need(path, line))) do
		rows[i] = split(text, '\t')
		if #rows[i] ~= #rows[1] then
			die(path, i, #rows[i] .. ' columns, not ' .. #rows[1])
		end
	end
	return rows
end

-- html_table CLASS LABEL HEAD ROWS: a table of cells of HTML
local function html_table(class, label, head, rows)
	local html = { '<table class="errnos' .. class .. '" aria-label="' ..
		label .. '"><thead><tr><th scope="col">' ..
		table.concat(head, '</th><th scope="col">') ..
		'</th></tr></thead>\n<tbody>' }
	for i, row in ipairs(rows) do
		html[i + 1] = '<tr><td>' .. table.concat(row, '</td><td>') ..
			'</td></tr>\n'
	end
	return table.concat(html) .. '</tbody></table>'
end

local function result_html(result)
	terms_of(result, 1)
	local name, number = result:match('^(E[A-Z0-9]+)(.*)$')
	if not name then
		return '<span class="fine">' .. inline_code(result) .. '</span>'
	end
	return '<code class="err">' .. name .. '</code>' ..
		'<small>' .. escape(number) .. '</small>'
end

-- alike ROWS: the rows of the atlas as lists of cases, which are lists
-- of rows. A case is the same for all its map types. The cases of a
-- list differ only in how they are provoked. Lists with the same
-- result follow each other.
local function alike(rows)
	local function types(case)
		return table.concat(case:map(function(row)
			return row[2] .. row[6]
		end), '\t')
	end
	local cases = group(rows, function(row)
		return table.concat(row, '\t', 3, 5)
	end)
	local out = List()
	for _, result in ipairs(group(cases, function(case)
		return case[1][4]
	end)) do
		out:extend(group(result, function(case)
			return case[1][5] .. '\t' .. types(case)
		end))
	end
	return out
end

-- errno_table CALL ROWS ALL_TYPES: what a call returned, by its rows of
-- the atlas; ALL_TYPES is how many map types it was asked of
local function errno_table(call, rows, all_types, class)
	return html_table(class, 'What ' .. escape(call) .. ' returns',
		{ 'Result', 'When', 'Map types' },
		alike(rows):map(function(cases)
		local _, _, _, result, meaning = table.unpack(cases[1][1])
		local when = table.concat(cases:map(function(case)
			return case[1][3]
		end), '; ')
		for word in (when .. ' ' .. meaning):gmatch('%u[%u%d_]+') do
			terms_of(word, 0)
		end
		say(when .. ' ' .. result .. ' ' .. meaning)
		local types = cases[1]:map(function(row)
			count('BPF_MAP_TYPE_' .. row[2], 'type', 0)
			return code(row[2]) .. (row[6] == '-' and '' or
				' <small>' .. escape(row[6]) .. '</small>')
		end)
		return { result_html(result),
			inline_code(when) .. '<span>' .. inline_code(meaning) ..
			'</span>',
			#types == all_types and #types > 3 and
			'all ' .. #types or table.concat(types, ' ') }
	end))
end

-- errors_of CALL ROWS TYPES: what a lesson shows of the atlas
local function errors_of(call, rows, types)
	local errors = rows:filter(function(row)
		return row[4]:match('^E[A-Z0-9]+')
	end)
	local atlas = order:find_if(function(name) return name:match('atlas') end)
	return { raw(errno_table(call, errors, #types, '') ..
		'<p class="more">' .. #errors .. ' cases, each seen in a run.' ..
		(atlas and ' <a href="' .. atlas .. '.html#' .. escape(call) ..
		'">All cases of ' .. code(call) .. '</a>.' or '') .. '</p>') }
end

-- cases_of CALL ROWS TYPES: what the atlas itself shows
local function cases_of(call, rows, types)
	local out = List { heading(escape(call), code(call), call) }
	count(call, 'call', 2)
	if #types > 3 then
		out:insert(raw('<p class="more">Asked of ' .. #types .. ': ' ..
			table.concat(types, ' ') .. '</p>'))
	end
	out:insert(raw(errno_table(call, rows, #types, ' wide')))
	return out
end

-- The errors of CALL, or without it all cases of every call.
function directives.errnos(path, line, call)
	local rows = table_rows(path, line)
	if table.concat(rows:remove(1), ', ') ~=
	   'call, map, situation, result, meaning, kernels' then
		die(path, 1, 'the header is not "call, map, situation, ' ..
			'result, meaning, kernels"')
	end
	local out = List()
	for _, same in ipairs(group(rows, function(row) return row[1] end)) do
		local name = same[1][1]
		if call == '' or call == name then
			local types = group(same, function(row)
				return row[2]
			end):map(function(rows) return code(rows[1][2]) end)
			out:extend((call == '' and cases_of or errors_of)(name,
				same, types))
			note('use', 'errnos', name)
		end
	end
	if #out == 0 then
		die(input, line, 'there is no row of ' .. call .. ' in ' ..
			shown(path))
	end
	return out
end

-- The cases that not all kernels answer alike, a column a kernel,
-- marked where the answer is not the newest one's. Map types with the
-- same answers share a row.
function directives.kernels(path, line)
	note('use', 'output', filename(path))
	local rows = table_rows(path, line)
	local head = rows:remove(1)
	local differing = rows:filter(function(row)
		return #group({ table.unpack(row, 4) }, tostring) > 1
	end)
	local html = group(differing, function(row)
		return row[1] .. '\t' .. table.concat(row, '\t', 3)
	end):map(function(same)
		local row = same[1]
		local types = same:map(function(r) return code(r[2]) end)
		local cells = List { code(row[1]), inline_code(row[3]) ..
			'<span>' .. table.concat(types, ' ') .. '</span>' }
		for k = 4, #row do
			local name = escape(row[k]:match('^E[A-Z0-9]+') or row[k])
			cells:insert(row[k] == row[#row] and name or
				'<strong>' .. name .. '</strong>')
		end
		return cells
	end)
	return { raw(html_table(' wide kernels', 'Where kernels differ',
		{ 'Call', 'When', table.unpack(head:map(escape), 4) }, html) ..
		'<p class="more">' .. #rows - #differing ..
		' of ' .. #rows ..
		' cases are answered alike by all of these kernels.</p>') }
end

------------------------------------------------ exercises and answers

-- demote LIST: headings inside a box are no sections of the page
local function demote(list)
	for i, b in ipairs(list) do
		if b.t == 'Header' then
			list[i] = pandoc.Para { pandoc.Strong(b.content) }
		end
	end
	return list
end

-- base: the folder that links are relative to while a file other than
-- the lesson is walked
local base = '../lessons/'

local function within(path, list)
	local saved = base
	base = path:match('^.*/')
	list = blocks(list)
	base = saved
	return list
end

function directives.exercise(path, line)
	local text = need(path, line)
	local name = path:match('([^/]+)/[^/]+$')
	local list = pandoc.read(text, 'gfm+smart').blocks
	local title = ''
	if list[1] and list[1].t == 'Header' and list[1].level == 1 then
		title = stringify(list[1])
		table.remove(list, 1)
	end
	note('anchor', page .. '#exercise-' .. name)
	say(title)
	local out = { raw('<section class="exercise" id="exercise-' .. name ..
		'" aria-label="Exercise ' .. name .. '">\n<p class="label">' ..
		'<span>Exercise <code>' .. name .. '</code></span>' ..
		(title ~= '' and ' <b>' .. inline_code(title) .. '</b>' or '') ..
		'</p>') }
	for _, b in ipairs(within(path, demote(list))) do
		out[#out + 1] = b
	end
	out[#out + 1] = raw('</section>')
	return out
end

local function lesson_label(name)
	local p = pages[name]
	return p.label .. ': ' .. inline_code(p.title)
end

-- Every folded answer of the lessons, then what is said about the
-- exercises in FOLDER.
function directives.answers(folder)
	local out, list, current = {}, {}, nil
	for _, text in ipairs(split(slurp('build/.book/answers') or '')) do
		local of, n, id, title, asked = text:match(
			'^answer\t(.-)\t(.-)\t(.-)\t(.-)\t(.*)$')
		if of then
			current = { of = of, n = n, id = id, title = title,
				asked = asked, text = {} }
			list[#list + 1] = current
		elseif current then
			table.insert(current.text, text)
		end
	end
	local lesson
	for _, a in ipairs(list) do
		if a.of ~= lesson then
			lesson = a.of
			local id = 'of-' .. lesson
			open_section(2, id, '', lesson_label(lesson))
			out[#out + 1] = raw('<h2 id="' .. id .. '">' ..
				lesson_label(lesson) .. '</h2>')
		end
		out[#out + 1] = raw('<div class="answer" id="' .. a.id ..
			'"><div class="question">')
		local asked = a.asked:match('^%d+%. +(.*)$')
		for _, b in ipairs(blocks(pandoc.read(asked or a.title,
			'gfm+smart').blocks)) do
			out[#out + 1] = b
		end
		out[#out + 1] = raw('<p class="back"><a href="' .. a.of ..
			'.html#answer-' .. a.n ..
			'">Back to the question</a></p></div>')
		for _, b in ipairs(blocks(pandoc.read(
			table.concat(a.text, '\n'), 'gfm+smart').blocks)) do
			out[#out + 1] = b
		end
		out[#out + 1] = raw('</div>')
	end

	for _, name in ipairs(exercises) do
		local path = folder .. name .. '/'
		local text, code = slurp(path .. 'answer.md'),
			slurp(path .. 'solution.c')
		if text then
			deps[path .. 'answer.md'] = true
			local id = 'of-' .. name
			local html = 'Exercise <code>' .. name .. '</code>'
			open_section(2, id, '', html)
			out[#out + 1] = raw('<h2 id="' .. id .. '">' .. html ..
				'</h2>')
			local read = pandoc.read(text, 'gfm+smart').blocks
			if read[1] and read[1].t == 'Header' then
				table.remove(read, 1)
			end
			for _, b in ipairs(within(path, demote(read))) do
				out[#out + 1] = b
			end
			if code then
				deps[path .. 'solution.c'] = true
				code = code:gsub('^/%*.-%*/\n+', '')
				out[#out + 1] = listing('<code>' ..
					shown(path) .. 'solution.c</code>',
					code, #split(slurp(path ..
					'solution.c')) - #split(code) + 1)
			end
		end
	end
	return out
end

----------------------------------------------------------------- index

local groups = {
	{ 'call', 'Calls', true }, { 'flag', 'Commands and flags', true },
	{ 'type', 'Map types', true }, { 'errno', 'Errnos', true },
	{ 'capability', 'Capabilities', true }, { 'term', 'Terms', false },
}

-- Where each call, flag, type, errno and term of the book is said
-- something about. A term that is in many sections keeps those
-- that say most about it.
function directives.index()
	local terms, keys = {}, {}
	for i, line in ipairs(split(slurp('build/.book/terms') or '')) do
		local kind, term, place, title, weight =
			line:match('^(.-)\t(.-)\t(.-)\t(.-)\t(.*)$')
		if kind then
			local key = kind .. '\t' .. term
			if not terms[key] then
				terms[key] = { kind = kind, term = term }
				keys[#keys + 1] = key
			end
			table.insert(terms[key], { place = place,
				title = title, weight = tonumber(weight),
				at = i })
		end
	end
	table.sort(keys, function(a, b)
		local x, y = terms[a].term:lower(), terms[b].term:lower()
		return x < y or x == y and a < b
	end)
	local out = {}
	for _, group in ipairs(groups) do
		local html = {}
		for _, key in ipairs(keys) do
			local t = terms[key]
			if t.kind == group[1] then
				table.sort(t, function(a, b)
					return a.weight > b.weight or
						a.weight == b.weight and
						a.at < b.at
				end)
				for n = #t, 10, -1 do
					t[n] = nil
				end
				local top = t[1].weight
				table.sort(t, function(a, b)
					return a.at < b.at
				end)
				local links = {}
				for _, e in ipairs(t) do
					local p, id = e.place:match('^(.-)#(.*)$')
					local link = '<a href="' .. p ..
						'.html#' .. id ..
						'"><span>' ..
						pages[p].short .. ' ' ..
						inline_code(e.title) ..
						'</span></a>'
					links[#links + 1] = e.weight == top
						and top >= 4 and '<b>' ..
						link .. '</b>' or link
				end
				local name = escape(t.term)
				html[#html + 1] = '<dt>' .. (group[3] and
					'<code>' .. name .. '</code>' or
					name) .. '</dt><dd>' ..
					table.concat(links, ', ') ..
					'</dd>\n'
			end
		end
		if #html > 0 then
			local id = 'index-' .. group[1]
			open_section(2, id, '', group[2])
			out[#out + 1] = raw('<h2 id="' .. id .. '">' ..
				group[2] .. '</h2>\n<dl class="index">' ..
				table.concat(html) .. '</dl>')
		end
	end
	return out
end

--------------------------------------------------------------- figures

-- figure PATH CAPTION: an SVG file inside the page, so that it follows
-- its colours; its own style is for a file on its own.
local function figure(path, caption, line)
	local svg = need(normal(base .. path), line)
	local name = path:match('([^/]+)%.svg$')
	if not name then
		die(input, line, 'a figure is an SVG file, not ' .. path)
	end
	note('use', 'figure', name .. '.svg')
	svg = svg:gsub('<%?xml.-%?>%s*', ''):gsub('<!%-%-.-%-%->%s*', '')
		:gsub('<!DOCTYPE.->%s*', ''):gsub('<style.-</style>%s*', '')
		:gsub(' xmlns="[^"]*"', ''):gsub('^%s+', '')
	if not svg:match('^<svg[^>]* role="img"') then
		die(path, 1, 'the drawing has no role="img" and no title')
	end
	say(stringify(caption))
	return {
		raw('<figure class="drawing">\n' .. svg .. '<figcaption>'),
		pandoc.Plain(caption),
		raw('</figcaption></figure>'),
	}
end

--------------------------------------------------------------- inlines

local footnotes = {}

-- target LINK: where a link of the Markdown leads on the page; nil for
-- a file that the book does not show
local function target(url)
	if url:match('^%a[%w+.-]*:') then
		return url
	end
	local path, id = url:match('^([^#]*)#?(.*)$')
	local line = where('](' .. url)
	local from = base == '../lessons/' and input or base
	if path == '' then
		note('link', page .. '#' .. id, shown(from) .. ':' .. line)
		return url
	end
	path = normal(base .. path)
	if path == '../lessons' then
		return 'index.html'
	end
	local name = path:match('^%.%./lessons/([^/]+)%.md$')
	if name and not pages[name] then
		die(from, line, 'there is no ' .. shown(path))
	elseif name then
		if id ~= '' then
			note('link', name .. '#' .. id,
				shown(from) .. ':' .. line)
			return name .. '.html#' .. id
		end
		return name .. '.html'
	end
	local program = program_link(path:match('^%.%./code/([^/]+)$'))
	if not program and not io.open(path) then
		die(from, line, 'there is no ' .. shown(path))
	end
	return program
end

-- Pandoc's own footnotes carry a role that accessibility checkers
-- reject, and print wants the text where the mark is.
local function footnote(el)
	local n = #footnotes + 1
	local inlines = {}
	for i, b in ipairs(el.content) do
		if b.t ~= 'Para' and b.t ~= 'Plain' then
			die(input, where('[^'), 'a footnote may hold only text')
		end
		if i > 1 then
			inlines[#inlines + 1] = pandoc.Space()
		end
		for _, x in ipairs(b.content) do
			inlines[#inlines + 1] = x
		end
	end
	footnotes[n] = inlines
	local out = { pandoc.RawInline('html', '<sup class="fnref"><a href="#fn' ..
		n .. '" id="fnref' .. n .. '" aria-label="Footnote ' .. n ..
		'">' .. n .. '</a></sup><span class="fn">') }
	for _, x in ipairs(inlines) do
		out[#out + 1] = x
	end
	out[#out + 1] = pandoc.RawInline('html', '</span>')
	return out
end

local weight = 1
local walker = {
	Link = function(el)
		local url = target(el.target)
		if not url then
			return el.content
		end
		el.target, el.title = url, ''
		return el
	end,
	Note = footnote,
	Code = function(el)
		terms_of(el.text, weight)
	end,
	Strong = function(el)
		local term = glossary[stringify(el):lower():gsub('[.:]$', '')]
		if term then
			count(term, 'term', 2)
		end
	end,
	Emph = function(el)
		local term = glossary[stringify(el):lower()]
		if term then
			count(term, 'term', 1)
		end
	end,
	RawInline = function(el)
		if el.format == 'html' and el.text:match('^<!%-%-') then
			return {}
		end
	end,
}

local function leaf(b)
	if b.t == "Table" then
		b:walk({ Plain = function(x)
			say(stringify(x))
		end })
	else
		say(stringify(b))
	end
	return b:walk(walker)
end

------------------------------------------------------------ the walk

local function directive(link)
	local line = where('](' .. link.target)
	local word, rest = link.title:match('^(%S+)%s*(.*)$')
	local make = directives[word]
	if not make then
		die(input, line, 'unknown directive "' .. link.title .. '"')
	end
	local path = normal(base .. link.target)
	if link.target:match('/$') or link.target == '.' then
		path = path .. '/'
	end
	return make(path, line, rest)
end

local kinds = { ['Note.'] = 'note', ['Careful.'] = 'careful',
	['Try it.'] = 'try', ['Predict.'] = 'predict' }

-- callout QUOTE: a box, if its first words are bold and name a kind
local function callout(quote)
	local first = quote.content[1]
	local head = first and first.t == 'Para' and first.content[1]
	local kind = head and head.t == 'Strong' and kinds[stringify(head)]
	if not kind then
		return { raw('<blockquote>'), quote.content,
			raw('</blockquote>') }
	end
	local rest = pandoc.List()
	for i = 2, #first.content do
		local x = first.content[i]
		if #rest > 0 or (x.t ~= 'Space' and x.t ~= 'SoftBreak') then
			rest:insert(x)
		end
	end
	local body = pandoc.List()
	if #rest > 0 then
		body:insert(pandoc.Para(rest))
	end
	for i = 2, #quote.content do
		body:insert(quote.content[i])
	end
	local title = stringify(head):gsub('%.$', '')
	return { raw('<div class="callout ' .. kind .. '" role="note" ' ..
		'aria-label="' .. title .. '"><p class="label">' .. title ..
		'</p>'), body, raw('</div>') }
end

local function code_block(b)
	local class = b.classes[1] or ''
	local lines = split(b.text)
	if class == 'c' then
		for _, line in ipairs(lines) do
			for word in line:gmatch('bpf_[%w_]+') do
				terms_of(word, weight)
			end
		end
		return raw('<div class="code">' .. copy_button ..
			'<pre><code>' ..
			c_html(b.text) .. '</code></pre></div>')
	elseif class == 'sh' or class == 'console' then
		say(b.text)
		return raw(terminal(commands(lines, class == 'sh')))
	end
	return raw('<div class="code"><pre><code>' .. escape(b.text) ..
		'</code></pre></div>')
end

-- name_rows TABLE: an empty heading says nothing to those who hear the
-- page, so a first column without one gets a hidden word, and names
-- the rows.
local function name_rows(tbl)
	local head = tbl.head
	local rows = head.rows
	local row = rows[1]
	local cells = row and row.cells
	local cell = cells and cells[1]
	if cell and stringify(cell.contents) == '' and cells[2] and
	   stringify(cells[2].contents) ~= '' then
		cell.contents = { pandoc.Plain { pandoc.RawInline('html',
			'<span class="sr">Which</span>') } }
		cells[1] = cell
		row.cells = cells
		rows[1] = row
		head.rows = rows
		tbl.head = head
		tbl.bodies[1].row_head_columns = 1
	end

	-- An empty first cell belongs to the one above.
	local bodies = tbl.bodies
	local list = bodies[1].body
	local above
	for i, r in ipairs(list) do
		cells = r.cells
		if above and stringify(cells[1].contents) == '' then
			cells:remove(1)
			local first = list[above].cells
			local c = first[1]
			c.row_span = c.row_span + 1
			first[1] = c
			list[above].cells = first
			r.cells = cells
			list[i] = r
		else
			above = i
		end
	end
	bodies[1].body = list
	tbl.bodies = bodies
end

local boxes = {
	['After this lesson you can:'] = { 'goals', 'After this lesson you can' },
	['What you know now:'] = { 'known', 'What you know now' },
}

local answer_number, card = 0, false

function blocks(list)
	local out = pandoc.List()
	local function add(items)
		for _, b in ipairs(items) do
			out:insert(b)
		end
	end
	local i = 1
	while list[i] do
		local b = list[i]
		local only = (b.t == 'Para' or b.t == 'Plain') and
			#b.content == 1 and b.content[1]
		local next = list[i + 1]
		if only and only.t == 'Link' and only.title ~= '' then
			add(directive(only))
		elseif only and only.t == 'Image' then
			add(figure(only.src, only.caption,
				where('](' .. only.src)))
		elseif b.t == 'Figure' then
			local image
			b:walk({ Image = function(x)
				image = x
			end })
			add(figure(image.src, image.caption,
				where('](' .. image.src)))
		elseif b.t == 'Para' and boxes[stringify(b)] and next and
		       next.t == 'BulletList' then
			local box = boxes[stringify(b)]
			add { raw('<div class="box ' .. box[1] .. '"><p ' ..
				'class="label">' .. box[2] .. '</p>') }
			add(blocks { next })
			add { raw('</div>') }
			i = i + 1
		elseif b.t == 'Header' then
			local id = b.identifier
			weight = 3
			open_section(b.level, id, stringify(b),
				inline_code(stringify(b)))
			b = b:walk(walker)
			say(stringify(b))
			weight = 1
			add { b }
			if b.level == 2 then
				card = stringify(b) == 'The call'
			end
		elseif b.t == 'RawBlock' and b.text:match('^<details') then
			local summary = b.text:match('<summary>(.-)</summary>')
				or 'More'
			local inner, depth = pandoc.List(), 1
			while depth > 0 do
				i = i + 1
				if not list[i] then
					die(input, where(summary),
						'<details> is never closed')
				end
				local x = list[i]
				if x.t == 'RawBlock' then
					if x.text:match('^<details') then
						depth = depth + 1
					elseif x.text:match('^</details') then
						depth = depth - 1
					end
				end
				if depth > 0 then
					inner:insert(x)
				end
			end
			local id, reference = '', nil
			if summary:match('^Answer') then
				answer_number = answer_number + 1
				id = ' class="answer" id="answer-' ..
					answer_number .. '"'
				note('anchor', page .. '#answer-' ..
					answer_number)
				reference = raw('<p class="answer-ref" id="question-' ..
					answer_number .. '"><a ' ..
					'href="94-answers.html#' .. page ..
					'-' .. answer_number ..
					'">Answer</a></p>')
			end
			add { raw('<details' .. id .. '><summary>' .. summary ..
				'</summary>') }
			add(blocks(inner))
			add { raw('</details>') }
			if reference then
				add { reference }
			end
		elseif b.t == 'RawBlock' then
			if not b.text:match('^<!%-%-') then
				add { b }
			end
		elseif b.t == 'BlockQuote' then
			local quote = callout(b)
			add { quote[1] }
			add(blocks(quote[2]))
			add { quote[3] }
		elseif b.t == 'BulletList' or b.t == 'OrderedList' then
			for k, item in ipairs(b.content) do
				b.content[k] = blocks(item)
			end
			add { b }
		elseif card and b.t == 'CodeBlock' and next and
		       next.t == 'Table' and #next.colspecs == 2 then
			weight = 4
			name_rows(next)
			for _, spec in ipairs(next.colspecs) do
				spec[2] = nil
			end
			next.bodies[1].row_head_columns = 1
			add { raw('<div class="card">'), code_block(b),
				leaf(next), raw('</div>') }
			weight = 1
			i = i + 1
		elseif b.t == 'CodeBlock' then
			add { code_block(b) }
		elseif b.t == 'HorizontalRule' then
			add { b }
		elseif b.t == 'Table' then
			name_rows(b)
			for _, spec in ipairs(b.colspecs) do
				spec[2] = nil
			end
			local wide = #b.colspecs > 3
			add { raw(wide and '<div class="wide">' or ''), leaf(b),
				raw(wide and '</div>' or '') }
		elseif b.t == "Para" and next and stringify(b):match(":$") then
			add { raw('<div class="lead">'), leaf(b), raw("</div>") }
		else
			add { leaf(b) }
		end
		i = i + 1
	end
	return out
end

----------------------------------------------------------- the page

-- raw_answers: the lines of each folded answer, for the appendix
local function raw_answers(title)
	local n, head, i = 0, title, 1
	local block, fresh = '', true
	while source[i] do
		local line = source[i]
		head = line:match('^##+ (.*)$') or head
		local indent = line:match('^(%s*)<details')
		if line:match('^%s*$') then
			fresh = true
		elseif not indent then
			block = (fresh and '' or block .. ' ') ..
				line:gsub('^%s+', '')
			fresh = false
		end
		if indent and (line .. (source[i + 1] or ''))
				:match('<summary>Answer') then
			n = n + 1
			note('answer', n, page .. '-' .. n, head .. '\t' .. block)
			i = i + 1
			while source[i] and not source[i]:match('^%s*</details') do
				if not source[i]:match('<summary>') then
					note('text', n,
						(source[i]:gsub('^' .. indent, '')))
				end
				i = i + 1
			end
		end
		i = i + 1
	end
end

-- read_structure: the pages, what they are called, what they show
local function read_structure()
	local lessons, appendices = 0, 0
	for _, line in ipairs(split(slurp('build/.book/structure') or '')) do
		local kind, a, b = line:match('^(.-)\t(.-)\t(.*)$')
		if kind == 'page' then
			order[#order + 1] = a
			pages[a] = { title = b, number = tonumber(
				a:match('^%d+')) }
			if pages[a].number > 0 and pages[a].number < 90 then
				lessons = lessons + 1
			end
		elseif kind == 'program' then
			shown_on[a] = b
		elseif kind == 'exercise' then
			exercises[#exercises + 1] = a
		elseif kind == 'term' then
			glossary[a:lower()] = a
		end
	end
	for _, name in ipairs(order) do
		local p = pages[name]
		if p.number >= 90 then
			p.short = string.char(65 + appendices)
			p.label = 'Appendix ' .. p.short
			p.eyebrow = p.label
			appendices = appendices + 1
		elseif p.number == 0 then
			p.short, p.label = '0', 'Start'
			p.eyebrow = 'Before lesson 1'
		else
			p.short = tostring(p.number)
			p.label = 'Lesson ' .. p.short
			p.eyebrow = p.label .. ' of ' .. lessons
		end
	end
end

-- contents: the list of all pages, for the side of each page
local function contents(heads)
	local html = {}
	local was
	for _, name in ipairs(order) do
		local p = pages[name]
		local is = p.number >= 90
		if is ~= was then
			html[#html + 1] = (was ~= nil and '</ul>' or '') ..
				'<p>' .. (is and 'Appendices' or 'Lessons') ..
				'</p><ul>'
			was = is
		end
		html[#html + 1] = '<li><a href="' .. name .. '.html"' ..
			(name == page and ' aria-current="page"' or '') ..
			'><span>' .. p.short .. '</span>' ..
			inline_code(p.title) .. '</a></li>'
	end
	html[#html + 1] = '</ul>'
	if heads ~= '' and page ~= 'index' then
		html[#html + 1] = '<p>On this page</p><ul class="here">' ..
			heads .. '</ul>'
	end
	return table.concat(html, '\n')
end

local function neighbour(offset)
	for i, name in ipairs(order) do
		if name == page then
			local other = order[i + offset]
			if other then
				return other .. '.html', pages[other]
			end
		end
	end
end

function Pandoc(doc)
	input = PANDOC_STATE.input_files[1]
	page = stringify(doc.meta.page)
	source = split(need(input, 1))
	read_structure()

	local list = doc.blocks
	local first = list[1]
	if not first or first.t ~= 'Header' or first.level ~= 1 then
		die(input, 1, 'the file does not start with "# Title"')
	end
	table.remove(list, 1)
	page_title = stringify(first)
	note('anchor', page .. '#main')

	local front = page == 'index'
	local meta = doc.meta
	local body = blocks(list)
	close_section()
	raw_answers(page_title)

	if #footnotes > 0 then
		body:insert(raw('<section class="footnotes" aria-label=' ..
			'"Footnotes"><ol>'))
		for n, inlines in ipairs(footnotes) do
			body:insert(raw('<li id="fn' .. n .. '">'))
			inlines = pandoc.List(inlines)
			inlines:insert(pandoc.RawInline('html',
				' <a href="#fnref' .. n .. '">Back to the ' ..
				'text</a>'))
			body:insert(pandoc.Plain(inlines))
			body:insert(raw('</li>'))
		end
		body:insert(raw('</ol></section>'))
	end

	local heads = {}
	for _, line in ipairs(data) do
		local level, id, html =
			line:match('^head\t(%d)\t[^#]*#(.-)\t(.*)$')
		if level == '2' then
			heads[#heads + 1] = '<li><a href="#' .. id .. '">' ..
				html .. '</a></li>'
		end
	end
	local function html_meta(key, html)
		if html then
			meta[key] = pandoc.MetaInlines {
				pandoc.RawInline('html', html) }
		end
	end
	meta.pagetitle = page_title
	html_meta('heading', inline_code(source[1]:gsub('^# ', '')))
	html_meta('contents', contents(table.concat(heads, '\n')))
	if front then
		meta.front = true
	else
		html_meta('eyebrow', pages[page].eyebrow)
		for key, offset in pairs { previous = -1, next = 1 } do
			local url, other = neighbour(offset)
			if url then
				html_meta(key, url)
				html_meta(key .. '-label', other.label)
				html_meta(key .. '-title',
					inline_code(other.title))
			end
		end
	end

	local sources = sorted(deps)
	write('build/.book/' .. page .. '.d', 'build/' .. page .. '.html: ' ..
		table.concat(sources, ' ') .. '\n' ..
		table.concat(sources, ':\n') .. ':\n')
	write('build/.book/' .. page .. '.data', table.concat(data, '\n') ..
		'\n')
	return pandoc.Pandoc(body, meta)
end
