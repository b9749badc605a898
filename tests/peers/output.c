#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <glib.h>

static GMutex lock;

void output_line(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
	g_mutex_lock(&lock);
	puts(text ? text : "{}");
	fflush(stdout);
	g_mutex_unlock(&lock);
	free(text);
	json_decref(object);
}

double output_now_ms(void)
{
	return (double)g_get_real_time() / 1000.0;
}
