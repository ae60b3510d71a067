-- SPDX-License-Identifier: MIT
-- A recorded run as a figure: a strip with the states of the map, and a
-- table with a row a call. A browser without JavaScript shows both; in
-- print the recorded calls stand below the strip. steps.js makes of it
-- a run that can be stepped through, and has no data but what is read
-- here.
--
--   row     a line of transcripts/NAME.steps.tsv, by the names of its
--           fields
--   frame   a state: the descriptors, and the entries of the map
--   lane    rows that are stepped through side by side with others: of
--           a process, or of the lines below a comment of the program

local List = pandoc.List
local text = dofile('text.lua')
local escape, split, die, shown = text.escape, text.split, text.die,
	text.shown

local fields = 'process line call map about flags key value back ' ..
	'result open entries'

-- the map is drawn whole if it has no more room than this
local drawn = 8

local function code(piece)
	return '<code>' .. escape(piece) .. '</code>'
end

local function spaced(hex)
	return (hex:gsub('%x%x', '%0 '):gsub(' $', ''))
end

-- number HEX: bytes as a person reads them, if they are a small number
local function number(hex)
	local low, high = hex:match('^(%x%x)(%x%x)0*$')
	if low and #hex <= 16 and #hex >= 8 then
		return tostring(tonumber(high .. low, 16))
	end
	return spaced(hex)
end

-- read PATH ALL: the rows; each has also "room", what the map may hold
local function read(path, all)
	local rows, rooms, names = List(), {}, split(fields, ' ')
	for i, line in ipairs(split(all)) do
		local row = {}
		for k, value in ipairs(split(line, '\t')) do
			row[names[k] or k] = value
		end
		if i == 1 and line ~= fields:gsub(' ', '\t') or
		   not row.entries or row[13] then
			die(path, i, 'the fields are not "' .. fields .. '"')
		elseif i > 1 then
			local name, room = row.about:match('"(.-)".*max_entries (%d+)')
			if name then
				rooms[name] = tonumber(room)
			end
			-- The map that the call is about, or the only one.
			name = row.open:match('%f[%d]' .. row.map .. ':(%S+)') or
				row.open:match('%d:(%S+)')
			row.room = rooms[name] or 0
			rows:insert(row)
		end
	end
	return rows
end

-- lanes_of ROWS LINES TITLES: lists of rows, each with its title. A
-- title is how a comment of the program begins. A lane begins with the
-- first call that does not fill the map.
local function lanes_of(rows, lines, titles, fail)
	local lanes = List()
	if titles == '' then
		local by_process = text.group(rows, function(r) return r.process end)
		for at, row in ipairs(rows) do
			row.at = at
		end
		for i, lane in ipairs(by_process) do
			if #by_process > 1 then
				lane.title = 'Process ' .. i
				lane.moments = rows
			end
			lanes:insert(lane)
		end
		return lanes
	end
	for title in (titles .. ' | '):gmatch('(.-) | ') do
		local lane, from, to = List(), nil, nil
		for i, line in ipairs(lines) do
			local comment = line:match('^\t// (.*)')
			if not from and comment and comment:sub(1, #title) == title then
				from = i
			elseif from and not to and comment and
			       not lines[i - 1]:match('^\t//') then
				to = i
			end
		end
		if not from then
			fail('no comment of the program begins with "' .. title .. '"')
		end
		for _, row in ipairs(rows) do
			local line = tonumber(row.line)
			if line >= from and line < (to or #lines + 1) and
			   row.call ~= 'close' and
			   (#lane > 0 or row.call ~= 'BPF_MAP_UPDATE_ELEM') then
				lane:insert(row)
				row.at = #lane
			end
		end
		if #lane == 0 then
			fail('no call below the comment "' .. title .. '"')
		end
		lane.title = title
		lane.apart = true
		lanes:insert(lane)
	end
	return lanes
end

-- shared_frames LANE: the states that a process sees from its first call
-- on, for its map is changed by others, too
local function shared_frames(lane)
	local frames, open = List(), nil
	for _, row in ipairs(lane.moments) do
		if row.process == lane[1].process then
			open = row.open
		end
		local entries = row.entries ~= '-' and open ~= '-' and
			row.entries or open == '-' and '-' or ''
		local last = frames[#frames]
		if open and (not last or last.open ~= open or
		   last.entries ~= entries) then
			frames:insert { at = row.at, open = open,
				entries = entries, room = row.room }
		end
		row.frame = #frames
	end
	return frames
end

-- frames_of LANE: the states, in the order of their first appearance,
-- with the step after which; each row gets its "frame". A call that is
-- about no map leaves the entries as they are.
local function frames_of(lane)
	if lane.moments then
		return shared_frames(lane)
	end
	local frames, numbers, last = List(), {}, nil
	for _, row in ipairs(lane) do
		local entries = row.entries
		if entries == '-' and row.open ~= '-' then
			entries = last or ''
		end
		local key = row.open .. '|' .. entries .. '|' .. row.room
		if not numbers[key] then
			frames:insert { at = row.at, open = row.open,
				entries = entries, room = row.room }
			numbers[key] = #frames
		end
		row.frame = numbers[key]
		last = row.open ~= '-' and entries or nil
	end
	return frames
end

local function entries_of(frame)
	return frame.entries == '-' and List() or
		List(split(frame.entries, ' ')):filter(function(e)
			return e ~= ''
		end):map(function(e)
			local key, value = e:match('^(%x*)=(%x*)$')
			return { key = key, value = value }
		end)
end

-- cells FRAME BASE: the map's entries, in the order of a walk, and the
-- room that is left. With BASE, keys of it that are gone stay as holes.
local function cells(frame, base)
	local list = entries_of(frame)
	local html, of = List(), {}
	for _, e in ipairs(list) do
		of[e.key] = e
	end
	for _, e in ipairs(base or list) do
		local now = base and of[e.key] or not base and e
		html:insert('<li' .. (now and '' or ' class="gone"') ..
			(e.key ~= '' and ' data-k="' .. e.key .. '"' or '') .. '>' ..
			(e.key ~= '' and '<b>' .. number(e.key) .. '</b>' or '') ..
			(now and '<i>' .. number(now.value) .. '</i>' or '') ..
			'</li>')
	end
	if not base and frame.room <= drawn then
		for _ = #list + 1, frame.room do
			html:insert('<li class="free"></li>')
		end
	elseif not base then
		html:insert('<li class="free">' .. (#list == 0 and '' or '+ ') ..
			'room for ' .. frame.room - #list .. '</li>')
	end
	return '<ul class="cells">' .. table.concat(html) .. '</ul>'
end

local function frame_html(frame, base)
	return '<li data-a="' .. frame.at .. '"><p>After call ' .. frame.at .. '</p><p class="fds">' ..
		(frame.open == '-' and 'no descriptor' or
		escape((frame.open:gsub(':', ' \u{2192} '):gsub(' (%d)', ', %1')))) ..
		'</p>' .. (frame.open == '-' and '' or cells(frame, base)) .. '</li>'
end

-- inside ROW: the bytes, and after an arrow those that came back
local function inside(row)
	local out = List()
	local function add(name, value)
		if value ~= '-' then
			out:insert(name .. spaced(value))
		end
	end
	if row.about ~= '-' then
		out:insert((row.about:gsub('  ', ' ')))
	end
	add('key ', row.key)
	add('value ', row.value)
	local back = row.back ~= '-' and (row.back:match('^%x+$') and
		(row.call == 'BPF_MAP_GET_NEXT_KEY' and 'key ' or 'value ') ..
		spaced(row.back) or row.back:gsub('  ', ' '))
	return table.concat(out, ', ') ..
		(back and (#out > 0 and ' ' or '') .. '\u{2192} ' .. back or '')
end

-- starts_over ROW BEFORE: a walk that goes on from a key that is gone
local function starts_over(row, before)
	return before and row.call == 'BPF_MAP_GET_NEXT_KEY' and
		row.result == '0' and row.key ~= 'NULL' and
		not (' ' .. before.entries):find(' ' .. row.key .. '=', 1, true)
end

-- steps FILTER: the directive; FILTER lends it need, sites, at, record,
-- and knows whether the page is printed
return function(filter)
	return function(path, at_line, titles)
		local function fail(message)
			die(filter.input(), at_line, message)
		end
		local name = pandoc.path.filename(path):gsub('%.steps%.tsv$', '')
		local source = '../code/' .. name .. '.c'
		local all = filter.need(source, at_line)
		local lines = split(all)
		local sites = filter.sites(source, all)
		local figure = filter.stepped()
		-- Call 5 of a page's first run is #step-5, #step-b5 of its second.
		local letter = ('bcdefgh'):sub(figure - 1, figure - 1)
		local printing = filter.printing()
		local lanes = lanes_of(read(path, filter.need(path, at_line)),
			lines, titles, fail)
		if #lanes > 1 then
			filter.side_by_side()
		end

		-- site ROW: the EXPECT that made the call
		local function site(row)
			local line = tonumber(row.line)
			return sites:find_if(function(s)
				return s.line <= line and line <= s.last
			end)
		end
		local function row_html(row, i, lane, which)
			local s = site(row)
			local id = 'step-' .. (which > 1 and which .. '-' or '') ..
				letter .. row.at
			local before = lane[i - 1]
			local class = starts_over(row, before) and 'over' or
				row.result:match('^%-') and 'refused'
			-- A function of a skeleton makes many calls, and its own
			-- answer is none of theirs.
			local own = s and s.call:lower():gsub('__', '_')
				:find(row.call:lower(), 1, true)
			-- A call of create says all of it itself.
			local went_in = own and row.call == 'BPF_MAP_CREATE' and '' or inside(row)
			local n = tostring(row.at)
			-- The page is small: an end tag that may go is not written.
			return '<tr id=' .. id ..
				' data-f=' .. row.frame .. ' data-l=' ..
				(s and s.line ~= s.last and s.line .. '-' .. s.last or row.line) ..
				(row.key:match('^%x+$') and ' data-k=' .. row.key or '') ..
				(row.call == 'BPF_MAP_GET_NEXT_KEY' and
				row.back ~= '-' and ' data-n=' .. row.back or '') ..
				(class and ' class=' .. class or '') .. '><td>' ..
				n .. '<td>' .. row.line .. '<td>' ..
				code(own and s.call or s and row.call or row.call:lower()) ..
				(s and not own and ' in ' .. escape(s.call) or '') ..
				(went_in ~= '' and '<samp>' .. escape(went_in) .. '</samp>'
				or '') .. (class == 'over' and
				'<span>The walk starts over.</span>' or '') .. '<td>' .. escape(row.result)
		end
		local function lane_html(lane, which)
			local frames = frames_of(lane)
			local base = lane.apart and entries_of(frames[1])
			if printing then
				-- On paper only the entries count.
				local last
				frames = frames:filter(function(f)
					local new = not last or f.entries ~= last.entries
						or f.open == '-'
					last = f
					return new
				end)
			end
			return '<div class="lane">' .. (lane.title and
				'<p class="label">' .. escape(lane.title) .. '</p>' or '') ..
				'<ol class="frames">' ..
				table.concat(frames:map(function(frame)
					return frame_html(frame, base)
				end)) .. '</ol>' .. (printing and '' or
				'<details open><summary>The ' .. #lane ..
				' calls</summary><div class="wide">' ..
				'<table><thead><tr>' ..
				'<th>Call<th>Line<th>What is asked<th>Answer<tbody>' ..
				table.concat(lane:map(function(row, i)
					return row_html(row, i, lane, which) .. '\n'
				end)) .. '</tbody></table></div></details>') .. '</div>'
		end

		for _, lane in ipairs(lanes) do
			for _, row in ipairs(lane) do
				filter.record('step-' .. letter .. row.at)
			end
		end
		return { pandoc.RawBlock('html', '<figure class="steps' ..
			(#lanes > 1 and ' lanes' or '') ..
			(lanes[1].moments and ' shared' or '') .. '" id="' ..
			filter.at('steps' .. letter) .. '" data-program="program-' .. name ..
			'"><figcaption>' .. code(shown(source)) ..
			', call by call</figcaption>' ..
			table.concat(lanes:map(lane_html)) .. '</figure>') }
	end
end
