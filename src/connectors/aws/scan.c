/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c -- reads no more of an answer than is asked for. Nothing here recurses or trusts what it reads. */
#include "connectors/aws/scan.h"

#include "data/json_text.h"

typedef struct cursor {
    const char *p, *end;
} cursor;

/* ---- JSON ---- */

static void skip_blanks(cursor *c) {
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r')) c->p++;
}

static bool accept(cursor *c, char wanted) {
    skip_blanks(c);
    if (c->p == c->end || *c->p != wanted) return false;
    c->p++;
    return true;
}

static void put_code_point(fl_buf *out, uint32_t cp) {
    char bytes[4];
    fl_buf_put(out, bytes, (size_t)fl_utf8_encode(cp, bytes));
}

static bool unescape(cursor *c, fl_buf *out) {
    if (c->p == c->end) return false;
    char escape = *c->p++;
    if (escape == 'u') {
        uint32_t cp;
        int n = fl_json_code_point(c->p, c->end, &cp);
        c->p += n;
        if (n > 0) put_code_point(out, cp);
        return n > 0;
    }
    int plain = fl_json_unescaped(escape);
    if (plain >= 0) fl_buf_putc(out, (char)plain);
    return plain >= 0;
}

/* A text, appended to out. */
static bool read_text(cursor *c, fl_buf *out) {
    if (!accept(c, '"')) return false;
    while (c->p < c->end) {
        char ch = *c->p++;
        if (ch == '"') return true;
        if (ch != '\\')
            fl_buf_putc(out, ch);
        else if (!unescape(c, out))
            return false;
    }
    return false;
}

static bool skip_text(cursor *c) {
    if (!accept(c, '"')) return false;
    for (; c->p < c->end; c->p++) {
        if (*c->p == '"') {
            c->p++;
            return true;
        }
        if (*c->p == '\\' && ++c->p == c->end) return false;
    }
    return false;
}

/* Any value: brackets are counted, not matched. */
static bool skip_value(cursor *c) {
    int depth = 0;
    for (skip_blanks(c); c->p < c->end;) {
        char ch = *c->p;
        if (ch == '"') {
            if (!skip_text(c)) return false;
        } else {
            if (depth == 0 && (ch == ',' || ch == '}' || ch == ']')) return true;
            if (ch == '{' || ch == '[') depth++;
            if (ch == '}' || ch == ']') depth--;
            c->p++;
        }
        if (depth == 0) skip_blanks(c);
    }
    return depth == 0;
}

bool fl_aws_json_text(fl_str json, const char *key, fl_buf *out) {
    cursor c = {json.p, json.p + json.n};
    size_t before = out->n;
    if (!accept(&c, '{')) return false;
    (void)fl_buf_reserve(out, 1); /* the key is compared there, even an empty one */
    do {
        if (!read_text(&c, out)) break;
        bool found = fl_str_is(fl_str_make(out->p + before, out->n - before), key);
        out->n = before;
        if (!accept(&c, ':')) break;
        if (found) {
            if (read_text(&c, out)) return true;
            break;
        }
        if (!skip_value(&c)) break;
    } while (accept(&c, ','));
    out->n = before;
    return false;
}

/* ---- XML ---- */

static bool put_reference(fl_buf *out, fl_str name) {
    static const struct {
        const char *name;
        char c;
    } known[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    for (size_t i = 0; i < FL_ARRAY_LEN(known); i++)
        if (fl_str_is(name, known[i].name)) {
            fl_buf_putc(out, known[i].c);
            return true;
        }
    if (name.n < 2 || name.n > 9 || name.p[0] != '#') return false;
    uint32_t cp = 0;
    bool hex = name.p[1] == 'x';
    for (size_t i = hex ? 2 : 1; i < name.n; i++) {
        char d = name.p[i];
        int value = fl_hex_digit(d);
        if (value < 0 || (!hex && value > 9)) return false;
        cp = cp * (hex ? 16 : 10) + (uint32_t)value;
    }
    if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) return false;
    put_code_point(out, cp);
    return true;
}

bool fl_aws_xml_text(fl_str xml, const char *name, fl_buf *out) {
    size_t before = out->n, size = strlen(name);
    const char *p = xml.p, *end = xml.p + xml.n;
    while ((p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        p++;
        if ((size_t)(end - p) <= size || memcmp(p, name, size) != 0 || p[size] != '>') continue;
        for (p += size + 1; p < end && *p != '<'; p++) {
            const char *stop = *p == '&' ? memchr(p, ';', (size_t)(end - p)) : NULL;
            if (stop != NULL && put_reference(out, fl_str_make(p + 1, (size_t)(stop - p - 1))))
                p = stop;
            else
                fl_buf_putc(out, *p);
        }
        if (p < end) return true;
        break;
    }
    out->n = before;
    return false;
}
