/* conf_table: every option of cardead, once. */
#include <glib.h>
#include "conf/conf.h"

#define AT(field) offsetof(struct cardea_conf, field)
#define RELOAD    .reloadable = true
#define SECRET    .secret = true

/* clang-format 14 would turn the rows into columns of blanks. */
/* clang-format off */
const struct cardea_conf_option cardea_conf_table[] = {
	{"general.state_dir", CARDEA_CONF_PATH, AT(state_dir), "/var/lib/cardea",
		.description =
			"Folder of the database, keys, sockets, logs and Janus' generated configuration. "
			"Created with mode 0700. Its path may have at most 90 bytes, because unix sockets "
			"are in it."},
	{"general.gateway", CARDEA_CONF_STRING, AT(gateway), "g1",
		.description =
			"Name of this gateway, different on each: letters, digits, dot and dash."},
	{"general.log_level", CARDEA_CONF_CHOICE, AT(log_level), "info", RELOAD,
		.choices = "error|warning|info|debug",
		.description = "What is logged, to stderr."},
	{"general.dev_mode", CARDEA_CONF_BOOLEAN, AT(dev_mode), "false", RELOAD,
		.description =
			"Makes a room with a host and a guest link at start, prints them and writes "
			"dev.json into the state folder. Never on a public machine."},

	{"http.listen", CARDEA_CONF_STRING, AT(listen), "127.0.0.1",
		.description = "Numeric address to listen on; a proxy with TLS belongs in front."},
	{"http.port", CARDEA_CONF_INTEGER, AT(port), "8080", .max = 65535,
		.description = "TCP port to listen on; 0 lets the kernel choose one."},
	{"http.public_url", CARDEA_CONF_STRING, AT(public_url), "", RELOAD,
		.description =
			"How clients reach the gateway: start of every link it hands out. Empty: the "
			"address of each request."},
	{"http.allowed_origins", CARDEA_CONF_LIST, AT(allowed_origins), "", RELOAD,
		.description =
			"Origins of pages that may open a media connection, such as "
			"\"https://app.example.org\"; empty: any."},
	{"http.pages_dir", CARDEA_CONF_PATH, AT(pages_dir), "", RELOAD,
		.description = "Folder of the built join pages. Empty: where they were installed."},

	{"pages.design_hosts", CARDEA_CONF_LIST, AT(design_hosts), "", RELOAD,
		.description =
			"Hosts, such as \"design.example.org\", from which the join page may load by https what "
			"the custom_design of a link names: style sheet, logo and background picture. Empty: none; "
			"its colours are always used."},
	{"pages.embed_origins", CARDEA_CONF_LIST, AT(embed_origins), "", RELOAD,
		.description =
			"Origins of sites, such as \"https://app.example.org\", that may show the pages in a "
			"frame. Empty: none."},

	{"tokens.issuer", CARDEA_CONF_STRING, AT(issuer), "cardea", RELOAD,
		.description =
			"The iss claim of all tokens. The same on all gateways of one installation."},
	{"tokens.access_life_s", CARDEA_CONF_INTEGER, AT(access_life_s), "3600", RELOAD,
		.min = 60, .max = 86400,
		.description = "Life of an access token in seconds."},
	{"tokens.refresh_life_s", CARDEA_CONF_INTEGER, AT(refresh_life_s), "604800", RELOAD,
		.min = 300, .max = 7776000,
		.description = "Life of a refresh token in seconds."},

	{"meetings.pages_url", CARDEA_CONF_STRING, AT(meeting_pages_url), "", RELOAD,
		.description =
			"Where the join pages are, for links.gui and links.guest_join. Empty: with the API."},
	{"meetings.empty_timeout_s", CARDEA_CONF_INTEGER, AT(meeting_empty_timeout_s), "120", RELOAD,
		.max = 86400,
		.description =
			"Seconds after which a meeting of the meetings API with nobody in it ends; 0: never."},
	{"meetings.turn_life_s", CARDEA_CONF_INTEGER, AT(meeting_turn_life_s), "86400", RELOAD,
		.min = 60, .max = 604800,
		.description =
			"Life of a TURN credential in the answers of the meetings API in seconds."},

	{"limits.enter_failures_per_second", CARDEA_CONF_INTEGER, AT(enter_failures_per_second), "5",
		RELOAD, .max = 1000000,
		.description =
			"Refused credentials a second at enter and at the tunnel that one address (of IPv6: "
			"one /64) may present on average; more are answered 429. 0: no limit. The address is "
			"that of the connection, never X-Forwarded-For: behind a proxy all clients share it, "
			"so that the limit belongs into the proxy and 0 here."},
	{"limits.enter_failures_burst", CARDEA_CONF_INTEGER, AT(enter_failures_burst), "50",
		RELOAD, .min = 1, .max = 1000000,
		.description = "How many of them may come at once."},
	{"limits.login_failures_per_minute", CARDEA_CONF_INTEGER, AT(login_failures_per_minute), "10",
		RELOAD, .max = 1000000,
		.description =
			"Wrong passwords a minute that may be tried for one name to sign in with on average, known "
			"or not; more are answered 429. Those of one address are counted by "
			"enter_failures_per_second, too. 0: no limit."},
	{"limits.login_failures_burst", CARDEA_CONF_INTEGER, AT(login_failures_burst), "20",
		RELOAD, .min = 1, .max = 1000000,
		.description = "How many of them may come at once."},
	{"limits.enter_per_second", CARDEA_CONF_INTEGER, AT(enter_per_second), "20", RELOAD,
		.max = 1000000,
		.description =
			"How often a second one credential may enter, or register a guest, on average; a guest "
			"link is one credential for all its guests. More are answered 429. 0: no limit."},
	{"limits.enter_burst", CARDEA_CONF_INTEGER, AT(enter_burst), "200", RELOAD,
		.min = 1, .max = 1000000,
		.description = "How many of them may come at once."},

	{"limits.messages_per_second", CARDEA_CONF_INTEGER, AT(messages_per_second), "20", RELOAD,
		.max = 1000000,
		.description =
			"Messages a second that may be sent with one access key of the meetings API on average; "
			"more are answered 429. 0: no limit. Native clients have a limit of their own in the "
			"plugin."},
	{"limits.messages_burst", CARDEA_CONF_INTEGER, AT(messages_burst), "200", RELOAD,
		.min = 1, .max = 1000000,
		.description = "How many of them may come at once."},
	{"limits.key_requests_per_second", CARDEA_CONF_INTEGER, AT(key_requests_per_second), "0",
		RELOAD, .max = 1000000,
		.description =
			"Requests a second that may come with one API key or token (of any dialect) on average, so "
			"that one tenant cannot take the gateway from the others; more are answered 429. 0: no "
			"limit."},
	{"limits.key_requests_burst", CARDEA_CONF_INTEGER, AT(key_requests_burst), "1000", RELOAD,
		.min = 1, .max = 1000000,
		.description = "How many of them may come at once."},
	{"limits.address_requests_per_second", CARDEA_CONF_INTEGER, AT(address_requests_per_second), "0",
		RELOAD, .max = 1000000,
		.description =
			"Requests a second that may come from one address (of IPv6: one /64) without an API key or "
			"token in a header, on average; more are answered 429. 0: no limit. A made-up key in a "
			"header counts as that key, not here. See enter_failures_per_second about proxies."},
	{"limits.address_requests_burst", CARDEA_CONF_INTEGER, AT(address_requests_burst), "1000", RELOAD,
		.min = 1, .max = 1000000,
		.description = "How many of them may come at once."},

	{"media.node", CARDEA_CONF_STRING, AT(node), "n1",
		.description =
			"Name of the media node, in URLs and rows: letters, digits, dot and dash."},
	{"media.supervise_janus", CARDEA_CONF_BOOLEAN, AT(supervise_janus), "true",
		.description =
			"Start Janus and restart it when it ends. False where it is a unit of its own."},
	{"media.janus_binary", CARDEA_CONF_PATH, AT(janus_binary), "/usr/bin/janus",
		.description = "The Janus executable."},
	{"media.plugin_dir", CARDEA_CONF_PATH, AT(plugin_dir), "",
		.description = "Folder of libjanus_cardea.so. Empty: where it was installed."},
	{"media.api_socket", CARDEA_CONF_PATH, AT(api_socket), "",
		.description = "Unix socket of Janus' API. Empty: janus/api.sock in the state folder."},
	{"media.admin_socket", CARDEA_CONF_PATH, AT(admin_socket), "",
		.description =
			"Unix socket of Janus' admin API. Empty: janus/admin.sock in the state folder."},
	{"media.rtp_address", CARDEA_CONF_STRING, AT(rtp_address), "",
		.description =
			"The one address of this machine that media uses. Empty: all of them. Never a "
			"loopback address: Janus cannot use those."},
	{"media.public_address", CARDEA_CONF_STRING, AT(public_address), "",
		.description =
			"Address that clients are told instead, where the machine is behind 1:1 NAT. "
			"\"auto\": asks the first of turn.stun_urls at start; where that fails, as if empty."},
	{"media.ipv6", CARDEA_CONF_BOOLEAN, AT(ipv6), "true",
		.description =
			"Use the IPv6 addresses of this machine for media, too; link-local ones never."},
	{"media.rtp_port_min", CARDEA_CONF_INTEGER, AT(rtp_port_min), "20000",
		.min = 1024, .max = 65535,
		.description = "First UDP port of media; each participant takes two."},
	{"media.rtp_port_max", CARDEA_CONF_INTEGER, AT(rtp_port_max), "24999",
		.min = 1024, .max = 65535,
		.description = "Last UDP port of media."},
	{"media.event_loops", CARDEA_CONF_INTEGER, AT(event_loops), "0", .max = 256,
		.description = "Media threads of Janus; 0: one per core."},
	{"media.workers", CARDEA_CONF_INTEGER, AT(workers), "0", .max = 256,
		.description = "The plugin's threads for room work; 0: one per core, at least four."},

	{"turn.server", CARDEA_CONF_CHOICE, AT(turn_server), "auto", .choices = "auto|unit|off",
		.description =
			"Our own TURN server, unless turn.urls names others. auto: its configuration is made "
			"and it is started, and restarted when it ends, if its program is there. unit: its "
			"configuration is made, a unit of its own starts it. off: none."},
	{"turn.binary", CARDEA_CONF_PATH, AT(turn_binary), "/usr/bin/turnserver",
		.description = "The executable of coturn."},
	{"turn.listen", CARDEA_CONF_LIST, AT(turn_listen), "",
		.description =
			"Numeric addresses of this machine that our TURN server listens on and relays from. "
			"Empty: media.rtp_address, else all but loopback and link-local ones."},
	{"turn.host", CARDEA_CONF_STRING, AT(turn_host), "", RELOAD,
		.description =
			"Name or address by which clients reach our TURN server. Empty: "
			"media.public_address, else the host of http.public_url, else media.rtp_address, else "
			"the first address it listens on."},
	{"turn.port", CARDEA_CONF_INTEGER, AT(turn_port), "3490", .max = 65535,
		.description =
			"UDP and TCP port of our TURN server; 3478 is left to one that the system runs. 0: "
			"any that is free, the same at every start."},
	{"turn.tls_port", CARDEA_CONF_INTEGER, AT(turn_tls_port), "5360", .min = 1, .max = 65535,
		.description =
			"TCP port of our TURN server for TLS. 443 reaches clients behind strict firewalls."},
	{"turn.tls_certificate", CARDEA_CONF_PATH, AT(turn_tls_certificate), "",
		.description =
			"PEM file with the certificate chain of turn.host. Empty: no TLS. A reload reads the "
			"file again."},
	{"turn.tls_key", CARDEA_CONF_PATH, AT(turn_tls_key), "",
		.description = "PEM file with its private key."},
	{"turn.relay_port_min", CARDEA_CONF_INTEGER, AT(turn_relay_port_min), "25000",
		.min = 1024, .max = 65535,
		.description = "First UDP port that our TURN server relays from; one an allocation."},
	{"turn.relay_port_max", CARDEA_CONF_INTEGER, AT(turn_relay_port_max), "29999",
		.min = 1024, .max = 65535,
		.description = "Last UDP port that our TURN server relays from."},
	{"turn.realm", CARDEA_CONF_STRING, AT(turn_realm), "cardea",
		.description = "Realm of our TURN server: letters, digits, dot and dash."},
	{"turn.user_quota", CARDEA_CONF_INTEGER, AT(turn_user_quota), "48", .min = 1, .max = 100000,
		.description =
			"Allocations that one participant may hold at our TURN server. A browser makes one "
			"for each of two connections, each URL and each of its networks, twice while a "
			"network changes."},
	{"turn.total_quota", CARDEA_CONF_INTEGER, AT(turn_total_quota), "4000", .min = 1, .max = 1000000,
		.description = "Allocations that our TURN server holds at all."},
	{"turn.stun_urls", CARDEA_CONF_LIST, AT(stun_urls), "", RELOAD,
		.description =
			"STUN servers that clients are given, such as \"stun:turn.example.org\". Our own "
			"TURN server, where there is one, is given as well."},
	{"turn.urls", CARDEA_CONF_LIST, AT(turn_urls), "", RELOAD,
		.description =
			"TURN servers of your own that clients are given, such as "
			"\"turns:turn.example.org:443?transport=tcp\". Empty: our own, see turn.server."},
	{"turn.secrets", CARDEA_CONF_LIST, AT(turn_secrets), "", RELOAD, SECRET,
		.description =
			"static-auth-secret of the TURN servers; the first one signs, others overlap at "
			"rotation. Empty, for our own server: the lines of keys/turn.secret in the state "
			"folder, which is made at the first start."},
	{"turn.life_s", CARDEA_CONF_INTEGER, AT(turn_life_s), "600", RELOAD, .min = 60, .max = 604800,
		.description = "Life of a TURN credential in seconds."},

	{"webhooks.allow_http", CARDEA_CONF_BOOLEAN, AT(webhooks_allow_http), "false", RELOAD,
		.description =
			"Deliver webhooks to http:// as well. What happens in meetings then crosses the network "
			"in clear."},
	{"webhooks.allow_private", CARDEA_CONF_BOOLEAN, AT(webhooks_allow_private), "false", RELOAD,
		.description =
			"Deliver webhooks to loopback, private and other special addresses as well. Whoever has "
			"an API key can then make the gateway call into its own network."},
	{"webhooks.ca_file", CARDEA_CONF_PATH, AT(webhooks_ca_file), "", RELOAD,
		.description =
			"PEM file of the certificate authorities that receivers of webhooks are checked by. "
			"Empty: those of the system."},
};
/* clang-format on */

const size_t cardea_conf_table_count = G_N_ELEMENTS(cardea_conf_table);
