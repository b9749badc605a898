/* The answer of a STUN server: whatever it is, it is refused or is an address. */
#include "config.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "conf/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t transaction[CARDEA_STUN_TRANSACTION_SIZE] = {0}, binary[16];
	char address[INET6_ADDRSTRLEN];

	/* Its own, so that most inputs get beyond the first check. */
	if (size >= 20) {
		memcpy(transaction, data + 8, sizeof(transaction));
	}
	if (cardea_stun_response(transaction, data, size, address) == 0 &&
	    inet_pton(AF_INET, address, binary) != 1 && inet_pton(AF_INET6, address, binary) != 1) {
		abort();
	}
	return 0;
}
