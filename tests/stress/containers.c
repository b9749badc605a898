/*
 * GLib's containers and jansson's values, made visible to ThreadSanitizer.
 *
 * Both libraries are not instrumented, so what they read and write goes unseen: a hash table that
 * two threads change at once would not be reported. The linker sends the plugin's calls here
 * (--wrap); each says what it does to the object as a whole, then calls the library. Shared
 * reading is fine, everything else needs an order.
 *
 * Reference counts that jansson changes inside are unseen too, and with them the order of the last
 * use of a value before its end. So what is in a value that ends is let go here, not in jansson.
 */
#include "containers.h"

#include <glib.h>
#include <sanitizer/tsan_interface.h>

/* What the compiler puts before each access of instrumented code. */
void __tsan_read1(void *address);
void __tsan_write1(void *address);

/* jansson.h looks at a count by a plain read of a volatile before it counts atomically. Reads of
 * what is volatile go unchecked (--param tsan-distinguish-volatile), the atomic access is checked.
 */
void __tsan_volatile_read8(void *address);

void __tsan_volatile_read8(void *address)
{
	(void)address;
}

#define WRAP(type, name, access, object, parameters, arguments)                                    \
	type __real_##name parameters;                                                                 \
	type __wrap_##name parameters;                                                                 \
	type __wrap_##name parameters                                                                  \
	{                                                                                              \
		__tsan_##access##1((void *)(uintptr_t)(object));                                           \
		return __real_##name arguments;                                                            \
	}

/* ---- GLib ---- */

WRAP(gboolean, g_hash_table_insert, write, t, (GHashTable * t, void *k, void *v), (t, k, v))
WRAP(gboolean, g_hash_table_remove, write, t, (GHashTable * t, const void *k), (t, k))
WRAP(void, g_hash_table_remove_all, write, t, (GHashTable * t), (t))
WRAP(gboolean, g_hash_table_steal_extended, write, t,
     (GHashTable * t, const void *k, void **key, void **v), (t, k, key, v))
WRAP(void, g_hash_table_destroy, write, t, (GHashTable * t), (t))
WRAP(void *, g_hash_table_lookup, read, t, (GHashTable * t, const void *k), (t, k))
WRAP(guint, g_hash_table_size, read, t, (GHashTable * t), (t))
WRAP(GList *, g_hash_table_get_values, read, t, (GHashTable * t), (t))
WRAP(void, g_hash_table_iter_init, read, t, (GHashTableIter * i, GHashTable *t), (i, t))
/* The first member of an iterator is its table. */
WRAP(gboolean, g_hash_table_iter_next, read, i->dummy1, (GHashTableIter * i, void **k, void **v),
     (i, k, v))
WRAP(void, g_hash_table_iter_remove, write, i->dummy1, (GHashTableIter * i), (i))

WRAP(void, g_ptr_array_add, write, a, (GPtrArray * a, void *data), (a, data))
WRAP(gboolean, g_ptr_array_remove, write, a, (GPtrArray * a, void *data), (a, data))
WRAP(void, g_ptr_array_set_size, write, a, (GPtrArray * a, gint size), (a, size))
WRAP(void, g_ptr_array_sort, write, a, (GPtrArray * a, GCompareFunc f), (a, f))
WRAP(gboolean, g_ptr_array_find, read, a, (GPtrArray * a, const void *data, guint *i), (a, data, i))

WRAP(void, g_queue_push_tail, write, q, (GQueue * q, void *data), (q, data))
WRAP(void, g_queue_push_head, write, q, (GQueue * q, void *data), (q, data))
WRAP(void *, g_queue_pop_head, write, q, (GQueue * q), (q))
WRAP(guint, g_queue_get_length, read, q, (GQueue * q), (q))
WRAP(gboolean, g_queue_is_empty, read, q, (GQueue * q), (q))

/* ---- jansson ---- */

WRAP(int, json_object_set_new, write, o, (json_t * o, const char *k, json_t *v), (o, k, v))
WRAP(int, json_object_update, write, o, (json_t * o, json_t *other), (o, other))
WRAP(int, json_array_append_new, write, a, (json_t * a, json_t *v), (a, v))
WRAP(json_t *, json_object_get, read, o, (const json_t *o, const char *k), (o, k))
WRAP(void *, json_object_iter, read, o, (json_t * o), (o))
WRAP(json_t *, json_array_get, read, a, (const json_t *a, size_t i), (a, i))
WRAP(size_t, json_array_size, read, a, (const json_t *a), (a))
WRAP(const char *, json_string_value, read, s, (const json_t *s), (s))
WRAP(json_int_t, json_integer_value, read, i, (const json_t *i), (i))

void __real_json_delete(json_t *json);
void __wrap_json_delete(json_t *json);

void __wrap_json_delete(json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;
	/* json_decref only released (jansson.h); as the last one we need what the others did. */
	__tsan_acquire((void *)&json->refcount);
	GPtrArray *inside = g_ptr_array_new();
	json_object_foreach(json, key, value) g_ptr_array_add(inside, json_incref(value));
	json_array_foreach(json, i, value) g_ptr_array_add(inside, json_incref(value));
	__real_json_delete(json);
	for (guint k = 0; k < inside->len; k++)
		json_decref(g_ptr_array_index(inside, k));
	g_ptr_array_unref(inside);
}

void containers_read(json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;
	__tsan_read1(json);
	json_object_foreach(json, key, value) containers_read(value);
	json_array_foreach(json, i, value) containers_read(value);
}
