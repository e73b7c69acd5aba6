/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler.c -- queues of runnable tasks, and the threads that serve them.
 *
 * A task is IDLE, QUEUED, RUNNING, or RUNNING and woken meanwhile. Only the thread that runs it moves it out of
 * RUNNING; anybody may wake it. So a task is in a queue at most once and on one thread at a time, and no wake-up is
 * lost.
 */
#include "runtime/scheduler.h"

#include <stdio.h>
#include <stdlib.h>

enum { IDLE, QUEUED, RUNNING, RUNNING_WOKEN };

/* Tasks that share threads. */
typedef struct fl_queue {
    fl_sched *sched;
    fl_mutex lock; /* protects all below and due_ms of its tasks; taken alone */
    fl_cond changed;
    fl_task **ready; /* ring */
    int head, n_ready;
    fl_task **tasks; /* all that belong here */
    int n_tasks;
    bool stop;
} fl_queue;

struct fl_sched {
    fl_platform *pf;
    fl_queue *queues;
    int n_queues;
    fl_thread *threads;
    int n_threads;
};

static void enqueue(fl_queue *q, fl_task *t) {
    q->ready[(q->head + q->n_ready++) % q->n_tasks] = t;
    fl_cond_signal(&q->changed);
}

void fl_sched_wake(fl_task *t) {
    fl_queue *q = atomic_load(&t->queue);
    if (q == NULL) return; /* still being built: all tasks are queued at the start */
    int state = atomic_load(&t->sched_state);
    for (;;) {
        int next = state == IDLE ? QUEUED : state == RUNNING ? RUNNING_WOKEN : state;
        if (next == state) return;
        if (atomic_compare_exchange_weak(&t->sched_state, &state, next)) {
            if (next != QUEUED) return;
            fl_mutex_lock(&q->lock);
            enqueue(q, t);
            fl_mutex_unlock(&q->lock);
            return;
        }
    }
}

/* Takes the task out of RUNNING. The queue is locked. */
static void put_back(fl_queue *q, fl_task *t, int turn) {
    int running = RUNNING;
    t->due_ms = INT64_MAX;
    if (turn == FL_TURN_WAIT) {
        t->due_ms = t->wake_ms;
        if (atomic_compare_exchange_strong(&t->sched_state, &running, IDLE)) return;
    }
    if (turn < 0) { /* failed: it never runs again */
        t->due_ms = INT64_MAX;
        return;
    }
    atomic_store(&t->sched_state, QUEUED);
    enqueue(q, t);
}

/* Queues tasks whose time has come; gives the time of the next. The queue is locked. */
static int64_t run_timers(fl_queue *q, int64_t now_ms) {
    int64_t next = INT64_MAX;
    for (int i = 0; i < q->n_tasks; i++) {
        fl_task *t = q->tasks[i];
        int idle = IDLE;
        if (t->due_ms > now_ms) {
            next = FL_MIN(next, t->due_ms);
            continue;
        }
        t->due_ms = INT64_MAX;
        if (atomic_compare_exchange_strong(&t->sched_state, &idle, QUEUED)) enqueue(q, t);
    }
    return next;
}

static fl_task *dequeue(fl_queue *q) {
    fl_task *t = q->ready[q->head];
    q->head = (q->head + 1) % q->n_tasks;
    q->n_ready--;
    atomic_store(&t->sched_state, RUNNING);
    return t;
}

static void *serve(void *arg) {
    fl_queue *q = arg;
    fl_platform *pf = q->sched->pf;
    fl_error err;
    fl_mutex_lock(&q->lock);
    while (!q->stop) {
        int64_t now = fl_now_ms(pf), next = run_timers(q, now);
        if (q->n_ready == 0) {
            fl_cond_wait_us(&q->changed, &q->lock,
                            next == INT64_MAX ? -1 : FL_MIN(next - now, (int64_t)3600000) * 1000);
            continue;
        }
        fl_task *t = dequeue(q);
        fl_mutex_unlock(&q->lock);
        int turn = fl_task_run(t, &err);
        fl_mutex_lock(&q->lock);
        put_back(q, t, turn);
    }
    fl_mutex_unlock(&q->lock);
    return NULL;
}

static void queue_init(fl_queue *q, fl_sched *s, int n_tasks) {
    *q = (fl_queue){.sched = s};
    fl_mutex_init(&q->lock);
    fl_cond_init(&q->changed);
    q->ready = fl_calloc((size_t)n_tasks, sizeof *q->ready);
    q->tasks = fl_calloc((size_t)n_tasks, sizeof *q->tasks);
}

static void queue_add(fl_queue *q, fl_task *t) {
    q->tasks[q->n_tasks++] = t;
    t->due_ms = INT64_MAX;
    atomic_store(&t->sched_state, IDLE);
}

/* Queue 0 is shared; the others belong to one task each. */
fl_sched *fl_sched_new(fl_platform *pf, fl_task **tasks, int n_tasks) {
    fl_sched *s = fl_calloc(1, sizeof *s);
    s->pf = pf;
    s->queues = fl_calloc((size_t)n_tasks + 1, sizeof *s->queues);
    queue_init(&s->queues[0], s, n_tasks);
    s->n_queues = 1;
    for (int i = 0; i < n_tasks; i++) {
        if (!tasks[i]->vertex->may_block || fl_platform_cooperative(pf)) {
            queue_add(&s->queues[0], tasks[i]);
            continue;
        }
        queue_init(&s->queues[s->n_queues], s, 1);
        queue_add(&s->queues[s->n_queues++], tasks[i]);
    }
    for (int q = 0; q < s->n_queues; q++) /* from here on others may wake them: the queues are complete */
        for (int i = 0; i < s->queues[q].n_tasks; i++) atomic_store(&s->queues[q].tasks[i]->queue, &s->queues[q]);
    return s;
}

int fl_sched_start(fl_sched *s, fl_error *err) {
    for (int q = 0; q < s->n_queues; q++)
        for (int i = 0; i < s->queues[q].n_tasks; i++) fl_sched_wake(s->queues[q].tasks[i]);
    if (fl_platform_cooperative(s->pf)) return 0;
    int n_shared = FL_MIN(fl_cpu_count(), s->queues[0].n_tasks);
    s->threads = fl_calloc((size_t)(n_shared + s->n_queues), sizeof *s->threads);
    for (int i = 0; i < n_shared + s->n_queues - 1; i++) {
        char name[16];
        int q = i < n_shared ? 0 : i - n_shared + 1;
        snprintf(name, sizeof name, "flott-%s-%d", q == 0 ? "work" : "task", i % 1000);
        FL_TRY(fl_thread_start(s->pf, &s->threads[s->n_threads], name, serve, &s->queues[q], err));
        s->n_threads++;
    }
    return 0;
}

void fl_sched_stop(fl_sched *s) {
    for (int q = 0; q < s->n_queues; q++) {
        fl_mutex_lock(&s->queues[q].lock);
        s->queues[q].stop = true;
        fl_cond_broadcast(&s->queues[q].changed);
        fl_mutex_unlock(&s->queues[q].lock);
    }
    for (int i = 0; i < s->n_threads; i++) fl_thread_join(s->threads[i]);
    s->n_threads = 0;
}

void fl_sched_free(fl_sched *s) {
    if (s == NULL) return;
    fl_sched_stop(s);
    for (int q = 0; q < s->n_queues; q++) {
        fl_mutex_deinit(&s->queues[q].lock);
        fl_cond_deinit(&s->queues[q].changed);
        free(s->queues[q].ready);
        free(s->queues[q].tasks);
    }
    free(s->queues);
    free(s->threads);
    free(s);
}

/* ---- simulation ---- */

int fl_sched_runnable(fl_sched *s) {
    run_timers(&s->queues[0], fl_now_ms(s->pf));
    return s->queues[0].n_ready;
}

int64_t fl_sched_due_ms(fl_sched *s) { return run_timers(&s->queues[0], fl_now_ms(s->pf)); }

bool fl_sched_step(fl_sched *s) {
    fl_queue *q = &s->queues[0];
    fl_error err;
    int n = fl_sched_runnable(s);
    if (n == 0) return false;
    int pick = n == 1 ? 0 : (int)(fl_random_u64(s->pf) % (uint64_t)n);
    fl_task **at = &q->ready[(q->head + pick) % q->n_tasks], *chosen = *at;
    *at = q->ready[q->head];
    q->ready[q->head] = chosen;
    fl_task *t = dequeue(q);
    int turn = fl_task_run(t, &err);
    put_back(q, t, turn);
    return true;
}
