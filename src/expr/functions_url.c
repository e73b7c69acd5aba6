/* SPDX-License-Identifier: Apache-2.0 */
/* functions_url.c -- PARSE_URL, URL_ENCODE, URL_DECODE: URLs as Java has them.
 *
 * PARSE_URL takes a URL apart as java.net.URL does.
 *
 *     http://user:pw@host:8080/p/a?k=v#frag
 *     │      └─USERINFO┘└HOST      │  │   └─ REF
 *     └ PROTOCOL └──AUTHORITY──┘   │  └─ QUERY
 *                              PATH┘ FILE is PATH?QUERY
 *
 * What is no URL gives NULL: no protocol or one that Java does not know, a port that is no number, a bad [address].
 * Nothing is decoded, and dots in paths stay.
 * Interface:  the table at the end.
 */
#include "base/bytes.h"
#include "expr/functions_int.h"

/* A part with p == NULL is not there. */
typedef struct url {
    fl_str protocol, authority, userinfo, host, path, query, ref;
} url;

static const fl_str none = {NULL, 0};

static fl_str between(const char *from, const char *to) { return fl_str_make(from, (size_t)(to - from)); }
static const char *find_byte(const char *p, const char *end, char c) {
    const char *at = p < end ? memchr(p, c, (size_t)(end - p)) : NULL;
    return at != NULL ? at : end;
}
static const char *find_last(const char *p, const char *end, char c) {
    const char *at = p < end ? memrchr(p, c, (size_t)(end - p)) : NULL;
    return at != NULL ? at : end;
}

/* ---- the protocol ---- */

/* Those that Java brings handlers for. In jar: and mailto: what follows is one piece. */
static bool known_protocol(fl_str s) {
    static const char *const names[] = {"http", "https", "file", "ftp", "jar", "mailto"};
    for (size_t i = 0; i < FL_ARRAY_LEN(names); i++)
        if (fl_str_iis(s, names[i])) return true;
    return false;
}

/* ---- the authority ---- */

/* An IPv6 address: groups of up to four digits, one :: for groups of zeros, an IPv4 address for the last two. */
static bool is_ipv6(const char *p, const char *end) {
    int groups = 0, digits = 0, dots = 0;
    bool gap = false, colon = false;
    end = find_byte(p, end, '%'); /* a scope */
    if (end - p >= 2 && p[0] == ':' && p[1] == ':') gap = true, p += 2;
    for (; p < end; p++) {
        if (*p == ':') {
            if (dots > 0) return false;
            if (digits > 0)
                groups++, digits = 0, colon = true;
            else if (colon && !gap)
                gap = true, colon = false;
            else
                return false;
        } else if (*p == '.') {
            if (digits == 0 || digits > 3 || ++dots > 3) return false;
            digits = 0;
        } else {
            bool hex = (*p >= 'a' && *p <= 'f') || (*p >= 'A' && *p <= 'F');
            if (!(*p >= '0' && *p <= '9') && !(hex && dots == 0)) return false;
            if (++digits > 4) return false;
        }
    }
    if (digits == 0 && (colon || dots > 0)) return false;
    groups += dots > 0 ? 2 : digits > 0;
    return (dots == 0 || dots == 3) && (gap ? groups < 8 : groups == 8);
}

/* Integer.parseInt, and not below -1, which Java takes for no port. */
static bool is_port(const char *p, const char *end) {
    bool minus = p < end && *p == '-';
    int64_t x = 0;
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p == end) return false;
    for (; p < end; p++) {
        if (*p < '0' || *p > '9') return false;
        x = 10 * x + (*p - '0');
        if (x > INT32_MAX) return false;
    }
    return !minus || x <= 1;
}

/* The host at the front of [p, end), and a port behind it. */
static bool read_host(url *u, const char *p, const char *end) {
    const char *host_end = find_byte(p, end, ':');
    if (p < end && *p == '[') {
        const char *close = find_byte(p, end, ']');
        if (close == end || close - p <= 2 || !is_ipv6(p + 1, close)) return false;
        host_end = close + 1;
        if (host_end < end && *host_end != ':') return false;
    }
    u->host = between(p, host_end);
    return host_end >= end - 1 || is_port(host_end + 1, end);
}

static bool read_authority(url *u, const char *p, const char *end) {
    const char *at = find_byte(p, end, '@');
    u->authority = between(p, end);
    if (at == end) return read_host(u, p, end);
    if (at != find_last(p, end, '@')) return true; /* neither user nor host */
    u->userinfo = between(p, at);
    return read_host(u, at + 1, end);
}

/* ---- the whole ---- */

/* jar:…!/entry and mailto:…: a file, whose query begins at the last question mark. */
static bool read_opaque(url *u, const char *p, const char *end);

static bool read_hierarchy(url *u, const char *p, const char *end) {
    const char *question = find_byte(p, end, '?');
    if (question < end) u->query = between(question + 1, end);
    end = question;
    bool unc = end - p >= 4 && memcmp(p, "////", 4) == 0;
    if (!unc && end - p >= 2 && p[0] == '/' && p[1] == '/') {
        const char *slash = find_byte(p + 2, end, '/');
        if (!read_authority(u, p + 2, slash)) return false;
        p = slash;
    }
    u->path = between(p, end);
    return true;
}

static bool read_url(url *u, fl_str s) {
    const char *p = s.p, *end = s.p + s.n;
    while (end > p && (unsigned char)end[-1] <= ' ') end--;
    while (p < end && (unsigned char)*p <= ' ') p++;
    if (end - p >= 4 && fl_str_iis(between(p, p + 4), "url:")) p += 4;
    const char *colon = find_byte(p, end, ':');
    *u = (url){.host = {"", 0}, .path = {"", 0}};
    u->protocol = between(p, colon);
    if (colon == end || !known_protocol(u->protocol)) return false;
    p = colon + 1;
    const char *hash = find_byte(p, end, '#');
    if (hash < end) u->ref = between(hash + 1, end);
    bool opaque = fl_str_iis(u->protocol, "jar") || fl_str_iis(u->protocol, "mailto");
    return opaque ? read_opaque(u, p, hash) : read_hierarchy(u, p, hash);
}

static bool read_opaque(url *u, const char *p, const char *end) {
    const char *question = find_last(p, end, '?');
    url inner;
    if (fl_str_iis(u->protocol, "jar")) {
        const char *bang = memmem(p, (size_t)(end - p), "!/", 2);
        if (bang == NULL || !read_url(&inner, between(p, bang))) return false;
    }
    if (question < end) u->query = between(question + 1, end);
    u->path = between(p, question);
    return true;
}

/* ---- the function ---- */

/* The value behind `key=` at the front of the query or after an &. */
static fl_str find_key(fl_str query, fl_str key) {
    for (const char *p = query.p, *end = query.p + query.n; query.p != NULL && p <= end;) {
        const char *amp = find_byte(p, end, '&');
        if ((size_t)(amp - p) > key.n && memcmp(p, key.p, key.n) == 0 && p[key.n] == '=')
            return between(p + key.n + 1, amp);
        p = amp + 1;
    }
    return none;
}

typedef enum url_part { HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, USERINFO, FILE_PART, N_PARTS } url_part;
static const char *const part_names[N_PARTS] = {"HOST",     "PATH",      "QUERY",    "REF",
                                                "PROTOCOL", "AUTHORITY", "USERINFO", "FILE"};

/* N_PARTS: it is none. */
static url_part find_part(fl_str name) {
    int part = 0;
    while (part < N_PARTS && !fl_str_is(name, part_names[part])) part++;
    return (url_part)part;
}

static fl_str part_of(const url *u, url_part part) {
    switch (part) {
    case HOST: return u->host;
    case PATH: return u->path;
    case QUERY: return u->query;
    case REF: return u->ref;
    case PROTOCOL: return u->protocol;
    case AUTHORITY: return u->authority;
    case USERINFO: return u->userinfo;
    case FILE_PART: return u->query.p != NULL ? between(u->path.p, u->query.p + u->query.n) : u->path;
    default: return none;
    }
}

static int parse_url(FL_KERNEL_ARGS) {
    fl_buf lower = {0};
    FL_EACH_ROW(rows, i, {
        url u;
        url_part part = find_part(fl_view_str(fl_view_at(in[1], i)));
        fl_str found = none;
        if (read_url(&u, fl_view_str(fl_view_at(in[0], i)))) {
            lower.n = 0;
            fl_lower(&lower, u.protocol);
            u.protocol = fl_buf_str(&lower);
            bool keyed = call->expr->n_args == 3;
            if (!keyed)
                found = part_of(&u, part);
            else if (part == QUERY)
                found = find_key(u.query, fl_view_str(fl_view_at(in[2], i)));
        }
        if (found.p == NULL)
            fl_kernel_null(out, i);
        else
            fl_column_put_str(out, i, found);
    });
    fl_buf_deinit(&lower);
    return 0;
}

/* Notes that the part which is written there is none. */
static void check_part(fl_bind *b, const fl_expr *call) {
    const fl_value *v = fl_expr_value(call->args[1]);
    if (v == NULL || v->is_null) return;
    if (find_part(v->s) != N_PARTS) return;
    const char *part = fl_arena_strndup(b->arena, v->s.p, v->s.n), *near = fl_suggest(part, part_names, N_PARTS);
    fl_bind_note(
        b, fl_arena_printf(b->arena, "PARSE_URL: the result is NULL in every row: '%s' is no part of a URL%s%s%s", part,
                           near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : ""));
}

static int infer_parse_url(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = 0; i < call->n_args; i++)
        if (!fl_is_text_arg(call, i)) return fl_bad_arguments(call, err);
    check_part(b, call);
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_parse_url(const fl_expr *call FL_UNUSED) { return parse_url; }

/* ---- URL_ENCODE, URL_DECODE: application/x-www-form-urlencoded ---- */

static bool stays(char c) {
    bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    return letter || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '*' || c == '_';
}

static int url_encode(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        size_t n = 0;
        for (size_t k = 0; k < s.n; k++) n += stays(s.p[k]) || s.p[k] == ' ' ? 1 : 3;
        char small[FL_VIEW_INLINE];
        char *const to = fl_text_room(out, n, small), *at = to;
        for (size_t k = 0; k < s.n; k++) {
            unsigned char c = (unsigned char)s.p[k];
            if (stays((char)c) || c == ' ') {
                *at++ = c == ' ' ? '+' : (char)c;
                continue;
            }
            *at = '%';
            fl_put_hex(at + 1, &c, 1, 'A');
            at += 3;
        }
        fl_put_slice(out, i, to, n);
    });
    return 0;
}

/* The byte of %XX at p; -1: it is none. Java reads XX as an integer, so a sign may stand before one digit. (It takes
 * digits of other scripts, too, which are refused here.) */
static int percent_byte(const char *p, const char *end) {
    if (end - p < 3) return -1;
    int high = fl_hex_digit(p[1]), low = fl_hex_digit(p[2]);
    if (p[1] == '+' || (p[1] == '-' && p[2] == '0')) high = 0;
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Bytes that stand together are one piece of UTF-8, and what is none of it becomes U+FFFD. */
static bool put_decoded(fl_buf *out, fl_buf *bytes, fl_str s) {
    for (const char *p = s.p, *end = p + s.n; p < end;) {
        for (fl_buf_reset(bytes); p < end && *p == '%'; p += 3) {
            int byte = percent_byte(p, end);
            if (byte < 0) return false;
            fl_buf_putc(bytes, (char)byte);
        }
        if (bytes->n > 0) fl_utf8_put_java(out, fl_buf_str(bytes));
        for (; p < end && *p != '%'; p++) fl_buf_putc(out, *p == '+' ? ' ' : *p);
    }
    return true;
}

static int url_decode(FL_KERNEL_ARGS) {
    fl_buf text, bytes;
    fl_buf_init(&text);
    fl_buf_init(&bytes);
    FL_EACH_ROW(rows, i, {
        fl_buf_reset(&text);
        if (put_decoded(&text, &bytes, fl_view_str(fl_view_at(in[0], i))))
            fl_column_put_str(out, i, fl_buf_str(&text));
        else
            fl_kernel_null(out, i);
    });
    fl_buf_deinit(&text);
    fl_buf_deinit(&bytes);
    return 0;
}

static int infer_url_code(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_take_texts(b, call, 0, 1, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_url_code(const fl_expr *call) { return call->fn->name[4] == 'E' ? url_encode : url_decode; }

#define CODE(word, form, text)                                                                                         \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = 1, .flags = FL_FN_STRICT | FL_FN_COSTLY | FL_FN_SINCE_2,              \
        .infer = infer_url_code, .choose = choose_url_code, .signature = form, .doc = text                             \
    }

FL_FUNCTION_TABLE(url) = {
    {.name = "PARSE_URL",
     .min_args = 2,
     .max_args = 3,
     .flags = FL_FN_STRICT | FL_FN_COSTLY,
     .infer = infer_parse_url,
     .choose = choose_parse_url,
     .signature = "'PARSE_URL(<CHARACTER>, <CHARACTER>)', 'PARSE_URL(<CHARACTER>, <CHARACTER>, <CHARACTER>)'",
     .doc =
         "HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL, or the value of a key of its query."},
    CODE("URL_ENCODE", "'URL_ENCODE(<CHARACTER>)'",
         "The text as it stands in a query of a URL: blanks as +, other bytes as %XX. From Flink 2.0 on."),
    CODE("URL_DECODE", "'URL_DECODE(<CHARACTER>)'",
         "What URL_ENCODE has made a text of; NULL if a % is followed by anything but two digits. From Flink 2.0 on."),
    {0},
};
