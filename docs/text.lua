-- SPDX-License-Identifier: MIT
-- Files, lists and HTML: what filter.lua and book.lua both need. Paths
-- are as seen from docs/, where pandoc runs.

local List = pandoc.List
local text = {}

-- shown PATH: a path as a reader at the top of the tree writes it
function text.shown(path)
	return path:match('^%.%./') and path:sub(4) or 'docs/' .. path
end

-- fail MESSAGE: stop the build with one line
function text.fail(message)
	io.stderr:write(message, '\n')
	os.exit(1)
end

-- die FILE LINE MESSAGE
function text.die(file, line, message)
	text.fail(text.shown(file) .. ':' .. line .. ': ' .. message)
end

-- slurp PATH: the text of a file, or nil
function text.slurp(path)
	local file = io.open(path, 'rb')
	local all = file and file:read('a')
	if file then file:close() end
	return all
end

-- write PATH TEXT: whole or not at all
function text.write(path, all)
	local file = assert(io.open(path .. '.new', 'wb'))
	assert(file:write(all))
	assert(file:close())
	assert(os.rename(path .. '.new', path))
end

-- replace PATH TEXT: the same, unless the file holds that already; what
-- did not change makes nothing be built again
function text.replace(path, all)
	if text.slurp(path) ~= all then
		text.write(path, all)
	end
end

-- split TEXT SEPARATOR: its lines, or the fields between SEPARATORs
function text.split(all, separator)
	separator = separator or '\n'
	if all:sub(-1) ~= '\n' then
		all = all .. separator
	end
	local parts = List()
	for part in all:gmatch('([^' .. separator .. ']*)' .. separator) do
		parts[#parts + 1] = part
	end
	return parts
end

-- group LIST KEY: lists of the items for which KEY is the same, in the
-- order of the first of each
function text.group(list, key)
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
function text.sorted(set)
	local keys = List()
	for key in pairs(set) do
		keys:insert(key)
	end
	keys:sort()
	return keys
end

local entity = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;' }
function text.escape(all)
	return (all:gsub('[&<>]', entity))
end

-- inline_code TEXT: plain text whose `code` is in backticks, as HTML
function text.inline_code(all)
	return (text.escape(all):gsub('`([^`]+)`', '<code>%1</code>'))
end

-- read_structure: the pages of the book by their names, with what they
-- are called and the call that each is about, and the names in order; the page that shows a program;
-- the terms of the glossary; the exercises that have an answer
function text.read_structure()
	local book = { pages = {}, order = List(), shown_on = {},
		glossary = {}, exercises = List() }
	local last, appendices = 0, 0
	for _, line in ipairs(text.split(
			assert(text.slurp('build/.book/structure')))) do
		local kind, name, value = table.unpack(text.split(line, '\t'))
		if kind == 'page' then
			book.order:insert(name)
			book.pages[name] = { title = value, at = #book.order,
				number = tonumber(name:match('^%d+')) }
			if book.pages[name].number < 90 then
				last = book.pages[name].number
			end
		elseif kind == 'call' then
			book.pages[name].call = value
		elseif kind == 'program' then
			book.shown_on[name] = value
		elseif kind == 'exercise' then
			book.exercises:insert(name)
		elseif kind == 'term' then
			book.glossary[name:lower()] = name
		end
	end
	for _, name in ipairs(book.order) do
		local p = book.pages[name]
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
			p.eyebrow = p.label .. ' of ' .. last
		end
	end
	return book
end

return text
