/*
 * review_admission: what a meeting's credentials are worth when their tenant is put to sleep
 * between `enter` and the tunnel.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"

static void set_active(struct fixture *f, bool is_active)
{
	struct cardea_tenant_row tenant;

	fixture_get_tenant(f, &tenant);
	tenant.name = "default"; /* the fixture does not keep it */
	tenant.is_active = is_active;
	fixture_set_tenant(f, &tenant);
}

static void inactive_tenant_has_no_tunnels(void **state)
{
	struct fixture *f = *state;
	struct links_answer links;
	struct enter_answer first, second;
	struct media_answer media;
	struct cardea_enter command;

	fixture_links(f, "Demo", "Host", &links);
	assert_int_equal(links.err, 0);
	command = (struct cardea_enter){.credential = links.host_key};
	fixture_enter(f, &command, &first);
	assert_int_equal(first.err, 0);
	fixture_create(f, FIXTURE_NODE, first.token, &media);
	assert_int_equal(media.err, 0);
	fixture_enter(f, &command, &second);
	assert_int_equal(second.err, 0);

	set_active(f, false);
	fixture_create(f, FIXTURE_NODE, second.token, &media);
	assert_int_equal(media.err, CARDEA_E_TENANT_INACTIVE);
	fixture_claim(f, FIXTURE_NODE, first.resume, &media);
	assert_int_equal(media.err, CARDEA_E_TENANT_INACTIVE);

	set_active(f, true);
	fixture_create(f, FIXTURE_NODE, second.token, &media);
	assert_int_equal(media.err, 0);
	fixture_claim(f, FIXTURE_NODE, first.resume, &media);
	assert_int_equal(media.err, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        {.name = "a tenant put to sleep has no tunnels, until it is awake again",
	         .test_func = inactive_tenant_has_no_tunnels,
	         .setup_func = fixture_setup,
	         .teardown_func = fixture_teardown},
	};

	return cmocka_run_group_tests_name("review_admission", tests, NULL, NULL);
}
