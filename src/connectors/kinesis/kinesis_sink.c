/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_sink.c -- rows to a Kinesis stream (PutRecords) or a Firehose delivery stream (PutRecordBatch).
 *
 * What:       a row becomes a piece of a request's body at once, {"Data":"…base64…","PartitionKey":"…"}, and waits in a
 *             lane for others to go with it. A request is made of pieces of one or several lanes.
 * Interface:  fl_kinesis_sink.
 *
 *     rows ──► lane 0  ▒▒▒▒▒▒        idle: may be sent ──┐
 *              lane 1  ▒▒            idle ───────────────┼──► request of up to 500 records, 5 MiB ──► fl_aws_call
 *              lane 2  ▒▒▒▒          busy: has records   │          ▲                                     │
 *              …                     in a request        ┘          └──── refused records, alone ◄── answer
 *              lane 63
 *
 * Order:      the hash of its partition key says which lane a row belongs to. While records of a lane are on their way
 *             and not known to be stored, no other record of the lane is sent: so the records of a key are stored in
 *             their order, whatever is refused, lost or repeated, without a list of keys. With little to do one request
 *             takes all lanes; the more lanes fill up while it is on its way, the more requests run side by side.
 *             Records without a key of their own (random keys, Firehose) have one lane that is never busy.
 * Refused:    what a service refuses of a request is sent again as a request of its own after a pause, and keeps its
 *             lanes busy; lanes of which all is stored are free. A stream may store a record and refuse one of the
 *             same key before it: then the later one is sent again, too, behind the earlier one, so that whoever reads
 *             sees them in order at the end. What is throttled is refused from some record on, so that is rare.
 * At least once: prepare waits until everything is stored, so nothing is in a checkpoint. Records sent after the last
 *             checkpoint come again after a restore. As in Flink.
 * Backpressure: write waits while too many records, bytes or requests are pending. It has a thread of its own.
 * Invariants: (1) ready_records and ready_bytes are the sums over idle lanes; waiting_* over all.  (2) a lane is in at
 *             most one request, and busy while it is.  (3) a piece ends with a comma.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "base/hash.h"
#include "connectors/kinesis/kinesis_int.h"
#include "data/text.h"
#include "messages/kinesis_sink.h"

enum {
    LANES = 64,
    POLL_MS = 20,                 /* how late an answer is seen while no rows come */
    KEY_UNITS_MAX = 256,          /* characters of a partition key, as Java counts them */
    WAITING_BYTES_MAX = 64 << 20, /* with more the job waits, however few records that are */
    UNREADABLE_MAX = 20,          /* answers in a row that make no sense */
    NOTE_AFTER_MS = 10 * 1000,    /* of refusing */
};

/* Pauses before what was refused is sent again. */
static const fl_aws_retry refused_retry = {.base_ms = 50, .max_ms = 5000, .factor = 2};

/* One record as it stands in a body. */
typedef struct piece {
    uint32_t size;    /* in the body, with its comma */
    uint32_t payload; /* bytes that the service counts: data and key */
    uint64_t key;     /* hash of the partition key */
} piece;

typedef struct run {
    fl_buf bytes;
    piece *pieces; /* owned */
    int n, cap;
} run;

typedef struct lane {
    run waiting;
    int first;         /* pieces before it have been sent … */
    size_t first_byte; /* … with these bytes */
    int64_t payload;   /* of those that wait */
    bool busy;
    int64_t since_ms; /* no waiting piece is older */
} lane;

typedef struct request {
    run sent;       /* bytes: the whole body; the pieces stand behind `head` */
    uint64_t lanes; /* bits */
    int attempts;   /* that were refused in part */
    int unreadable; /* answers in a row */
    int64_t since_ms;
    bool noted, used;
} request;

typedef struct kinesis_sink {
    fl_sink base;
    const kinesis_sink_config *cfg;
    fl_aws *aws;
    fl_encoder *encoder;
    const char *target, *operation;
    fl_str head; /* of each body: {"StreamName":"…","Records":[ */
    fl_aws_retry retry;
    int n_lanes;  /* 1 or LANES */
    bool ordered; /* a lane is busy while it has records in a request */
    uint64_t random_at;
    uint64_t random_seed;
    fl_str fixed_key;
    /* what changes */
    lane lanes[LANES];
    int next_lane;     /* the next request begins there */
    request *requests; /* owned; by tag */
    int n_requests, cap_requests;
    int n_in_flight;
    int64_t ready_records, ready_bytes, waiting_records, waiting_bytes;
    fl_buf record, key; /* of the row in hand */
    uint64_t key_hash;
    uint8_t *refused; /* owned: by record of an answer */
} kinesis_sink;

/* ---- opening, closing ---- */

static void run_deinit(run *r) {
    fl_buf_deinit(&r->bytes);
    free(r->pieces);
}

static int sink_open(fl_sink *base, fl_error *err) {
    kinesis_sink *s = (kinesis_sink *)base;
    const kinesis_sink_config *cfg = s->cfg = base->plan->config;
    fl_task_ctx *ctx = base->ctx;
    s->operation = cfg->firehose ? "PutRecordBatch" : "PutRecords";
    s->target = cfg->firehose ? "Firehose_20150804.PutRecordBatch" : "Kinesis_20131202.PutRecords";
    s->ordered = cfg->partitioner == KINESIS_BY_FIELDS || cfg->partitioner == KINESIS_FIXED;
    s->n_lanes = cfg->partitioner == KINESIS_BY_FIELDS ? LANES : 1;
    s->retry = (fl_aws_retry){.attempts = cfg->fail_on_error ? 5 : 0, .base_ms = 100, .max_ms = 10000, .factor = 2};
    s->random_seed = fl_random_u64(ctx->pf);
    s->fixed_key = fl_str_from(fl_arena_printf(ctx->arena, "%d", ctx->subtask));
    s->refused = fl_malloc((size_t)cfg->batch_records);
    fl_buf head;
    fl_buf_init(&head);
    fl_buf_puts(&head, cfg->firehose     ? "{\"DeliveryStreamName\":"
                       : cfg->stream_arn ? "{\"StreamARN\":"
                                         : "{\"StreamName\":");
    kinesis_put_text(&head, fl_str_from(cfg->stream_arn != NULL ? cfg->stream_arn : cfg->stream));
    fl_buf_puts(&head, ",\"Records\":[");
    s->head.n = head.n;
    s->head.p = fl_buf_finish(&head, ctx->arena);
    FL_TRY(cfg->format.format->encoder(&cfg->format, &s->encoder, err));
    return fl_aws_open(&cfg->aws, ctx, &s->aws, err);
}

static void sink_close(fl_sink *base) {
    kinesis_sink *s = (kinesis_sink *)base;
    fl_aws_close(s->aws);
    if (s->encoder != NULL) s->encoder->free(s->encoder);
    for (int i = 0; i < LANES; i++) run_deinit(&s->lanes[i].waiting);
    for (int i = 0; i < s->n_requests; i++) run_deinit(&s->requests[i].sent);
    free(s->requests);
    free(s->refused);
    fl_buf_deinit(&s->record);
    fl_buf_deinit(&s->key);
}

/* ---- a row becomes a piece ---- */

/* Cuts to the length that Kinesis allows, counted in UTF-16. */
static void cut_key(fl_buf *key) {
    const char *p = key->p, *end = key->p + key->n;
    if (key->n <= KEY_UNITS_MAX) return;
    for (int units = 0; p < end;) {
        uint32_t cp;
        int n = fl_utf8_decode(p, end, &cp);
        units += cp >= 0x10000 ? 2 : 1;
        if (units > KEY_UNITS_MAX) break;
        p += n;
    }
    key->n = (size_t)(p - key->p);
}

static void put_value(fl_buf *key, const fl_column *c, int i) {
    if (fl_column_is_null(c, i))
        fl_buf_puts(key, "null"); /* as Java joins it */
    else
        fl_text_java(key, c, i);
}

/* The key of a row, into s->key. */
static int make_key(kinesis_sink *s, const fl_batch *b, int row, fl_error *err) {
    static const char hex[] = "0123456789abcdef";
    const kinesis_sink_config *cfg = s->cfg;
    fl_buf_reset(&s->key);
    switch (cfg->partitioner) {
    case KINESIS_KEYLESS: return 0;
    case KINESIS_FIXED: fl_buf_put_str(&s->key, s->fixed_key); return 0;
    case KINESIS_RANDOM: {
        uint64_t x = fl_splitmix(s->random_seed + FL_SPLITMIX_STEP * ++s->random_at);
        char *to = fl_buf_reserve(&s->key, 16);
        for (int i = 0; i < 16; i++, x >>= 4) to[i] = hex[x & 15];
        s->key.n = 16;
        return 0;
    }
    case KINESIS_BY_FIELDS: break;
    }
    for (int i = 0; i < cfg->n_key; i++) {
        if (i > 0) fl_buf_puts(&s->key, cfg->delimiter);
        if (cfg->key[i].text != NULL)
            fl_buf_puts(&s->key, cfg->key[i].text);
        else
            put_value(&s->key, b->cols[cfg->key[i].column], row);
    }
    cut_key(&s->key);
    if (s->key.n == 0) return fl_fail(err, FL_ERR_KINESIS_SINK_KEY_EMPTY, cfg->stream);
    return 0;
}

static void push_piece(run *r, piece p) {
    if (r->n == r->cap) {
        r->cap = r->cap > 0 ? 2 * r->cap : 64;
        r->pieces = fl_realloc(r->pieces, sizeof *r->pieces * (size_t)r->cap);
    }
    r->pieces[r->n++] = p;
}

static int add_row(kinesis_sink *s, const fl_batch *b, int row, int64_t now_ms, fl_error *err) {
    const kinesis_sink_config *cfg = s->cfg;
    fl_buf_reset(&s->record);
    FL_TRY(s->encoder->message(s->encoder, b, row, &s->record, err));
    FL_TRY(make_key(s, b, row, err));
    size_t payload = s->record.n + s->key.n;
    if (payload > (size_t)cfg->record_bytes)
        return fl_fail(err, FL_ERR_KINESIS_SINK_RECORD_SIZE, payload, (long long)cfg->record_bytes, cfg->stream);
    uint64_t hash = fl_hash_bytes(s->key.p, s->key.n);
    lane *l = &s->lanes[hash % (uint64_t)s->n_lanes];
    fl_buf *out = &l->waiting.bytes;
    size_t from = out->n;
    fl_buf_put(out, "{\"Data\":\"", 9);
    fl_base64_put(out, fl_str_make(s->record.p, s->record.n));
    if (cfg->partitioner == KINESIS_KEYLESS) {
        fl_buf_put(out, "\"},", 3);
    } else {
        fl_buf_put(out, "\",\"PartitionKey\":", 17);
        kinesis_put_text(out, fl_str_make(s->key.p, s->key.n));
        fl_buf_put(out, "},", 2);
    }
    if (l->waiting.n == l->first) l->since_ms = now_ms;
    push_piece(&l->waiting, (piece){(uint32_t)(out->n - from), (uint32_t)payload, hash});
    l->payload += (int64_t)payload;
    s->waiting_records++;
    s->waiting_bytes += (int64_t)payload;
    if (!l->busy) {
        s->ready_records++;
        s->ready_bytes += (int64_t)payload;
    }
    return 0;
}

/* ---- requests ---- */

static void set_busy(kinesis_sink *s, lane *l, bool busy) {
    int64_t sign = busy ? -1 : 1;
    fl_assert(l->busy != busy);
    l->busy = busy;
    s->ready_records += sign * (l->waiting.n - l->first);
    s->ready_bytes += sign * l->payload;
}

/* A free place. */
static int new_request(kinesis_sink *s) {
    for (int i = 0; i < s->n_requests; i++)
        if (!s->requests[i].used) return i;
    if (s->n_requests == s->cap_requests) {
        int cap = s->cap_requests > 0 ? 2 * s->cap_requests : 16;
        s->requests = fl_realloc(s->requests, sizeof *s->requests * (size_t)cap);
        memset(s->requests + s->cap_requests, 0, sizeof *s->requests * (size_t)(cap - s->cap_requests));
        s->cap_requests = cap;
    }
    return s->n_requests++;
}

/* Moves pieces from the front of a lane into a request, as many as fit. */
static void take_pieces(kinesis_sink *s, lane *l, request *r, int64_t *payload) {
    const kinesis_sink_config *cfg = s->cfg;
    int from = l->first;
    size_t bytes = 0;
    int64_t taken = 0;
    for (; l->first < l->waiting.n && r->sent.n < cfg->batch_records; l->first++) {
        const piece *p = &l->waiting.pieces[l->first];
        if (r->sent.n > 0 && *payload + taken + p->payload > cfg->batch_bytes) break;
        push_piece(&r->sent, *p);
        taken += p->payload;
        bytes += p->size;
    }
    fl_buf_put(&r->sent.bytes, l->waiting.bytes.p + l->first_byte, bytes);
    l->first_byte += bytes;
    l->payload -= taken;
    *payload += taken;
    s->waiting_records -= l->first - from;
    s->waiting_bytes -= taken;
    s->ready_records -= l->first - from;
    s->ready_bytes -= taken;
    if (l->first == l->waiting.n) { /* all gone: begin anew */
        l->first = l->waiting.n = 0;
        l->first_byte = l->waiting.bytes.n = 0;
    } else if (l->first_byte > l->waiting.bytes.n / 2) {
        int left = l->waiting.n - l->first;
        memmove(l->waiting.pieces, l->waiting.pieces + l->first, sizeof(piece) * (size_t)left);
        memmove(l->waiting.bytes.p, l->waiting.bytes.p + l->first_byte, l->waiting.bytes.n - l->first_byte);
        l->waiting.n = left;
        l->waiting.bytes.n -= l->first_byte;
        l->first = 0;
        l->first_byte = 0;
    }
}

/* The body without its last comma goes out. */
static void call(kinesis_sink *s, int i, int64_t not_before_ms) {
    request *r = &s->requests[i];
    r->sent.bytes.n--;
    fl_buf_put(&r->sent.bytes, "]}", 2);
    fl_aws_call(s->aws, s->target, fl_str_make(r->sent.bytes.p, r->sent.bytes.n), (uint64_t)i, &s->retry,
                not_before_ms);
}

/* A request of what is ready: from as few lanes as fill it. */
static void send_request(kinesis_sink *s, int64_t now_ms) {
    int i = new_request(s);
    request *r = &s->requests[i];
    run sent = r->sent;
    int64_t payload = 0;
    sent.n = 0;
    *r = (request){.sent = sent, .used = true, .since_ms = now_ms};
    fl_buf_reset(&r->sent.bytes);
    fl_buf_put_str(&r->sent.bytes, s->head);
    for (int k = 0; k < s->n_lanes && r->sent.n < s->cfg->batch_records; k++) {
        int at = (s->next_lane + k) % s->n_lanes, before = r->sent.n;
        lane *l = &s->lanes[at];
        if (l->busy || l->first == l->waiting.n) continue;
        take_pieces(s, l, r, &payload);
        if (r->sent.n == before) break; /* full by bytes */
        r->lanes |= (uint64_t)1 << at;
        if (s->ordered) set_busy(s, l, true);
    }
    s->next_lane = (s->next_lane + 1) % s->n_lanes;
    s->n_in_flight++;
    call(s, i, 0);
}

/* When a record that may be sent will have waited long enough; INT64_MAX: none may be. */
static int64_t flush_due_ms(const kinesis_sink *s) {
    int64_t since = INT64_MAX - s->cfg->flush_ms;
    if (s->ready_records > 0 && s->n_in_flight < s->cfg->max_in_flight)
        for (int i = 0; i < s->n_lanes; i++) {
            const lane *l = &s->lanes[i];
            if (!l->busy && l->waiting.n > l->first) since = FL_MIN(since, l->since_ms);
        }
    return since + s->cfg->flush_ms;
}

/* A whole batch may be sent. */
static bool has_batch(const kinesis_sink *s) {
    const kinesis_sink_config *cfg = s->cfg;
    return s->n_in_flight < cfg->max_in_flight &&
           (s->ready_records >= cfg->batch_records || s->ready_bytes >= cfg->batch_bytes);
}

/* Sends whole batches; with `all` what is left, too. */
static void send_ready(kinesis_sink *s, bool all, int64_t now_ms) {
    while (has_batch(s) || (all && s->ready_records > 0 && s->n_in_flight < s->cfg->max_in_flight))
        send_request(s, now_ms);
}

/* ---- answers ---- */

/* Reads which records of an answer were refused: refused[i] for each of the n sent. The number of them; -1: it is no
 * such answer. *why: the last reason, not terminated. */
/* Nothing of a lane is on its way any more. */
static void free_lanes(kinesis_sink *s, uint64_t lanes) {
    for (int i = 0; s->ordered && i < s->n_lanes; i++)
        if (lanes >> i & 1) set_busy(s, &s->lanes[i], false);
}

static void note_refused(kinesis_sink *s, request *r, fl_str why, int64_t now_ms) {
    fl_task_ctx *ctx = s->base.ctx;
    if (r->noted || ctx->note == NULL || now_ms - r->since_ms < NOTE_AFTER_MS) return;
    r->noted = true;
    ctx->note(ctx->note_arg,
              fl_arena_printf(ctx->scratch,
                              "'%s' has been refusing %d records for %lld s, they are sent again: \"%.*s\"",
                              s->cfg->stream, r->sent.n, (long long)(now_ms - r->since_ms) / 1000, (int)why.n, why.p));
}

/* A set of keys, as a table of hashes with open addresses; 0 stands for none. */
typedef struct key_set {
    uint64_t slots[1024]; /* more than twice as many as a request has records */
} key_set;

static bool add_key(key_set *k, uint64_t key, bool add) {
    uint64_t x = key | 1;
    for (uint64_t i = x >> 20;; i++) {
        uint64_t *slot = &k->slots[i % FL_ARRAY_LEN(k->slots)];
        if (*slot == x) return true;
        if (*slot != 0) continue;
        if (add) *slot = x;
        return false;
    }
}

/* Keeps what was refused, and behind it what has the same key. */
static void keep_refused(kinesis_sink *s, request *r) {
    key_set keys = {0};
    uint64_t lanes = 0;
    size_t from = s->head.n, to = s->head.n;
    int kept = 0;
    r->sent.bytes.p[r->sent.bytes.n - 2] = ','; /* as it was before the end was put there */
    for (int i = 0; i < r->sent.n; i++) {
        piece p = r->sent.pieces[i];
        bool again = s->refused[i] || (s->ordered && add_key(&keys, p.key, false));
        if (again) {
            add_key(&keys, p.key, true);
            memmove(r->sent.bytes.p + to, r->sent.bytes.p + from, p.size);
            to += p.size;
            r->sent.pieces[kept++] = p;
            lanes |= (uint64_t)1 << p.key % (uint64_t)s->n_lanes;
        }
        from += p.size;
    }
    r->sent.n = kept;
    r->sent.bytes.n = to;
    free_lanes(s, r->lanes & ~lanes);
    r->lanes = lanes;
}

static int refused_for_good(kinesis_sink *s, const request *r, int n, fl_str why, fl_error *err) {
    fl_fail(err, FL_ERR_KINESIS_SINK_REFUSED, s->cfg->stream, n, r->sent.n, (int)FL_MIN(why.n, (size_t)300), why.p);
    err->retriable = true;
    return err->code;
}

static int take_answer(kinesis_sink *s, const fl_aws_answer *a, fl_error *err) {
    int i = (int)a->tag;
    request *r = &s->requests[i];
    int64_t now = fl_now_ms(s->base.ctx->pf);
    fl_str why = {"", 0};
    if (!a->ok) {
        fl_aws_fail(s->aws, s->operation, s->cfg->stream, a, err);
        return s->cfg->fail_on_error ? fl_error_prefix(err, FL_AT_KINESIS_SINK_REFUSED) : err->code;
    }
    fl_error unread;
    int n = kinesis_refused_read(a->raw.body, a->body.n, s->cfg->firehose, r->sent.n, s->refused, &why, &unread);
    if (n == 0) {
        free_lanes(s, r->lanes);
        r->used = false;
        s->n_in_flight--;
        return 0;
    }
    if (n > 0 && s->cfg->fail_on_error) return refused_for_good(s, r, n, why, err);
    if (n < 0) { /* who knows what is stored: all of it once more */
        if (++r->unreadable > UNREADABLE_MAX)
            return fl_fail(err, FL_ERR_KINESIS_SINK_ANSWER, s->cfg->aws.endpoint, s->operation, s->cfg->stream);
        memset(s->refused, 1, (size_t)r->sent.n);
    } else {
        r->unreadable = 0;
        note_refused(s, r, why, now);
    }
    keep_refused(s, r);
    call(s, i, now + fl_aws_pause_ms(s->base.ctx->pf, &refused_retry, ++r->attempts));
    return 0;
}

static int take_answers(kinesis_sink *s, fl_error *err) {
    fl_aws_answer a;
    int rc;
    while ((rc = fl_aws_take(s->aws, &a, err)) > 0) {
        rc = take_answer(s, &a, err);
        fl_aws_answer_free(s->aws, &a);
        FL_TRY(rc);
    }
    return rc;
}

/* One round: takes what has come, sends what is due. */
static int turn(kinesis_sink *s, bool all, fl_error *err) {
    FL_TRY(take_answers(s, err));
    int64_t now = fl_now_ms(s->base.ctx->pf);
    send_ready(s, all || flush_due_ms(s) <= now, now);
    return take_answers(s, err); /* also sends */
}

static void set_timer(kinesis_sink *s) {
    int64_t now = fl_now_ms(s->base.ctx->pf), due = flush_due_ms(s);
    if (s->n_in_flight > 0) due = FL_MIN(due, FL_MIN(fl_aws_due_ms(s->aws), now + POLL_MS));
    s->base.timer_ms = due;
}

/* ---- hooks ---- */

static bool is_full(const kinesis_sink *s) {
    return s->waiting_records >= s->cfg->max_buffered || s->waiting_bytes >= WAITING_BYTES_MAX;
}

/* Waits for an answer, or until something can be sent. */
static int wait_turn(kinesis_sink *s, bool all, fl_error *err) {
    FL_TRY(fl_aws_wait(s->aws, flush_due_ms(s), err));
    return turn(s, all, err);
}

static int sink_write(fl_sink *base, fl_batch *b, fl_error *err) {
    kinesis_sink *s = (kinesis_sink *)base;
    int64_t now = fl_now_ms(base->ctx->pf);
    for (int k = 0; k < b->n_sel; k++) {
        FL_TRY(add_row(s, b, fl_batch_row(b, k), now, err));
        if (has_batch(s)) FL_TRY(turn(s, false, err));
        while (is_full(s)) {
            FL_TRY(wait_turn(s, false, err));
            now = fl_now_ms(base->ctx->pf);
        }
    }
    FL_TRY(turn(s, false, err));
    set_timer(s);
    return 0;
}

static int sink_timer(fl_sink *base, int64_t now_ms, fl_error *err) {
    (void)now_ms;
    kinesis_sink *s = (kinesis_sink *)base;
    FL_TRY(turn(s, false, err));
    set_timer(s);
    return 0;
}

/* Everything is sent, and known to be stored. */
static int drain(kinesis_sink *s, fl_error *err) {
    FL_TRY(turn(s, true, err));
    while (s->waiting_records > 0 || s->n_in_flight > 0) FL_TRY(wait_turn(s, true, err));
    set_timer(s);
    return 0;
}

static int sink_prepare(fl_sink *base, int64_t checkpoint, fl_buf *out, fl_error *err) {
    (void)checkpoint, (void)out;
    return drain((kinesis_sink *)base, err);
}

static int sink_finish(fl_sink *base, fl_error *err) { return drain((kinesis_sink *)base, err); }

/* What is stored cannot be taken back, and nothing else is kept. */
static int sink_commit(fl_sink *s, int64_t checkpoint, fl_error *err) {
    (void)s, (void)checkpoint, (void)err;
    return 0;
}

static int sink_restore(fl_sink *s, const fl_str *own, int n, fl_error *err) {
    (void)s, (void)own, (void)n, (void)err;
    return 0;
}

const fl_sink_type fl_kinesis_sink = {
    .name = "kinesis",
    .size = sizeof(kinesis_sink),
    .may_block = true, /* write waits while too much is pending, prepare until all is stored */
    .open = sink_open,
    .write = sink_write,
    .timer = sink_timer,
    .prepare = sink_prepare,
    .commit = sink_commit,
    .restore = sink_restore,
    .finish = sink_finish,
    .close = sink_close,
};
