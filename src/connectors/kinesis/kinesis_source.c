/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_source.c -- reads the shards of a stream.
 *
 * What:       each subtask lists the shards now and then (kinesis_shards.c) and reads its own, all at the same time:
 *
 *                 waiting ──parents ended──► no iterator ──GetShardIterator──► ready ──GetRecords──► full ──► ready …
 *                                                ▲                               │                    │
 *                                                └────── iterator expired ◄──────┘                    └──► ended
 *
 * Interface:  fl_kinesis_source.
 * Order:      one answer of a shard is in hand at most; the next is asked for when its rows are given out, so a slow
 *             job asks less. Answers of all shards together are bounded by HELD_MAX. Shards give a batch in turn, and
 *             a batch has rows of one shard only.
 * Pace:       the service allows five reads of a shard in a second. While a shard is behind it is read again at once as
 *             long as that holds; else there is a pause.
 * Position:   what comes next of a shard, told by the number of the last record given. Of an aggregated record, or of
 *             one that makes several rows, also how many user records and rows of it were given: then the record
 *             itself is read again, and that many are passed over.
 * Start:      LATEST means: what has arrived since the job was first started, by the clock of this machine. An
 *             iterator of the service's own kind LATEST would begin wherever it was made, and a checkpoint before the
 *             first record would have no place to go back to. If this clock is ahead of the service's, which refuses
 *             times that have not come, the time is moved back until it is accepted, and kept. A shard that is closed
 *             when the job starts has nothing for LATEST. Shards that come later begin at their first record.
 * Watermarks: shards are the splits whose watermarks are held together. A shard that has ended stays one until its
 *             children have begun, so that the watermark does not run away from them. To find them the shards are
 *             listed at once. A child that waits for a parent of another subtask is one already, unless its own
 *             subtask holds the first parent: nothing may run away from it, either.
 * Restore:    each subtask gets the positions of all and takes those of its shards when it has listed them. Until then
 *             its own snapshots hold what it got: second-hand, for others may have gone on.
 * Invariants: (1) a call of a shard is on its way exactly in the states ASKING and READING.  (2) records of a shard are
 *             given in their order, and those of a child after all of its parents'.
 */
#include <stdlib.h>

#include "connectors/aws/scan.h"
#include "connectors/http.h"
#include "connectors/kinesis/kinesis_int.h"
#include "data/timestamp.h"
#include "messages/kinesis_source.h"

enum {
    HELD_MAX = 64 << 20,       /* bytes of answers, in hand and on their way */
    ANSWER_EXPECTED = 1 << 20, /* of a shard that has not given any yet */
    READS_A_SECOND = 5,
    WAIT_MS = 50,           /* between two looks at parents that others read */
    UNREADABLE_MAX = 8,     /* answers in a row that are none, then the job fails */
    LIST_AGAIN_MS = 1000,   /* after a listing that failed */
    CLOSED_MS = 60 * 1000,  /* after the job's start: what is closed by then was closed before, for LATEST */
    BACK_MS_MAX = 20 << 20, /* how far LATEST is moved back: AWS refuses clocks that are more than 5 minutes off */
    POSITIONS = 1,          /* version of a snapshot */
};

typedef enum from { FROM_TIME, FROM_TRIM_HORIZON, FROM_RECORD, FROM_END } from;

typedef struct position {
    from from;
    int64_t time_ms; /* TIME */
    fl_buf number;   /* RECORD: sequence number */
    bool whole;      /* RECORD: all of it was given: the next one comes; else: */
    uint32_t subs;   /* the first user record that was not given in whole */
    uint32_t rows;   /* rows of that one that were given */
} position;

typedef enum state { WAITING, NO_ITERATOR, ASKING, READY, READING, FULL, ENDED } state;

/* A shard of this subtask. */
typedef struct reader {
    char *id; /* owned */
    kinesis_range range;
    position pos;
    state state;
    int split;         /* 0: not begun yet, or released */
    uint32_t ended_in; /* ENDED: the listing then; a later one names its children */
    bool has_children; /* ENDED: the service says so */
    int64_t due_ms;
    int64_t back_ms; /* LATEST: how far its time was moved back last */
    /* the last answer */
    char *iterator; /* owned */
    fl_aws_answer raw;
    kinesis_answer answer;   /* texts in raw, data in `data` */
    kinesis_answer expanded; /* the same with user records; n == 0: there are no aggregated ones */
    fl_buffer *data;
    int at;        /* the next record of it */
    uint32_t skip; /* rows of that record that were given before */
    size_t size;   /* of its body; what the next one is expected to have */
    int unreadable;
    bool behind;
    int64_t reads_ms[READS_A_SECOND]; /* when the last reads were sent */
    int n_reads;
} reader;

/* A position out of a checkpoint, until its shard is listed. */
typedef struct past {
    char *id; /* owned */
    position pos;
} past;

typedef struct kinesis_source {
    fl_source base;
    const kinesis_source_config *cfg;
    const char *who; /* the stream, in requests: "StreamName":"x" */
    fl_aws *aws;
    const flott_http *http;
    kinesis_family *family;
    fl_splits splits;
    kinesis_shards shards;
    kinesis_shard_page page;
    reader **readers; /* owned; NULL: a free place */
    int n_readers;
    past *pasts;
    int n_pasts, cap_pasts;
    /* listing */
    bool listing, listed, partial; /* partial: some subtask of the checkpoint had not listed yet */
    bool restored;
    int64_t first_checkpoint; /* of this run; 0: none yet */
    int64_t durable;          /* of this run; INT64_MIN: none yet; INT64_MAX: none are taken */
    int bad_lists;
    int64_t next_list_ms;
    /* rows */
    fl_decoder *decoder;
    int64_t bad_records;
    fl_builder builder;
    fl_column **meta; /* by output column; NULL: comes from the record */
    int turn;         /* the reader that gives next */
    fl_batch *rest;   /* decoded, not given yet: rows from rest_at on, of readers[turn] */
    int rest_at;
    int rest_given; /* added to rest_at: rows given of the record that the rest is of */
    size_t held;    /* bytes of bodies in hand and expected */
    fl_buf request;
} kinesis_source;

/* What a call's tag says. */
enum { TAG_LIST, TAG_ITERATOR, TAG_RECORDS, TAGS };
static uint64_t tag_of(int kind, int reader) { return (uint64_t)reader * TAGS + (uint64_t)kind; }

/* ---- positions ---- */

static void position_copy(position *to, const position *p) {
    fl_buf number = to->number;
    fl_buf_reset(&number);
    fl_buf_put(&number, p->number.p, p->number.n);
    *to = *p;
    to->number = number;
}

static void set_record(position *p, fl_str number, bool whole, uint32_t subs, uint32_t rows) {
    fl_buf_reset(&p->number);
    fl_buf_put_str(&p->number, number);
    p->from = FROM_RECORD;
    p->whole = whole;
    p->subs = subs;
    p->rows = rows;
}

static position start_position(const kinesis_source *s) {
    switch (s->cfg->start) {
    case KINESIS_TRIM_HORIZON: return (position){.from = FROM_TRIM_HORIZON};
    case KINESIS_AT_TIMESTAMP: return (position){.from = FROM_TIME, .time_ms = s->cfg->start_ms};
    case KINESIS_LATEST: break;
    }
    return (position){.from = FROM_TIME, .time_ms = s->base.ctx->start_ms};
}

/* ---- readers ---- */

static void drop_answer(kinesis_source *s, reader *r) {
    if (r->raw.raw.body != NULL) {
        s->held -= r->size;
        fl_aws_answer_free(s->aws, &r->raw);
        r->raw = (fl_aws_answer){0};
    }
    r->answer.n = r->expanded.n = r->at = 0;
}

static void free_reader(kinesis_source *s, reader *r) {
    if (r == NULL) return;
    drop_answer(s, r);
    kinesis_answer_deinit(&r->answer);
    kinesis_answer_deinit(&r->expanded);
    fl_buffer_unref(r->data);
    fl_buf_deinit(&r->pos.number);
    free(r->iterator);
    free(r->id);
    free(r);
}

static reader *find_reader(const kinesis_source *s, fl_str id) {
    for (int i = 0; i < s->n_readers; i++)
        if (s->readers[i] != NULL && fl_str_is(id, s->readers[i]->id)) return s->readers[i];
    return NULL;
}

static reader *add_reader(kinesis_source *s, const kinesis_shard *shard) {
    int i = 0;
    while (i < s->n_readers && s->readers[i] != NULL) i++;
    if (i == s->n_readers) s->readers = fl_realloc(s->readers, sizeof *s->readers * (size_t)++s->n_readers);
    reader *r = s->readers[i] = fl_calloc(1, sizeof *r);
    r->id = fl_strdup(shard->id);
    r->range = shard->range;
    r->size = ANSWER_EXPECTED;
    fl_buf_init(&r->pos.number);
    return r;
}

/* The records in hand, those of the producer library taken apart. */
static kinesis_answer *records(reader *r) { return r->expanded.n > 0 ? &r->expanded : &r->answer; }

static void end_shard(kinesis_source *s, reader *r) {
    r->has_children = r->answer.children;
    r->ended_in = s->shards.listing;
    drop_answer(s, r);
    r->state = ENDED;
    r->pos.from = FROM_END;
    kinesis_family_end(s->family, fl_str_from(r->id), s->base.ctx->subtask, s->base.checkpoint);
    s->next_list_ms = 0;
}

/* LATEST when the job has just been started for the first time: nothing is to be read of closed shards. */
static bool closed_are_over(const kinesis_source *s) {
    return s->cfg->start == KINESIS_LATEST && !s->listed && !s->restored &&
           fl_now_ms(s->base.ctx->pf) - s->base.ctx->start_ms < CLOSED_MS;
}

static bool is_mine(const kinesis_source *s, const kinesis_shard *shard) {
    const fl_task_ctx *ctx = s->base.ctx;
    kinesis_dealing how = {ctx->parallelism, s->cfg->uniform, closed_are_over(s)};
    return kinesis_family_owner(s->family, &s->shards, shard, &how) == ctx->subtask;
}

/* A shard that has ended is let go when its children have begun. */
static void release(kinesis_source *s, reader *r) {
    bool found = false;
    if (s->listing || s->shards.listing == r->ended_in) return;
    for (int i = 0; i < s->shards.n; i++) {
        const kinesis_shard *shard = &s->shards.shards[i];
        found = found || (shard->adjacent != NULL && strcmp(shard->adjacent, r->id) == 0); /* the other parent holds */
        if (shard->parent == NULL || strcmp(shard->parent, r->id) != 0) continue;
        const reader *child = find_reader(s, fl_str_from(shard->id));
        if (child != NULL && child->state == WAITING) return;
        found = true;
    }
    if (!found && r->has_children && kinesis_shards_find(&s->shards, fl_str_from(r->id)) != NULL) {
        s->next_list_ms = FL_MIN(s->next_list_ms, fl_now_ms(s->base.ctx->pf) + LIST_AGAIN_MS);
        return;
    }
    fl_splits_end(&s->splits, r->split);
    r->split = 0;
}

/* ---- listing ---- */

static void call(kinesis_source *s, const char *target, int kind, int i, const fl_aws_retry *retry) {
    fl_aws_call(s->aws, target, fl_str_make(s->request.p, s->request.n), tag_of(kind, i), retry, 0);
}

static void list_next(kinesis_source *s, fl_str token) {
    fl_buf_reset(&s->request);
    if (token.n == 0) {
        fl_buf_printf(&s->request, "{%s}", s->who);
    } else {
        fl_buf_puts(&s->request, "{\"NextToken\":");
        kinesis_put_text(&s->request, token);
        fl_buf_putc(&s->request, '}');
    }
    call(s, "Kinesis_20131202.ListShards", TAG_LIST, 0, &s->cfg->list_retry);
}

static void list_shards(kinesis_source *s) {
    s->listing = true;
    kinesis_shards_begin(&s->shards);
    list_next(s, (fl_str){0});
}

/* Takes a shard's position out of what the checkpoint said, if it said anything. */
static bool take_past(kinesis_source *s, const char *id, position *out) {
    for (int i = 0; i < s->n_pasts; i++) {
        past *p = &s->pasts[i];
        if (strcmp(p->id, id) != 0) continue;
        position_copy(out, &p->pos);
        free(p->id);
        fl_buf_deinit(&p->pos.number);
        *p = s->pasts[--s->n_pasts];
        return true;
    }
    return false;
}

static void free_pasts(kinesis_source *s) {
    for (int i = 0; i < s->n_pasts; i++) {
        free(s->pasts[i].id);
        fl_buf_deinit(&s->pasts[i].pos.number);
    }
    free(s->pasts);
    s->pasts = NULL;
    s->n_pasts = s->cap_pasts = 0;
}

/* Shards that were being read and are there no more: what was left in them is lost. One subtask says so. */
static void note_expired(kinesis_source *s) {
    for (int i = 0; i < s->n_pasts; i++) {
        const past *p = &s->pasts[i];
        if (p->pos.from == FROM_END || s->base.ctx->note == NULL || s->base.ctx->subtask != 0 ||
            kinesis_shards_find(&s->shards, fl_str_from(p->id)) != NULL)
            continue;
        s->base.ctx->note(
            s->base.ctx->note_arg,
            fl_arena_printf(s->base.ctx->scratch,
                            "stream '%s': shard %s has expired since the checkpoint: records of it that were not read "
                            "by then are lost; a longer retention period keeps them",
                            s->cfg->stream, p->id));
    }
    free_pasts(s);
}

/* A shard of this subtask that was not there before. */
static void begin_reader(kinesis_source *s, const kinesis_shard *shard) {
    reader *r = add_reader(s, shard);
    bool first = !s->listed && (!s->restored || s->partial);
    r->state = WAITING;
    if (!take_past(s, shard->id, &r->pos)) r->pos = first ? start_position(s) : (position){.from = FROM_TRIM_HORIZON};
    if (shard->closed && closed_are_over(s)) r->pos.from = FROM_END;
    if (r->pos.from != FROM_END) return;
    r->state = ENDED;
    kinesis_family_end(s->family, fl_str_from(r->id), s->base.ctx->subtask, INT64_MIN);
}

/* All pages are there. */
static void settle_listing(kinesis_source *s) {
    kinesis_shards_end(&s->shards);
    s->listing = false;
    s->bad_lists = 0;
    for (int i = 0; i < s->n_readers; i++) {
        reader *r = s->readers[i];
        bool over = r != NULL && r->state == ENDED && r->split == 0;
        if (!over || kinesis_shards_find(&s->shards, fl_str_from(r->id)) != NULL) continue;
        free_reader(s, r);
        s->readers[i] = NULL;
    }
    for (int i = 0; i < s->shards.n; i++) {
        const kinesis_shard *shard = &s->shards.shards[i];
        if (is_mine(s, shard) && find_reader(s, fl_str_from(shard->id)) == NULL) begin_reader(s, shard);
    }
    if (!s->listed) note_expired(s);
    s->listed = true;
    s->next_list_ms = fl_now_ms(s->base.ctx->pf) + s->cfg->discovery_ms;
}

static int on_list(kinesis_source *s, fl_aws_answer *a, fl_error *err) {
    bool token_expired = !a->ok && strcmp(a->type, "ExpiredNextTokenException") == 0;
    if (!a->ok && !token_expired) return fl_aws_fail(s->aws, "ListShards", s->cfg->stream, a, err);
    int rc = token_expired ? fl_aws_fail(s->aws, "ListShards", s->cfg->stream, a, err)
                           : kinesis_shard_page_read(a->raw.body, a->body.n, &s->page, err);
    if (rc < 0) { /* from the start again; the shards that are known stay */
        if (++s->bad_lists > UNREADABLE_MAX) return fl_error_prefix(err, FL_AT_KINESIS_SOURCE_STREAM, s->cfg->stream);
        s->listing = false;
        s->next_list_ms = fl_now_ms(s->base.ctx->pf) + LIST_AGAIN_MS;
        return 0;
    }
    kinesis_shards_take(&s->shards, &s->page);
    if (s->page.next_token.n > 0)
        list_next(s, s->page.next_token);
    else
        settle_listing(s);
    return 0;
}

/* ---- iterators ---- */

static void ask_iterator(kinesis_source *s, int i) {
    reader *r = s->readers[i];
    fl_buf *b = &s->request;
    fl_buf_reset(b);
    fl_buf_printf(b, "{%s,\"ShardId\":", s->who);
    kinesis_put_text(b, fl_str_from(r->id));
    switch (r->pos.from) {
    case FROM_TIME:
        fl_buf_printf(b, ",\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":%lld.%03d",
                      (long long)(r->pos.time_ms / 1000), (int)(r->pos.time_ms % 1000));
        break;
    case FROM_TRIM_HORIZON: fl_buf_puts(b, ",\"ShardIteratorType\":\"TRIM_HORIZON\""); break;
    case FROM_RECORD:
        fl_buf_printf(b, ",\"ShardIteratorType\":\"%s_SEQUENCE_NUMBER\",\"StartingSequenceNumber\":",
                      r->pos.whole ? "AFTER" : "AT");
        kinesis_put_text(b, fl_str_make(r->pos.number.p, r->pos.number.n));
        break;
    case FROM_END: fl_assert(!"an iterator of a shard that has ended");
    }
    fl_buf_putc(b, '}');
    r->state = ASKING;
    call(s, "Kinesis_20131202.GetShardIterator", TAG_ITERATOR, i, &s->cfg->iterator_retry);
}

/* LATEST, and the service's clock has not come so far: a little earlier then. */
static bool move_back(const kinesis_source *s, reader *r, const fl_aws_answer *a) {
    if (s->cfg->start != KINESIS_LATEST || r->pos.from != FROM_TIME ||
        strcmp(a->type, "InvalidArgumentException") != 0 || r->back_ms > BACK_MS_MAX / 2)
        return false;
    r->back_ms = r->back_ms > 0 ? 2 * r->back_ms : 1000;
    r->pos.time_ms -= r->back_ms;
    return true;
}

static int refused(kinesis_source *s, const char *what, const reader *r, const fl_aws_answer *a, fl_error *err) {
    fl_aws_fail(s->aws, what, s->cfg->stream, a, err);
    if (strcmp(a->type, "InvalidArgumentException") == 0 && r->pos.from == FROM_RECORD)
        fl_error_hint(err, FL_HINT_KINESIS_SOURCE_OTHER_STREAM);
    if (strcmp(a->type, "InvalidArgumentException") == 0 && r->pos.from == FROM_TIME)
        fl_error_hint(err, FL_HINT_KINESIS_SOURCE_FUTURE);
    return fl_error_prefix(err, FL_AT_KINESIS_SOURCE_SHARD, s->cfg->stream, r->id);
}

static int on_iterator(kinesis_source *s, int i, fl_aws_answer *a, fl_error *err) {
    reader *r = s->readers[i];
    fl_buf text;
    r->state = NO_ITERATOR;
    if (!a->ok) return move_back(s, r, a) ? 0 : refused(s, "GetShardIterator", r, a, err);
    fl_buf_init(&text);
    bool found = fl_aws_json_text(a->body, "ShardIterator", &text) && text.n > 0;
    if (found) {
        free(r->iterator);
        r->iterator = fl_strndup(text.p, text.n);
        r->state = READY;
        r->unreadable = 0;
    }
    fl_buf_deinit(&text);
    if (found) return 0;
    r->due_ms = fl_now_ms(s->base.ctx->pf) + LIST_AGAIN_MS;
    if (++r->unreadable <= UNREADABLE_MAX) return 0;
    fl_fail(err, FL_ERR_KINESIS_SOURCE_NO_ITERATOR);
    return fl_error_prefix(err, FL_AT_KINESIS_SOURCE_SHARD, s->cfg->stream, r->id);
}

/* ---- reading ---- */

/* The pause before the next read: none while the shard is behind and has been read less than five times in the last
 * second. */
static int64_t next_read_ms(const kinesis_source *s, const reader *r, bool empty) {
    int64_t last = r->reads_ms[(r->n_reads + READS_A_SECOND - 1) % READS_A_SECOND];
    if (r->n_reads == 0) return 0;
    if (!r->behind || s->cfg->poll_ms != 1000 / READS_A_SECOND) /* who gives a pause gets it */
        return last + (empty ? s->cfg->empty_poll_ms : s->cfg->poll_ms);
    return r->n_reads < READS_A_SECOND ? 0 : r->reads_ms[r->n_reads % READS_A_SECOND] + 1000;
}

static void read_shard(kinesis_source *s, int i, int64_t now) {
    reader *r = s->readers[i];
    fl_buf *b = &s->request;
    fl_buf_reset(b);
    fl_buf_puts(b, "{\"ShardIterator\":");
    kinesis_put_text(b, fl_str_from(r->iterator));
    if (s->cfg->stream_arn != NULL) fl_buf_printf(b, ",%s", s->who);
    fl_buf_printf(b, ",\"Limit\":%d}", s->cfg->max_records);
    r->reads_ms[r->n_reads % READS_A_SECOND] = now;
    if (++r->n_reads == 2 * READS_A_SECOND) r->n_reads = READS_A_SECOND;
    r->state = READING;
    s->held += r->size;
    call(s, "Kinesis_20131202.GetRecords", TAG_RECORDS, i, &s->cfg->records_retry);
}

/* Takes user records out of aggregated ones. */
static void expand(kinesis_source *s, reader *r) {
    int first = 0;
    while (first < r->answer.n && !kpl_is_aggregated(r->answer.records[first].data)) first++;
    r->expanded.n = 0;
    if (first == r->answer.n) return;
    for (int i = 0; i < r->answer.n; i++) {
        const kinesis_record *one = &r->answer.records[i];
        if (!kpl_split(s->http, one, &r->range, &r->expanded)) *kinesis_answer_add(&r->expanded) = *one;
    }
    if (r->expanded.n == 0) r->answer.n = 0; /* all of them belong to other shards */
}

/* Passes over what was given of the record that is read once more. */
static void pass_over(reader *r) {
    kinesis_answer *a = records(r);
    fl_str number = fl_str_make(r->pos.number.p, r->pos.number.n);
    r->at = 0;
    r->skip = 0;
    if (r->pos.from != FROM_RECORD || r->pos.whole) return;
    while (r->at < a->n && fl_str_eq(a->records[r->at].sequence_number, number) &&
           (uint32_t)a->records[r->at].sub < r->pos.subs)
        r->at++;
    if (r->at < a->n && fl_str_eq(a->records[r->at].sequence_number, number) &&
        (uint32_t)a->records[r->at].sub == r->pos.subs)
        r->skip = r->pos.rows;
}

/* The answer's records have all been given. */
static void answer_done(kinesis_source *s, reader *r) {
    bool empty = r->answer.n == 0;
    if (r->answer.next_iterator.n == 0) {
        end_shard(s, r);
        return;
    }
    free(r->iterator);
    r->iterator = fl_strndup(r->answer.next_iterator.p, r->answer.next_iterator.n);
    drop_answer(s, r);
    r->state = READY;
    r->due_ms = next_read_ms(s, r, empty);
}

/* An answer that cannot be read was cut off, or comes from something that is not Kinesis: the iterator is still
 * good. */
static int unreadable(kinesis_source *s, reader *r, fl_error *err) {
    r->state = READY;
    r->due_ms = fl_now_ms(s->base.ctx->pf) + (100 << FL_MIN(r->unreadable, 6));
    if (++r->unreadable <= UNREADABLE_MAX) return 0;
    return fl_error_prefix(err, FL_AT_KINESIS_SOURCE_SHARD, s->cfg->stream, r->id);
}

static void need_data(reader *r, size_t body) {
    size_t room = kinesis_data_room(body);
    if (r->data != NULL && r->data->size >= room && atomic_load(&r->data->refs) == 1) return;
    fl_buffer_unref(r->data);
    r->data = fl_buffer_new(room);
}

/* Keeps the answer, unless there is nothing in it: then the caller frees it. */
static int on_records(kinesis_source *s, int i, fl_aws_answer *a, fl_error *err) {
    reader *r = s->readers[i];
    s->held -= r->size;
    if (!a->ok) {
        r->state = NO_ITERATOR;
        if (strcmp(a->type, "ExpiredIteratorException") == 0) return 0;
        return refused(s, "GetRecords", r, a, err);
    }
    need_data(r, a->body.n);
    if (kinesis_records_read(a->raw.body, a->body.n, r->data->data, &r->answer, err) < 0) return unreadable(s, r, err);
    r->unreadable = 0;
    r->behind = r->answer.behind_ms > 0;
    r->size = a->body.n;
    s->held += r->size;
    r->raw = *a;
    *a = (fl_aws_answer){0};
    expand(s, r);
    pass_over(r);
    r->state = FULL;
    if (r->at == records(r)->n) answer_done(s, r);
    return 0;
}

/* ---- the calls ---- */

static int take_answers(kinesis_source *s, fl_error *err) {
    fl_aws_answer a;
    int rc;
    while ((rc = fl_aws_take(s->aws, &a, err)) > 0) {
        int kind = (int)(a.tag % TAGS), i = (int)(a.tag / TAGS);
        rc = kind == TAG_LIST       ? on_list(s, &a, err)
             : kind == TAG_ITERATOR ? on_iterator(s, i, &a, err)
                                    : on_records(s, i, &a, err);
        if (a.raw.body != NULL) fl_aws_answer_free(s->aws, &a);
        if (rc < 0) return rc;
    }
    return rc;
}

/* From now on the watermark waits for the shard. */
static void begin_split(kinesis_source *s, reader *r, const kinesis_shard *shard) {
    r->split = fl_splits_start(&s->splits, r->id, shard != NULL ? shard->parent : NULL);
}

/* Starts what is due for one shard; when to look again. */
static int64_t advance(kinesis_source *s, int i, int64_t now) {
    reader *r = s->readers[i];
    if (r->state == FULL && r->at == records(r)->n && (s->rest == NULL || s->turn != i)) answer_done(s, r);
    if (r->state == WAITING) {
        const kinesis_shard *shard = kinesis_shards_find(&s->shards, fl_str_from(r->id));
        const reader *parent =
            shard != NULL && shard->parent != NULL ? find_reader(s, fl_str_from(shard->parent)) : NULL;
        bool held = parent != NULL && (parent->state != ENDED || parent->split > 0);
        if (r->split == 0 && !held) begin_split(s, r, shard);
        if (shard != NULL && !kinesis_shards_ready(&s->shards, shard, s->family, s->base.ctx->subtask, s->durable))
            return now + WAIT_MS;
        if (r->split == 0) begin_split(s, r, shard);
        r->state = NO_ITERATOR;
    }
    if ((r->state == NO_ITERATOR || r->state == READY) && r->due_ms > now) return r->due_ms;
    if (r->state == NO_ITERATOR) {
        ask_iterator(s, i);
    } else if (r->state == READY) {
        if (s->held > 0 && s->held + r->size > HELD_MAX) return INT64_MAX; /* looked at again when rows have gone */
        read_shard(s, i, now);
    }
    return INT64_MAX;
}

/* Starts all that is due; when something will be. */
static int64_t start_calls(kinesis_source *s, int64_t now) {
    int64_t next = INT64_MAX;
    for (int k = 0; k < s->n_readers; k++) { /* in turn: the bound on bytes must not starve the last */
        int i = (s->turn + k) % s->n_readers;
        if (s->readers[i] != NULL) next = FL_MIN(next, advance(s, i, now));
    }
    for (int i = 0; i < s->n_readers; i++) /* children have begun above */
        if (s->readers[i] != NULL && s->readers[i]->state == ENDED && s->readers[i]->split > 0)
            release(s, s->readers[i]);
    if (s->listed) fl_splits_known(&s->splits);
    if (!s->listing && s->next_list_ms <= now) list_shards(s);
    return s->listing ? next : FL_MIN(next, s->next_list_ms);
}

/* ---- rows ---- */

static void append_meta(kinesis_source *s, const reader *r, const kinesis_record *rec, int rows) {
    for (int c = 0; c < s->base.schema->n; c++)
        for (int k = 0; s->meta[c] != NULL && k < rows; k++) switch ((kinesis_meta)s->cfg->from_metadata[c]) {
            case KINESIS_META_TIMESTAMP: fl_column_append_ts(s->meta[c], (fl_ts){rec->arrived_ms, 0}); break;
            case KINESIS_META_SHARD_ID: fl_column_append_str(s->meta[c], fl_str_from(r->id)); break;
            case KINESIS_META_SEQUENCE_NUMBER: fl_column_append_str(s->meta[c], rec->sequence_number); break;
            }
}

static void new_meta(kinesis_source *s) {
    for (int c = 0; c < s->base.schema->n; c++)
        if (s->cfg->from_metadata[c] >= 0)
            s->meta[c] = fl_column_new(s->base.schema->fields[c].type, s->base.ctx->batch_rows);
}

static void free_meta(kinesis_source *s) {
    for (int c = 0; s->meta != NULL && c < s->base.schema->n; c++) {
        fl_column_unref(s->meta[c]);
        s->meta[c] = NULL;
    }
}

/* Decodes until the builder is full or the answer's end; one record only if some rows of it were given before. *last:
 * rows of the last record taken. */
static int decode(kinesis_source *s, reader *r, int *last, fl_error *err) {
    kinesis_answer *a = records(r);
    while (r->at < a->n && !fl_builder_full(&s->builder)) {
        const kinesis_record *rec = &a->records[r->at];
        int before = s->builder.n;
        if (s->decoder->message(s->decoder, rec->data, r->data, &s->builder, err) < 0)
            return fl_error_prefix(err, FL_AT_KINESIS_SOURCE_RECORD, s->cfg->stream, r->id, (int)rec->sequence_number.n,
                                   rec->sequence_number.p);
        *last = s->builder.n - before;
        append_meta(s, r, rec, *last);
        r->at++;
        if (r->skip > 0) break;
    }
    fl_metric_add(&s->base.metrics->bad_records, s->decoder->bad_records - s->bad_records);
    s->bad_records = s->decoder->bad_records;
    return 0;
}

/* Decoded columns and metadata, in the order of the plan. Without columns of the record there is nothing to take. */
static fl_batch *compose(kinesis_source *s, const reader *r) {
    int n = s->builder.n;
    fl_batch *decoded = fl_builder_take(&s->builder), *b;
    if (decoded == NULL) return NULL;
    b = fl_batch_new(s->base.schema->n, n);
    b->split = r->split;
    for (int c = 0; c < s->base.schema->n; c++) {
        if (s->meta[c] != NULL) {
            b->cols[c] = s->meta[c];
            s->meta[c] = NULL;
        } else {
            b->cols[c] = fl_column_ref(decoded->cols[s->cfg->from_record[c]]);
        }
    }
    b->kinds = decoded->kinds;
    decoded->kinds = NULL;
    fl_batch_unref(decoded);
    new_meta(s);
    return b;
}

/* All records before r->at have been given. */
static void given(reader *r) {
    const kinesis_answer *a = records(r);
    const kinesis_record *last = &a->records[r->at - 1], *next = last + 1;
    bool more = last->n_sub > 0 && r->at < a->n && fl_str_eq(next->sequence_number, last->sequence_number);
    set_record(&r->pos, last->sequence_number, !more, more ? (uint32_t)next->sub : 0, 0);
}

/* The next rows of s->rest; what remains of it are rows of one record only. */
static fl_batch *give_rest(kinesis_source *s, reader *r) {
    int n = FL_MIN(s->rest->n - s->rest_at, s->base.ctx->batch_rows);
    fl_batch *b = fl_batch_slice(s->rest, s->rest_at, n);
    s->rest_at += n;
    if (s->rest_at < s->rest->n) {
        const kinesis_record *last = &records(r)->records[r->at - 1];
        set_record(&r->pos, last->sequence_number, false, (uint32_t)last->sub, (uint32_t)(s->rest_given + s->rest_at));
        return b;
    }
    fl_batch_unref(s->rest);
    s->rest = NULL;
    given(r);
    return b;
}

/* A batch of the shard's answer, NULL if its records make no rows. */
static int give(kinesis_source *s, reader *r, fl_batch **out, fl_error *err) {
    int last = 0, most = s->base.ctx->batch_rows;
    *out = NULL;
    FL_TRY(decode(s, r, &last, err));
    fl_batch *b = compose(s, r);
    if (b != NULL && r->skip > 0) {
        int drop = (int)FL_MIN((uint32_t)b->n, r->skip);
        fl_batch *rest = fl_batch_slice(b, drop, b->n - drop);
        fl_batch_unref(b);
        b = rest;
    }
    r->skip = 0;
    if (b == NULL || b->n <= most) {
        given(r);
        *out = b;
        return 0;
    }
    s->rest = b;
    s->rest_at = 0;
    s->rest_given = last - b->n;
    *out = give_rest(s, r);
    return 0;
}

/* The next batch of the next shard that has records in hand; false: none has. */
static int give_rows(kinesis_source *s, fl_batch **out, fl_error *err) {
    if (s->rest != NULL) {
        *out = give_rest(s, s->readers[s->turn]);
        return true;
    }
    for (int k = 1; k <= s->n_readers; k++) {
        int i = (s->turn + k) % s->n_readers;
        reader *r = s->readers[i];
        if (r == NULL || r->state != FULL) continue;
        if (r->at == records(r)->n) continue;
        s->turn = i;
        FL_TRY(give(s, r, out, err));
        if (*out == NULL) {
            *out = fl_batch_new(s->base.schema->n, 0);
            for (int c = 0; c < s->base.schema->n; c++)
                (*out)->cols[c] = fl_column_new(s->base.schema->fields[c].type, 0);
        }
        return true;
    }
    return false;
}

/* ---- the source ---- */

static int kinesis_open(fl_source *base, fl_error *err) {
    kinesis_source *s = (kinesis_source *)base;
    const kinesis_source_config *cfg = s->cfg = base->plan->scan.config;
    fl_buf who;
    s->splits.idle_ms = cfg->shard_idle_ms;
    s->durable = base->ctx->checkpointed ? INT64_MIN : INT64_MAX;
    base->splits = &s->splits;
    s->meta = fl_calloc((size_t)base->schema->n, sizeof *s->meta);
    fl_buf_init(&s->request);
    fl_builder_init(&s->builder, &cfg->record, base->ctx->batch_rows);
    new_meta(s);
    fl_buf_init(&who);
    fl_buf_puts(&who, cfg->stream_arn != NULL ? "\"StreamARN\":" : "\"StreamName\":");
    kinesis_put_text(&who, fl_str_from(cfg->stream_arn != NULL ? cfg->stream_arn : cfg->stream));
    s->who = fl_buf_finish(&who, base->ctx->arena);
    s->family = kinesis_family_open(base->plan);
    FL_TRY(cfg->format.format->decoder(&cfg->format, &s->decoder, err));
    FL_TRY(fl_http_get(base->ctx->pf, &s->http, err));
    return fl_aws_open(&cfg->aws, base->ctx, &s->aws, err);
}

static int kinesis_poll(fl_source *base, fl_batch **out, fl_error *err) {
    kinesis_source *s = (kinesis_source *)base;
    FL_TRY(take_answers(s, err)); /* and sends what was started last time */
    int64_t next = start_calls(s, fl_now_ms(base->ctx->pf));
    int rc = give_rows(s, out, err);
    if (rc != 0) return rc < 0 ? rc : FL_POLL_BATCH;
    base->wake_ms = FL_MIN(next, fl_aws_due_ms(s->aws));
    return FL_POLL_IDLE;
}

static void put_position(fl_buf *out, const char *id, const position *p) {
    fl_buf_put_bytes(out, id, strlen(id));
    fl_buf_put_u8(out, (uint8_t)p->from);
    fl_buf_put_i64(out, p->time_ms);
    fl_buf_put_bytes(out, p->number.p, p->from == FROM_RECORD ? p->number.n : 0);
    fl_buf_put_u8(out, p->whole);
    fl_buf_put_u32(out, p->subs);
    fl_buf_put_u32(out, p->rows);
}

/* Version; whether all shards that there were then are accounted for; whether this is first-hand; positions. */
static int kinesis_snapshot(fl_source *base, fl_buf *out, fl_error *err) {
    (void)err;
    kinesis_source *s = (kinesis_source *)base;
    if (s->first_checkpoint == 0) s->first_checkpoint = base->checkpoint;
    fl_buf_put_u8(out, POSITIONS);
    fl_buf_put_u8(out, s->listed || (s->restored && !s->partial));
    fl_buf_put_u8(out, s->listed);
    for (int i = 0; i < s->n_readers; i++)
        if (s->readers[i] != NULL) put_position(out, s->readers[i]->id, &s->readers[i]->pos);
    for (int i = 0; i < s->n_pasts; i++) put_position(out, s->pasts[i].id, &s->pasts[i].pos);
    return 0;
}

static bool has_past(const kinesis_source *s, fl_str id) {
    for (int i = 0; i < s->n_pasts; i++)
        if (fl_str_is(id, s->pasts[i].id)) return true;
    return false;
}

static void add_past(kinesis_source *s, fl_str id, const position *pos) {
    if (has_past(s, id)) return;
    if (s->n_pasts == s->cap_pasts) {
        s->cap_pasts = FL_MAX(2 * s->cap_pasts, 16);
        s->pasts = fl_realloc(s->pasts, sizeof *s->pasts * (size_t)s->cap_pasts);
    }
    past *p = &s->pasts[s->n_pasts++];
    *p = (past){.id = fl_strndup(id.p, id.n)};
    position_copy(&p->pos, pos);
    if (pos->from == FROM_END) kinesis_family_end(s->family, id, s->base.ctx->subtask, INT64_MIN);
}

/* What one subtask of then knew, if it is first-hand or not. */
static bool restore_one(kinesis_source *s, fl_str own, bool first_hand) {
    fl_reader in = fl_reader_make(own.p, own.n);
    if (fl_read_u8(&in) != POSITIONS) return false;
    if (!fl_read_u8(&in)) s->partial = true;
    if (fl_read_u8(&in) != first_hand) return !in.bad;
    while (in.p < in.end && !in.bad) {
        fl_str id = fl_read_bytes(&in);
        position pos = {.from = (from)fl_read_u8(&in)};
        pos.time_ms = fl_read_i64(&in);
        fl_str number = fl_read_bytes(&in);
        pos.number = (fl_buf){.p = (char *)(uintptr_t)number.p, .n = number.n}; /* only to be copied */
        pos.whole = fl_read_u8(&in);
        pos.subs = fl_read_u32(&in);
        pos.rows = fl_read_u32(&in);
        if (in.bad || pos.from > FROM_END || id.n == 0) return false;
        add_past(s, id, &pos);
    }
    return !in.bad;
}

static int kinesis_restore(fl_source *base, const fl_str *own, int n, fl_error *err) {
    kinesis_source *s = (kinesis_source *)base;
    s->restored = true;
    for (int hand = 1; hand >= 0; hand--)
        for (int i = 0; i < n; i++)
            if (!restore_one(s, own[i], hand)) return fl_fail(err, FL_ERR_KINESIS_SOURCE_POSITION);
    return 0;
}

/* The one that was restored is told of, too, and says nothing about this run. */
static int kinesis_commit(fl_source *base, int64_t checkpoint, fl_error *err) {
    (void)err;
    kinesis_source *s = (kinesis_source *)base;
    if (s->first_checkpoint > 0 && checkpoint >= s->first_checkpoint) s->durable = FL_MAX(s->durable, checkpoint);
    return 0;
}

static void kinesis_close(fl_source *base) {
    kinesis_source *s = (kinesis_source *)base;
    for (int i = 0; i < s->n_readers; i++) free_reader(s, s->readers[i]);
    free(s->readers);
    free_pasts(s);
    fl_batch_unref(s->rest);
    if (s->decoder != NULL) s->decoder->free(s->decoder);
    if (s->meta != NULL) fl_builder_deinit(&s->builder);
    free_meta(s);
    free(s->meta);
    fl_aws_close(s->aws);
    kinesis_family_close(s->family);
    kinesis_shards_deinit(&s->shards);
    kinesis_shard_page_deinit(&s->page);
    fl_splits_deinit(&s->splits);
    fl_buf_deinit(&s->request);
}

const fl_source_type fl_kinesis_source = {
    .name = "kinesis",
    .size = sizeof(kinesis_source),
    .may_block = true, /* asking for credentials; nothing else */
    .open = kinesis_open,
    .poll = kinesis_poll,
    .snapshot = kinesis_snapshot,
    .restore = kinesis_restore,
    .commit = kinesis_commit,
    .close = kinesis_close,
};
