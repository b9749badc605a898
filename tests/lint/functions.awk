# functions.awk -v limit=N FILE...: functions with more than N lines, in our brace style: a body is
# from a "{" to the next "}", both alone in the first column.
FNR == 1 { start = 0; name = "" }
/^[a-z_].*\(/ { name = $0 }
/^\{$/ { start = FNR }
/^\}$/ && start {
	if (FNR - start - 1 > limit) {
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		printf "%s:%d: %s has %d lines\n", FILENAME, start, name, FNR - start - 1
	}
	start = 0
}
