/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h -- SQL text to tokens.
 *
 * A token is a piece of the text with its place; it never fails. What is no token at all becomes FL_TOK_BAD, which no
 * rule of the grammar takes, so the parser refuses it where it stands, and the splitter of scripts goes on behind it.
 */
#ifndef FL_SQL_LEXER_H
#define FL_SQL_LEXER_H

#include "base/arena.h"
#include "base/str.h"
#include "sql/keywords.h"

typedef enum fl_keyword {
    FL_NO_KEYWORD,
#define FL_X(word, class) FL_KW_##word,
    FL_KEYWORDS(FL_X)
#undef FL_X
} fl_keyword;

/* The classes of keywords.h. */
typedef enum fl_keyword_class {
    FL_WORD_N, /* a name */
    FL_WORD_R, /* reserved */
    FL_WORD_F, /* reserved; a function's name */
    FL_WORD_V, /* reserved; a value */
    FL_WORD_B, /* reserved; both */
} fl_keyword_class;

/* kind, spelling */
#define FL_PUNCTUATION(X)                                                                                              \
    X(LPAREN, "(")                                                                                                     \
    X(RPAREN, ")")                                                                                                     \
    X(LBRACKET, "[")                                                                                                   \
    X(RBRACKET, "]") X(LBRACE, "{") X(RBRACE, "}") X(SEMICOLON, ";") X(DOT, ".") X(DOTS, "..") X(COMMA, ",")           \
        X(EQ, "=") X(NE, "<>") X(BANG_EQ, "!=") X(LT, "<") X(LE, "<=") X(GT, ">") X(GE, ">=") X(ARROW, "=>")           \
            X(PLUS, "+") X(MINUS, "-") X(STAR, "*") X(SLASH, "/") X(PERCENT, "%") X(CONCAT, "||") X(BAR, "|")          \
                X(QUESTION, "?") X(COLON, ":") X(CARET, "^") X(DOLLAR, "$") X(QUOTE, "'") X(DOUBLE_QUOTE, "\"")        \
                    X(HINT, "/*+") X(COMMENT_END, "*/")

typedef enum fl_token_kind {
    FL_TOK_END,            /* of the text; stands on its last character */
    FL_TOK_WORD,           /* abc, or a keyword */
    FL_TOK_NAME,           /* `abc` */
    FL_TOK_STRING,         /* 'abc' */
    FL_TOK_UNICODE_STRING, /* U&'a\0062c' */
    FL_TOK_CHARSET_STRING, /* _UTF8'abc', N'abc' */
    FL_TOK_BINARY,         /* X'4142' */
    FL_TOK_INTEGER,        /* 12 */
    FL_TOK_DECIMAL,        /* 1.2  1.  .2 */
    FL_TOK_APPROX,         /* 1e2 */
#define FL_X(kind, text) FL_TOK_##kind,
    FL_PUNCTUATION(FL_X)
#undef FL_X
        FL_TOK_BAD,      /* `text` could have begun a token, but the character behind it cannot follow */
    FL_TOK_OPEN_COMMENT, /* a comment without an end */
} fl_token_kind;

typedef struct fl_token {
    fl_token_kind kind;
    fl_keyword word;  /* WORD: which keyword, or FL_NO_KEYWORD */
    int line, column; /* of the first character; 1-based, in characters */
    int index;        /* characters before it */
    int length;       /* in characters */
    fl_str text;      /* as written */
} fl_token;

typedef struct fl_lexer {
    fl_str text;
    const char *at;
    int line, column, index;    /* of *at */
    int last_line, last_column; /* of the character before *at; 0 at the beginning */
} fl_lexer;

void fl_lexer_init(fl_lexer *lx, fl_str text);
/* The next token; at the end FL_TOK_END for ever. Skips blanks and comments. */
fl_token fl_lexer_next(fl_lexer *lx);

/* The keyword that a word in any case is, or FL_NO_KEYWORD. */
fl_keyword fl_keyword_find(fl_str word);
fl_keyword_class fl_keyword_class_of(fl_keyword word);
/* In upper case. */
const char *fl_keyword_text(fl_keyword word);

/* The content of a literal or a quoted name: quotes stripped, doubled ones undone. Owned by the arena, NUL-terminated.
 */
fl_str fl_token_unquote(fl_arena *a, const fl_token *t);
/* True if `word` needs no backticks for its characters' sake. */
bool fl_is_plain_name(fl_str word);

#endif
