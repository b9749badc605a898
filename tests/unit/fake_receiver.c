/* fake_receiver: see fake_receiver.h. */
#include "fake_receiver.h"

static const struct cardea_layer_offer camera[] = {
        {true, LOW, 180},
        {true, MIDDLE, 360},
        {true, HIGH, 720},
};

void add(struct receiver *receiver, enum cardea_priority priority, uint16_t height)
{
	unsigned i = receiver->count++;
	memcpy(receiver->offers[i], camera, sizeof(camera));
	receiver->wants[i] = (struct cardea_layer_want){
	        .offers = receiver->offers[i], .height = height, .priority = priority, .layer = NONE};
}

struct receiver *new_receiver(unsigned count)
{
	struct receiver *receiver = g_new0(struct receiver, 1);
	receiver->now = 1000000;
	for (unsigned i = 0; i < count; i++)
		add(receiver, CARDEA_PRIORITY_REST, LARGE);
	return receiver;
}

void choose(struct receiver *receiver)
{
	receiver->given = cardea_layers_choose(&receiver->budget, receiver->wants, receiver->count,
	                                       receiver->now);
}

void estimate(struct receiver *receiver, uint32_t bps)
{
	cardea_budget_remb(&receiver->budget, bps, receiver->now);
	choose(receiver);
}

void run(struct receiver *receiver, uint32_t bps, int64_t ms)
{
	for (int64_t end = receiver->now + ms; receiver->now < end;) {
		receiver->now += TICK;
		estimate(receiver, bps);
	}
}

const char *layers(const struct receiver *receiver)
{
	static char text[SLOTS + 1];
	for (unsigned i = 0; i < receiver->count; i++) {
		int layer = receiver->wants[i].layer;
		text[i] = layer == NONE ? '-' : (char)('0' + layer);
	}
	text[receiver->count] = '\0';
	return text;
}
