/* SPDX-License-Identifier: Apache-2.0 */
/* csv.c -- the format `csv`: its options, what it refuses at planning, and its table.
 *
 * What:       one line of cells for each row; quoted cells may span lines. No header.
 * Example:    1,"a, b",2024-02-29 10:11:12,1;2;3 for (id INT, s STRING, ts TIMESTAMP(3), a ARRAY<INT>).
 * Interface:  fl_format_csv, at the end. The work is done in csv_decode.c and csv_encode.c; csv_int.h has the map.
 */
#include "formats/csv_int.h"

#include "messages/format.h"

static const fl_option_def options[] = {
    {"field-delimiter", FL_OPT_STRING, ",", .help = "One character between cells; \\t and \\u0001 are understood."},
    {"disable-quote-character", FL_OPT_BOOL, "false", .help = "Cells are never quoted."},
    {"quote-character", FL_OPT_STRING, .help = "One character around cells; \" if not set."},
    {"allow-comments", FL_OPT_BOOL, "false", .help = "Lines that begin with # are skipped."},
    {"ignore-parse-errors", FL_OPT_BOOL, "false",
     .help = "Cells that cannot be read become NULL, records are skipped."},
    {"array-element-delimiter", FL_OPT_STRING, ";", .help = "One character between elements of arrays and rows."},
    {"escape-character", FL_OPT_STRING, .help = "One character that takes the meaning of the next; none if not set."},
    {"null-literal", FL_OPT_STRING, .help = "The text of NULL; if not set, NULL is written as an empty cell."},
    /* documented as true, but Flink writes plain numbers unless it is set */
    {"write-bigdecimal-in-scientific-notation", FL_OPT_BOOL, .help = "In messages, decimals are written as 1E+5."},
    {NULL},
};

static bool flag(const fl_format_config *c, const char *key) {
    const char *value = fl_format_option(c, key);
    return value != NULL && fl_str_iis(fl_str_from(value), "true");
}

/* ---- characters ---- */

static int hex_value(const char *p) {
    int x = 0;
    for (int i = 0; i < 4; i++) {
        char c = (char)(p[i] | 32);
        int digit = text_is_digit(p[i]) ? p[i] - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return -1;
        x = x << 4 | digit;
    }
    return x;
}

/* The character that an escape of Java stands for; *used: its length. -1 if it is none. */
static int java_escape(const char *p, size_t *used) {
    static const char from[] = "btnfr\"'\\", to[] = "\b\t\n\f\r\"'\\";
    const char *at;
    *used = 2;
    if (p[0] != '\\' || p[1] == '\0') return -1;
    if ((at = strchr(from, p[1])) != NULL) return (unsigned char)to[at - from];
    if (p[1] == 'u') {
        size_t u = strspn(p + 1, "u");
        *used = u + 5;
        return strlen(p + 1 + u) >= 4 ? hex_value(p + 1 + u) : -1;
    }
    int x = 0;
    size_t n = 1;
    for (; n < 4 && p[n] >= '0' && p[n] <= '7'; n++) x = x * 8 + p[n] - '0';
    *used = n;
    return n > 1 && x < 256 ? x : -1;
}

/* An option of one UTF-16 unit; escapes are understood if there is room for what they mean. */
static int read_character(const fl_format_config *c, const char *key, char *unescaped, fl_str *out, fl_error *err) {
    const char *text = fl_format_option(c, key);
    *out = (fl_str){"", 0};
    if (text == NULL) return 0;
    *out = fl_str_from(text);
    size_t used;
    int unit = unescaped != NULL ? java_escape(text, &used) : -1;
    if (unit >= 0 && used == out->n && (unit & 0xf800) != 0xd800)
        *out = fl_str_make(unescaped, (size_t)fl_utf8_encode((uint32_t)unit, unescaped));
    if (fl_utf16_count(*out) == 1) return 0;
    return fl_fail(err, FL_ERR_FORMAT_CSV_CHARACTER, key, text);
}

int csv_options_read(const fl_format_config *c, csv_options *out, fl_error *err) {
    const char *null_literal = fl_format_option(c, "null-literal");
    *out = (csv_options){
        .null_literal = null_literal != NULL ? fl_str_from(null_literal) : (fl_str){0},
        .allow_comments = flag(c, "allow-comments"),
        .ignore_parse_errors = flag(c, "ignore-parse-errors"),
        .scientific = flag(c, "write-bigdecimal-in-scientific-notation"),
    };
    bool unquoted = flag(c, "disable-quote-character"), has_quote = fl_format_option(c, "quote-character") != NULL;
    if (unquoted && has_quote) return fl_fail(err, FL_ERR_FORMAT_CSV_QUOTES);
    FL_TRY(read_character(c, "field-delimiter", out->unescaped, &out->delimiter, err));
    FL_TRY(read_character(c, "array-element-delimiter", NULL, &out->element_delimiter, err));
    FL_TRY(read_character(c, "quote-character", NULL, &out->quote, err));
    FL_TRY(read_character(c, "escape-character", NULL, &out->escape, err));
    if (!unquoted && !has_quote) out->quote = fl_str_make("\"", 1);
    return 0;
}

/* ---- types ---- */

static bool is_simple(const fl_type *t) { return t->kind <= FL_T_TIMESTAMP_LTZ; }

static int check_time(const fl_type *t, bool encode, fl_error *err) {
    if (encode || t->kind != FL_T_TIME || t->precision <= 3) return 0;
    return fl_fail(err, FL_ERR_FORMAT_CSV_TIME, t->precision);
}

static int check_column(const fl_field *f, bool encode, fl_error *err) {
    char name[TEXT_TYPE_NAME_MAX];
    const fl_type *t = f->type;
    bool nested = t->kind == FL_T_ARRAY || t->kind == FL_T_ROW;
    if (!nested && !is_simple(t)) return fl_fail(err, FL_ERR_FORMAT_CSV_TYPE, text_type_name(name, t), f->name);
    FL_TRY(check_time(t, encode, err));
    for (int i = 0; i < t->n_fields; i++) {
        const fl_type *part = t->fields[i].type;
        if (!is_simple(part)) return fl_fail(err, FL_ERR_FORMAT_CSV_NESTED, f->name, text_type_name(name, part));
        FL_TRY(check_time(part, encode, err));
    }
    return 0;
}

static int check(const fl_format_config *c, bool encode, fl_error *err) {
    csv_options opt;
    const fl_schema *all = c->physical != NULL ? c->physical : c->schema;
    FL_TRY(csv_options_read(c, &opt, err));
    for (int i = 0; i < all->n; i++) FL_TRY(check_column(&all->fields[i], encode, err));
    return 0;
}

const fl_format fl_format_csv = {
    .name = "csv",
    .options = options,
    .changes = FL_CHANGES_INSERT,
    .check = check,
    .decoder = csv_decoder_new,
    .encoder = csv_encoder_new,
};
