/* SPDX-License-Identifier: Apache-2.0 */
/* name.h -- names of catalogs, databases, tables and columns.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_NAME_H
#define FL_MESSAGES_NAME_H

// clang-format off: one part of an entry on a line

/* No type, table or column of this name is known here. */
#define FL_ERR_NAME_UNKNOWN_IDENTIFIER \
    FL_E_VALIDATION, "Unknown identifier '%s'" \
    FL_ADVICE "check the spelling; names are case-sensitive, those of types are not"

/* The ROW has no field of this name. */
#define FL_ERR_NAME_UNKNOWN_FIELD \
    FL_E_VALIDATION, "Unknown field '%.*s'" \
    FL_ADVICE "check the spelling; TYPEOF(…) shows the fields"

/* A path of names goes into a column that has no fields. */
#define FL_ERR_NAME_NOT_A_ROW \
    FL_E_VALIDATION, "Column '%s' is not a ROW: it has no field '%s'" \
    FL_ADVICE "remove the part behind the point, or check the column's type"

/* A path of names ends in a field that the ROW does not have. */
#define FL_ERR_NAME_NO_SUCH_FIELD \
    FL_E_VALIDATION, "Column '%s' not found in table '%s'%s%s%s" \
    FL_ADVICE "DESCRIBE the table to see its fields"

/* A plain name stands where the window function expects a table or a descriptor. */
#define FL_ERR_NAME_COLUMN_IN_NO_TABLE \
    FL_E_VALIDATION, "Column '%s' not found in any table" \
    FL_ADVICE "write TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)"

/* Several columns have this name. */
#define FL_ERR_NAME_AMBIGUOUS \
    FL_E_VALIDATION, "Column '%s' is ambiguous" \
    FL_ADVICE "put the table's name or alias before it: t.column"

/* The list of columns of INSERT names one that the table does not have. */
#define FL_ERR_NAME_TARGET \
    FL_E_VALIDATION, "Unknown target column '%s'" \
    FL_ADVICE "DESCRIBE the table to see its columns"

/* No column has this name, but one has a similar name. */
#define FL_ERR_NAME_COLUMN_MISSPELT \
    FL_E_VALIDATION, "Column '%s' not found in %s; did you mean '%s'?" \
    FL_ADVICE "use the name suggested; names are case-sensitive"

/* No column has this name. */
#define FL_ERR_NAME_COLUMN \
    FL_E_VALIDATION, "Column '%s' not found in %s" \
    FL_ADVICE "names are case-sensitive; texts are written in single quotes"

/* The part before the point is no table of FROM. */
#define FL_ERR_NAME_TABLE_OF_COLUMN \
    FL_E_VALIDATION, "Table '%s' not found" \
    FL_ADVICE "use the table's name or alias as FROM gives it"

/* The path has too many parts. */
#define FL_ERR_NAME_PARTS \
    FL_E_VALIDATION, "a table is named by at most three parts: catalog, database and table" \
    FL_ADVICE "write catalog.database.table; a name that holds a point stands in backticks"

/* There is no table or view of this name. */
#define FL_ERR_NAME_OBJECT \
    FL_E_VALIDATION, "Object '%s' not found" \
    FL_ADVICE "SHOW TABLES lists what there is; names are case-sensitive"

/* There is no table or view of this name in the database. */
#define FL_ERR_NAME_OBJECT_IN \
    FL_E_VALIDATION, "Object '%s' not found within '%s'" \
    FL_ADVICE "SHOW TABLES lists what there is; names are case-sensitive"

/* There is no table or view of this name in the database. */
#define FL_ERR_NAME_OBJECT_IN_DATABASE \
    FL_E_VALIDATION, "Object '%s' not found within '%s.%s'" \
    FL_ADVICE "SHOW TABLES lists what there is; names are case-sensitive"

/* There is no table or view of this name, but one of a similar name. */
#define FL_ERR_NAME_OBJECT_MISSPELT \
    FL_E_VALIDATION, "Object '%s' not found within '%s.%s'; did you mean '%s'?" \
    FL_ADVICE "use the name suggested; names are case-sensitive"

/* There is no catalog of this name. */
#define FL_ERR_NAME_CATALOG \
    FL_E_VALIDATION, "Catalog %s does not exist" \
    FL_ADVICE "SHOW CATALOGS lists what there is; CREATE CATALOG makes one"

/* There is no database of this name in the catalog. */
#define FL_ERR_NAME_DATABASE \
    FL_E_VALIDATION, "Database %s does not exist in Catalog %s." \
    FL_ADVICE "SHOW DATABASES lists what there is; CREATE DATABASE makes one"

/* A catalog of this name exists. */
#define FL_ERR_NAME_CATALOG_EXISTS \
    FL_E_VALIDATION, "Catalog %s already exists." \
    FL_ADVICE "choose another name, or write CREATE CATALOG IF NOT EXISTS"

/* A database of this name exists. */
#define FL_ERR_NAME_DATABASE_EXISTS \
    FL_E_VALIDATION, "Database %s already exists in Catalog %s." \
    FL_ADVICE "choose another name, or write CREATE DATABASE IF NOT EXISTS"

/* A temporary table or view of this name exists. */
#define FL_ERR_NAME_TEMPORARY_EXISTS \
    FL_E_VALIDATION, "Temporary %s '`%s`.`%s`.`%s`' already exists" \
    FL_ADVICE "choose another name, write IF NOT EXISTS, or drop it first"

/* A table or view of this name exists. */
#define FL_ERR_NAME_TABLE_EXISTS \
    FL_E_VALIDATION, "Table (or view) %s.%s already exists in Catalog %s." \
    FL_ADVICE "choose another name, write CREATE TABLE IF NOT EXISTS, or drop it first"

/* A temporary object hides the permanent one of the same name. */
#define FL_ERR_NAME_TEMPORARY_HIDES \
    FL_E_VALIDATION, \
    "Temporary %s with identifier '`%s`.`%s`.`%s`' exists. Drop it first before removing the permanent %s." \
    FL_ADVICE "drop the temporary one first, with DROP TEMPORARY"

/* There is no temporary table or view of this name. */
#define FL_ERR_NAME_NO_TEMPORARY \
    FL_E_VALIDATION, "Temporary table or view with identifier '%s.%s.%s' does not exist." \
    FL_ADVICE "SHOW TABLES lists what there is; DROP … IF EXISTS does not mind"

/* There is no table or view of this name. */
#define FL_ERR_NAME_NO_OBJECT \
    FL_E_VALIDATION, "%s with identifier '%s.%s.%s' does not exist." \
    FL_ADVICE "SHOW TABLES lists what there is; DROP … IF EXISTS does not mind"

/* There is no database of this name. */
#define FL_ERR_NAME_NO_DATABASE \
    FL_E_VALIDATION, "Database '%s'.'%s' doesn't exist." \
    FL_ADVICE "SHOW DATABASES lists what there is"

/* There is no such table or view. */
#define FL_ERR_NAME_SHOW_CREATE \
    FL_E_VALIDATION, "Could not execute SHOW CREATE %s. %s with identifier `%s`.`%s`.`%s` does not exist." \
    FL_ADVICE "SHOW TABLES and SHOW VIEWS list what there is"

/* There is no such table or view. */
#define FL_ERR_NAME_SHOW_COLUMNS \
    FL_E_VALIDATION, "Tables or views with the identifier '%s.%s.%s' doesn't exist." \
    FL_ADVICE "SHOW TABLES lists what there is"

/* ---- advice that replaces that of an entry ---- */

/* One of the names that are known is like the one that is not. */
#define FL_HINT_DID_YOU_MEAN \
    "did you mean '%s'?"

/* One of the words that could stand here is like the one that does. */
#define FL_HINT_DID_YOU_MEAN_WORD \
    "did you mean %s?"

/* No table has a similar name. */
#define FL_HINT_NAME_SHOW_TABLES \
    "SHOW TABLES lists what there is"

/* A column has the name, and is no ROW with such a field. */
#define FL_HINT_NAME_FIELDS \
    "'%s' is a column without a field '%s': TYPEOF(…) or DESCRIBE shows its fields"

/* No column has a similar name. */
#define FL_HINT_NAME_COLUMNS_ARE \
    "columns are: %s"

/* The object is of the other kind. */
#define FL_HINT_NAME_DROP_OTHER_KIND \
    "it is a %s: DROP %s drops it"

/* The temporary object hides the permanent one. */
#define FL_HINT_NAME_DROP_TEMPORARY \
    "DROP TEMPORARY %s drops it"

// clang-format on

#endif
