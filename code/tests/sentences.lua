-- SPDX-License-Identifier: MIT

-- Writes every sentence of a Markdown file on a line: first 1, if it says
-- something that can be checked, or 0. See code/tests/sentences.t.

local function text_of(inlines)
  local words = {}
  for _, inline in ipairs(inlines) do
    if inline.t == 'Str' then
      words[#words + 1] = inline.text
    elseif inline.t == 'Code' then
      -- A full stop in code ends no sentence.
      words[#words + 1] = '`' .. inline.text:gsub('%.', '\1'):gsub('%s', '\2') .. '`'
    elseif inline.t == 'Space' or inline.t == 'SoftBreak' or inline.t == 'LineBreak' then
      words[#words + 1] = ' '
    elseif inline.content then
      words[#words + 1] = text_of(inline.content)
    end
  end
  return table.concat(words)
end

local numbers = {}
for number in ([[two three four five six seven eight nine ten eleven twelve twenty thirty fifty hundred
  thousand million twice half]]):gmatch('%a+') do
  numbers[number] = true
end

-- An errno, a flag, a capability, a call, a version or another number.
local function is_checkable(sentence)
  if sentence:find('%d') or sentence:find('%f[%w_]E[A-Z0-9][A-Z0-9][A-Z0-9]') or
      sentence:find('BPF_') or sentence:find('CAP_') or sentence:find('bpf_[%w_]') then
    return true
  end
  for word in sentence:lower():gmatch('%a+') do
    if numbers[word] then
      return true
    end
  end
  return false
end

local found = {}

local function add(text)
  text = text:gsub('%s+', ' ')
  -- A sentence ends before a space and a capital letter or code.
  text = text:gsub('([.?!:][)"\'”]*) (["“(`]*%u)', '%1\n%2'):gsub('([.?!][)"\'”]*) (`)', '%1\n%2')
  for sentence in text:gmatch('[^\n]+') do
    sentence = sentence:gsub('\1', '.'):gsub('\2', ' '):gsub('^ +', ''):gsub(' +$', '')
    found[#found + 1] = (is_checkable(sentence) and '1\t' or '0\t') .. sentence
  end
end

local function is_directive(inlines)
  return #inlines == 1 and inlines[1].t == 'Link' and inlines[1].title ~= ''
end

local blocks = {
  Para = function(para)
    if not is_directive(para.content) then
      add(text_of(para.content))
    end
  end,
  Plain = function(plain)
    add(text_of(plain.content))
  end,
  Table = function(tab)
    local simple = pandoc.utils.to_simple_table(tab)
    for _, row in ipairs(simple.rows) do
      local cells = {}
      for _, cell in ipairs(row) do
        cells[#cells + 1] = cell[1] and text_of(cell[1].content) or ''
      end
      local line = table.concat(cells, ' | '):gsub('\1', '.'):gsub('\2', ' ')
      found[#found + 1] = (is_checkable(line) and '1\t' or '0\t') .. line
    end
    return {}
  end,
  Header = function(header)
    add(text_of(header.content))
  end,
}

function Pandoc(doc)
  local function walk(list)
    for _, block in ipairs(list) do
      if blocks[block.t] then
        blocks[block.t](block)
      elseif block.t == 'BulletList' or block.t == 'OrderedList' then
        for _, item in ipairs(block.content) do
          walk(item)
        end
      elseif block.content and block.t ~= 'CodeBlock' then
        walk(block.content)
      end
    end
  end
  walk(doc.blocks)
  io.stdout:write(table.concat(found, '\n'), #found > 0 and '\n' or '')
  os.exit(0)
end
