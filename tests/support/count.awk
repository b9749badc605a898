# count.awk -v kind=KIND LOG: prints "<passed> <failed>" of a test run.
#   cmocka   test programs under automake: their cases, and programs that failed without one
#   node     node --test, TAP or spec reporter: its summary at the end
#   summary  the last line "N passed, N failed"
#   one      nothing to count: the caller decides by the exit status
kind == "cmocka" && /^\[  PASSED  \] [0-9]+ test\(s\)\.$/ { passed += $4 }
kind == "cmocka" && /^\[  FAILED  \] [0-9]+ test\(s\), listed below/ { failed += $4 }
kind == "cmocka" && /^# (FAIL|ERROR): +[0-9]+$/ { programs += $3 }
# The last summary counts: tests may print the output of other runs.
kind == "node" && /^(#|ℹ) pass [0-9]+$/ { passed = $3 }
kind == "node" && /^(#|ℹ) fail [0-9]+$/ { failed = $3; other = 0 }
kind == "node" && /^(#|ℹ) cancelled [0-9]+$/ { other = $3 }
kind == "summary" && /^[0-9]+ passed, [0-9]+ failed$/ { passed = $1; failed = $3 }
END {
	failed += other
	print passed + 0, (failed + 0 > programs + 0 ? failed + 0 : programs + 0)
}
