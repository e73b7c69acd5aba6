/* SPDX-License-Identifier: Apache-2.0 */
/* timezone.h -- time zones from the system's TZif files, by a reader of our own: no process-wide lock, no TZ variable.
 *
 * Gaps and overlaps are resolved as java.time does: a local time in a gap moves forward by the length of the gap, one
 * that exists twice means the earlier instant. Window timers have a rule of their own, fl_tz_timer_to_utc.
 */
#ifndef FL_DATA_TIMEZONE_H
#define FL_DATA_TIMEZONE_H

#include "base/arena.h"
#include "base/error.h"

typedef struct fl_tz fl_tz;

/* UTC: static. */
const fl_tz *fl_tz_utc(void);

/* A region (Europe/Berlin), UTC, Z, GMT, GMT+8, GMT+08:00, UTC+8, +08:00. Zones are cached for the life of the process
 * and shared by all threads; never freed. Unknown names are FL_E_VALIDATION, with a suggestion. */
int fl_tz_find(const char *name, const fl_tz **out, fl_error *err);
/* The same for rows, which have no use for a suggestion (it takes a walk through all zones). NULL: unknown. */
const fl_tz *fl_tz_find_or_null(const char *name);

/* As java.util.TimeZone finds them for CONVERT_TZ and the like: also by short names (PST, JST), by offset only if it
 * follows GMT. NULL: unknown, for which Java takes UTC. */
const fl_tz *fl_tz_find_legacy(const char *name);

/* The zone of the machine: $TZ, else /etc/localtime, else UTC. */
const fl_tz *fl_tz_system(void);

const char *fl_tz_name(const fl_tz *tz);
/* True if local time equals UTC at all times: callers skip conversion. */
bool fl_tz_is_utc(const fl_tz *tz);

/* Local minus UTC in ms at an instant. The ends of time (FL_WATERMARK_MIN, FL_WATERMARK_MAX) are in no zone: 0. */
int64_t fl_tz_offset_ms(const fl_tz *tz, int64_t utc_ms);
static inline int64_t fl_tz_to_local(const fl_tz *tz, int64_t utc_ms) { return utc_ms + fl_tz_offset_ms(tz, utc_ms); }
int64_t fl_tz_to_utc(const fl_tz *tz, int64_t local_ms);

/* The same as java.util's zones have it: they begin with 1900, and what was before had the standard time of today. */
int64_t fl_tz_legacy_offset_ms(const fl_tz *tz, int64_t utc_ms);

/* The instant at which a window timer that is due at local time `local_ms` fires: in a gap, the instant of the gap; in
 * an overlap, the later of the two instants. (Flink's TimeWindowUtil.toEpochMillsForTimer.) */
int64_t fl_tz_timer_to_utc(const fl_tz *tz, int64_t local_ms);

#endif
