/* SPDX-License-Identifier: Apache-2.0 */
/* option.h -- values of options: WITH, SET, -D.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_OPTION_H
#define FL_MESSAGES_OPTION_H

// clang-format off: one part of an entry on a line

/* The value of an option that is true or false is another word. */
#define FL_ERR_OPTION_NOT_BOOLEAN \
    FL_E_VALIDATION, "Unrecognized option for boolean: %.*s. Expected either true or false(case insensitive)" \
    FL_ADVICE "write 'true' or 'false'"

/* The value of an option that is a number has other characters, or more digits than its type holds. */
#define FL_ERR_OPTION_NOT_NUMBER \
    FL_E_VALIDATION, "For input string: \"%.*s\"" \
    FL_ADVICE "write a whole number in digits, without unit, blanks or thousands separators"

/* A duration or a memory size ends with a unit that does not exist. */
#define FL_ERR_OPTION_UNKNOWN_UNIT \
    FL_E_VALIDATION, "%s '%.*s' does not match any of the recognized units: %s" \
    FL_ADVICE "use one of the units listed, as in '10 s', '5 min' or '64 mb'"

/* A duration or a memory size is empty. */
#define FL_ERR_OPTION_EMPTY_QUANTITY \
    FL_E_VALIDATION, "argument is an empty- or whitespace-only string" \
    FL_ADVICE "write a number and a unit, as in '10 s' or '64 mb'"

/* A duration or a memory size must begin with digits. */
#define FL_ERR_OPTION_NO_QUANTITY \
    FL_E_VALIDATION, "text does not start with a number: '%.*s'" \
    FL_ADVICE "write a number and a unit, as in '10 s' or '64 mb'"

/* A duration or a memory size does not fit into 64 bits. */
#define FL_ERR_OPTION_QUANTITY_TOO_LARGE \
    FL_E_VALIDATION, "The value '%.*s' cannot be re represented as 64bit number (numeric overflow)." \
    FL_ADVICE "write a smaller number"

/* The option takes one of a few words, and this is none of them. */
#define FL_ERR_OPTION_NOT_IN_ENUM \
    FL_E_VALIDATION, "Could not parse value '%.*s' for enum. Expected one of: [[%s]]" \
    FL_ADVICE "use one of the words listed"

/* The option takes a list of pairs, and one piece has no colon. */
#define FL_ERR_OPTION_NOT_A_MAP \
    FL_E_VALIDATION, "Map item is not a key-value pair (missing ':'?): '%.*s'" \
    FL_ADVICE "write 'key1:value1,key2:value2'"

/* The option has a least value. */
#define FL_ERR_OPTION_TOO_SMALL \
    FL_E_VALIDATION, "The value must be larger than or equal to %.*s" \
    FL_ADVICE "raise the value to at least the one named"

/* The option has a greatest value. */
#define FL_ERR_OPTION_TOO_LARGE \
    FL_E_VALIDATION, "The value must be smaller than or equal to %.*s" \
    FL_ADVICE "lower the value to at most the one named"

/* The value is no number. */
#define FL_ERR_OPTION_NOT_A_NUMBER \
    FL_E_VALIDATION, "For input string: \"%s\"" \
    FL_ADVICE "write a number in digits"

/* The connector does not have this option. */
#define FL_ERR_OPTION_UNSUPPORTED_OPTION \
    FL_E_VALIDATION, "Unsupported options found for '%s'.\n\nUnsupported options:\n\n%s\n\nSupported options:\n\n%s" \
    FL_ADVICE "use one of the options listed, or remove it"

/* The connector cannot do without this option. */
#define FL_ERR_OPTION_MISSING \
    FL_E_VALIDATION, "One or more required options are missing.\n\nMissing required options are:\n\n%s" \
    FL_ADVICE "add the option to WITH"

/* Flink has this option, flott does not yet. */
#define FL_ERR_OPTION_NOT_YET \
    FL_E_UNSUPPORTED, "option '%s' is not supported" \
    FL_ADVICE "remove it if its default will do"

/* A parallelism is a positive number. */
#define FL_ERR_OPTION_PARALLELISM \
    FL_E_VALIDATION, "Invalid configured parallelism %s for table '%s': '%s' must be positive." \
    FL_ADVICE "write 1 or more, or remove the option"

/* No configuration option has this key. */
#define FL_ERR_OPTION_UNKNOWN_KEY \
    FL_E_VALIDATION, "unknown option '%s'" \
    FL_ADVICE "`flott config` lists what there is; parameters of your own are written " \
              "'pipeline.global-job-parameters.…'"

/* Flink takes this value of the option, flott does not. */
#define FL_ERR_OPTION_VALUE_NOT_YET \
    FL_E_UNSUPPORTED, "option '%s' = '%s' is not supported" \
    FL_ADVICE "remove the option, or use another value"

/* The first pause between restarts is longer than the longest. */
#define FL_ERR_OPTION_BACKOFF_ORDER \
    FL_E_VALIDATION, "Initial backoff cannot be higher than maximum backoff." \
    FL_ADVICE "lower 'restart-strategy.exponential-delay.initial-backoff'"

/* Pauses between restarts grow by this factor. */
#define FL_ERR_OPTION_BACKOFF_FACTOR \
    FL_E_VALIDATION, "Backoff multiplier must be greater than 1." \
    FL_ADVICE "write a number above 1, such as 1.5"

/* ---- advice that replaces that of an entry ---- */

/* No key is similar. */
#define FL_HINT_OPTION_OWN_PARAMETERS \
    "parameters of your own are written 'pipeline.global-job-parameters.…'"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with the value of an option. Values of secret options are shown as ******. */
#define FL_AT_OPTION_IN_VALUE \
    "Could not parse value '%s' for key '%s'. "

// clang-format on

#endif
