-- SPDX-License-Identifier: MIT
-- What the book needs beyond its single pages. The Makefile has pandoc
-- run it, on no input:
--
--   pandoc -L book.lua -M stage=STAGE -M files=FILES
--
-- It writes what is under build/ and begins with the stage's function:
--   structure   the pages, their titles, the programs that they show
--               and the terms of the glossary
--   style       styles and scripts, small, to go into every page
--   collect     checks links and sources over all pages; writes the
--               search, and what the answers and the index are made of
--   print       all printed pages as one, with {{#ID}} for the number
--               of the page that ID is on
--   number      that one page with the numbers filled in

local text = dofile('text.lua')
local die, fail, slurp, replace = text.die, text.fail, text.slurp, text.replace
local split, shown, escape = text.split, text.shown, text.escape
local filename = pandoc.path.filename
local List = pandoc.List

local stages = {}
local folder = 'build/.book/'

-- matching FILES PATTERN: those whose path is like that
local function matching(files, pattern)
	return files:filter(function(path) return path:match(pattern) end)
end

------------------------------------------------------------- structure

function stages.structure(files)
	local out = List()
	for _, path in ipairs(matching(files, '/answer%.md$')) do
		out:insert('exercise\t' .. path:match('([^/]+)/[^/]+$'))
	end
	local seen = {}
	for _, path in ipairs(matching(files, '^%.%./lessons/')) do
		local name = filename(path):gsub('%.md$', '')
		local lines = split(slurp(path))
		out:insert('page\t' .. name .. '\t' ..
			((lines[1] or ''):gsub('^# *', '')))
		for _, line in ipairs(lines) do
			local file = line:match(
				'^%[.*%]%(%.%./code/([^)/]*) "program"%)$')
			local term = name:match('glossary') and (
				line:match('^%*%*([^*]+)%*%*') or
				line:match('^%- %*%*([^*]+)%*%*'))
			if file and not seen[file] then
				seen[file] = true
				out:insert('program\t' .. file .. '\t' .. name)
			elseif term then
				out:insert('term\t' .. (term:gsub('[.:]$', '')))
			end
		end
	end
	replace(folder .. 'structure', table.concat(out, '\n') .. '\n')
end

----------------------------------------------------------------- style

-- CSS without comments and needless space. A string stays as it is.
local css = re.compile [[
	css    <- {~ (space -> '') (string / joint / gap / .)* ~}
	string <- '"' ('\' . / [^"])* '"' / "'" ('\' . / [^'])* "'"
	joint  <- ((space ';')* space '}' space) -> '}' /
	          (space {[{};,]} space) -> '%1' / (': ' space) -> ':'
	gap    <- (blank+) -> ' '
	space  <- blank*
	blank  <- %s / '/*' (!'*/' .)* '*/'
]]

-- small_js PATH: a script without comment lines and indentation. That
-- is safe because no string may go on after the end of its line.
local function small_js(path)
	local lines = List()
	for i, line in ipairs(split(slurp(path))) do
		local _, ticks = line:gsub('`', '')
		if ticks % 2 == 1 or line:match('\\$') then
			die(path, i, 'a string may not go on after the end of its line')
		elseif not line:match('^%s*//') and line:match('%S') then
			lines:insert((line:gsub('^%s+', '')))
		end
	end
	return table.concat(lines, '\n') .. '\n'
end

function stages.style()
	local function style(name)
		return '<style>' .. css:match(slurp(name)) .. '</style>\n'
	end
	replace(folder .. 'head.html', '<script>try{' ..
		'document.documentElement.dataset.theme=' ..
		'localStorage.getItem("theme")||""}catch(e){}</script>' ..
		style('style.css'))
	replace(folder .. 'front.html', style('front.css'))
	replace(folder .. 'appendix.html', style('appendix.css'))
	replace(folder .. 'foot.html',
		'<script>\n' .. small_js('site.js') .. '</script>\n')
	replace(folder .. 'filter.html',
		'<script>\n' .. small_js('appendix.js') .. '</script>\n')
	replace(folder .. 'search.js', small_js('search.js'))
end

--------------------------------------------------------------- collect

-- read_data: what the pages have recorded, those aside that are made of
-- the others: a list a kind of fact
local function read_data()
	local data = setmetatable({}, { __index = function(all, kind)
		all[kind] = List()
		return all[kind]
	end })
	for _, name in ipairs(text.read_structure().order) do
		if not name:match('^9[45]') then
			for kind, fact in slurp(folder .. name .. '.data')
					:gmatch('(%a+)\t([^\n]*)\n') do
				data[kind]:insert(fact)
			end
		end
	end
	return data
end

-- check_links DATA: every link leads to an anchor
local function check_links(data)
	local anchors = {}
	for _, place in ipairs(data.anchor) do
		anchors[place] = true
	end
	for _, link in ipairs(data.link) do
		local to, from = link:match('^(.-)\t(.*)$')
		if not anchors[to] and not to:match('^9[45]') then
			local page, id = to:match('^(.-)#(.*)$')
			fail(from .. ': there is no heading "#' .. id ..
				'" in lessons/' .. page .. '.md')
		end
	end
end

-- check_shown DATA FILES: every source is brought in by some lesson
local function check_shown(data, files)
	local used = {}
	for _, use in ipairs(data.use) do
		used[use] = true
	end
	for _, kind in ipairs {
		{ 'program', 'program', '^%.%./code/%d%d_[^/]*%.c$' },
		{ 'program', 'program', '^%.%./code/test_maps%.c$' },
		{ 'output', 'run', '^%.%./lessons/transcripts/.*%.txt$' },
		{ 'output', 'run', '/errno_kernels%.tsv$' },
		{ 'figure', 'figure', '%.svg$' },
	} do
		for _, path in ipairs(matching(files, kind[3])) do
			if not used[kind[1] .. '\t' .. filename(path)] then
				die(path, 1, 'no lesson shows this ' .. kind[2])
			end
		end
	end
	for _, atlas in ipairs(matching(files, '/errno_atlas%.tsv$')) do
		for i, line in ipairs(split(slurp(atlas))) do
			local call = line:match('^[^\t]*')
			if i > 1 and not used['errnos\t' .. call] then
				die(atlas, i, 'no lesson shows the rows of ' .. call)
			end
		end
	end
end

-- Terms of the glossary that may still come before their meaning.
local not_yet = {}
for term in ([[
take
]]):gmatch('[^\n]+') do
	not_yet[term] = true
end

-- check_words DATA: no term of the glossary is used before the lesson
-- in which it is bold, unless the page links it first. What comes in
-- the same paragraph comes after it.
local function check_words(data)
	local defined, place = {}, {}
	for _, word in ipairs(data.word) do
		local term, how, at = table.unpack(split(word, '\t'))
		if how == 'define' then
			place[term] = place[term] or at
		end
	end
	local page
	local linked = {}
	for _, word in ipairs(data.word) do
		local term, how, at = table.unpack(split(word, '\t'))
		if at:match('^lessons/[^:]*') ~= page and at:match('^lessons') then
			page = at:match('^lessons/[^:]*')
			linked = {}
		end
		if how == 'define' then
			defined[term] = true
		elseif how == 'link' then
			linked[term] = true
		elseif not defined[term] and not linked[term] and
		       not not_yet[term] then
			fail(at .. ': "' .. term .. '" comes before its meaning' ..
				(place[term] and ', which is in ' .. place[term] or
				', which is in no lesson (in bold)') ..
				'; give it there, or link to the glossary')
		end
	end
end

function stages.collect(files)
	local data = read_data()
	check_links(data)
	check_shown(data, files)
	check_words(data)
	local function lines(list)
		return table.concat(list, '\n') .. '\n'
	end
	replace(folder .. 'terms', lines(data.term))
	replace(folder .. 'answers', lines(data.answer))
	replace('build/search.js', 'const sections = [\n' ..
		lines(data.search) .. '];\n' .. slurp(folder .. 'search.js'))
end

----------------------------------------------------------------- print

-- number ID: where the number of the page of ID goes
local function number(id)
	return '<span>{{#' .. id .. '}}</span>'
end

-- contents BOOK: the pages and their sections
local function contents(book)
	local html = List { '<nav id="contents" class="contents">' ..
		'<p class="title">Contents</p>' }
	for _, name in ipairs(book.order) do
		local id = name .. '--main'
		html:insert('<p class="c1"><a href="#' .. id .. '"><b>' ..
			book.pages[name].short .. '</b>' ..
			text.inline_code(book.pages[name].title) .. number(id) ..
			'</a></p>')
		for id, head in slurp(folder .. name .. '.data')
				:gmatch('%f[^\n%z]head\t[^#\n]*#([^\t\n]*)\t([^\n]*)') do
			if not name:match('^9[045]') then
				id = name .. '--' .. id
				html:insert('<p class="c2"><a href="#' .. id .. '">' ..
					head .. number(id) .. '</a></p>')
			end
		end
	end
	html:insert('</nav>')
	return table.concat(html, '\n')
end

function stages.print()
	local book = text.read_structure()
	local epoch = tonumber(os.getenv('SOURCE_DATE_EPOCH') or 0)
	local cover = slurp(folder .. 'print/index.html')
	local title = cover:match('<p class="title">(.-)</p>')
	local html = List { '<!DOCTYPE html><html lang="en"><head>' ..
		'<meta charset="utf-8"><title>' .. title .. '</title>' ..
		'<meta name="description" content="The map calls from user ' ..
		'space, in C, on a live kernel"></head><body>', cover,
		'<section class="colophon"><p>' .. title .. '</p><p>Edition of ' ..
		os.date('!%d %B %Y', epoch):gsub('^0', '') ..
		'. Every program in this book is a file of its source tree, ' ..
		'every output a recorded run, and every errno a row that a ' ..
		'live kernel confirmed.</p><p>Released under the MIT License.' ..
		'</p></section>', contents(book) }
	for _, name in ipairs(book.order) do
		html:insert(slurp(folder .. 'print/' .. name .. '.html'))
	end
	html:insert('</body></html>')
	text.write(folder .. 'draft.html', table.concat(html, '\n'))
end

---------------------------------------------------------------- number

-- Every number of a page, and an index that names each page once: its
-- links are in the order of the book.
function stages.number()
	local page = {}
	for n, id in slurp(folder .. 'places')
			:gmatch('(%d+)[^\n]*"([^"\n]*)"') do
		page[id] = n
	end
	local function named_once(places)
		local seen, order = {}, List()
		for bold, id in places:gmatch('(<?b?>?)<a href="#([^"]*)"') do
			local n = page[id]
			if not seen[n] then
				seen[n] = { id = id }
				order:insert(n)
			end
			seen[n].bold = seen[n].bold or bold == '<b>'
		end
		return table.concat(order:map(function(n)
			local link = '<a href="#' .. seen[n].id .. '">' .. n .. '</a>'
			return seen[n].bold and '<b>' .. link .. '</b>' or link
		end), ', ')
	end
	text.write(folder .. 'book.html', (slurp(folder .. 'draft.html')
		:gsub('<dd class="places">(.-)</dd>', function(places)
			return '<dd>' .. named_once(places) .. '</dd>'
		end)
		:gsub('{{#(.-)}}', page)))
end

function Meta(meta)
	local function value(key)
		return pandoc.utils.stringify(meta[key] or '')
	end
	stages[value('stage')](split(value('files'), ' '))
end
