/* SPDX-License-Identifier: Apache-2.0 */
/* test_md5.c -- texts that are digested side by side have the digests that Nettle gives them one by one. */
#include "test.h"

#include <nettle/md5.h>

#include "base/hash.h"
#include "expr/md5.h"

static void all_lengths_in_all_lanes_agree_with_nettle(void **state) {
    (void)state;
    char bytes[FL_MD5_LANES][FL_MD5_SHORT_MAX];
    uint8_t digests[FL_MD5_LANES][FL_MD5_BYTES], wanted[FL_MD5_BYTES];
    fl_str texts[FL_MD5_LANES];
    uint64_t rng = 1;
    for (int round = 0; round < 4000; round++) {
        int n = round % FL_MD5_LANES + 1;
        for (int lane = 0; lane < n; lane++) {
            for (int k = 0; k < FL_MD5_SHORT_MAX; k++) bytes[lane][k] = (char)fl_splitmix(rng += FL_SPLITMIX_STEP);
            texts[lane] = fl_str_make(bytes[lane], (size_t)(round + 5 * lane) % (FL_MD5_SHORT_MAX + 1));
        }
        fl_md5_short(texts, n, digests);
        for (int lane = 0; lane < n; lane++) {
            struct md5_ctx c;
            md5_init(&c);
            md5_update(&c, texts[lane].n, (const uint8_t *)texts[lane].p);
            md5_digest(&c, sizeof wanted, wanted);
            assert_memory_equal(digests[lane], wanted, sizeof wanted);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_lengths_in_all_lanes_agree_with_nettle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
