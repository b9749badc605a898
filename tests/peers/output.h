/*
 * output: JSON objects to stdout, one a line. Any thread.
 */
#ifndef PEERS_OUTPUT_H
#define PEERS_OUTPUT_H

#include <jansson.h>

/* Takes @object over. */
void output_line(json_t *object);

/* Milliseconds since 1970, to compare with other processes of this machine. */
double output_now_ms(void);

#endif
