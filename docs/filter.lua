-- SPDX-License-Identifier: MIT
-- How a lesson becomes a page. The code below is in this order.
--
--    1. Make runs one pandoc a page. It parses the Markdown and hands
--       its blocks to Pandoc; with "-M print" the page is for paper,
--       with "-M epub" too for the e-book.
--    2. blocks() goes through them: a heading opens a section, a quote
--       may be a box, <details> an answer.
--    3. A paragraph that is one link with a title is a directive. Its
--       title begins with a word of "directives": "program", "output".
--    4. A directive reads the file that the link names and returns
--       blocks. C becomes HTML in c_html, a run in commands.
--    5. A paragraph that is one image is a figure, drawn in the page.
--    6. Inlines: links are led to pages, code is searched for terms.
--    7. On the way record() keeps what the rest of the book must know
--       of this page: PAGE.data, which book.lua collects.
--    8. What was read goes to PAGE.d, for make.
--    9. variables() names what template.html puts around the blocks.
--   10. Pandoc writes the page.
--
-- A fact of PAGE.data is a line, its fields are separated by tabs:
--   use KIND NAME        a source that was brought in
--   anchor PAGE#ID       a place that links may lead to
--   link PAGE#ID WHERE   a link, and the line it is on
--   head PAGE#ID HTML    a section, for the contents
--   term KIND TERM PAGE#ID SECTION WEIGHT
--   answer LINE          of the appendix's answers
--   search JSON          a section, for search.js
--   word TERM HOW WHERE  a term of the glossary, the first time that
--                        the page defines it, links it or uses it
--
-- Works with pandoc 2.17 and 3: keep to what both have.

local stringify, filename = pandoc.utils.stringify, pandoc.path.filename
local List = pandoc.List
local text = dofile('text.lua')
local shown, die, slurp, write = text.shown, text.die, text.slurp, text.write
local split, group, sorted = text.split, text.group, text.sorted
local escape, inline_code = text.escape, text.inline_code

local page, printing            -- "03-lookup"; whether it is for paper
local electronic                -- or for an e-book, which has no pages
local on_paper                  -- printing, and not electronic
local input                     -- the file that is walked: the lesson,
                                -- or an exercise that it brings in
local data, deps = {}, {}
local book                      -- its pages, see text.lua
local answers_page              -- the one that has the answers
local directives = {}           -- functions, by the word of the title
local source, cursor = {}, 1    -- the input's lines; see where()

-- Of the book's parts further below.
local blocks, leaf, variables, figure, record_answers
local open_section, close_section, say, count, terms_of, words_of
local heading, card_of
local c_html, commands, terminal, listing, copy_button

-- record FACT...: a line of PAGE.data
local function record(...)
	data[#data + 1] = table.concat({ ... }, '\t')
end

-- where TEXT: the line of the input that holds TEXT; lines are passed
-- in order, so the search goes on where the last one ended
local function where(piece)
	for _, from in ipairs { cursor, 1 } do
		for i = from, #source do
			if source[i]:find(piece, 1, true) then
				cursor = i
				return i
			end
		end
	end
	return 1
end

-- resolve URL: the path of a file that the input links to
local function resolve(url)
	local out = List()
	for part in (pandoc.path.directory(input) .. '/' .. url)
			:gmatch('[^/]+') do
		if part == '..' and #out > 0 and out[#out] ~= '..' then
			out:remove()
		elseif part ~= '.' then
			out:insert(part)
		end
	end
	return table.concat(out, '/')
end

-- collected NAME: what book.lua has put together of all pages
local function collected(name)
	return assert(slurp('build/.book/' .. name))
end

-- need PATH LINE: the text of a source that the input names
local function need(path, line)
	local all = slurp(path)
	if not all then
		die(input, line, 'there is no ' .. shown(path))
	end
	deps[path] = true
	return all
end

local function code(piece)
	return '<code>' .. escape(piece) .. '</code>'
end

local function raw(html)
	return pandoc.RawBlock('html', html)
end

local function raw_inline(html)
	return pandoc.RawInline('html', html)
end

-- wrap OPEN LIST CLOSE: blocks between two pieces of HTML
local function wrap(open, list, close)
	local out = List { raw(open) }
	out:extend(list)
	out:insert(raw(close))
	return out
end

local function markdown(prose)
	return pandoc.read(prose, 'gfm-emoji+smart').blocks
end

-- at ID: an id as the page has it; in print all pages are one
local function at(id)
	return on_paper and page .. '--' .. id or id
end

-- href NAME ID: the address of a place, or without ID of a page
local function href(name, id)
	if on_paper then
		return name == 'index' and '#contents' or
			'#' .. name .. '--' .. (id or 'main')
	end
	return (name == page and id and '' or name ..
		(electronic and '.xhtml' or '.html')) .. (id and '#' .. id or '')
end

-- keep LINES: the class of what a printed page must not part
local function keep(lines)
	return printing and lines < 8 and ' keep' or ''
end

-------------------------------------------------------------- the page

function Pandoc(doc)
	input = PANDOC_STATE.input_files[1]
	page = pandoc.path.split_extension(filename(input))
	electronic = doc.meta.epub ~= nil
	printing = doc.meta.print ~= nil or electronic
	on_paper = printing and not electronic
	source = split(need(input, 1))
	book = text.read_structure()
	answers_page = book.order:find_if(function(name)
		return name:match('^%d+%-answers$')
	end)

	local list = doc.blocks
	local title = list:remove(1)
	if not title or title.t ~= 'Header' or title.level ~= 1 then
		die(input, 1, 'the file does not start with "# Title"')
	end
	open_section(1, 'main', stringify(title))
	local body = blocks(list)
	close_section()
	record_answers()

	if not printing then
		local pages, sources = 'build/.book/', sorted(deps)
		write(pages .. page .. '.d', 'build/' .. page .. '.html ' .. pages ..
			'print/' .. page .. '.html: ' ..
			table.concat(sources, ' ') .. '\n' ..
			table.concat(sources, ':\n') .. ':\n')
		text.replace(pages .. page .. '.data', table.concat(data, '\n') .. '\n')
	end
	return pandoc.Pandoc(body, variables(doc.meta))
end

------------------------------------------------------------- the walk

-- What is made of a block, by its type: a function of the block and the
-- one after it that returns blocks, and whether they include that one.
local make = {}

-- brought_in PARAGRAPH NEXT: what it stands for, if it is one link with
-- a title or one image
local function brought_in(b, next)
	local only = #b.content == 1 and b.content[1]
	if only and only.t == 'Link' and only.title ~= '' then
		local line = where('](' .. only.target)
		local word, rest = only.title:match('^(%S+)%s*(.*)$')
		if not directives[word] then
			die(input, line, 'unknown directive "' .. only.title .. '"')
		end
		return directives[word](resolve(only.target), line, rest, next)
	elseif only and only.t == 'Image' then
		return figure(only)
	end
end

function make.Plain(b)
	return brought_in(b) or { leaf(b) }
end

local boxes = { ['After this lesson you can:'] = 'goals',
	['What you know now:'] = 'known' }

function make.Para(b, next)
	local made, both = brought_in(b, next)
	if made then
		return made, both
	end
	local said = stringify(b)
	if boxes[said] and next and next.t == 'BulletList' then
		return wrap('<div class="box ' .. boxes[said] ..
			'"><p class="label">' .. said:gsub(':$', '') .. '</p>',
			blocks { next }, '</div>'), true
	elseif next and said:match(':$') then
		return wrap('<div class="lead">', { leaf(b) }, '</div>')
	end
	return { leaf(b) }
end

-- Pandoc 3 has an image that is alone in its paragraph as one.
function make.Figure(b)
	return figure(b.content[1].content[1])
end

local in_card = false      -- in the section of a call's card

function make.Header(b)
	local title = stringify(b)
	open_section(b.level, b.identifier, title, escape(title))
	if b.level == 2 then
		in_card = title == 'The call'
	end
	b.identifier = at(b.identifier)
	b = leaf(b, 3)
	if not printing and b.level < 4 and book.pages[page] then
		b.content = { pandoc.Link(b.content, '#' .. b.identifier) }
	end
	return { b }
end

function make.RawBlock(b)
	return b.text:match('^<!%-%-') and {} or { b }
end

function make.BulletList(b)
	for i, item in ipairs(b.content) do
		b.content[i] = blocks(item)
	end
	return { b }
end
make.OrderedList = make.BulletList

local callouts = { ['Note.'] = 'note', ['Careful.'] = 'careful',
	['Try it.'] = 'try', ['Predict.'] = 'predict' }

-- A box, if its first words are bold and name a kind.
function make.BlockQuote(quote)
	local first = quote.content[1]
	local words = first and first.t == 'Para' and first.content
	local head = words and words[1].t == 'Strong' and stringify(words[1])
	if not callouts[head] then
		return wrap('<blockquote>', blocks(quote.content),
			'</blockquote>')
	end
	words:remove(1)
	if words[1] and (words[1].t == 'Space' or words[1].t == 'SoftBreak') then
		words:remove(1)
	end
	if #words == 0 then
		quote.content:remove(1)
	end
	local title = head:gsub('%.$', '')
	return wrap('<div class="callout ' .. callouts[head] ..
		'" role="note" aria-label="' .. title .. '"><p class="label">' ..
		title .. '</p>', blocks(quote.content), '</div>')
end

local function code_block(b, heavier)
	local class = b.classes[1]
	if class == 'c' then
		for word in b.text:gmatch('%f[%w_](bpf_[%w_]+)%(') do
			terms_of(word, heavier or 1)
		end
		return raw('<div class="code">' .. copy_button() ..
			'<pre><code>' .. c_html(b.text) .. '</code></pre></div>')
	elseif class == 'sh' or class == 'console' then
		say(b.text)
		return raw(terminal(commands(split(b.text), class == 'sh')))
	end
	return raw('<div class="code"><pre>' .. code(b.text) .. '</pre></div>')
end

-- tidy TABLE: An empty heading says nothing to those who hear the page,
-- so a first column without one gets a hidden word, and names the rows.
-- An empty first cell belongs to the one above. Columns find their own
-- widths.
local function tidy(tbl)
	local function empty(cell)
		return stringify(cell.contents) == ''
	end
	local body = tbl.bodies[1]
	local head = tbl.head.rows[1]
	if head and empty(head.cells[1]) and head.cells[2] and
	   not empty(head.cells[2]) then
		head.cells[1].contents = { pandoc.Plain { raw_inline(
			'<span class="sr">Which</span>') } }
		body.row_head_columns = 1
	end
	local above
	for _, row in ipairs(body.body) do
		if above and empty(row.cells[1]) then
			row.cells:remove(1)
			above.row_span = above.row_span + 1
		else
			above = row.cells[1]
		end
	end
	for _, spec in ipairs(tbl.colspecs) do
		spec[2] = nil
	end
	if keep(#tbl.head.rows + #body.body) ~= '' then
		tbl.attr = pandoc.Attr('', { 'keep' })
	end
end

-- In a card, a prototype and the table of its arguments.
function make.CodeBlock(b, next)
	if not (in_card and next and next.t == 'Table' and
			#next.colspecs == 2) then
		return { code_block(b) }
	end
	tidy(next)
	next.bodies[1].row_head_columns = 1
	card_of(b.text)
	return wrap('<div class="card">', { code_block(b, 4), leaf(next, 4) },
		'</div>'), true
end

function make.Table(b)
	tidy(b)
	local wide = #b.colspecs > 3
	return wrap(wide and '<div class="wide">' or '', { leaf(b) },
		wide and '</div>' or '')
end

local answer_number = 0

-- fold HTML: what opens a folded part and what closes it. An answer
-- also leads to where it is printed, and the printed page leaves it to
-- that place.
local function fold(html)
	local summary = html:match('<summary>(.-)</summary>') or 'More'
	local open = raw('<details><summary>' .. summary .. '</summary>')
	local close = raw('</details>')
	if not summary:match('^Answer') then
		return { summary = summary, open = { open }, close = { close } }
	end
	answer_number = answer_number + 1
	local n = answer_number
	local to = page .. '-' .. n
	record('anchor', page .. '#answer-' .. n)
	if printing then
		return { summary = summary, hides = true, open = {}, close = {
			raw('<p class="answer-ref" id="' .. at('question-' .. n) ..
			'"><a class="number" href="' .. href(answers_page, to) ..
			'">Answer' .. (electronic and '' or ' on page ') ..
			'</a></p>') } }
	end
	return { summary = summary, open = { raw('<details class="answer" ' ..
		'id="answer-' .. n .. '"><summary>' .. summary .. '</summary>') },
		close = { close, raw('<p class="answer-ref" id="question-' .. n ..
		'"><a href="' .. href(answers_page, to) .. '">The answer is in ' ..
		book.pages[answers_page].label .. '</a></p>') } }
end

function blocks(list)
	local out, folds = List(), List()
	local i = 1
	while list[i] do
		local b = list[i]
		local html = b.t == 'RawBlock' and b.text or ''
		if html:match('^<details') then
			folds:insert(fold(html))
			out:extend(folds[#folds].open)
		elseif html:match('^</details') and #folds > 0 then
			out:extend(folds:remove().close)
		elseif #folds > 0 and folds[1].hides then
			-- it is printed elsewhere
		elseif make[b.t] then
			local made, both = make[b.t](b, list[i + 1])
			out:extend(made)
			i = both and i + 1 or i
		else
			out:insert(leaf(b))
		end
		i = i + 1
	end
	if #folds > 0 then
		die(input, where(folds[1].summary), '<details> is never closed')
	end
	return out
end

-- within PATH LIST: what is made of blocks that are not the lesson's
local function within(path, list)
	local saved = { input, source, cursor }
	input, source, cursor = path, split(slurp(path)), 1
	list = blocks(list)
	input, source, cursor = table.unpack(saved)
	return list
end

-- What a directive brings in is below: a function of the path of the
-- file, the line of the lesson, the rest of the title and the block
-- that follows; it returns blocks, and whether they include that one.

---------------------------------------------------------------- C code

local keywords = {}
for word in ([[auto bool break case char const continue default do double
	else enum extern float for goto if inline int long register return
	short signed sizeof static struct switch typedef union unsigned
	void volatile while true false NULL]]):gmatch('%S+') do
	keywords[word] = true
end

-- tag NAME WHERE: a function that puts a piece of code in that element,
-- each line in one of its own; WHERE may say "screen": the printer of
-- the page needs as long for a coloured piece as for a line
local function tag(name, where_to)
	local open, close = '<' .. name .. '>', '</' .. name:match('%a+') .. '>'
	return function(piece)
		if printing and where_to == 'screen' then
			return escape(piece)
		end
		return open .. escape(piece):gsub('\n', close .. '\n' .. open) ..
			close
	end
end

local as = { b = tag('b', 'screen'), u = tag('u', 'screen'),
	libbpf = tag('u class="c"'), var = tag('var', 'screen'),
	samp = tag('samp'), em = tag('em'), escape = escape }

function as.word(word, paren)
	local kind
	if keywords[word] or word:match('_t$') or word:match('^__[us]%d+$') then
		kind = 'b'
	elseif word ~= 'EXPECT' and paren ~= '' then
		kind = word:match('^bpf_') and 'libbpf' or 'u'
	elseif word:match('^[A-Z][A-Z0-9_]+$') and paren == '' then
		kind = 'var'
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
	             [&<>] -> escape / .
	directive <- ('#' %s* %a*) -> b (%s* ('<' [^>%nl]* '>') -> samp)?
	comment   <- ('//' [^%nl]* / '/*' (!'*/' .)* '*/') -> em
	string    <- ('"' ('\' . / [^"%nl])* '"' /
	              "'" ('\' . / [^'%nl])* "'") -> samp
	word      <- ({[_%a] [_%w]*} {'('?}) -> word
	number    <- (%d [_.%w]*) -> var
]], as)

-- expanded LINE: with spaces for its tabs
local function expanded(line)
	local tabs
	repeat
		line, tabs = line:gsub('^([^\t]*)\t', function(before)
			return before .. (' '):rep(8 - #before % 8)
		end)
	until tabs == 0
	return line
end

-- A printed line has no tab stops once it is parted by colours.
function c_html(piece)
	return c_code:match(printing and
		table.concat(split(piece):map(expanded), '\n') or piece)
end

-- numbered LINES FIRST ANCHOR: lines of HTML, each after its number. On
-- the screen that is a mark which the style counts or, if ANCHOR is "",
-- whose id it shows. Links may lead to an id: ANCHOR and the number.
local function numbered(lines, first, anchor)
	if not printing then
		return table.concat(lines:map(function(line, i)
			return '<i' .. (anchor and ' id=' .. anchor .. first + i - 1 or '') ..
				'></i>' .. line .. '\n'
		end))
	end
	return table.concat(lines:map(function(line, i)
		return ('<i>%3d</i>  '):format(first + i - 1) .. line .. '\n'
	end))
end

function copy_button()
	return printing and '' or
		'<button type="button" class="copy" hidden>Copy</button>'
end

-- code_from FIRST HTML ANCHOR: numbered lines, the first of them FIRST
local function code_from(first, html, anchor)
	return '<pre' .. ((printing or anchor == '') and '' or ' style="counter-reset:l ' ..
		first - 1 .. '"') .. '><code>' .. html .. '</code></pre>'
end

-- unbroken PARAGRAPHS: HTML of lines; in print each list of lines keeps
-- together, unless it is long
local function unbroken(paragraphs)
	return table.concat(paragraphs:map(function(lines)
		local html = table.concat(lines)
		return #lines > 1 and #lines < 8 and
			'<span class="keep">' .. html .. '</span>' or html
	end))
end

-- paragraphs LINES: a list of lists of lines, parted after blank ones
local function paragraphs(lines)
	local out = List { List() }
	for i, line in ipairs(lines) do
		out[#out]:insert(line)
		if line:match('^<i>[%s%d]*</i>%s*$') and lines[i + 1] then
			out:insert(List())
		end
	end
	return out
end

-- printed_lines LINES FIRST: a numbered line of HTML each
local function printed_lines(lines, first)
	return lines:map(function(line, i)
		return numbered(List { line }, first + i - 1)
	end)
end

-- listing CAPTION TEXT FIRST: an excerpt with its line numbers
function listing(caption, piece, first)
	local lines = split(c_html(piece))
	local head = '<figcaption><span>' .. caption .. '</span>' ..
		copy_button() .. '</figcaption>\n'
	local html
	if on_paper then
		-- The first lines stay with the caption.
		local rest = List(lines)
		local start = List()
		while #rest > 0 and #start < 6 do
			start:insert(rest:remove(1))
		end
		html = '<div class="start">' .. head .. code_from(first,
			table.concat(printed_lines(start, first))) .. '</div>' ..
			(#rest > 0 and code_from(first + #start, unbroken(paragraphs(
			printed_lines(rest, first + #start)))) or '')
	else
		html = head .. code_from(first, printing and
			unbroken(paragraphs(printed_lines(lines, first))) or
			numbered(lines, first))
	end
	return raw('<figure class="excerpt' .. (#lines < 27 and ' short' or '') ..
		'">' .. html .. '</figure>')
end

-------------------------------------------------------------- programs

-- program_link FILE: where a program is shown; nil, if nowhere
local function program_link(file)
	local on = book.shown_on[file]
	return on and href(on, 'program-' .. file:gsub('%.c$', ''))
end

-- file_link PATH: the name of a program, leading to where it is shown
local function file_link(path)
	local url = program_link(path:match('^%.%./code/([^/]+)$'))
	local name = code(shown(path))
	return url and '<a href="' .. url .. '">' .. name .. '</a>' or name
end

-- chunks LINES: the program as a list of glosses, each with the code
-- that follows it. Each full-line comment is a gloss.
local function chunks(lines)
	local start = 1
	while lines[start] and lines[start]:match('^/%*') or
	      lines[start] == '' do
		start = start + 1
	end
	local chunk = { gloss = List(), code = List(), first = start }
	local all = List { chunk }
	for i = start, #lines do
		local prose = lines[i]:match('^%s*// ?(.*)$')
		if not prose then
			chunk.code:insert(lines[i])
		else
			if #chunk.code > 0 then
				chunk = { gloss = List(), code = List() }
				all:insert(chunk)
			end
			chunk.gloss:insert(prose)
			chunk.first = i + 1
		end
	end
	return all
end

-- read_glosses PATH CHUNKS: their prose as blocks, read at once, for
-- that takes pandoc a while
local function read_glosses(path, all)
	local mark = '<!-- gloss -->'
	local prose = all:map(function(c) return table.concat(c.gloss, '\n') end)
	local glosses = List { List() }
	for _, b in ipairs(markdown(table.concat(prose,
			'\n\n' .. mark .. '\n\n'))) do
		if b.t == 'RawBlock' and b.text:find(mark, 1, true) then
			glosses:insert(List())
		else
			glosses[#glosses]:insert(b)
		end
	end
	for i, c in ipairs(all) do
		c.gloss = within(path, glosses[i])
	end
end

--------------------------------------------- the answers of the kernel

-- What strerror says of an errno. A test asks the C library.
local meanings = {
	E2BIG = 'Argument list too long', EACCES = 'Permission denied',
	EAGAIN = 'Resource temporarily unavailable',
	EBADF = 'Bad file descriptor', EBUSY = 'Device or resource busy',
	EEXIST = 'File exists', EFAULT = 'Bad address',
	EINTR = 'Interrupted system call', EINVAL = 'Invalid argument',
	ELOOP = 'Too many levels of symbolic links',
	EMFILE = 'Too many open files', ENOENT = 'No such file or directory',
	ENOMEM = 'Cannot allocate memory',
	ENOSPC = 'No space left on device',
	ENOSYS = 'Function not implemented', ENOTSUPP = 'Unknown error 524',
	EOPNOTSUPP = 'Operation not supported',
	EPERM = 'Operation not permitted',
	ERANGE = 'Numerical result out of range',
	ESRCH = 'No such process', ETIMEDOUT = 'Connection timed out',
}

-- The places of a program that matter here: each EXPECT(call, answer),
-- and what tells whether it is in a loop.
local c_sites = re.compile([[
	code    <- {| (skip / site / mark / word / %nl / .)* |}
	skip    <- comment / string / '#' ('\' %nl / [^%nl])*
	site    <- {| {:at: {} :} {:kind: 'EXPECT' :} '(' %s* {:call: arg :} ','
	           {:answer: arg :} ')' {:last: {} :} |}
	mark    <- {| {:at: {} :} {:kind: [{};()] / loop / 'EXPECT' ![_%w] :} |}
	loop    <- ('for' / 'while' / 'do') ![_%w]
	word    <- [_%w]+
	arg     <- (comment / string / '(' inner ')' / [^(),"'])+
	inner   <- (comment / string / '(' inner ')' / [^()"'])*
	comment <- '//' [^%nl]* / '/*' (!'*/' .)* '*/'
	string  <- '"' ('\' . / [^"%nl])* '"' / "'" ('\' . / [^'%nl])* "'"
]])

-- written CALL: as the preprocessor writes it
local function written(call)
	return (call:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', ''))
end

-- sites PATH TEXT: every EXPECT of a program: its first and last line,
-- the call, the answer that is expected, and the loop that it is in
local function sites(path, all)
	local function line_of(at)
		local _, breaks = all:sub(1, at - 1):gsub('\n', '')
		return breaks + 1
	end
	local found = List()
	local open, parens = List(), 0   -- braces: the loop that each is in
	local loop                       -- from its word to its body's end
	for _, m in ipairs(c_sites:match(all)) do
		local outer = open[#open]
		if m.call then
			found:insert { line = line_of(m.at), last = line_of(m.last),
				call = written(m.call), answer = written(m.answer),
				loop = outer or loop, came = List() }
		elseif m.kind == 'EXPECT' then
			die(path, line_of(m.at), 'EXPECT needs a call and an answer')
		elseif m.kind == '{' then
			open:insert(outer or loop or false)
			loop = nil
		elseif m.kind == '}' then
			open:remove()
		elseif m.kind == '(' then
			parens = parens + 1
		elseif m.kind == ')' then
			parens = parens - 1
		elseif m.kind == ';' then
			loop = parens > 0 and loop or nil
		else
			loop = loop or m.at
		end
	end
	return found
end

-- next_site SITES AT CALL LEFT: which EXPECT printed this CALL, when the
-- one before was AT and LEFT lines with the same call are to come, this
-- one included. A loop goes on as long as enough lines are left for
-- those that come after it.
local function next_site(all, at, call, left)
	local loop = all[at] and all[at].loop
	local after, again, first = 0, nil, nil
	local inside, later
	for i, site in ipairs(all) do
		if site.call == call then
			first = first or i
			if i <= at then
				again = again or loop and site.loop == loop and i
			else
				after = after + 1
				later = later or i
				inside = inside or loop and site.loop == loop and i
			end
		end
	end
	return inside or again and left > after and again or later or first
end

-- answer_sites PATH SITES: what the recorded run says to each of them
local function answer_sites(path, all)
	local name = filename(path):gsub('%.c$', '')
	local run = '../lessons/transcripts/' .. name .. '.txt'
	local lines = split(slurp(run) or die(path, all[1].line,
		'there is no ' .. shown(run) .. ': make record'))
	deps[run] = true
	record('use', 'output', filename(run))
	local left = {}
	for _, line in ipairs(lines) do
		local call = line:match('^(.*) = %-?%w+$')
		if call then
			left[call] = (left[call] or 0) + 1
		end
	end
	local at = 0
	for i, line in ipairs(lines) do
		local call, came = line:match('^(.*) = (%-?%w+)$')
		if call then
			at = next_site(all, at, call, left[call])
			if not at then
				die(run, i, 'no EXPECT of ' .. shown(path) ..
					' has this call: make record')
			end
			left[call] = left[call] - 1
			all[at].came:insert(came)
		end
	end
	for _, site in ipairs(all) do
		if #site.came == 0 then
			die(path, site.line, 'this EXPECT has no answer in ' ..
				shown(run) .. ': make record')
		end
	end
end

-- runs LIST: the same answer many times is one, with its number
local function runs(came)
	local out = List()
	for _, answer in ipairs(came) do
		local last = out[#out]
		if last and last.answer == answer then
			last.times = last.times + 1
		else
			out:insert { answer = answer, times = 1 }
		end
	end
	return out
end

-- answer_html SITE: what stands beside its last line. b is an answer,
-- var an errno.
local function answer_html(path, site)
	local list = runs(site.came)
	local html = list:map(function(r)
		local errno = r.answer:match('^%-(E%w+)$')
		if errno and not meanings[errno] then
			die(path, site.line, 'the meaning of ' .. errno ..
				' is missing in docs/filter.lua')
		end
		return (errno and '<var>' .. r.answer .. '</var>' or
			'<b>' .. r.answer .. '</b>') ..
			(r.times == 1 and '' or printing and '\194\160×\194\160' ..
			r.times or ', ' .. r.times .. '\194\160times')
	end)
	local often = list:find_if(function(r) return r.times > 1 end)
	local errno = #list == 1 and list[1].answer:match('^%-(E%w+)$')
	local meaning = errno and meanings[errno] or
		site.answer == 'A_DESCRIPTOR' and 'a descriptor'
	return '<span class="came">' .. table.concat(html,
		often and not printing and ', then ' or ', ') .. (meaning and not printing and ' <small>' .. meaning .. '</small>'
		or '') .. '</span>'
end

-- legend SITES: what the errnos of a printed program mean
local function legend(all)
	local seen, out = {}, List()
	for _, site in ipairs(all) do
		for _, came in ipairs(site.came) do
			local errno = came:match('^%-(E%w+)$')
			if errno and not seen[errno] then
				seen[errno] = true
				out:insert(code(came) .. ' ' .. meanings[errno])
			end
		end
	end
	return #out == 0 and '' or '<p class="legend">' ..
		table.concat(out, '; ') .. '</p>'
end

local programs = 0         -- on this page

-- A whole file: a gloss stands at the left of its code, and at the right
-- of each EXPECT what the kernel answered in the recorded run.
function directives.program(path, line)
	local all = need(path, line)
	local lines = split(all)
	local file = filename(path)
	local id = 'program-' .. file:gsub('%.c$', '')
	record('use', 'program', file)
	record('anchor', page .. '#' .. id)

	local expects = sites(path, all)
	local column, came = 0, {}      -- where answers are in print; by line
	if #expects > 0 then
		answer_sites(path, expects)
		for _, site in ipairs(expects) do
			column = math.max(column, #expanded(lines[site.last]) + 2)
			came[site.last] = (came[site.last] or '') ..
				answer_html(path, site)
		end
	end
	-- beside NUMBER HTML: a line of code with its answer
	local function beside(number, html)
		return came[number] and html .. (printing and
			(' '):rep(column - #expanded(lines[number])) or '') ..
			came[number] or html
	end

	-- Line 12 is #12 in a page's first program, #b12 in its second.
	programs = programs + 1
	local anchor = ('bcdefgh'):sub(programs - 1, programs - 1)
	local list = chunks(lines)
	read_glosses(path, list)
	local out = List()
	for _, c in ipairs(list) do
		local parts = List()
		if #c.gloss > 0 then
			parts = wrap('<div class="gloss">', c.gloss, '</div>')
		end
		local html = split(c_html(table.concat(c.code, '\n')) .. '\n')
			:map(function(said, i) return beside(c.first + i - 1, said) end)
		local short = #c.code < 9
		if #c.code == 0 then
			short = true
		elseif printing then
			-- The first lines stay with their gloss.
			local parted = paragraphs(printed_lines(html, c.first))
			parts:insert(raw(code_from(c.first,
				table.concat(parted:remove(1)))))
			if not short then
				parts = wrap('<div class="start">', parts, '</div>')
			end
			if #parted > 0 then
				parts:insert(raw(code_from(c.first, unbroken(parted))))
			end
		else
			-- The blank line that parts a chunk from the next is
			-- marked, for a phone has glosses to part them.
			local gap = ''
			if #html > 1 and html[#html] == '' then
				html:remove()
				gap = '<span class="gap">' .. numbered(List { '' },
					c.first + #html, anchor) .. '</span>'
			end
			parts:insert(raw(code_from(c.first,
				numbered(html, c.first, anchor) .. gap, anchor)))
		end
		out:extend(wrap('<div class="chunk' ..
			(printing and short and ' short' or '') .. '">', parts, '</div>'))
	end
	return wrap('<figure class="program' .. (#expects > 0 and ' answered' or
		'') .. '" id="' .. at(id) .. '"><figcaption><span>' ..
		code(shown(path)) .. '</span>' .. copy_button() ..
		'</figcaption>\n<div class="listing">', out, '</div>' ..
		(printing and legend(expects) or '') .. '</figure>')
end

-- One function and the comment above it.
directives['function'] = function(path, line, name)
	local lines = split(need(path, line))
	for i, first in ipairs(lines) do
		if first:match('^[%a_]') and not first:match(';%s*$') and
		   first:match('%f[%w_]' .. name .. '%(') then
			local from, to = i, i
			while to < #lines and not lines[to]:match('^}') do
				to = to + 1
			end
			while from > 1 and lines[from - 1]:match('^//') do
				from = from - 1
			end
			return { listing(file_link(path) .. ', lines ' .. from ..
				' to ' .. to, table.concat(lines, '\n', from, to), from) }
		end
	end
	die(input, line, 'there is no function ' .. name .. ' in ' ..
		shown(path))
end

------------------------------------------------------------- terminals

-- commands LINES EACH: a terminal's lines as HTML. A line that begins
-- with "$ " is a command; the prompt is drawn by the style, so that
-- nobody copies it. With EACH every line is a command.
function commands(lines, each)
	local more
	local html = lines:map(function(line)
		local comment = each and line:match('^%s*#')
		local command = line:match('^%$ (.*)$') or
			each and line ~= '' and not comment and line
		local element = more and 'kbd class="more"' or command and 'kbd' or
			comment and 'em'
		local said = escape(not more and command or line)
		more = (more or command) and line:match('\\$')
		return element and '<' .. element .. '>' .. said .. '</' ..
			element:match('%a+') .. '>' or said
	end)
	return table.concat(html, '\n')
end

function terminal(html, class)
	local _, breaks = html:gsub('\n', '')
	local wide = html:gsub('<[^>]*>', ''):find(('[^\n]'):rep(37))
	return '<div class="terminal' .. (class or '') ..
		(breaks < 24 and ' brief' or '') .. '">' ..
		(html:find('<kbd>', 1, true) and copy_button() or '') ..
		'<pre' .. (wide and not printing and ' tabindex="0"' or '') ..
		'><code>' .. html .. '</code></pre></div>'
end

-- Runs that can be stepped through.
local stepped = 0          -- so many are on this page
local abreast             -- whether some are side by side
directives.steps = dofile('steps.lua') {
	need = need, sites = sites, at = at,
	input = function() return input end,
	printing = function() return printing end,
	stepped = function()
		stepped = stepped + 1
		return stepped
	end,
	side_by_side = function() abreast = true end,
	record = function(id) record('anchor', page .. '#' .. id) end,
}

-- What a run prints.
function directives.output(path, line)
	record('use', 'output', filename(path))
	return { raw(terminal(commands(split(need(path, line))))) }
end

-- The bpf(2) calls of a run.
function directives.calls(path, line)
	record('use', 'output', filename(path))
	local lines = split(need(path, line))
	-- On a screen, the run that can be stepped through has them all.
	if stepped > 0 and not printing then
		return {}
	end
	local calls = List { List { commands(List { lines:remove(1) }) .. '\n' } }
	for _, said in ipairs(lines) do
		local command = said:match('^[%a_]+')
		if command then
			terms_of(command, 1)
			calls:insert(List())
		end
		calls[#calls]:insert((escape(said)
			:gsub('^[%a_]+', '<b>%0</b>')
			:gsub('= (-E[A-Z0-9]+)$', '= <var>%1</var>')
			:gsub('^(%s+%(.- calls, .*%))$', '<em>%1</em>')) .. '\n')
	end
	local html = printing and unbroken(calls) or
		table.concat(calls:map(function(call)
			return table.concat(call)
		end))
	return { raw(terminal(html:gsub('\n$', ''), ' calls')) }
end

---------------------------------------------------------------- errnos

-- table_rows PATH LINE CALL: the rows of a file, each a list of its
-- fields; if CALL is given, the first one and those of this call
local function table_rows(path, line, call)
	local rows = List()
	for i, row in ipairs(split(need(path, line))) do
		if i == 1 or not call or row:sub(1, #call + 1) == call .. '\t' then
			row = split(row, '\t')
			if i > 1 and #row ~= #rows[1] then
				die(path, i, #row .. ' columns, not ' .. #rows[1])
			end
			rows:insert(row)
		end
	end
	return rows
end

-- errno_html RESULT: of the atlas, with what strerror says of it
local function errno_html(result)
	terms_of(result, 1)
	local name, number = result:match('^(E[A-Z0-9]+) ?(.*)$')
	if not name then
		return '<span class="fine">' .. inline_code(result) .. '</span>'
	end
	return '<code class="err">' .. name .. '</code> <small>' ..
		escape(number) .. ' ' .. (meanings[name] or '') .. '</small>'
end

-- since NOTE: of the atlas, about kernels, as a sentence
local function since(note)
	local version, before = note:match('since ([%d.]+), (.*) before')
	if version then
		return 'Since Linux ' .. version .. '; before that ' ..
			inline_code(before)
	end
	return 'Since Linux ' .. note:match('since ([%d.]+)')
end

-- alike ROWS: rows of the atlas with one result, as lists of cases,
-- which are lists of rows. A case is the same for all its map types.
-- The cases of a list differ only in how they are provoked.
local function alike(rows)
	local cases = group(rows, function(row)
		return row[3] .. '\t' .. row[5]
	end)
	return group(cases, function(case)
		return case[1][5] .. '\t' .. table.concat(case:map(function(row)
			return row[2]
		end), ' ')
	end)
end

-- case_row CASES ALL_TYPES ABOVE: what a list of such cases is about;
-- ABOVE is HTML that stands in its first cell, above it
local function case_row(cases, all_types, above)
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
		return row[2]
	end)
	return '<tr><td>' .. (above or '') .. inline_code(when) .. '<span>' ..
		inline_code(meaning) .. '</span></td><td>' ..
		(#types == all_types and #types > 3 and 'all ' .. #types or
		code(table.concat(types, ' '))) .. '</td></tr>'
end

-- errno_table CALL ROWS ALL_TYPES: what a call returns, by its rows of
-- the atlas: a group each result, in it what holds on every kernel and
-- then what a version brought. ALL_TYPES is of how many map types it
-- was asked.
local function errno_table(call, rows, all_types)
	local html = List { '<table class="errnos" aria-label="What ' ..
		escape(call) .. ' returns"><thead><tr><th scope="col">When</th>' ..
		'<th scope="col">Map types</th></tr></thead>' }
	for _, same in ipairs(group(rows, function(row) return row[4] end)) do
		html:insert('<tbody' .. (keep(#same) ~= '' and ' class="keep"' or
			'') .. '>')
		-- On paper a heading is in the row below it: nothing else keeps
		-- the two on one page.
		local above = on_paper and '<b>' .. errno_html(same[1][4]) .. '</b>'
		if not on_paper then
			html:insert('<tr><th colspan="2" scope="rowgroup">' ..
				errno_html(same[1][4]) .. '</th></tr>')
		end
		local by_kernel = group(same, function(row) return row[6] end)
		by_kernel:sort(function(a, b) return a[1][6] < b[1][6] end)
		for _, part in ipairs(by_kernel) do
			if part[1][6] ~= '-' and on_paper then
				above = (above or '') .. '<b class="since">' ..
					since(part[1][6]) .. '</b>'
			elseif part[1][6] ~= '-' then
				html:insert('<tr class="since"><td colspan="2">' ..
					since(part[1][6]) .. '</td></tr>')
			end
			for _, cases in ipairs(alike(part)) do
				html:insert(case_row(cases, all_types, above or nil))
				above = nil
			end
		end
		html:insert('</tbody>')
	end
	return raw(table.concat(html, '\n') .. '</table>')
end

-- atlas_rows PATH LINE CALL: lists of rows, one a call, or of CALL
local function atlas_rows(path, line, call)
	local rows = table_rows(path, line, call)
	if table.concat(rows:remove(1), ', ') ~=
	   'call, map, situation, result, meaning, kernels' then
		die(path, 1, 'the header is not "call, map, situation, ' ..
			'result, meaning, kernels"')
	end
	return group(rows, function(row) return row[1] end)
end

-- Every answer of every call.
function directives.errnos(path, line)
	local out = List()
	for _, rows in ipairs(atlas_rows(path, line)) do
		local call = rows[1][1]
		local types = group(rows, function(row) return row[2] end)
			:map(function(same) return same[1][2] end)
		record('use', 'errnos', call)
		out:insert(heading(escape(call), code(call), call))
		count(call, 'call', 2)
		if #types > 3 then
			out:insert(raw('<p class="more">Asked of ' .. #types .. ': ' ..
				code(table.concat(types, ' ')) .. '</p>'))
		end
		out:insert(errno_table(call, rows, #types))
	end
	return out
end

-- The table that follows: each errno in its first column is one that
-- the call has answered in the atlas.
function directives.errors(path, line, call, next)
	local rows = atlas_rows(path, line, call)[1]
	if not rows then
		die(input, line, 'there is no row of ' .. call .. ' in ' ..
			shown(path))
	elseif not next or next.t ~= 'Table' then
		die(input, line, 'no table follows "errors ' .. call .. '"')
	end
	for _, row in ipairs(next.bodies[1].body) do
		local cell = stringify(row.cells[1].contents)
		for errno in cell:gmatch('E[A-Z0-9]+') do
			if not rows:find_if(function(r)
				return r[4]:match('^E[A-Z0-9]+') == errno
			end) then
				die(input, where(errno), call .. ' never answers ' ..
					errno .. ' in ' .. shown(path))
			end
		end
		if not cell:match('E[A-Z0-9]+') then
			die(input, where(cell), 'there is no errno in "' .. cell .. '"')
		end
	end
	local atlas = book.order:find_if(function(name)
		return name:match('^%d+%-errno%-atlas$')
	end)
	local out = make.Table(next)
	out:insert(raw('<p class="more">' .. (atlas and 'Every errno of every ' ..
		'map type is in <a href="' .. href(atlas, escape(call)) .. '">' ..
		book.pages[atlas].label .. '</a>.' or '') .. '</p>'))
	return out, true
end

-- The cases that not all kernels answer alike, a column a kernel,
-- marked where the answer is not the newest one's. Map types with the
-- same answers share a row.
function directives.kernels(path, line)
	record('use', 'output', filename(path))
	local rows = table_rows(path, line)
	local head = rows:remove(1)
	local differing = rows:filter(function(row)
		return row:find_if(function(answer, k)
			return k > 4 and answer ~= row[4]
		end)
	end)
	local html = List { '<table class="kernels wide" aria-label="' ..
		'Where kernels differ"><thead><tr><th scope="col">When</th>' ..
		'<th scope="col">' .. table.concat(head:map(escape),
		'</th><th scope="col">', 4) .. '</th></tr></thead>\n' }
	for _, of_call in ipairs(group(differing, function(row)
		return row[1]
	end)) do
		html:insert('<tbody><tr><th colspan="' .. #head - 2 ..
			'" scope="rowgroup">' .. code(of_call[1][1]) ..
			'</th></tr>\n')
		for _, same in ipairs(group(of_call, function(row)
			return table.concat(row, '\t', 3)
		end)) do
			local row = same[1]
			html:insert('<tr><td>' .. inline_code(row[3]) ..
				'<span>' .. code(table.concat(same:map(function(r)
					return r[2]
				end), ' ')) .. '</span></td>')
			for k = 4, #row do
				local name = escape(row[k]:match('^E[A-Z0-9]+') or
					row[k])
				html:insert('<td>' .. (row[k] == row[#row] and
					name or '<strong>' .. name .. '</strong>') ..
					'</td>')
			end
			html:insert('</tr>\n')
		end
		html:insert('</tbody>')
	end
	return { raw(table.concat(html) .. '</table><p class="more">' ..
		#rows - #differing .. ' of ' .. #rows ..
		' cases are answered alike by all of these kernels.</p>') }
end

-- history ANSWERS NAMES: what the kernels of these NAMES answer, the
-- newest first: "yes since 6.1, ENOTSUPP before". A kernel without the
-- map type has "-".
local function history(answers, names)
	local out = List()
	for k = #answers, 1, -1 do
		local answer = answers[k]:match('^E[A-Z0-9]+') or answers[k]
		if answer ~= '-' and #out > 0 and out[#out].answer == answer then
			out[#out].since = names[k]
		elseif answer ~= '-' then
			out:insert { answer = answer, since = names[k] }
		end
	end
	return table.concat(out:map(function(part)
		local word = inline_code(part.answer)
		if part.answer == 'yes' then
			word = '<span class="fine">yes</span>'
		end
		return part == out[#out] and #out > 1 and word .. ' before' or
			#out > 1 and word .. ' since ' .. escape(part.since) or word
	end), ', ')
end

-- A row a map type, a column for each of CALLS, or for each size that
-- a map may have.
function directives.types(path, line, calls)
	record('use', 'output', filename(path))
	local rows = table_rows(path, line)
	local names = List { table.unpack(rows:remove(1), 4) }
	local columns = List()
	for call in calls:gmatch('%S+') do
		columns:insert(call)
	end
	local html = List { '<table class="kernels types wide" aria-label="' ..
		'Map types"><thead><tr><th scope="col">Type</th>' }
	for _, column in ipairs(columns) do
		html:insert('<th scope="col">' .. code((column:gsub('^bpf_map_', '')
			:gsub('^bpf_obj_', ''):gsub('_elem$', ''))) .. '</th>')
		if not rows:find_if(function(row)
			return row[1] == column or row[3] == column
		end) then
			die(input, line, 'there is no row of ' .. column .. ' in ' ..
				shown(path))
		end
	end
	html:insert('</tr></thead>\n<tbody>')
	for _, of_type in ipairs(group(rows, function(row)
		return row[2]
	end)) do
		html:insert('<tr><td>' .. code(of_type[1][2]) .. '</td>')
		for _, column in ipairs(columns) do
			local row = of_type:find_if(function(r)
				return r[1] == column and r[3] == '-' or r[3] == column
			end)
			html:insert('<td>' .. (row and history(
				List { table.unpack(row, 4) }, names) or '') .. '</td>')
		end
		html:insert('</tr>\n')
	end
	return { raw(table.concat(html) .. '</tbody></table>') }
end

------------------------------------------------ exercises and answers

-- box PATH LINE: the blocks of a file that the input brings in, and its
-- title; headings inside a box are no sections of the page
local function box(path, line)
	local list = markdown(need(path, line))
	local title = list[1] and list[1].t == 'Header' and
		stringify(list:remove(1)) or ''
	return list:walk { Header = function(b)
		return pandoc.Para { pandoc.Strong(b.content) }
	end }, title
end

function directives.exercise(path, line)
	local list, title = box(path, line)
	local name = filename(pandoc.path.directory(path))
	record('anchor', page .. '#exercise-' .. name)
	say(name .. ' ' .. title .. '.')
	return wrap('<section class="exercise" id="' ..
		at('exercise-' .. name) .. '" aria-label="Exercise ' .. name .. '">\n<p class="label">' ..
		'<span>Exercise ' .. code(name) .. '</span>' ..
		(title ~= '' and ' <b>' .. inline_code(title) .. '</b>' or '') ..
		'</p>', within(path, list), '</section>')
end

-- Every folded answer of the lessons, then what is said about the
-- exercises in FOLDER.
function directives.answers(folder, line)
	local out, lesson = List(), nil
	for from, n, question, answer in collected('answers')
			:gmatch('\f(.-)\t(.-)\t(.-)\n([^\f]*)') do
		if from ~= lesson then
			lesson = from
			out:insert(heading('of-' .. from, book.pages[from].label ..
				': ' .. inline_code(book.pages[from].title)))
		end
		out:extend(wrap('<div class="answer" id="' .. at(from .. '-' .. n) ..
			'"><div class="question">', blocks(markdown(question)),
			'<p class="back">' .. (printing and
			'<a class="number" href="' .. href(from, 'question-' .. n) ..
			'">Question' .. (electronic and '' or ' on page ') or
			'<a href="' ..
			href(from, 'answer-' .. n) .. '">Back to the question') ..
			'</a></p></div>'))
		out:extend(blocks(markdown(answer)))
		out:insert(raw('</div>'))
	end

	for _, name in ipairs(book.exercises) do
		local path = folder .. '/' .. name .. '/answer.md'
		out:insert(heading('of-' .. name, 'Exercise ' .. code(name)))
		out:extend(within(path, (box(path, line))))
		local solution = folder .. '/' .. name .. '/solution.c'
		local all = slurp(solution)
		if all then
			deps[solution] = true
			local program = all:gsub('^/%*.-%*/\n+', '')
			out:insert(listing(code(shown(solution)), program,
				#split(all) - #split(program) + 1))
		end
	end
	return out
end

----------------------------------------------------------------- index

-- kind, heading and what makes HTML of a term
local kinds = { { 'call', 'Calls', code },
	{ 'flag', 'Commands and flags', code },
	{ 'type', 'Map types', code }, { 'errno', 'Errnos', code },
	{ 'capability', 'Capabilities', code }, { 'term', 'Terms', escape } }

-- places ENTRIES: where a term is said something about: of each page
-- the section that says most about it, of many pages those that say
-- most. So no number of a printed page is there twice.
local function places(entries)
	local best = group(entries, function(e)
		return e.place:match('^[^#]*')
	end):map(function(same)
		same:sort(function(a, b)
			return a.weight > b.weight or
				a.weight == b.weight and a.at < b.at
		end)
		return same[1]
	end)
	best:sort(function(a, b)
		return a.weight > b.weight or a.weight == b.weight and a.at < b.at
	end)
	local most = best[1].weight
	best = List { table.unpack(best, 1, 9) }
	best:sort(function(a, b) return a.at < b.at end)
	return table.concat(best:map(function(e)
		local name, id = e.place:match('^(.-)#(.*)$')
		local link = on_paper and
			'<a class="number" href="' .. href(name, id) .. '"></a>' or
			'<a href="' .. href(name, id) .. '"><span>' ..
			book.pages[name].short .. ' ' .. inline_code(e.title) ..
			'</span></a>'
		return e.weight == most and most >= 4 and
			'<b>' .. link .. '</b>' or link
	end), ', ')
end

-- Where each call, flag, type, errno and term of the book is.
function directives.index()
	local entries = split(collected('terms')):map(function(line, at)
		local kind, term, place, title, weight =
			table.unpack(split(line, '\t'))
		return { kind = kind, term = term, place = place, title = title,
			weight = tonumber(weight), at = at }
	end)
	local out = List()
	for _, kind in ipairs(kinds) do
		local terms = group(entries:filter(function(e)
			return e.kind == kind[1]
		end), function(e) return e.term end)
		terms:sort(function(a, b)
			local x, y = a[1].term, b[1].term
			if x:lower() ~= y:lower() then
				x, y = x:lower(), y:lower()
			end
			return x < y
		end)
		local html = terms:map(function(same)
			return '<dt>' .. kind[3](same[1].term) .. '</dt><dd>' ..
				places(same) .. '</dd>\n'
		end)
		if #html > 0 then
			out:insert(heading('index-' .. kind[1], kind[2]))
			out:insert(raw('<dl class="index">' ..
				table.concat(html) .. '</dl>'))
		end
	end
	return printing and wrap('<div class="index">', out, '</div>') or out
end

--------------------------------------------------------------- figures

-- figure IMAGE: an SVG file inside the page, so that it follows its
-- colours; its own style is for a file on its own.
function figure(image)
	local line = where('](' .. image.src)
	local path = resolve(image.src)
	local svg = need(path, line)
	if not path:match('%.svg$') then
		die(input, line, 'a figure is an SVG file, not ' .. image.src)
	end
	record('use', 'figure', filename(path))
	svg = svg:gsub('<%?xml.-%?>%s*', ''):gsub('<!%-%-.-%-%->%s*', '')
		:gsub('<!DOCTYPE.->%s*', ''):gsub('<style.-</style>%s*', '')
		:gsub('^%s+', '')
	if not svg:match('^<svg[^>]* role="img"') then
		die(path, 1, 'the drawing has no role="img" and no title')
	end
	if not electronic then
		svg = svg:gsub(' xmlns="[^"]*"', '')
	end
	if on_paper then
		svg = svg:gsub(' id="', ' id="' .. at('')):gsub('url%(#',
			'url(#' .. at('')):gsub('href="#', 'href="#' .. at(''))
			:gsub(' aria%-labelledby="[^"]*"', '')
	end
	say(stringify(image.caption))
	return wrap('<figure class="drawing">\n' .. svg .. '<figcaption>',
		{ pandoc.Plain(image.caption) }, '</figcaption></figure>')
end

--------------------------------------------------------------- inlines

-- target URL: where a link of the Markdown leads on the page; nil for
-- a file that the book does not show
local function target(url)
	if url:match('^%a[%w+.-]*:') then
		return url
	end
	local line = where('](' .. url)
	local file, id = url:match('^([^#]*)#?(.*)$')
	local name = page
	if file ~= '' then
		local path = resolve(file)
		if path == '../lessons' then
			return href('index')
		end
		name = path:match('^%.%./lessons/([^/]+)%.md$')
		local program = program_link(path:match('^%.%./code/([^/]+)$'))
		if name and not book.pages[name] or
		   not name and not program and not io.open(path) then
			die(input, line, 'there is no ' .. shown(path))
		elseif not name then
			return program
		end
	end
	if id ~= '' then
		record('link', name .. '#' .. id, shown(input) .. ':' .. line)
	end
	return href(name, id ~= '' and
		(printing and id:gsub('^answer%-', 'question-') or id) or nil)
end

local weight               -- of the terms in what is walked
local apart                -- its links, bold words and code, in order
local walker = {
	Link = function(el)
		apart:insert { 'link', stringify(el) }
		local url = target(el.target)
		if not url then
			return el.content
		end
		el.target, el.title = url, ''
		return el
	end,
	Note = function()
		die(input, where('[^'), 'this book has no footnotes')
	end,
	Code = function(el)
		apart:insert { 'code', el.text }
		terms_of(el.text, weight)
		-- A short command and -errno stay on their line. (Pandoc would
		-- search all of its languages for one that is called "n".)
		local whole = #el.text < 17 and el.text:match('^%-%a') or
			el.text:match('^make %S+$')
		return whole and raw_inline('<code class="n">' ..
			escape(el.text) .. '</code>') or nil
	end,
	Strong = function(el)
		local said = stringify(el)
		apart:insert { 'define', said }
		local term = book.glossary[said:lower():gsub('[.:]$', '')]
		if term then
			count(term, 'term', 2 * weight)
		end
	end,
	Emph = function(el)
		local term = book.glossary[stringify(el):lower():gsub('[.:]$', '')]
		if term then
			count(term, 'term', weight)
		end
	end,
	RawInline = function(el)
		if el.text:match('^<!%-%-') then
			return {}
		end
	end,
}

-- leaf BLOCK WEIGHT: it, with its text said and its inlines walked
function leaf(b, heavier)
	weight, apart = heavier or 1, List()
	local said
	if b.t == 'Table' then
		local cells = List()
		b:walk { Plain = function(x) cells:insert(stringify(x)) end }
		cells:map(say)
		said = table.concat(cells, ' ')
	else
		said = stringify(b)
		say(said)
	end
	b = b:walk(walker)
	if b.t == 'Table' and not printing then
		-- On a phone a long name breaks between its words.
		b = b:walk { Code = function(el)
			return #el.text > 16 and raw_inline('<code>' .. escape(el.text)
				:gsub('[_(]+', '%0<wbr>') .. '</code>') or nil
		end }
	end
	words_of(said, apart)
	return b
end

------------------------------------------- for the book: PAGE.data

-- The section that is being walked. Its text goes to the search, the
-- terms in it to the index.
local section = { id = 'main', title = '', text = {}, terms = {} }
local page_title = ''
local heads = List()       -- links to the page's sections, as HTML

local function here()
	return page .. '#' .. section.id
end

-- json TEXT: a string of a script; TEXT has no control characters
local function json(text)
	return (('%q'):format(text):gsub('</', '<\\/'))
end

function close_section()
	local said = table.concat(section.text, ' '):gsub('%s+', ' ')
	for _, term in ipairs(sorted(section.terms)) do
		local seen = section.terms[term]
		record('term', seen.kind, term, here(),
			section.title ~= '' and section.title or page_title,
			seen.weight)
	end
	if said ~= '' then
		record('search', '[' .. json(here()) .. ',' .. json(page_title) ..
			',' .. json(section.title) .. ',' .. json(said) ..
			(section.card and ',' .. json(section.card) or '') .. '],')
	end
end

function open_section(level, id, title, html)
	if level == 1 then
		page_title = title
		record('anchor', here())
		return
	end
	close_section()
	section = { id = id, title = title, text = {}, terms = {} }
	record('anchor', here())
	if level == 2 then
		record('head', here(), html)
		heads:insert('<li><a href="#' .. id .. '">' .. html .. '</a>')
	end
end

-- heading ID HTML TITLE: the start of a section that is not in the
-- Markdown; the index calls it TITLE
function heading(id, html, title)
	open_section(2, id, title or '', html)
	return raw('<h2 id="' .. at(id) .. '">' .. (printing and html or
		'<a href="#' .. id .. '">' .. html .. '</a>') .. '</h2>')
end

function say(said)
	section.text[#section.text + 1] = said
end

-- card_of PROTOTYPES: this section is the card of these calls; nothing
-- in the book says more about them
function card_of(prototypes)
	local calls = List()
	for call in prototypes:gmatch('%f[%w_](bpf_[%w_]+)%(') do
		calls:insert(call)
		count(call, 'call', 1000)
	end
	section.card = table.concat(calls, ' ')
end

-- count TERM KIND WEIGHT: TERM is in this section; a term in a heading
-- or a card weighs more than one in the running text
function count(term, kind, weight)
	local seen = section.terms[term] or { kind = kind, weight = 0 }
	seen.weight = seen.weight + weight
	section.terms[term] = seen
end

-- terms_of PIECE WEIGHT: the calls, flags, types and errnos in PIECE
function terms_of(piece, weight)
	for word in piece:gmatch('[%a_][%w_]*') do
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
		       piece:match('^[%w_]+') == word and
		       not piece:match('^[%w_]+%.') and
		       not word:match("_opts$") and
		       not word:match("_type$") and
		       not word:match("_info$") then
			count(word, 'call', weight)
		end
	end
end

local met = {}             -- terms of the glossary, and how
local glossary             -- these terms, in order

-- words_of TEXT APART: the terms of the glossary in a block, of which
-- APART are the links, the bold words and the code
function words_of(said, parts)
	if book.pages[page] == nil or book.pages[page].number >= 90 then
		return
	end
	glossary = glossary or sorted(book.glossary)
	said = said:lower()
	local function meet(term, how)
		if not met[how .. term] then
			met[how .. term] = true
			local line = cursor
			while source[line] and
			      not source[line]:lower():find(term, 1, true) do
				line = line + 1
			end
			record('word', term, how, shown(input) .. ':' ..
				(source[line] and line or where(term)))
		end
	end
	local function terms_in(piece, how)
		for _, term in ipairs(glossary) do
			if piece:find(term, 1, true) and
			   piece:find('%f[%w]' .. term:gsub('%p', '%%%0') .. 'e?s?%f[%W]') then
				meet(term, how)
			end
		end
	end
	for _, part in ipairs(parts) do
		local piece = part[2]:lower()
		local from, to = said:find(piece, 1, true)
		if from then
			said = said:sub(1, from - 1) .. ' | ' .. said:sub(to + 1)
		end
		if part[1] == 'link' then
			terms_in(piece, 'link')
		elseif part[1] == 'define' then
			piece = piece:gsub('[.:]$', '')
			local one = piece:gsub('s$', '')
			if book.glossary[piece] or book.glossary[one] then
				meet(book.glossary[piece] and piece or one, 'define')
			end
		end
	end
	terms_in(said, 'use')
end

-- record_answers: the lines of each folded answer, for the appendix, after
-- a line of its own that says what they answer
function record_answers()
	local n, title, paragraph, fresh = 0, page_title, '', true
	local indent               -- of the answer that the line is in
	for i, line in ipairs(source) do
		local details = line:match('^(%s*)<details')
		if indent and line:match('^%s*</details') then
			indent = nil
		elseif indent and not line:match('<summary>') then
			record('answer', (line:gsub('^' .. indent, '')))
		elseif details and (line .. (source[i + 1] or ''))
				:match('<summary>Answer') then
			indent = details
			n = n + 1
			record('answer', '\f' .. page, n,
				paragraph:match('^%d+%. +(.*)$') or
				paragraph:match('^> %*%*Try it%.%*%* *(.*)$') or title)
		elseif line:match('^%s*$') then
			fresh = true
		elseif not indent and not details then
			title = line:match('^##+ (.*)$') or title
			paragraph = (fresh and '' or paragraph .. ' ') ..
				line:gsub('^%s+', '')
			fresh = false
		end
	end
end

-------------------------------------------------- around the blocks

-- contents: the list of all pages, for the side of each page
local function contents()
	local html, was = List(), nil
	for _, name in ipairs(book.order) do
		local p = book.pages[name]
		local part = p.number < 9 and 'Part one: the calls' or
			p.number < 90 and 'Part two: running programs' or
			'Appendices'
		if part ~= was then
			html:insert((was and '</ul>' or '') .. '<p>' .. part ..
				'</p><ul>')
			was = part
		end
		html:insert('<li><a href="' .. href(name) .. '"' ..
			(name == page and ' aria-current="page"' or '') ..
			'><span>' .. p.short .. '</span>' ..
			inline_code(p.title) .. (p.call and not book.pages[page] and
			' <code>' .. p.call .. '</code>' or '') .. '</a>')
	end
	html:insert('</ul>')
	if #heads > 0 and book.pages[page] then
		html:insert('<p>On this page</p><ul class="here">' ..
			table.concat(heads, '\n') .. '</ul>')
	end
	return table.concat(html, '\n')
end

-- variables: what the template asks for
function variables(given)
	local html = { contents = contents(),
		here = #heads > 2 and table.concat(heads, '\n') or nil,
		heading = inline_code(source[1]:gsub('^# ', '')) }
	local this = book.pages[page]
	if this then
		html.eyebrow = this.eyebrow
		for key, name in pairs { previous = book.order[this.at - 1],
				next = book.order[this.at + 1] } do
			html[key] = href(name)
			html[key .. '-label'] = book.pages[name].label
			html[key .. '-title'] = inline_code(book.pages[name].title)
		end
	end
	if stepped > 0 and not printing then
		html.stepstyle = collected('steps.css') ..
			(abreast and collected('lanes.css') or '')
		html.stepscript = collected('steps.js')
	end
	local meta = { machine = given.machine,
		pagetitle = page_title, front = not this,
		print = printing, epub = given.epub, id = at('main') }
	for key, text in pairs(html) do
		meta[key] = pandoc.Inlines { raw_inline(text) }
	end
	return meta
end
