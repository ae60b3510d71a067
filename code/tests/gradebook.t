# SPDX-License-Identifier: MIT
# What a teacher does with the grades over a term: one more student, one
# once more; folders as learning platforms pack them; a date; texts that
# are alike; files that a gradebook and an autograder read.
. "$(dirname "$0")/tap.sh"

need parallel bwrap setpriv cc git perl
need_bpf
[ "$(id -u)" -eq 0 ] || skip_all 'the grader builds its sandboxes as root: sudo make test'

exercise=02a_first_writer_wins
folder=$code/exercises/$exercise
class=$tmp/class out=$tmp/out

grade() {
	sh "$code/exercises/classroom/grade.sh" batch "$@" >"$tmp/said" 2>&1
}

# points STUDENT: what grades.csv says
points() {
	awk -F, -v s="\"$1\"" '$1 == s { print $2 }' "$out/grades.csv"
}

# all_of N STUDENT...: these, each with N points, and nobody else
all_of() {
	n=$1
	shift
	for name; do
		echo "\"$name\",$n"
	done | sort >"$tmp/wanted"
	sed 1d "$out/grades.csv" | cut -d, -f1,2 | sort | diff "$tmp/wanted" -
}

# --- names of files and folders ---

mkdir -p "$class/Ana Silva_123_assignsubmission_file_" "$class/ben" "$class/dora" "$class/eve" "$class/fay" \
	"$class/carl/repository/code/exercises/$exercise"
cp "$folder/solution.c" "$class/Ana Silva_123_assignsubmission_file_/02a.c"
cp "$folder/stub.c" "$class/ben/02a.c"
cp "$folder/solution.c" "$class/ben/02a (1).c"
touch -d '2001-02-03 UTC' "$class/ben/02a.c"
touch -d '2001-02-04 UTC' "$class/ben/02a (1).c"
cp "$folder/solution.c" "$class/carl/repository/code/exercises/$exercise/exercise.c"
for name in 'dora/2a.c' 'dora/02b.c.txt' 'dora/my first_writer_wins.cpp' 'dora/notes.c'; do
	echo '// nothing' >"$class/$name"
done
cp "$folder/solution.c" "$class/eve/02A.c"
cp "$folder/solution.c" "$class/fay/homework_02a.c"
cp "$folder/stub.c" "$class/guy_777_888_02a.c"
cp "$folder/solution.c" "$class/guy_777_889_02a-1.c"
touch -d '2001-02-03 UTC' "$class"/guy*
cp "$folder/solution.c" "$class/hal_LATE_99_100_02a_first_writer_wins.c"
touch -d '2001-02-03 UTC' "$class"/hal*
echo '// nothing' >"$class/notes.c"
(cd "$class/carl/repository" && git init -q && git add . &&
	GIT_COMMITTER_DATE='2001-02-05T12:00:00Z' git -c user.name=carl -c user.email=carl@localhost commit -qm 'Hand in')
# What a repository would have git do is not done out here.
printf '[core]\n\tfsmonitor = touch %s\n[log]\n\tshowSignature = true\n[gpg]\n\tprogram = touch %s; false\n' \
	"$tmp/escaped" "$tmp/escaped" >>"$class/carl/repository/.git/config"

ok 'a class of many shapes is graded' env DUE='2001-02-04 12:00 UTC' TZ=UTC \
	sh "$code/exercises/classroom/grade.sh" batch "$class" "$out"
shapes() {
	sed -i '/^"dora",0,/d' "$out/grades.csv"
	all_of 10 'Ana Silva_123' ben carl eve fay guy_777 hal_99
}
ok 'each is found: of Moodle, of Canvas, a second copy, a repository, other letters' shapes
ok '  the one that was changed last, and the page says so' \
	sh -c "sed -n '/^Of these files/,/^##/p' '$out/feedback/ben.md' | grep -A 1 '^    02a (1).c$' | grep -qx '    02a.c'"
ok '  and without a second one it says nothing' not grep -q '^Of these files' "$out/feedback/eve.md"
near() {
	sed -n '/^## Not graded/,$s/^- dora: //p' "$out/summary.md" >"$tmp/near"
	# shellcheck disable=SC2016 # Markdown
	printf '`%s`\n' 02b.c.txt 2a.c 'my first_writer_wins.cpp' | diff "$tmp/near" - &&
		grep -qx '    2a.c' "$out/feedback/dora.md" && [ "$(grep -c '^- .*`' "$out/summary.md")" -eq 3 ]
}
ok 'a name that is nearly one is named, and no other' near
ok 'git did nothing that a repository told it' not test -e "$tmp/escaped"

# --- a date ---

late() {
	sed -n '/^## Later than/,/^## /s/^- //p' "$out/summary.md" | sed 's/, 20[^,]*$//' >"$tmp/late"
	printf '%s: 02a\n' 'Ana Silva_123' carl eve fay hal_99 | diff "$tmp/late" -
}
ok 'who is late is listed: by the file, by the commit, by a mark' late
ok '  carl by his commit' grep -qx -- '- carl: 02a, 2001-02-05 12:00' "$out/summary.md"
ok '  and the table counts' sh -c "sed 's/\r//' '$out/grades.csv' | awk -F, '\$1 == \"\\\"carl\\\"\" && \$NF == 1 { n++ } \$1 == \"\\\"ben\\\"\" && \$NF == 0 { n++ } END { exit n != 2 }'"
no_date() {
	DUE=soon grade "$class" "$tmp/none"
	[ $? -eq 2 ] && grep -q 'DUE=soon is not a date' "$tmp/said" && [ ! -e "$tmp/none/grades.csv" ]
}
ok 'a date that is none is refused' no_date

# --- one more, one once more ---

mkdir -p "$tmp/one/zoe"
cp "$folder/stub.c" "$tmp/one/zoe/02a.c"
others() {
	(cd "$out/feedback" && sha256sum ./*) | grep -v ' ./zoe.md$' >"$1"
}
others "$tmp/before"
one_more() {
	grade "$tmp/one" "$out" && others "$tmp/after" && diff "$tmp/before" "$tmp/after" &&
		[ "$(points ben)" = 10 ] && [ "$(points zoe)" = 0 ] && [ "$(points dora)" = 0 ]
}
ok 'one more student into the same grades keeps everybody else' one_more
unchanged() {
	cp -r "$out" "$tmp/earlier"
	grade "$class" "$out" && grep -q '^Going on: 8 of 8 are as they were' "$tmp/said" && diff -r "$tmp/earlier" "$out"
}
ok 'who has changed nothing is not graded again' unchanged
cp "$folder/solution.c" "$tmp/one/zoe/02a.c"
mkdir "$tmp/one/abe"
cp "$folder/solution.c" "$tmp/one/abe/02a.c"
only() {
	ONLY=zoe grade "$tmp/one" "$out" && [ "$(points zoe)" = 10 ] && [ -z "$(points abe)" ] && [ "$(points eve)" = 10 ]
}
ok 'ONLY grades this one, and nobody else' only
again() {
	echo stale >"$out/.graded/zoe/page"
	ONLY=zoe grade "$tmp/one" "$out" && ! grep -q stale "$out/.graded/zoe/page"
}
ok '  also when nothing has changed' again
nobody() {
	ONLY=none grade "$tmp/one" "$out"
	[ $? -eq 2 ] && grep -q 'There is no submission of none' "$tmp/said" && [ "$(points zoe)" = 10 ]
}
ok '  and nobody, if there is none' nobody
gone() {
	rm "$tmp/one/zoe/02a.c"
	grade "$tmp/one" "$out" && [ "$(points zoe)" = 0 ] && [ "$(points abe)" = 10 ]
}
ok 'who takes a file back has no points for it' gone

# --- texts that are alike ---

mkdir -p "$tmp/alike/ana" "$tmp/alike/ben" "$tmp/alike/cai"
cp "$folder/wrong/looks_first.c" "$tmp/alike/ana/02a.c"
sed 's/\<fd\>/descriptor/g; s/;$/; \/\/ mine/' "$folder/wrong/looks_first.c" >"$tmp/alike/ben/02a.c"
sed 's/BPF_ANY/BPF_EXIST/; s/BPF_NOEXIST/BPF_ANY/' "$folder/wrong/looks_first.c" >"$tmp/alike/cai/02a.c"
alike() {
	out=$tmp/alike_out
	grade "$tmp/alike" "$out" && sed -n '/^## Equal/,/^## /s/^- //p' "$out/summary.md" >"$tmp/equal"
	echo '02a: ana, ben' | diff - "$tmp/equal"
}
ok 'texts that differ in names, comments and spaces are named, another flag is another text' alike
out=$tmp/out

# --- what programs read ---

# fields FILE: results.json as Gradescope's autograder wants it
fields() {
	perl -MJSON::PP -MDigest::SHA -0777 -e '
		my ($file, $csv, $source) = @ARGV;
		open my $f, "<", $file or die; my $r = decode_json(<$f>);
		my ($sum, %name, $told) = (0);
		for my $t (@{$r->{tests}}) {
			$sum += $t->{score};
			die "twice: $t->{name}" if $name{$t->{name}}++;
			die "status" if $t->{status} !~ /^(passed|failed)$/;
			die "score" if $t->{score} > $t->{max_score} || $t->{score} && $t->{status} ne "passed";
			$told++ if $t->{status} eq "failed" && $t->{output} =~ /why/;
		}
		die "sum $sum, score $r->{score}" if $sum != $r->{score};
		die "grades.csv: $csv" if $sum != $csv;
		die "checks: " . keys %name if keys %name < 60;
		my $x = $r->{extra_data}{"02a_first_writer_wins"};
		open my $s, "<", $source or die; my $text = <$s>;
		die "hash" if $x->{sha256} ne Digest::SHA::sha256_hex($text);
		die "date" if $x->{changed} != (stat $source)[9];
		die "seed" if $x->{seed} !~ /^[0-9]+$/;
		die "no failed check says why" if $sum < 10 && !$told;
	' "$1" "$2" "$3"
}
part=$tmp/alike_out
n=$(awk -F, '$1 == "\"ana\"" { print $2 }' "$part/grades.csv")
ok 'results.json has each check, the seed, the date and the hash of the text' \
	fields "$part/results/ana.json" "$n" "$tmp/alike/ana/02a.c"
ok '  and the same points' fields "$out/results/ben.json" "$(points ben)" "$class/ben/02a (1).c"
ok '  another text is seen' not fields "$out/results/ben.json" "$(points ben)" "$class/ben/02a.c"
ok '  and other points are' not fields "$out/results/ben.json" 9 "$class/ben/02a (1).c"
columns() {
	sed 's/\r$//' "$1" | perl -e '
		my @head = split /,/, <STDIN>; my $n = (@head - 5) / 2;
		die "columns: @head" if $n != 13 || $head[4 + $n] ne "$head[4] state\n" && $head[4 + $n] ne "$head[4] state";
		while (<STDIN>) {
			my @row = split /,/;
			die "row: $_" if @row != @head;
			my ($sum, %states) = (0);
			$sum += $_ for @row[4 .. 3 + $n];
			$states{$_}++ for @row[4 + $n .. 3 + 2 * $n];
			die "sum: $_" if $sum != $row[1];
			delete @states{qw(done partly failing uncompiled unchanged missing refused skipped)};
			die "states: " . join " ", keys %states if %states;
		}'
}
ok 'grades.csv has points and a state for each exercise' columns "$out/grades.csv"
plant '2s/missing/absent/' "$out/grades.csv" "$tmp/other.csv"
ok '  and a state that is none is seen' not columns "$tmp/other.csv"

# A comment more is another text.
seed_in_json() {
	sed -n 's/.*"02a_first_writer_wins": {.*"seed": \([0-9]*\),.*/\1/p' "$tmp/grades/results/$1.json"
}
points_in_csv() {
	awk -F, -v s="\"$1\"" '$1 == s { print $2 }' "$tmp/grades/grades.csv"
}
comment() {
	mkdir -p "$tmp/three/ana" "$tmp/three/ben" "$tmp/three/cai"
	cp "$code/exercises/02a_first_writer_wins/wrong/looks_first.c" "$tmp/three/ana/02a.c"
	cp "$tmp/three/ana/02a.c" "$tmp/three/cai/02a.c"
	{ cat "$tmp/three/ana/02a.c"; echo '// mine'; } >"$tmp/three/ben/02a.c"
	sh "$code/exercises/classroom/grade.sh" batch "$tmp/three" "$tmp/grades" >"$tmp/said" 2>&1 || { cat "$tmp/said"; return 1; }
	[ "$(points_in_csv ana)" = 7 ] && [ "$(points_in_csv ben)" = 7 ] && [ "$(seed_in_json ana)" != "$(seed_in_json ben)" ]
}
ok 'a text with a comment more gets other values and the same grade' comment
ok '  and the same text the same values' sh -c "[ -n '$(seed_in_json ana)' ] && [ '$(seed_in_json ana)' = '$(seed_in_json cai)' ]"
ok '  in five things: two tables, a summary, results and feedback' \
	sh -c "ls '$tmp/grades' | paste -s -d ' ' - | grep -qx 'feedback grades.csv grades.json results summary.md'"

done_testing
