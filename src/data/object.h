/* SPDX-License-Identifier: Apache-2.0 */
/* object.h -- opaque values that travel in columns: what the engine must be able to do with them.
 *
 * An OBJECT column holds pointers that mean nothing to the engine (a Python object, a C struct of a user). Inside one
 * chain of operators they are passed by reference; where they reach a second consumer, a channel between tasks, or
 * state, they are copied by serialise and deserialise. Hooks of one kind are called by one thread at a time per value.
 */
#ifndef FL_DATA_OBJECT_H
#define FL_DATA_OBJECT_H

#include "base/error.h"
#include "base/str.h"

struct fl_object_ops {
    const char *name;               /* for messages and EXPLAIN */
    void *(*retain)(void *object);  /* one more owner; returns the object */
    void (*release)(void *object);  /* one owner less */
    uint64_t (*hash)(void *object); /* equal objects have equal hashes, in every process */
    bool (*equals)(void *a, void *b);
    int (*serialise)(void *object, fl_buf *out, fl_error *err);     /* appends */
    int (*deserialise)(fl_str bytes, void **object, fl_error *err); /* owned by the caller */
    void (*print)(void *object, fl_buf *out);                       /* appends a text for people */
};

#endif
