/*
 * cardea_refusal: every refusal of a token is one line, named by its error.
 *
 * CARDEA_REFUSE_IF(NAME, condition) returns CARDEA_E_NAME from the calling function. A build with
 * -DCARDEA_OMITTED_REFUSAL=CARDEA_E_NAME compiles that one check out: tests/unit/omit-refusals.sh
 * does so for each in turn and demands that a named test fails, which proves that the check is
 * needed and tested (DESIGN 13). Never defined in a build that ships.
 */
#ifndef CARDEA_REFUSAL_H
#define CARDEA_REFUSAL_H

#include "cardea_error.h"

#ifndef CARDEA_OMITTED_REFUSAL
#define CARDEA_OMITTED_REFUSAL 0
#endif

#define CARDEA_REFUSES(name) (CARDEA_OMITTED_REFUSAL != CARDEA_E_##name)

#define CARDEA_REFUSE_IF(name, condition)                                                          \
	do {                                                                                           \
		if (CARDEA_REFUSES(name) && (condition))                                                   \
			return CARDEA_E_##name;                                                                \
	} while (0)

#endif
