/*
 * unit: what every unit test includes: cmocka with the headers it wants before itself.
 * Test names are sentences that state a requirement; TEST makes such an entry.
 */
#ifndef CARDEA_UNIT_H
#define CARDEA_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>

#define TEST(sentence, function)                                                                   \
	{                                                                                              \
		.name = (sentence), .test_func = (function)                                                \
	}

#endif
