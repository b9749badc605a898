/* sweeper: ends meetings that have been empty for their time. */
#include "jobs/sweeper.h"

#include <glib.h>
#include "cardea_error.h"
#include "conf/log.h"
#include "domain/vacancy.h"
#include "net/loop.h"

#define FIRST_MS 10000 /* a cable library comes back within 6 s, a native page at once */
#define LOOK_MS  2000
#define MORE_MS  50 /* there may be more than were given */

struct cardea_sweeper {
	struct cardea_domain *domain;
	struct cardea_timer *timer;
	bool (*is_held)(const char *session, void *arg);
	void *arg;
	size_t pending; /* meetings being ended */
	bool had_some;
};

static void one_done(int err, void *arg)
{
	struct cardea_sweeper *sweeper = arg;

	if (err) {
		cardea_log(CARDEA_LOG_WARNING, "sweeper", "event=not_ended error=%s",
		           cardea_error_code(err));
	}
	if (--sweeper->pending == 0) {
		cardea_timer_start(sweeper->timer, sweeper->had_some ? MORE_MS : LOOK_MS);
	}
}

static void look_at(struct cardea_sweeper *sweeper, const struct cardea_vacancy *vacancy)
{
	int err;

	if (!vacancy->is_over && sweeper->is_held(vacancy->session, sweeper->arg)) {
		one_done(cardea_domain_meeting_left(sweeper->domain, vacancy->tenant, vacancy->session),
		         sweeper);
		return;
	}
	err = cardea_domain_end_if_empty(sweeper->domain, vacancy->tenant, vacancy->session, one_done,
	                                 sweeper);
	if (err) {
		one_done(err, sweeper);
	}
}

static void listed(int err, const struct cardea_vacancy *list, size_t count, void *arg)
{
	struct cardea_sweeper *sweeper = arg;

	sweeper->pending = count + 1; /* one for this look */
	sweeper->had_some = count > 0;
	for (size_t i = 0; i < count; i++) {
		look_at(sweeper, &list[i]);
	}
	one_done(err, sweeper);
}

static void look(void *arg)
{
	struct cardea_sweeper *sweeper = arg;

	if (cardea_domain_vacancies(sweeper->domain, listed, sweeper)) {
		cardea_timer_start(sweeper->timer, LOOK_MS);
	}
}

struct cardea_sweeper *cardea_sweeper_new(struct cardea_loop *loop, struct cardea_domain *domain,
                                          bool (*is_held)(const char *session, void *arg),
                                          void *arg)
{
	struct cardea_sweeper *sweeper = g_new0(struct cardea_sweeper, 1);

	sweeper->domain = domain;
	sweeper->is_held = is_held;
	sweeper->arg = arg;
	sweeper->timer = cardea_timer_new(loop, look, sweeper);
	cardea_timer_start(sweeper->timer, FIRST_MS);
	return sweeper;
}

void cardea_sweeper_free(struct cardea_sweeper *sweeper)
{
	if (sweeper) {
		cardea_timer_free(sweeper->timer);
		g_free(sweeper);
	}
}
