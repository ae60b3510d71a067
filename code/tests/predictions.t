# SPDX-License-Identifier: MIT
# What the lessons ask a reader to predict, and to try, comes out as
# their answers say: each program is changed as a reader would change it,
# and the lines that its output loses and gains are those given here.
. "$(dirname "$0")/tap.sh"

need cc pkg-config
need_bpf

# changes NAME SCRIPT LINES: the program NAME, changed by a sed script
# that sees the whole file as one line, prints LINES instead of what is
# recorded; "-" stands before a line that is gone, "+" before a new one
changes() {
	sed -z "$2" "$code/$1.c" >"$tmp/$1.c"
	if cmp -s "$code/$1.c" "$tmp/$1.c"; then
		echo "the script changes nothing"
		return 1
	fi
	bpf_cc cc -w -std=c11 -o "$tmp/changed" "$tmp/$1.c" || return 1
	timeout 60 "$tmp/changed" >"$tmp/out" 2>"$tmp/err"
	[ $? -lt 124 ] || return 1
	sed 1d "$top/lessons/transcripts/$1.txt" | sort >"$tmp/recorded"
	sort "$tmp/out" | comm -3 "$tmp/recorded" - | sed 's/^\t/+ /; t; s/^/- /' | sort >"$tmp/came"
	printf '%s\n' "$3" | sort >"$tmp/wanted"
	diff "$tmp/wanted" "$tmp/came"
}

ok 'lesson 1: an array instead of the first hash changes one answer' changes 01_create \
	's/BPF_MAP_TYPE_HASH/BPF_MAP_TYPE_ARRAY/' \
	'- bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4, 8, 1024, NULL) = 3
- info.type = 1
+ bpf_map_create(BPF_MAP_TYPE_ARRAY, "blocked", 4, 8, 1024, NULL) = 3
+ info.type = 2'
ok '  and another prediction does not pass' not changes 01_create \
	's/BPF_MAP_TYPE_HASH/BPF_MAP_TYPE_ARRAY/' '- info.type = 1'
ok '  nor does a change that is none' not changes 01_create 's/BPF_MAP_TYPE_TREE/x/' ''
refused_array() {
	! changes 01_create 's/BPF_MAP_TYPE_HASH\(,[^,]*"blocked_by_admin"\)/BPF_MAP_TYPE_ARRAY\1/' '' &&
		grep -q 'BPF_MAP_TYPE_ARRAY, "blocked_by_admin".*came -EINVAL$' "$tmp/err"
}
ok 'lesson 1: an array refuses BPF_F_NO_PREALLOC with EINVAL' refused_array

ok 'lesson 2: BPF_ANY for the first BPF_NOEXIST changes one answer and one value' changes 02_update \
	's/&monday, BPF_NOEXIST/\&monday, BPF_ANY/' \
	'- bpf_map_update_elem(map, &scanner, &monday, BPF_NOEXIST) = -EEXIST
+ bpf_map_update_elem(map, &scanner, &monday, BPF_ANY) = 0
- day = 5
+ day = 1'
ok 'lesson 2: BPF_EXIST on a full map and an absent key is ENOENT' changes 02_update \
	's/\(&guesser, &friday, \)BPF_ANY/\1BPF_EXIST/' \
	'- bpf_map_update_elem(map, &guesser, &friday, BPF_ANY) = -E2BIG
+ bpf_map_update_elem(map, &guesser, &friday, BPF_EXIST) = -ENOENT'
ok 'lesson 2: room for three lets the third address in' changes 02_update \
	's/8, 2, NULL/8, 3, NULL/' \
	'- bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4, 8, 2, NULL) = 3
+ bpf_map_create(BPF_MAP_TYPE_HASH, "blocked", 4, 8, 3, NULL) = 3
- bpf_map_update_elem(map, &guesser, &friday, BPF_ANY) = -E2BIG
+ bpf_map_update_elem(map, &guesser, &friday, BPF_ANY) = 0'

ok 'lesson 3: without padding the two keys are one' changes 03_lookup \
	's/__u16 port;/__u16 port, zero;/; s/\(same\|flow\)\.port = 443;/&\1.zero = 0;/g' \
	'- bpf_map_lookup_elem(map, &same, &packets) = -ENOENT
+ bpf_map_lookup_elem(map, &same, &packets) = 0'

guests_change_places() {
	changes 04_lookup_and_delete 's/BPF_MAP_TYPE_QUEUE/BPF_MAP_TYPE_STACK/' ''
	sed -n '/STACK/,$s/^guest = //p' "$tmp/out" | paste -s -d ' ' - | grep -qx '2 1' &&
		[ "$(grep -c expected "$tmp/err")" -eq 2 ]
}
ok 'lesson 4: from a stack the two guests come the other way round' guests_change_places
ok 'lesson 4: a pop with a key is refused' changes 04_lookup_and_delete \
	's/elem(map, NULL, &guest),[[:space:]]*-ENOENT/elem(map, \&pass, \&guest), -EINVAL/' \
	'- bpf_map_lookup_and_delete_elem(map, NULL, &guest) = -ENOENT
+ bpf_map_lookup_and_delete_elem(map, &pass, &guest) = -EINVAL'

ok 'lesson 5: deleted before she is stored, Ann is there when she comes again' changes 05_delete \
	's/\(\tEXPECT(bpf_map_update_elem(map, &ann, &since, BPF_NOEXIST), 0);\n\)\(.*\)\(\n\t\/\/ Two sessions\)/\2\1\3/' \
	'- bpf_map_update_elem(map, &ann, &since, BPF_NOEXIST) = 0
- bpf_map_delete_elem(map, &ann) = 0
+ bpf_map_delete_elem(map, &ann) = -ENOENT
+ bpf_map_update_elem(map, &ann, &since, BPF_NOEXIST) = -EEXIST'
ok 'lesson 5: BPF_NOEXIST does not clear an entry of an array' changes 05_delete \
	's/&zero, BPF_EXIST/\&zero, BPF_NOEXIST/' \
	'- bpf_map_update_elem(map, &ann, &zero, BPF_EXIST) = 0
+ bpf_map_update_elem(map, &ann, &zero, BPF_NOEXIST) = -EEXIST
- since = 0
+ since = 9'

# A walk that does not advance is stopped after a while: it has said
# what is wrong each time from the fifth visit on.
does_not_advance() {
	sed '0,/previous = &key;/s///' "$code/06_iterate.c" >"$tmp/06_iterate.c"
	bpf_cc cc -w -std=c11 -o "$tmp/changed" "$tmp/06_iterate.c" || return 1
	"$tmp/changed" 2>&1 | awk '
		/^bpf_map_get_next_key\(map, previous, &key\) = 0$/ { visits++ }
		/get_next_key.*came 0$/ { said++ }
		visits == 1000 { exit !(said >= 995) }'
}
ok 'lesson 6: a walk that does not advance goes on, and says so' does_not_advance
ok 'lesson 6: deleting every key takes one visit a key, in the wrong order too' changes 06_iterate \
	's/if (key != first)\n\t\t\t\(EXPECT(bpf_map_delete_elem(map, &key), 0);\n\t\tprevious\)/\1/; s/visits < 7/visits < 4/; s/visits, 7/visits, 4/' \
	'- bpf_map_get_next_key(map, previous, &key) = 0
- bpf_map_get_next_key(map, previous, &key) = 0
- bpf_map_get_next_key(map, previous, &key) = 0
+ bpf_map_delete_elem(map, &key) = 0
- visits = 7
+ visits = 4'

first_round() {
	changes test_maps 's/BPF_NOEXIST);/BPF_ANY);/' ''
	[ ! -s "$tmp/out" ] && grep -qx 'bpf_map_update_elem: File exists' "$tmp/err"
}
ok 'lesson 7: with BPF_ANY a session is opened twice, and the first round ends it' first_round

# The first call that answers otherwise is the one that the lesson names.
no_pin_no_map() {
	changes 09_pin 's/\tEXPECT(unlink(PATH), 0);\n//; s/-EEXIST);\n/&\tEXPECT(unlink(PATH), 0);\n/' ''
	[ "$(sed -n '1s/.*: \(.*): expected .*\)/\1/p' "$tmp/err")" = 'bpf_obj_get(PATH): expected A_DESCRIPTOR, came -ENOENT' ]
}
if [ "$(id -u)" -eq 0 ]; then
	ok 'lesson 9: without its path and its descriptor the map is gone' no_pin_no_map
else
	skip 'lesson 9: without its path and its descriptor the map is gone' 'the program mounts a file system: sudo make test'
fi

one_value=$([ "$(cat /sys/devices/system/cpu/possible)" = 0 ] || printf '\n- overwritten == cpus - 1 = 1\n+ overwritten == cpus - 1 = 0')
ok 'lesson 11: a lookup in an array overwrites nothing' changes 11_per_cpu 's/PERCPU_ARRAY/ARRAY/' \
	"- bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, \"drops\", 4, 4, 1, NULL) = 3
+ bpf_map_create(BPF_MAP_TYPE_ARRAY, \"drops\", 4, 4, 1, NULL) = 3$one_value"

ok 'lesson 12: from NULL, the first portion comes again' changes 12_batch \
	's/map, &next, &next/map, NULL, \&next/' \
	'- bpf_map_lookup_batch(map, &next, &next, ports, packets, &count, NULL) = -ENOENT
+ bpf_map_lookup_batch(map, NULL, &next, ports, packets, &count, NULL) = 0
- count = 3
+ count = 5'

ok 'lesson 13: an address outside of the prefix is not found' changes 13_which_map \
	's/{ 10, 0, 0, 7 }/{ 11, 0, 0, 1 }/' \
	'- bpf_map_lookup_elem(map, &host, &value) = 0
+ bpf_map_lookup_elem(map, &host, &value) = -ENOENT'
ok 'lesson 13: a queue with room for two takes a second one' changes 13_which_map \
	's/"jobs", 0, 8, 1/"jobs", 0, 8, 2/' \
	'- bpf_map_create(BPF_MAP_TYPE_QUEUE, "jobs", 0, 8, 1, NULL) = 3
+ bpf_map_create(BPF_MAP_TYPE_QUEUE, "jobs", 0, 8, 2, NULL) = 3
- bpf_map_update_elem(map, NULL, &value, BPF_ANY) = -E2BIG
+ bpf_map_update_elem(map, NULL, &value, BPF_ANY) = 0'

if [ -x "$code/10_kernel_side" ]; then
	ok "lesson 10: unset, the clock stands where .data had it" changes 10_kernel_side \
		"s/\tbpf->data->now = 7;\n//" \
		"- start.latest = 7
+ start.latest = 1"
	ok "lesson 14: what fits exactly is not lost" changes 14_events "s/(int)room + 45/(int)room/" \
		"- bpf->bss->lost = 45
+ bpf->bss->lost = 0
- missing = 45
+ missing = 0"
else
	skip "lessons 10 and 14" "no clang and bpftool: make test-deps"
fi

done_testing
