/* SPDX-License-Identifier: Apache-2.0 */
/* test.h -- cmocka with the headers it wants before itself. */
#ifndef FL_TESTS_UNIT_TEST_H
#define FL_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#endif
