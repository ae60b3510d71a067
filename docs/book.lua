-- SPDX-License-Identifier: MIT
-- What the book needs beyond its single pages. The Makefile has pandoc
-- run it, on no input:
--
--   pandoc -L book.lua -M stage=STAGE -M files=FILES
--
-- It writes what is under build/ and begins with the stage's function:
--   structure   the pages, their titles and calls, the programs that
--               they show and the terms of the glossary
--   style       styles and scripts, small, to go into every page
--   collect     checks links and sources over all pages; writes the
--               search, and what the answers and the index are made of
--   print       all printed pages as one
--   epub        what an e-book has beside its pages

local text = dofile('text.lua')
local die, fail, slurp, replace = text.die, text.fail, text.slurp, text.replace
local split = text.split
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
		local in_card
		for _, line in ipairs(lines) do
			local call = in_card and line:match('^%w+ %*?(bpf_[%w_]+)%(')
			if line:match('^## ') then
				in_card = line == '## The call'
			elseif call then
				out:insert('call\t' .. name .. '\t' .. call)
				in_card = false
			end
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

-- A script without needless space. A string and a pattern stay as they
-- are; a statement ends with a semicolon or a brace, never with a line.
local js = re.compile [=[
	js      <- {~ (comment -> '' / string / pattern / joint / .)* ~}
	comment <- [ %nl]* '//' [^%nl]*
	string  <- '"' ('\' . / [^"])* '"' / "'" ('\' . / [^'])* "'" /
	           '`' ('\' . / [^`])* '`'
	pattern <- (space {[(=,:>&|!?]} space {'/' ('\' . / class / [^/])+ '/'}) -> '%1%2'
	class   <- "[" ('\' . / [^]])* "]"
	joint   <- (space {[{}()=,;:?<>!&|*]} space) -> '%1'
	space   <- [ %nl]*
]=]

-- Each page pays for the names of its colours, so they go by a letter.
local short, letters = {}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabd'
for name in ([[accent answers bad bg call code code-fg const face fg fun good
	gutter honey ink key line link mark muted panel predict str term
	term-fg term-line term-muted]]):gmatch('%S+') do
	short['--' .. name] = '--' .. letters:sub(1, 1)
	letters = letters:sub(2)
end
local function shorten(sheet)
	return (sheet:gsub('%-%-%a[%w-]*', short))
end

-- small_js PATH: a script without comment lines, too. That is safe
-- because no string may go on after the end of its line.
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
	return shorten(js:match(table.concat(lines, '\n'))) .. '\n'
end

-- base64 BYTES: as a data URL has them
local digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
local function base64(bytes)
	local function digit(n)
		return digits:sub(n + 1, n + 1)
	end
	return (bytes:gsub('..?.?', function(three)
		local a, b, c = three:byte(1, 3)
		local n = a << 16 | (b or 0) << 8 | (c or 0)
		return digit(n >> 18) .. digit(n >> 12 & 63) ..
			(b and digit(n >> 6 & 63) or '=') ..
			(c and digit(n & 63) or '=')
	end))
end

-- face FAMILY FILE STYLE: a part of a typeface that a page carries
local function face(family, name, style)
	return '@font-face{font-family:"' .. family .. '";' .. style ..
		'src:url(data:font/woff2;base64,' ..
		base64(slurp('fonts/' .. name .. '.woff2')) ..
		') format("woff2")}'
end

-- The page wears what the system does, or what its reader chose: with the
-- style, and so before anything is painted.
local wear = [[
<script>
const dark = [...document.styleSheets[0].cssRules].find((r) =>
	/scheme/.test(r.conditionText)).media;
const scheme = dark.mediaText;
function wear(theme) {
	dark.mediaText = { dark: "screen", light: "not all" }[theme] || scheme;
}
try { wear(localStorage.getItem("theme")); } catch (e) {}
</script>
]]

function stages.style()
	local function style(name)
		return '<style>' .. shorten(css:match(slurp(name))) .. '</style>\n'
	end
	replace(folder .. 'head.html', style('style.css') ..
		wear:gsub('\n\t*', '') .. '<style>' .. face('Open Sans', 'text', '') ..
		face('Open Sans', 'text-bold', 'font-weight:600 700;') ..
		face('Open Sans', 'text-italic', 'font-style:italic;') ..
		face('JetBrains Mono', 'code', '') ..
		face('JetBrains Mono', 'code-bold', 'font-weight:600 700;') ..
		'</style>\n')
	replace(folder .. 'front.html', style('front.css'))
	replace(folder .. 'appendix.html', style('appendix.css'))
	replace(folder .. 'steps.css', style('steps.css'))
	replace(folder .. 'lanes.css', style('lanes.css'))
	replace(folder .. 'steps.js', '<script>\n' ..
		small_js('steps.js') .. '</script>\n')
	replace(folder .. 'foot.html',
		'<script>\n' .. small_js('site.js') .. '</script>\n')
	replace(folder .. 'filter.html',
		'<script>\n' .. small_js('appendix.js') .. '</script>\n')
	replace(folder .. 'search.js', small_js('search.js'))
	replace(folder .. 'machine.js', small_js('machine.js'))
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
		{ 'program', 'program', '^%.%./code/expect%.h$' },
		{ 'output', 'run', '^%.%./lessons/transcripts/.*%.txt$' },
		{ 'output', 'run', '/errno_kernels%.tsv$' },
		{ 'output', 'run', '/map_types%.tsv$' },
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

-- full_titles DATA: a function of a page and a title in it, which names
-- what the page is about if other pages have such a title, too
local function full_titles(data)
	local pages = text.read_structure().pages
	local times = {}
	for _, head in ipairs(data.head) do
		local title = head:match('\t(.*)$')
		times[title] = (times[title] or 0) + 1
	end
	return function(name, title)
		return (times[title] or 0) > 1 and title ..
			(pages[name].call and ' (`' .. pages[name].call .. '`)' or
			': ' .. pages[name].title) or title
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
	local full = full_titles(data)
	replace(folder .. 'terms', lines(data.term:map(function(term)
		return (term:gsub('\t([^\t#]*)(#[^\t]*\t)([^\t]*)(\t%d+)$',
			function(name, id, title, weight)
				return '\t' .. name .. id .. full(name, title) .. weight
			end))
	end)))
	replace(folder .. 'answers', lines(data.answer))
	replace('build/search.js', 'const sections = [\n' ..
		lines(data.search) .. '];\n' .. slurp(folder .. 'search.js'))
end

----------------------------------------------------------------- print

-- contents BOOK: the pages and their sections
local function contents(book)
	local html = List { '<nav id="contents" class="contents">' ..
		'<p class="title">Contents</p>' }
	for _, name in ipairs(book.order) do
		local id = name .. '--main'
		html:insert('<p class="c1"><a href="#' .. id .. '"><b>' ..
			book.pages[name].short .. '</b>' ..
			text.inline_code(book.pages[name].title) ..
			(book.pages[name].call and ' <code>' ..
			book.pages[name].call .. '</code>' or '') .. '</a></p>')
		for id, head in slurp(folder .. name .. '.data')
				:gmatch('%f[^\n%z]head\t[^#\n]*#([^\t\n]*)\t([^\n]*)') do
			if not name:match('^9[045]') then
				id = name .. '--' .. id
				html:insert('<p class="c2"><a href="#' .. id .. '">' ..
					head .. '</a></p>')
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
	text.write(folder .. 'book.html', table.concat(html, '\n'))
end

------------------------------------------------------------------ epub

function stages.epub()
	local book = text.read_structure()
	local title = 'The BPF Map Workbook'
	local epoch = tonumber(os.getenv('SOURCE_DATE_EPOCH') or 0)
	local names = List { 'index' }
	names:extend(book.order)
	local items, spine, toc = List(), List(), List()
	for i, name in ipairs(names) do
		local path = folder .. 'epub/' .. name .. '.xhtml'
		local page = slurp(path):gsub('&nbsp;', '&#160;')
		text.write(path, page)
		items:insert('<item id="p' .. i .. '" href="' .. name ..
			'.xhtml" media-type="application/xhtml+xml"' ..
			(page:find('<svg', 1, true) and ' properties="svg"' or '') .. '/>')
		spine:insert('<itemref idref="p' .. i .. '"/>')
		if name ~= 'index' then
			toc:insert('<li><a href="' .. name .. '.xhtml">' ..
				book.pages[name].label .. ': ' ..
				text.inline_code(book.pages[name].title) .. '</a></li>')
		end
	end
	text.write(folder .. 'epub/nav.xhtml', [[
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>Contents</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body><nav epub:type="toc" id="contents"><h1>Contents</h1><ol>
]] .. table.concat(toc, '\n') .. '\n</ol></nav></body></html>\n')
	text.write(folder .. 'epub/content.opf', [[
<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">bpf-map-workbook</dc:identifier>
<dc:title>]] .. title .. [[</dc:title>
<dc:language>en</dc:language>
<meta property="dcterms:modified">]] ..
		os.date('!%Y-%m-%dT%H:%M:%SZ', epoch) .. [[</meta>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="css" href="style.css" media-type="text/css"/>
]] .. table.concat(items, '\n') .. '\n</manifest>\n<spine>\n' ..
		spine:remove(1) .. '\n<itemref idref="nav"/>\n' ..
		table.concat(spine, '\n') .. '\n</spine>\n</package>\n')
	text.write(folder .. 'epub/style.css', slurp('epub.css'))
	text.write(folder .. 'epub/mimetype', 'application/epub+zip')
	text.write(folder .. 'epub/META-INF/container.xml', [[
<?xml version="1.0" encoding="UTF-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
]])
end

function Meta(meta)
	local function value(key)
		return pandoc.utils.stringify(meta[key] or '')
	end
	stages[value('stage')](split(value('files'), ' '))
end
