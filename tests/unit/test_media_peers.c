/*
 * media_peers' pure parts: STUN beside the vectors of RFC 5769, what a sent stream looks like to
 * the plugin, what the receiver's check finds, and the RTCP it sends.
 */
#include "unit.h"

#include <arpa/inet.h>
#include "plugin/keyframe.h"
#include "plugin/rtp.h"
#include "tests/peers/check.h"
#include "tests/peers/rtcp.h"
#include "tests/peers/stream.h"
#include "tests/peers/stun.h"

/* ---- STUN ---- */

#define RFC5769_PASSWORD "VOkJxbRl1RmTxUk/WvJxBt"

/* RFC 5769 2.1 */
static const uint8_t sample_request[] =
        "\x00\x01\x00\x58\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
        "\x80\x22\x00\x10STUN test client"
        "\x00\x24\x00\x04\x6e\x00\x01\xff"
        "\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36"
        "\x00\x06\x00\x09\x65\x76\x74\x6a\x3a\x68\x36\x76\x59\x20\x20\x20"
        "\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49"
        "\xc1\xb5\x71\xa2\x80\x28\x00\x04\xe5\x7a\x3b\xcf";

/* RFC 5769 2.2 */
static const uint8_t sample_response[] =
        "\x01\x01\x00\x3c\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
        "\x80\x22\x00\x0btest vector "
        "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
        "\x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53"
        "\xf0\x6b\xe7\xd7\x80\x28\x00\x04\xc0\x7d\x4c\x96";

static void reads_the_sample_request(void **state)
{
	(void)state;
	struct stun_message message;
	size_t len = sizeof(sample_request) - 1;
	assert_true(stun_is(sample_request, len));
	assert_true(stun_read(sample_request, len, RFC5769_PASSWORD, &message));
	assert_int_equal(message.type, STUN_REQUEST);
	assert_string_equal(message.username, "evtj:h6vY");
	assert_int_equal(message.priority, 0x6e0001ff);
	assert_int_equal(message.role, STUN_ROLE_CONTROLLED);
	assert_true(message.tie_breaker == 0x932ff9b151263b36u);
	assert_false(message.use_candidate);
}

static void reads_the_sample_response(void **state)
{
	(void)state;
	struct stun_message message;
	char address[INET_ADDRSTRLEN];
	assert_true(
	        stun_read(sample_response, sizeof(sample_response) - 1, RFC5769_PASSWORD, &message));
	assert_int_equal(message.type, STUN_SUCCESS);
	assert_int_equal(ntohs(message.mapped.sin_port), 32853);
	inet_ntop(AF_INET, &message.mapped.sin_addr, address, sizeof(address));
	assert_string_equal(address, "192.0.2.1");
}

static void refuses_every_changed_bit(void **state)
{
	(void)state;
	struct stun_message message;
	uint8_t data[sizeof(sample_request) - 1];
	for (size_t bit = 0; bit < sizeof(data) * 8; bit++) {
		memcpy(data, sample_request, sizeof(data));
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(stun_read(data, sizeof(data), RFC5769_PASSWORD, &message));
	}
	assert_false(stun_read(sample_request, sizeof(data), "another password", &message));
}

static void reads_what_it_writes(void **state)
{
	(void)state;
	struct stun_message read, written = {
	                                  .type = STUN_REQUEST,
	                                  .id = "twelve bytes",
	                                  .username = "them:us",
	                                  .priority = 7,
	                                  .use_candidate = true,
	                                  .role = STUN_ROLE_CONTROLLING,
	                                  .tie_breaker = 0x0102030405060708u,
	                          };
	uint8_t data[STUN_MAX_SIZE];
	size_t len = stun_write(&written, "password", data);
	assert_true(stun_read(data, len, "password", &read));
	assert_memory_equal(read.id, written.id, STUN_ID_SIZE);
	assert_string_equal(read.username, "them:us");
	assert_int_equal(read.priority, 7);
	assert_true(read.use_candidate);
	assert_int_equal(read.role, STUN_ROLE_CONTROLLING);
	assert_true(read.tie_breaker == written.tie_breaker);
}

static void writes_errors_and_addresses(void **state)
{
	(void)state;
	struct stun_message read, written = {.type = STUN_ERROR, .error = STUN_ERROR_CONFLICT};
	uint8_t data[STUN_MAX_SIZE];
	written.mapped.sin_family = AF_INET;
	written.mapped.sin_port = htons(5000);
	inet_pton(AF_INET, "10.231.0.1", &written.mapped.sin_addr);
	assert_true(stun_read(data, stun_write(&written, "p", data), "p", &read));
	assert_int_equal(read.error, STUN_ERROR_CONFLICT);
	assert_int_equal(read.mapped.sin_port, written.mapped.sin_port);
	assert_int_equal(read.mapped.sin_addr.s_addr, written.mapped.sin_addr.s_addr);
}

/* ---- what is sent ---- */

static struct stream a_camera(void)
{
	struct stream stream = {
	        .ssrc = 77,
	        .sender = 5,
	        .kind = 2,
	        .pt = 96,
	        .video = true,
	        .frames_per_s = 30,
	        .packets_per_frame = 2,
	        .size = 1000,
	        .mid_id = 4,
	        .mid = "1",
	        .level = STREAM_NO_LEVEL,
	};
	stream_start(&stream, 0);
	return stream;
}

static bool is_keyframe(uint8_t *packet, size_t len)
{
	struct cardea_rtp rtp;
	assert_int_equal(cardea_rtp_parse(packet, len, &rtp), 0);
	return cardea_keyframe_starts(CARDEA_CODEC_VP8, rtp.payload, rtp.payload_len);
}

static void video_begins_with_a_keyframe(void **state)
{
	(void)state;
	struct stream stream = a_camera();
	uint8_t packet[STREAM_MAX_PACKET];
	bool expected[] = {true, false, false, true, false};
	for (unsigned i = 0; i < G_N_ELEMENTS(expected); i++) {
		stream.key_wanted = stream.key_wanted || i == 3;
		size_t len = stream_packet(&stream, 0, 0, packet);
		assert_int_equal(is_keyframe(packet, len), expected[i]);
		len = stream_packet(&stream, 1, 0, packet);
		assert_false(is_keyframe(packet, len));
		stream_next_frame(&stream, 0);
	}
	assert_int_equal(stream.keyframes, 2);
}

static void frames_come_at_their_rate(void **state)
{
	(void)state;
	struct stream stream = a_camera();
	unsigned frames = 0;
	for (int64_t now_us = 0; now_us < 10 * G_USEC_PER_SEC; now_us += 2000) {
		for (; stream_due(&stream, now_us); frames++)
			stream_next_frame(&stream, now_us);
	}
	assert_in_range(frames, 299, 301);
	assert_int_equal(stream.late, 0);
}

static void a_frame_after_20_ms_is_late(void **state)
{
	(void)state;
	struct stream stream = a_camera();
	stream_next_frame(&stream, stream.due_us + 20000);
	assert_int_equal(stream.late, 0);
	stream_next_frame(&stream, stream.due_us + 20001);
	assert_int_equal(stream.late, 1);
	assert_int_equal(stream.late_max_us, 20001);
}

/* ---- what is received ---- */

static struct check *fed(const uint16_t *seqs, unsigned count)
{
	struct check *check = check_new(1, 96);
	for (unsigned i = 0; i < count; i++) {
		struct check_header header = {.seq = seqs[i], .ts = seqs[i] * 100u, .pt = 96, .bytes = 10};
		check_packet(check, &header, 1000 + i);
	}
	return check;
}

static void continuous_numbers_are_no_loss(void **state)
{
	(void)state;
	const uint16_t seqs[] = {65534, 65535, 0, 1};
	struct check *check = check_new(1, 96);
	for (unsigned i = 0; i < G_N_ELEMENTS(seqs); i++) {
		struct check_header header = {.seq = seqs[i], .ts = 4294967000u + 200 * i, .pt = 96};
		check_packet(check, &header, 1000 + i);
	}
	assert_int_equal(check->packets, 4);
	assert_int_equal(check->lost + check->back + check->jumps + check->ts_back, 0);
	assert_int_equal(check->first_us, 1000);
	assert_int_equal(check->last_us, 1003);
	check_free(check);
}

static void gaps_are_lost_unless_they_come_late(void **state)
{
	(void)state;
	const uint16_t lost[] = {1, 2, 5}, late[] = {1, 2, 5, 3}, twice[] = {1, 2, 2};
	struct check *check = fed(lost, 3);
	assert_int_equal(check->lost, 2);
	check_free(check);
	check = fed(late, 4);
	assert_int_equal(check->lost, 1);
	assert_int_equal(check->back, 1);
	check_free(check);
	check = fed(twice, 3);
	assert_int_equal(check->back, 1);
	assert_int_equal(check->lost, 0);
	check_free(check);
}

static void a_jump_is_no_loss(void **state)
{
	(void)state;
	const uint16_t seqs[] = {1, 2, 5000, 5001};
	struct check *check = fed(seqs, 4);
	assert_int_equal(check->jumps, 1);
	assert_int_equal(check->lost, 0);
	check_free(check);
}

static void a_timestamp_that_goes_back_is_seen(void **state)
{
	(void)state;
	struct check *check = check_new(1, 96);
	struct check_header header = {.seq = 1, .ts = 1000, .pt = 96};
	check_packet(check, &header, 1);
	header = (struct check_header){.seq = 2, .ts = 999, .pt = 97};
	check_packet(check, &header, 2);
	assert_int_equal(check->ts_back, 1);
	assert_int_equal(check->wrong_pt, 1);
	check_free(check);
}

static void hear(struct check *check, uint16_t seq, uint32_t sender, uint32_t counter)
{
	struct check_header header = {.seq = seq, .ts = seq, .pt = check->pt};
	struct stamp stamp = {.sender = sender, .counter = counter, .kind = 1, .sent_us = 10};
	check_packet(check, &header, 20);
	check_stamp(check, &stamp, 20);
}

static void it_knows_who_is_heard(void **state)
{
	(void)state;
	struct check *check = check_new(1, 111);
	hear(check, 1, 7, 50);
	hear(check, 2, 7, 51);
	hear(check, 3, 8, 900);
	assert_int_equal(check->switches, 1);
	assert_int_equal(check->sources->len, 2);
	assert_int_equal(g_array_index(check->sources, struct check_source, 0).packets, 2);
	assert_int_equal(check->hidden, 0);
	assert_int_equal(check->delay_max_us, 10);
	check_free(check);
}

static void a_packet_missing_under_continuous_numbers_is_hidden_loss(void **state)
{
	(void)state;
	struct check *check = check_new(1, 111);
	hear(check, 1, 7, 50);
	hear(check, 2, 7, 53);
	assert_int_equal(check->hidden, 2);
	hear(check, 5, 7, 56); /* openly lost: the numbers say so */
	assert_int_equal(check->hidden, 2);
	assert_int_equal(check->lost, 2);
	check_free(check);
}

/* ---- RTCP ---- */

static void a_report_says_what_was_lost_and_echoes_the_sender_report(void **state)
{
	(void)state;
	const uint16_t seqs[] = {10, 11, 13, 14};
	uint8_t data[RTCP_MAX_SIZE];
	struct check *check = fed(seqs, 4);
	check->sender_report = 0x12345678;
	check->sender_report_us = G_USEC_PER_SEC;
	size_t len = rtcp_write_report(&check, 1, 0, 3 * G_USEC_PER_SEC / 2, data);
	assert_int_equal(len, 32);
	assert_int_equal(data[1], 201);
	assert_int_equal(wire_get32(data + 8), 1);
	assert_int_equal(data[12], 256 / 5);
	assert_int_equal(wire_get32(data + 12) & 0xffffff, 1);
	assert_int_equal(wire_get32(data + 16), 14);
	assert_int_equal(wire_get32(data + 24), 0x12345678);
	assert_int_equal(wire_get32(data + 28), 65536 / 2);
	rtcp_write_report(&check, 1, 0, 2 * G_USEC_PER_SEC, data);
	assert_int_equal(data[12], 0); /* nothing new */
	check_free(check);
}

static void remb_says_the_rate(void **state)
{
	(void)state;
	const uint16_t seqs[] = {1};
	uint8_t data[RTCP_MAX_SIZE];
	struct check *check = fed(seqs, 1);
	size_t len = rtcp_write_report(&check, 1, 20000000, 1, data);
	assert_int_equal(len, 32 + 24);
	assert_memory_equal(data + 32 + 12, "REMB", 4);
	uint32_t word = wire_get32(data + 32 + 16);
	assert_int_equal(word >> 24, 1);
	assert_in_range((word & 0x3ffff) << ((word >> 18) & 63), 19999000, 20000000);
	check_free(check);
}

static void count_keys(void *arg, enum rtcp_event event, uint32_t ssrc, uint32_t ntp)
{
	(void)ntp;
	if (event == RTCP_KEYFRAME_REQUEST && ssrc == 9)
		++*(unsigned *)arg;
}

static void pli_and_fir_ask_for_a_keyframe(void **state)
{
	(void)state;
	const uint8_t compound[] = {
	        0x80, 201, 0, 1, 0, 0, 0, 1,                                     /* RR */
	        0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9,                         /* PLI */
	        0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 5, 0, 0, 0, /* FIR */
	};
	unsigned keys = 0;
	rtcp_read(compound, sizeof(compound), count_keys, &keys);
	assert_int_equal(keys, 2);
	rtcp_read(compound, sizeof(compound) - 1, count_keys, &keys);
	assert_int_equal(keys, 3); /* the FIR is cut off */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("the sample request of RFC 5769 is read", reads_the_sample_request),
	        TEST("the sample response of RFC 5769 is read", reads_the_sample_response),
	        TEST("a message with one changed bit is refused", refuses_every_changed_bit),
	        TEST("a request is read as it was written", reads_what_it_writes),
	        TEST("errors and mapped addresses are read as written", writes_errors_and_addresses),
	        TEST("video begins with a keyframe and sends one when asked",
	             video_begins_with_a_keyframe),
	        TEST("frames come at their rate", frames_come_at_their_rate),
	        TEST("a frame more than 20 ms after its time is late", a_frame_after_20_ms_is_late),
	        TEST("numbers and timestamps may wrap", continuous_numbers_are_no_loss),
	        TEST("gaps are loss unless the packet comes late", gaps_are_lost_unless_they_come_late),
	        TEST("a large step is a jump and no loss", a_jump_is_no_loss),
	        TEST("a timestamp that goes back is seen", a_timestamp_that_goes_back_is_seen),
	        TEST("it is known who is heard", it_knows_who_is_heard),
	        TEST("loss that the numbers hide is found",
	             a_packet_missing_under_continuous_numbers_is_hidden_loss),
	        TEST("a report tells loss and echoes the sender report",
	             a_report_says_what_was_lost_and_echoes_the_sender_report),
	        TEST("REMB tells the rate", remb_says_the_rate),
	        TEST("PLI and FIR ask for a keyframe", pli_and_fir_ask_for_a_keyframe),
	};
	return cmocka_run_group_tests_name("media_peers", tests, NULL, NULL);
}
