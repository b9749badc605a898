/*
 * vacancy: meetings with nobody in them end, and those whose time is over (spec/plugnmeet 4.4)
 * (spec/meetings 11.3, Decision P4 of spec/participants). As domain.h: asynchronous, results
 * borrowed for `done`.
 */
#ifndef CARDEA_DOMAIN_VACANCY_H
#define CARDEA_DOMAIN_VACANCY_H

#include "domain/meetings.h"

struct cardea_vacancy {
	const char *tenant, *session;
	bool is_over; /* its time is up, whoever is in it */
};

/* Meetings whose time is over, or is if nobody is in them; not all at once. */
typedef void (*cardea_vacancies_h)(int err, const struct cardea_vacancy *list, size_t count,
                                   void *arg);
int cardea_domain_vacancies(struct cardea_domain *domain, cardea_vacancies_h done, void *arg);

/* Ends @session if its time is over, or if it is and nobody is in it; else its time begins anew. */
int cardea_domain_end_if_empty(struct cardea_domain *domain, const char *tenant,
                               const char *session, cardea_done_h done, void *arg);

/* Its time begins anew: somebody was there until now. Nobody hears of the result. */
int cardea_domain_meeting_left(struct cardea_domain *domain, const char *tenant,
                               const char *session);

#endif
