/* SPDX-License-Identifier: Apache-2.0 */
/* calendar.h -- the day's year, month and day, for loops over columns.
 *
 * The method of C. Neri and L. Schneider, "Euclidean affine functions and their application to calendar algorithms": years
 * begin on March 1, and divisions become multiplications of 32 bits.
 */
#ifndef FL_DATA_CALENDAR_H
#define FL_DATA_CALENDAR_H

#include "base/common.h"

typedef struct fl_calendar_day {
    int32_t year;
    int32_t month, day; /* 1 … */
} fl_calendar_day;

enum {
    FL_CALENDAR_DAY_MIN = -500000000, /* some 1.4 million years on both sides of 1970 */
    FL_CALENDAR_DAY_MAX = 500000000,
};

static inline bool fl_calendar_reaches(int64_t days) {
    return days >= FL_CALENDAR_DAY_MIN && days <= FL_CALENDAR_DAY_MAX;
}

/* Of days since 1970-01-01 within these bounds. */
static inline fl_calendar_day fl_calendar_at(int64_t days) {
    enum { CYCLES = 3500, CYCLE_DAYS = 146097, CYCLE_YEARS = 400, EPOCH = 719468, MARCH_TO_JANUARY = 306 };
    const uint32_t n = 4 * (uint32_t)(days + EPOCH + (int64_t)CYCLES * CYCLE_DAYS) + 3;
    const uint32_t century = n / CYCLE_DAYS, of_century = n % CYCLE_DAYS | 3;
    const uint64_t p = (uint64_t)2939745 * of_century;
    const uint32_t of_year = (uint32_t)p / 2939745 / 4, m = 2141 * of_year + 197913;
    const bool late = of_year >= MARCH_TO_JANUARY; /* January and February belong to the next year */
    return (fl_calendar_day){
        .year = (int32_t)(100 * century + (uint32_t)(p >> 32)) - CYCLES * CYCLE_YEARS + late,
        .month = (int32_t)(m >> 16) - (late ? 12 : 0),
        .day = (int32_t)((m & 0xffff) / 2141) + 1,
    };
}

#endif
