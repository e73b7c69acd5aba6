/* SPDX-License-Identifier: Apache-2.0 */
/* session.h -- statements, jobs, and what is not supported yet.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_SESSION_H
#define FL_MESSAGES_SESSION_H

// clang-format off: one part of an entry on a line

/* Advice that several entries give. */
#define FL_DO_FLINK "write the statement without it, or run the script in Apache Flink, unchanged"

/* Keys are dealt into as many groups as the maximum parallelism; a group is never divided. */
#define FL_ERR_SESSION_MAX_PARALLELISM \
    FL_E_VALIDATION, "parallelism %d is greater than the maximum parallelism %d%s" \
    FL_ADVICE "lower 'parallelism.default', or raise 'pipeline.max-parallelism' before the first checkpoint"

/* The job was stopped on request. */
#define FL_ERR_SESSION_CANCELED \
    FL_E_CANCELED, "the job '%s' was canceled" \
    FL_ADVICE "nothing to mend; start it again to go on"

/* Flink does this, flott does not yet. */
#define FL_ERR_SESSION_NOT_YET \
    FL_E_UNSUPPORTED, "%s is not supported yet" \
    FL_ADVICE FL_DO_FLINK

/* A subquery as the argument of a constructor or function. */
#define FL_ERR_SESSION_SUBQUERY_NOT_YET \
    FL_E_UNSUPPORTED, "%s(SELECT …) is not supported yet" \
    FL_ADVICE FL_DO_FLINK

/* Flink has no permanent system functions. */
#define FL_ERR_SESSION_SYSTEM_FUNCTION \
    FL_E_PARSE, "CREATE SYSTEM FUNCTION is not supported, system functions can only be registered as temporary " \
                "function, you can use CREATE TEMPORARY SYSTEM FUNCTION instead." \
    FL_ADVICE "write CREATE TEMPORARY SYSTEM FUNCTION"

/* Nothing tells what kind of catalog it is. */
#define FL_ERR_SESSION_CATALOG_TYPE_MISSING \
    FL_E_VALIDATION, "Catalog options do not contain an option key 'type' for discovering a catalog." \
    FL_ADVICE "add WITH ('type' = 'generic_in_memory')"

/* There is no such kind of catalog. */
#define FL_ERR_SESSION_CATALOG_TYPE \
    FL_E_VALIDATION, "Could not find any factory for identifier '%s' that implements " \
                     "'org.apache.flink.table.factories.CatalogFactory' in the classpath." \
    FL_ADVICE "catalogs are of type 'generic_in_memory'; other types are not supported yet"

/* The session works in this catalog. */
#define FL_ERR_SESSION_CATALOG_IN_USE \
    FL_E_VALIDATION, "Cannot drop a catalog which is currently in use." \
    FL_ADVICE "USE CATALOG another one first"

/* The session works in this database. */
#define FL_ERR_SESSION_DATABASE_IN_USE \
    FL_E_VALIDATION, "Cannot drop a database which is currently in use." \
    FL_ADVICE "USE another one first"

/* The database holds tables. */
#define FL_ERR_SESSION_DATABASE_FULL \
    FL_E_VALIDATION, "Database %s in catalog %s is not empty." \
    FL_ADVICE "drop its tables first, or write DROP DATABASE … CASCADE"

/* BEGIN STATEMENT SET stands twice. */
#define FL_ERR_SESSION_SET_BEGUN \
    FL_E_VALIDATION, "a statement set has been begun already" \
    FL_ADVICE "write END; before the next one"

/* A statement set becomes one job, so it holds INSERTs only. */
#define FL_ERR_SESSION_SET_INSERTS \
    FL_E_VALIDATION, "Only INSERT statements can stand between BEGIN STATEMENT SET and END" \
    FL_ADVICE "write END; first"

/* Nothing has been begun. */
#define FL_ERR_SESSION_SET_END \
    FL_E_VALIDATION, "END without BEGIN STATEMENT SET" \
    FL_ADVICE "write BEGIN STATEMENT SET; before the INSERTs"

/* The statement set has no INSERT. */
#define FL_ERR_SESSION_SET_EMPTY \
    FL_E_VALIDATION, "NO statements in statement set" \
    FL_ADVICE "put INSERT statements between BEGIN STATEMENT SET; and END;"

/* Only queries have columns. */
#define FL_ERR_SESSION_NO_QUERY \
    FL_E_VALIDATION, "Unsupported SQL query: this statement has no rows" \
    FL_ADVICE "give a SELECT, VALUES, WITH or a combination of them; execute other statements"

/* Other statements have no plan. */
#define FL_ERR_SESSION_EXPLAIN \
    FL_E_VALIDATION, "EXPLAIN takes a query, an INSERT or a statement set" \
    FL_ADVICE "write EXPLAIN SELECT … or EXPLAIN INSERT INTO …"

/* Flink drops this, flott does not yet. */
#define FL_ERR_SESSION_DROP_NOT_YET \
    FL_E_UNSUPPORTED, "DROP %s is not supported yet" \
    FL_ADVICE FL_DO_FLINK

/* The object is of the other kind. */
#define FL_ERR_SESSION_SHOW_CREATE_KIND \
    FL_E_VALIDATION, \
    "SHOW CREATE %s is only supported for %ss, but `%s`.`%s`.`%s` is a %s. Please use SHOW CREATE %s " \
    "instead." \
    FL_ADVICE "use the statement that is named"

/* Flink describes this, flott does not yet. */
#define FL_ERR_SESSION_DESCRIBE_NOT_YET \
    FL_E_UNSUPPORTED, "DESCRIBE %s is not supported yet" \
    FL_ADVICE FL_DO_FLINK

/* Flink shows this, flott does not yet. */
#define FL_ERR_SESSION_SHOW_NOT_YET \
    FL_E_UNSUPPORTED, "SHOW %s is not supported yet" \
    FL_ADVICE FL_DO_FLINK

/* Real time cannot be moved. */
#define FL_ERR_SESSION_NOT_SIMULATED \
    FL_E_VALIDATION, "time can only be moved in a simulated session" \
    FL_ADVICE "open the session with `simulated` set"

/* A job has begun with the time as it was. */
#define FL_ERR_SESSION_CLOCK_LATE \
    FL_E_VALIDATION, "the clock can only be set before the first job" \
    FL_ADVICE "set the clock before the first statement that runs a job"

/* The path is a URL of a storage that cannot be reached from here yet. */
#define FL_ERR_SESSION_LOCAL_FILES \
    FL_E_UNSUPPORTED, "%s = '%s': only local files are supported yet" \
    FL_ADVICE "use a local path, or file:///…"

/* Simulation only: no task can move, and no timer is set. */
#define FL_ERR_SESSION_STUCK \
    FL_E_RUNTIME, "the job '%s' waits for something that never comes" \
    FL_ADVICE "this is a fault of flott: please report the script"

/* ---- advice that replaces that of an entry ---- */

/* The database holds tables. */
#define FL_HINT_SESSION_DROP_CASCADE \
    "DROP DATABASE %s CASCADE drops its tables too"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with the session's time zone. */
#define FL_AT_SESSION_TIME_ZONE \
    "table.local-time-zone: "

// clang-format on

#endif
