/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h -- checkpoints, and what operators keep in them.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_CHECKPOINT_H
#define FL_MESSAGES_CHECKPOINT_H

// clang-format off: one part of an entry on a line

/* Advice that several entries give. */
#define FL_DO_OLDER "restore an older checkpoint, or start without --restore"
#define FL_DO_SAME_QUERY "run the query as it was when the checkpoint was taken, or start without --restore"

/* Bytes of a checkpoint do not decode to a value of the type that was stored. */
#define FL_ERR_CHECKPOINT_STORED_VALUE \
    FL_E_CORRUPT, "stored bytes are no value of type %s: %s" \
    FL_ADVICE FL_DO_OLDER

/* Bytes of a checkpoint do not decode to a type. */
#define FL_ERR_CHECKPOINT_STORED_TYPE \
    FL_E_CORRUPT, "stored bytes are no type" \
    FL_ADVICE FL_DO_OLDER

/* Opaque objects are kept in checkpoints as bytes that only the program which made them can read. */
#define FL_ERR_CHECKPOINT_OBJECT_LOST \
    FL_E_UNSUPPORTED, "objects of kind '%s' cannot be read back without the job that made them" \
    FL_ADVICE "restore in the program that took the checkpoint"

/* What the checkpoint keeps for an aggregate is shorter than the query's aggregates need. */
#define FL_ERR_CHECKPOINT_SHORT_ACCUMULATOR \
    FL_E_CORRUPT, "an accumulator in the checkpoint is too short for the query's aggregates" \
    FL_ADVICE FL_DO_SAME_QUERY

/* What the checkpoint keeps of a sum does not decode. */
#define FL_ERR_CHECKPOINT_SUM \
    FL_E_CORRUPT, "a sum in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* What the checkpoint keeps of an aggregate's values does not decode. */
#define FL_ERR_CHECKPOINT_AGGREGATE \
    FL_E_CORRUPT, "the values of an aggregate in the checkpoint are malformed" \
    FL_ADVICE FL_DO_OLDER

/* A key in the checkpoint does not end where it should. */
#define FL_ERR_CHECKPOINT_KEY_TOO_LONG \
    FL_E_CORRUPT, "a key in the checkpoint has %zu bytes too many" \
    FL_ADVICE FL_DO_OLDER

/* A key in the checkpoint does not decode. */
#define FL_ERR_CHECKPOINT_KEY \
    FL_E_CORRUPT, "a key in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* What an operator has stored does not decode. */
#define FL_ERR_CHECKPOINT_OPERATOR_STATE \
    FL_E_CORRUPT, "the state of an operator in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* The checkpoint was taken by another version of flott. */
#define FL_ERR_CHECKPOINT_STATE_VERSION \
    FL_E_CORRUPT, "the checkpoint has state of version %u; this flott reads version %d" \
    FL_ADVICE "restore with the version that took it"

/* The stored groups have other keys or aggregates than the query. */
#define FL_ERR_CHECKPOINT_GROUPS \
    FL_E_CORRUPT, "the groups in the checkpoint do not fit the query" \
    FL_ADVICE FL_DO_SAME_QUERY

/* The stored sessions have other keys or aggregates than the query. */
#define FL_ERR_CHECKPOINT_SESSIONS \
    FL_E_CORRUPT, "the sessions in the checkpoint do not fit the query" \
    FL_ADVICE FL_DO_SAME_QUERY

/* The position in VALUES does not decode. */
#define FL_ERR_CHECKPOINT_VALUES \
    FL_E_CORRUPT, "the position in VALUES in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* The stored watermark does not decode. */
#define FL_ERR_CHECKPOINT_WATERMARK \
    FL_E_CORRUPT, "the watermark in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* The stored windows have other keys, sizes or aggregates than the query. */
#define FL_ERR_CHECKPOINT_WINDOWS \
    FL_E_CORRUPT, "the windows in the checkpoint do not fit the query" \
    FL_ADVICE FL_DO_SAME_QUERY

/* The checkpoint was taken while reading another table from memory. */
#define FL_ERR_CHECKPOINT_ARROW_POSITION \
    FL_E_CORRUPT, "the position in table '%s' from memory is not one of this table" \
    FL_ADVICE "hand in the same table as then"

/* The position of a datagen source does not decode. */
#define FL_ERR_CHECKPOINT_DATAGEN \
    FL_E_CORRUPT, "the position of a datagen source in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* The state of a filesystem sink does not decode. */
#define FL_ERR_CHECKPOINT_FILE_SINK \
    FL_E_CORRUPT, "the state of a filesystem sink in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* The position of a filesystem source does not decode. */
#define FL_ERR_CHECKPOINT_FILE_SOURCE \
    FL_E_CORRUPT, "the position of a filesystem source in the checkpoint is malformed" \
    FL_ADVICE FL_DO_OLDER

/* A file of the checkpoint is not as it was written: cut off, changed or missing. */
#define FL_ERR_CHECKPOINT_DAMAGED \
    FL_E_CORRUPT, "checkpoint '%s' is damaged: %s" \
    FL_ADVICE "restore an older checkpoint of the same directory, or give the directory itself: the newest " \
              "good one is taken"

/* The checkpoint was taken by another version of flott. */
#define FL_ERR_CHECKPOINT_VERSION \
    FL_E_CORRUPT, "checkpoint '%s' has version %d; this flott reads version %d" \
    FL_ADVICE "restore with the version that took it"

/* The path to restore from does not exist. */
#define FL_ERR_CHECKPOINT_NOT_THERE \
    FL_E_VALIDATION, "there is no checkpoint at '%s'" \
    FL_ADVICE "check the path: it is a directory chk-N, or one that holds such"

/* The directory holds no checkpoint. */
#define FL_ERR_CHECKPOINT_NONE \
    FL_E_VALIDATION, "there is no checkpoint in '%s'" \
    FL_ADVICE "check the path; checkpoints are taken with SET 'execution.checkpointing.interval' = '10 s'"

/* The directory holds checkpoints, but none of this job. */
#define FL_ERR_CHECKPOINT_NONE_OF_JOB \
    FL_E_VALIDATION, "there is no checkpoint%s in '%s'" \
    FL_ADVICE "check the path, or start without --restore"

/* Every checkpoint in the directory is damaged. */
#define FL_ERR_CHECKPOINT_NONE_WHOLE \
    FL_E_CORRUPT, "none of the %d checkpoints%s in '%s' is whole; the oldest: %s" \
    FL_ADVICE "start without --restore to read everything again, and check the disk"

/* State belongs to the operators of one query. */
#define FL_ERR_CHECKPOINT_OTHER_QUERY \
    FL_E_VALIDATION, "checkpoint '%s' was taken by another query: operator %d was %s, now it is %s" \
    FL_ADVICE "start without --restore, or run the script as it was when the checkpoint was taken"

/* Barriers travel behind the rows, and some operator was too slow. */
#define FL_ERR_CHECKPOINT_TIMEOUT \
    FL_E_LIMIT, "not all operators passed the barrier within %lld ms (execution.checkpointing.timeout)" \
    FL_ADVICE "raise 'execution.checkpointing.timeout', or find the slow operator with `flott explain`"

/* Rows of a query's result in the checkpoint do not decode. */
#define FL_ERR_CHECKPOINT_RESULT_ROWS \
    FL_E_CORRUPT, "rows of a query in the checkpoint are malformed" \
    FL_ADVICE FL_DO_OLDER

/* ---- places: what stands before a message ---- */

/* Stands before why the checkpoints that are there cannot be seen. */
#define FL_AT_CHECKPOINT_LISTING \
    "cannot look for checkpoints: "

/* Stands before why a checkpoint cannot be begun. */
#define FL_AT_CHECKPOINT_WRITING \
    "checkpoint %lld: "

/* Stands before why an operator cannot take its state back. */
#define FL_AT_CHECKPOINT_RESTORING \
    "cannot restore %s: "

/* Stands before why a checkpoint has failed. */
#define FL_AT_CHECKPOINT_FAILED \
    "checkpoint %lld failed: "

// clang-format on

#endif
